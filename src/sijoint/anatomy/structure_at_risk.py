"""One structure that a needle keeps away from, and how far any point is from it."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from sijoint.frames import Side

Kind = Literal["foramen", "nerve", "vessel", "bowel", "notch", "pelvic cavity"]


@dataclass(frozen=True, eq=False)
class StructureAtRisk:
    """A tube of ``radius_mm`` round points (n, 3), or, where ``normals`` (n, 3) point out of it, a closed or open surface.

    ``found_by`` is "label" where labels show the structure itself and "landmark" where only its usual place relative to bone
    is known; ``note`` says in a sentence what that means here.
    """

    name: str
    kind: Kind
    side: Side
    found_by: Literal["label", "landmark"]
    points_mm: NDArray[np.float64]
    radius_mm: float
    note: str
    normals: NDArray[np.float64] | None = None
    spacing_mm: float = 1.0  # between neighbouring points of a surface

    def __post_init__(self) -> None:
        self.points_mm.setflags(write=False)
        if self.normals is not None:
            self.normals.setflags(write=False)

    def distance_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Distance (...,) of world points (..., 3) to the structure's surface, negative inside (beyond it, for the pelvic cavity).

        Between the points of a surface it is taken as flat, within half of ``spacing_mm`` of each.
        """
        points = np.asarray(points_mm, dtype=np.float64)
        flat = points.reshape(-1, 3)
        away, nearest = self._tree.query(flat)
        if self.normals is not None:
            off = np.einsum("ij,ij->i", flat - self.points_mm[nearest], self.normals[nearest])
            beside = np.sqrt(np.maximum(away**2 - off**2, 0.0))
            away = np.copysign(np.hypot(off, np.maximum(beside - 0.5 * self.spacing_mm, 0.0)), off)
        return np.asarray(away - self.radius_mm).reshape(points.shape[:-1])

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.points_mm, leafsize=32)


def structure_in_words(name: str) -> str:
    """A structure's name as a person writes it: ``foramen_s2`` is "foramen S2"."""
    return re.sub(r"\bs([1-5])\b", r"S\1", name.replace("_", " "))
