"""The dorsal opening of a joint: how wide the gap stands open, seen from behind, all along its dorsal border."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.approach import outward_direction
from sijoint.frames import Side, unit

_BESIDE_MM = np.arange(-10.0, 10.01, 0.5)  # sideways of the border, as seen from behind
_BEHIND_MM = np.arange(0.0, 70.0, 1.5)  # behind this no bone of the pelvis lies in the way
_TILTS_DEG = tuple(
    (lateral, cranial) for cranial in (0, -15, 15, -30, 30) for lateral in (0, -10, 10, -20, 20, -30, 30)
)
_CLOSE_MM = 2.0  # an opening farther from the border than this belongs to another gap


@dataclass(frozen=True, eq=False)
class DorsalOpening:
    """Widths of the bone-free opening at points of the dorsal border, measured sideways at the border's own height.

    ``straight_mm`` (n,) is seen straight from behind, ``widest_mm`` (n,) from the tilt that shows it widest, ``tilt_deg`` (n, 2) that
    tilt: towards the joint's own side, and towards the head. A needle of 0.72 mm comes through where the width exceeds that; 0 is
    closed by bone.
    """

    points_mm: NDArray[np.float64]
    straight_mm: NDArray[np.float64]
    widest_mm: NDArray[np.float64]
    tilt_deg: NDArray[np.float64]

    def by_level(self, levels: int = 5) -> tuple[tuple[float, float], ...]:
        """Median width seen straight and at the best tilt, in equal parts of the border's height, caudal first."""
        height = self.points_mm[:, 2]
        level = np.clip(((height - height.min()) / np.ptp(height) * levels).astype(int), 0, levels - 1)
        here = [level == n for n in range(levels) if (level == n).any()]
        return tuple(
            (float(np.median(self.straight_mm[part])), float(np.median(self.widest_mm[part]))) for part in here
        )


def dorsal_opening(
    dorsal_border_mm: NDArray, bone_distance_mm: Callable[[NDArray], NDArray], side: Side
) -> DorsalOpening:
    """The opening along a dorsal border (n, 3), judged by a function that gives the distance (...,) of points (..., 3) to bone."""
    looks = [(lateral * side.x_sign, cranial) for lateral, cranial in _TILTS_DEG]
    widths = np.array([_open_width_mm(dorsal_border_mm, bone_distance_mm, *look) for look in looks])
    best = widths.argmax(axis=0)  # the straight look is the first, and wins among equals
    return DorsalOpening(dorsal_border_mm, widths[0], widths.max(axis=0), np.array(_TILTS_DEG, dtype=np.float64)[best])


def _open_width_mm(
    border_mm: NDArray, bone_distance_mm: Callable[[NDArray], NDArray], lateral_deg: float, cranial_deg: float
) -> NDArray[np.float64]:
    """Width (n,) of the free interval nearest to each border point, at right angles to the look."""
    back = outward_direction(lateral_deg, cranial_deg)
    beside = unit([back[1], -back[0], 0.0])
    starts = border_mm[:, None] + _BESIDE_MM[:, None] * beside
    free = np.ones(starts.shape[:2], dtype=bool)
    for behind in _BEHIND_MM:
        left = np.argwhere(free)
        if len(left) == 0:
            break
        free[tuple(left.T)] = bone_distance_mm(starts[free] + behind * back) > 0
    return np.array([_interval(line) for line in free])


def _interval(free: NDArray[np.bool_]) -> float:
    """Length of the free run that comes nearest to the middle; 0 when none comes close."""
    places = np.flatnonzero(free)
    if len(places) == 0:
        return 0.0
    nearest = places[np.abs(_BESIDE_MM[places]).argmin()]
    if abs(_BESIDE_MM[nearest]) > _CLOSE_MM:
        return 0.0
    low = high = int(nearest)
    while low > 0 and free[low - 1]:
        low -= 1
    while high < len(free) - 1 and free[high + 1]:
        high += 1
    return float((high - low + 1) * (_BESIDE_MM[1] - _BESIDE_MM[0]))
