"""What geometry hands to physics: areal densities of water and bone along every ray. Physics never sees voxels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BONE_AS_WATER = np.float32(1.5)  # mass attenuation of cortical bone over water at 60 keV (NIST: 0.315 over 0.206 cm2/g)

ArealDensity = NDArray[np.float32]  # (rows, columns)


@dataclass(frozen=True, eq=False)
class LineIntegrals:
    """Areal densities (rows, columns) in g/cm2; ``truncated`` where the ray met body that the CT does not show.

    ``metal`` is steel-equivalent and None where the CT holds none.
    """

    water: ArealDensity
    bone: ArealDensity
    truncated: NDArray[np.bool_]
    metal: ArealDensity | None = None

    @property
    def truncated_share(self) -> float:
        """Share of the image whose rays met continued, assumed body."""
        return float(self.truncated.mean())

    @property
    def water_equivalent(self) -> ArealDensity:
        """Water and bone together as g/cm2 of water, bone counted by its attenuation at mid-diagnostic energies."""
        return self.water + BONE_AS_WATER * self.bone
