"""A way as the needle really takes it: bent by its bevel, aimed so that the curve ends on the target, judged along the curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.formulary import Needle
from sijoint.guidance.rule import Limits
from sijoint.needle import aim, bent_path, curvature_per_mm

Point = NDArray[np.float64]
STEP_MM = 0.5


@dataclass(frozen=True, eq=False)
class BentWay:
    """One needle from one skin point to one tip position, at one bevel clock."""

    needle: Needle
    bevel_clock_deg: float
    direction_at_skin: Point  # (3,) unit: where the hand points the needle
    path_mm: NDArray[np.float64]  # (n, 3) entry to tip, every half millimetre
    length_mm: float  # of the needle in the body, along the curve
    bone_clearance_mm: float  # least distance of the needle's surface to bone, outside the opening
    opening_clearance_mm: float  # the same in the last stretch, between the bones
    plane_angle_deg: float  # between the tip's direction and the cleft

    @property
    def entry_mm(self) -> Point:
        return np.asarray(self.path_mm[0])

    @property
    def tip_mm(self) -> Point:
        return np.asarray(self.path_mm[-1])

    @property
    def curvature_per_mm(self) -> float:
        return curvature_per_mm(self.needle)


def bent_way(
    body: Body,
    needle: Needle,
    entry_mm: Point,
    tip_mm: Point,
    bevel_clock_deg: float,
    *,
    inside_mm: float,
    normal: Point,
    limits: Limits,
) -> BentWay:
    """The way of this needle, bending compensated; ``inside_mm`` of it lie beyond the target's border, where the cleft has
    this ``normal`` (3,)."""
    direction = aim(needle, entry_mm, tip_mm, bevel_clock_deg)
    chord = float(np.linalg.norm(tip_mm - entry_mm))
    curvature = curvature_per_mm(needle)
    length = chord if curvature == 0 else 2 / curvature * float(np.arcsin(chord * curvature / 2))
    path = bent_path(needle, entry_mm, direction, bevel_clock_deg, length, step_mm=STEP_MM)
    away = body.bone_distance_mm(path) - needle.outer_mm / 2
    back = length - np.append(np.arange(0.0, length, STEP_MM), length)[: len(path)]
    in_opening = back < inside_mm + limits.opening_mm
    heading = (path[-1] - path[-2]) / np.linalg.norm(path[-1] - path[-2])
    return BentWay(
        needle,
        bevel_clock_deg,
        direction,
        path,
        length,
        float(away[~in_opening].min(initial=np.inf)),
        float(away[in_opening].min(initial=np.inf)),
        float(np.degrees(np.arcsin(np.clip(abs(heading @ normal), 0, 1)))),
    )
