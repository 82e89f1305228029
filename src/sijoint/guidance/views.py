"""Views that go with a plan, what the C-arm can reach, and how open the inferior joint line is from a direction."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body, Joint
from sijoint.frames import (
    CArmModel,
    PatientPosition,
    ReceptorTilt,
    Side,
    UnreachablePose,
    joints_for_direction,
)
from sijoint.guidance.goals import goals_in_cleft
from sijoint.guidance.rule import PlannerRule, load_planner_rule
from sijoint.guidance.ways import judged_for_bone

STRAIGHT = ReceptorTilt(0.0, 0.0)


def reachable(tilt: ReceptorTilt, carm: CArmModel, position: PatientPosition) -> bool:
    """Whether the C-arm can bring the receptor there."""
    try:
        joints_for_direction(tilt.direction, position, carm)
    except UnreachablePose:
        return False
    return True


def lateral_view(side: Side, carm: CArmModel, position: PatientPosition) -> ReceptorTilt | None:
    """The safety view: receptor at the patient's own side of the joint, which is then magnified least; else opposite."""
    for receptor_side in (side, side.opposite):
        tilt = ReceptorTilt(90.0 * receptor_side.x_sign, 0.0)
        if reachable(tilt, carm, position):
            return tilt
    return None


@dataclass(frozen=True)
class LineOpenness:
    """How the inferior 20 mm of the joint look along one receptor direction."""

    open_share: float  # of its levels where a ray from the receptor reaches 2-4 mm into the cleft free of bone
    plane_angle_deg: float  # median angle between the ray and the cleft
    separation_mm: float  # dorsal to ventral joint line, across the ray; 0: superimposed

    @property
    def words(self) -> str:
        return (
            f"inferior joint line open on {self.open_share:.0%} of its height, "
            f"dorsal and ventral lines {self.separation_mm:.0f} mm apart"
        )


def line_openness(body: Body, side: Side, receptor: ReceptorTilt, rule: PlannerRule | None = None) -> LineOpenness:
    """Openness of the inferior joint line seen from ``receptor``. Raises KeyError for a side that the CT does not show."""
    rule = rule or load_planner_rule()
    joint = body.joints[side]
    goals = goals_in_cleft(joint, rule.search)
    ray = -receptor.direction
    if not len(goals):
        return LineOpenness(0.0, float("nan"), float("nan"))
    angle = np.degrees(np.arcsin(np.clip(np.abs(goals.normal @ ray), 0, 1)))
    every = np.arange(len(goals))
    ways = judged_for_bone(body, goals, every, np.tile(ray, (len(goals), 1)), angle, rule.search, rule.limits)
    free = (ways.clearance_mm > 0) & (ways.opening_clearance_mm > 0)
    levels = np.unique(goals.height_mm)
    open_share = float(np.mean([free[goals.height_mm == level].any() for level in levels]))
    return LineOpenness(open_share, float(np.median(angle)), _separation_mm(joint, ray, rule))


def _separation_mm(joint: Joint, ray: NDArray[np.float64], rule: PlannerRule) -> float:
    """Mean distance across the ray between the dorsal and the ventral border at the same heights."""
    head = np.array([0.0, 0.0, 1.0]) - ray[2] * ray
    head /= np.linalg.norm(head)
    across = np.cross(ray, head)
    lowest = float(joint.inferior_end_mm @ head)
    low, high = rule.search.height_range_mm
    gaps = []
    for height in np.arange(low, high + 0.01, rule.search.height_step_mm):
        place = []
        for border in (joint.dorsal_border_mm, joint.ventral_border_mm):
            near = np.abs(border @ head - lowest - height) <= rule.search.height_step_mm
            if near.any():
                place.append(float((border[near] @ across).mean()))
        if len(place) == 2:
            gaps.append(abs(place[1] - place[0]))
    return float(np.mean(gaps)) if gaps else float("nan")
