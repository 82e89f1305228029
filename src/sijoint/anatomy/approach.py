"""From where behind can a straight needle reach a point between the bones?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from sijoint.anatomy.rules import joint_rule

_NEAR_MM = 4.0  # so close to the target the gap itself is narrow, and a needle's own radius is all that can be asked
_FAR_MM = 70.0  # behind this no bone of the pelvis lies in the way
_STEP_DEG = 3.0


@dataclass(frozen=True)
class Approach:
    """Directions out of the body from a point, as tilts off straight backwards (+y), that pass no bone.

    ``lateral_deg`` positive towards the patient's left, ``cranial_deg`` positive towards the head; ``open`` (n, m) on the grid
    of both; ``clearance_mm`` (n, m) the smallest distance to bone beyond the narrow last millimetres.
    """

    lateral_deg: NDArray[np.float64]
    cranial_deg: NDArray[np.float64]
    clearance_mm: NDArray[np.float64]
    open: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """Share of the searched directions that are open."""
        return float(self.open.mean())

    @property
    def room_deg(self) -> float:
        """How far the needle may tilt off the middle of the open directions before the nearest closed one; 0 if none is open."""
        return float(distance_transform_edt(np.pad(self.open, 1)).max()) * _STEP_DEG


def outward_direction(lateral_deg: NDArray | float, cranial_deg: NDArray | float) -> NDArray[np.float64]:
    """Unit vectors (..., 3) out of a prone patient's back: straight back, tilted to the left and to the head."""
    lateral, cranial = np.radians(lateral_deg), np.radians(cranial_deg)
    return np.stack(
        [
            np.sin(lateral) * np.cos(cranial),
            np.cos(lateral) * np.cos(cranial),
            np.broadcast_to(np.sin(cranial), np.shape(lateral)),
        ],
        axis=-1,
    )


@cache
def _fan() -> tuple[NDArray, NDArray, NDArray]:
    lateral = np.arange(-42.0, 42.1, _STEP_DEG)
    cranial = np.arange(-39.0, 30.1, _STEP_DEG)
    return lateral, cranial, outward_direction(*np.meshgrid(lateral, cranial, indexing="ij"))


def approaches(point_mm: NDArray, bone_distance_mm: Callable[[NDArray], NDArray], clearance_mm: float) -> Approach:
    """The open directions from one point, judged by a function that gives the distance (...,) of points (..., 3) to bone."""
    lateral, cranial, directions = _fan()
    way = np.concatenate([np.arange(0.0, _NEAR_MM, 0.5), np.arange(_NEAR_MM, _FAR_MM + 1.0)])
    found = bone_distance_mm(point_mm + way[:, None, None, None] * directions)
    near, far = way < _NEAR_MM, way >= _NEAR_MM
    smallest = found[far].min(axis=0)
    return Approach(
        lateral,
        cranial,
        smallest,
        (smallest >= clearance_mm) & (found[near].min(axis=0) >= joint_rule().needle_radius_mm),
    )


def middle_of(ways: Approach) -> NDArray[np.float64]:
    """Unit vector (3,) out of the body in the middle of the open directions: the open one farthest from any closed one.

    Where none is open, the direction with the largest clearance.
    """
    if not ways.open.any():
        best = np.unravel_index(ways.clearance_mm.argmax(), ways.open.shape)
    else:
        depth = distance_transform_edt(np.pad(ways.open, 1))[1:-1, 1:-1] + 1e-3 * np.minimum(ways.clearance_mm, 20.0)
        best = np.unravel_index(np.where(ways.open, depth, -1.0).argmax(), ways.open.shape)
    return outward_direction(float(ways.lateral_deg[best[0]]), float(ways.cranial_deg[best[1]]))
