"""The greater sciatic notch: the hip bone's posterior outline between the joint and the ischial spine."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from sijoint.anatomy.ct import Labels
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.reading import hip_numbers

_LEVEL_MM = 2.0
_SMOOTH_MM = 3.0


@dataclass(frozen=True, eq=False)
class Notch:
    """``roof_mm`` (n, 3) is the bony rim round its most ventral point, caudal first; ``apex_mm`` (3,) that point.

    ``ischial_spine_mm`` (3,) is None where the CT ends above it. ``outline_mm`` (m, 3) is the whole posterior outline, caudal first.
    """

    apex_mm: NDArray[np.float64]
    roof_mm: NDArray[np.float64]
    ischial_spine_mm: NDArray[np.float64] | None
    outline_mm: NDArray[np.float64]


@lru_cache(maxsize=4)
def sciatic_notch(labels: Labels, joint: Joint) -> Notch:
    """The notch on a joint's side. Raises UnsuitableAnatomy when the CT ends above it."""
    outline = _posterior_outline(labels, joint)
    below = joint.inferior_end_mm[2] - outline[:, 2]
    low, high = landmark_number("notch_below_joint_mm")
    band = np.flatnonzero((below >= low) & (below <= high))
    if len(band) == 0:
        raise UnsuitableAnatomy(
            f"The CT ends above the {joint.side.value} greater sciatic notch, so the nerve and vessels there are not known; "
            "choose a CT that shows the whole pelvis."
        )
    apex = outline[band[outline[band, 1].argmin()]]
    roof = outline[np.abs(outline[:, 2] - apex[2]) <= landmark_number("notch_roof_mm")]
    low, high = landmark_number("spine_below_notch_mm")
    beneath = outline[(apex[2] - outline[:, 2] >= low) & (apex[2] - outline[:, 2] <= high)]
    medial = beneath[:, 0] * joint.side.x_sign
    spine = None
    if len(beneath) > 2 and 0 < medial.argmin() < len(beneath) - 1:
        spine = beneath[medial.argmin()]
    return Notch(apex, roof, spine, outline)


def _posterior_outline(labels: Labels, joint: Joint) -> NDArray[np.float64]:
    """The most posterior place (n, 3) of the hip bone at every level up to the joint's lower end, smoothed along its height."""
    points = labels.grid.to_world(np.argwhere(np.isin(labels.values, hip_numbers(joint.side))))
    points = points[points[:, 2] <= joint.inferior_end_mm[2]]
    level = max(_LEVEL_MM, float(labels.grid.spacing_mm.max()))
    cut = np.floor((joint.inferior_end_mm[2] - points[:, 2]) / level).astype(int)
    found = []
    for n in np.unique(cut)[::-1]:
        here = points[cut == n]
        hindmost = here[here[:, 1] > here[:, 1].max() - 0.75 * level]
        found.append(hindmost.mean(axis=0))
    outline = np.array(found).reshape(-1, 3)
    return np.stack([gaussian_filter1d(outline[:, n], _SMOOTH_MM / level, mode="nearest") for n in range(3)], axis=1)
