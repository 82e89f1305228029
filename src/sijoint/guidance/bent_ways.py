"""A way as the needle really takes it: bent by its bevel, in each layer as that layer bends, aimed so that the curve ends on the
target, judged along the curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.formulary import Needle
from sijoint.guidance.rule import Limits
from sijoint.needle import aim, bent_path, bevel_opening

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

    def forward_and_aside_mm(self, lengths_mm: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How far a needle of these lengths goes along its direction at the skin, and how far aside of it, away from the bevel's
        opening; beyond the tip straight on."""
        ahead = self.path_mm - self.entry_mm
        forward = ahead @ self.direction_at_skin
        aside = -ahead @ bevel_opening(self.direction_at_skin, self.bevel_clock_deg)
        steps = np.append(np.arange(0.0, self.length_mm, STEP_MM), self.length_mm)
        beyond = np.maximum(lengths_mm - self.length_mm, 0.0) / (steps[-1] - steps[-2])
        return (
            np.interp(lengths_mm, steps, forward) + beyond * (forward[-1] - forward[-2]),
            np.interp(lengths_mm, steps, aside) + beyond * (aside[-1] - aside[-2]),
        )


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
    direction = aim(needle, entry_mm, tip_mm, bevel_clock_deg, body=body)
    length = _length_to(tip_mm, needle, entry_mm, direction, bevel_clock_deg, body)
    path = bent_path(needle, entry_mm, direction, bevel_clock_deg, length, step_mm=STEP_MM, body=body)
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


def _length_to(
    tip_mm: Point, needle: Needle, entry_mm: Point, direction: Point, bevel_clock_deg: float, body: Body
) -> float:
    """Length of the needle whose tip comes nearest to this point, on this way through the body's layers."""
    most = 1.05 * float(np.linalg.norm(tip_mm - entry_mm)) + 1.0
    path = bent_path(needle, entry_mm, direction, bevel_clock_deg, most, step_mm=STEP_MM, body=body)[:-1]
    near = int(np.argmin(np.linalg.norm(path[:-1] - tip_mm, axis=1)))
    heading = (path[near + 1] - path[near]) / STEP_MM
    return near * STEP_MM + float((tip_mm - path[near]) @ heading)
