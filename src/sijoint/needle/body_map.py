"""What the needle asks of a body: the tissue at points, and how far bone is."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Tissue
from sijoint.needle.grain import EVEN, Grain

Vector = NDArray[np.float64]
_NAMES = np.array([tissue.name.lower() for tissue in Tissue])


class TissueMap(Protocol):
    """Tissue numbers (n,) at points (n, 3), and signed distances (n,) from bone, negative inside it."""

    def tissue_at(self, points_mm: Vector) -> NDArray[np.uint8]: ...
    def bone_distance_mm(self, points_mm: Vector) -> Vector: ...


def tissue_names(body: TissueMap, points_mm: Vector, grain: Grain = EVEN) -> NDArray[np.str_]:
    """Lower-case tissue names (n,) at points (n, 3), with the fat between the ligaments' bands."""
    names = _NAMES[np.asarray(body.tissue_at(points_mm), dtype=np.intp)]
    in_ligament = np.flatnonzero(names == "ligament")
    if len(in_ligament):
        fat = grain.fat_in_ligament(points_mm[in_ligament])
        names[in_ligament[fat]] = "fat"
    return names
