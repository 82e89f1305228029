"""How a joint stands in the axial plane, level by level."""

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import Side

_CUT_MM = 2.0
LEVELS = 5


def axial_angles_deg(points_mm: NDArray, side: Side) -> tuple[float, ...]:
    """Angle to the sagittal plane of the line from posterior to anterior margin, inferior to superior fifths.

    ``points_mm`` (n, 3) lie on the mid-surface. In each axial cut the most dorsal and the most ventral point are its margins;
    within a fifth the lines are added up, so that long ones count more. Posteromedial to anterolateral is positive. This is the
    receptor angle at which the margins of that level overlap, the angle that was published; the joint between them may be bent.
    """
    lateral, ventral, height = points_mm[:, 0] * side.x_sign, -points_mm[:, 1], points_mm[:, 2]
    cut = np.floor((height - height.min()) / _CUT_MM).astype(int)
    sums = np.zeros((LEVELS, 2))
    for number in np.unique(cut):
        here = cut == number
        first, last = ventral[here].argmin(), ventral[here].argmax()
        share = (height[here].mean() - height.min()) / max(float(np.ptp(height)), 1e-9)
        level = min(int(share * LEVELS), LEVELS - 1)
        sums[level] += lateral[here][last] - lateral[here][first], ventral[here][last] - ventral[here][first]
    return tuple(float(np.degrees(np.arctan2(*line))) if line[1] > 0 else float("nan") for line in sums)
