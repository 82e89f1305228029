"""Views that go with a plan, what the C-arm can reach, and how open the inferior joint line is from a direction."""

from dataclasses import dataclass

import numpy as np

from sijoint.anatomy import Body
from sijoint.frames import (
    CArmModel,
    PatientPosition,
    ReceptorTilt,
    Side,
    UnreachablePose,
    joints_for_direction,
)
from sijoint.guidance.goals import goals_in_cleft
from sijoint.guidance.joint_lines import line_separation_mm
from sijoint.guidance.rule import PlannerRule, load_planner_rule
from sijoint.guidance.view_measures import open_shares

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
    separation_mm: float  # posterior to anterior joint line across the ray; positive: the posterior one is medial

    @property
    def words(self) -> str:
        return (
            f"inferior joint line open on {self.open_share:.0%} of its height, "
            f"posterior and anterior lines {abs(self.separation_mm):.0f} mm apart"
        )


def line_openness(body: Body, side: Side, receptor: ReceptorTilt, rule: PlannerRule | None = None) -> LineOpenness:
    """How the inferior joint line looks from ``receptor``. Raises KeyError for a side that the CT does not show."""
    rule = rule or load_planner_rule()
    joint = body.joints[side]
    goals = goals_in_cleft(joint, rule.search, rule.search.lower_mm)
    towards = receptor.direction[None]
    angle = np.degrees(np.arcsin(np.clip(np.abs(goals.normal @ receptor.direction), 0, 1)))
    return LineOpenness(
        float(open_shares(body, side, towards, rule.search)[0]),
        float(np.median(angle)) if len(goals) else float("nan"),
        float(line_separation_mm(joint, towards)[0]),
    )
