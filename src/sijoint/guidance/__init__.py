"""The look ahead and the check: which views show the joint, a plan of the needle's way, and the reading of an arthrogram
from images alone."""

from sijoint.guidance.arthrogram import ArthrogramReading, read_arthrogram
from sijoint.guidance.best_views import BestView, ViewKind
from sijoint.guidance.contrast_run import ContrastRun, UnreadableRun
from sijoint.guidance.joint_lines import JointLines, joint_lines, overlap_angle_deg
from sijoint.guidance.planner import plan
from sijoint.guidance.plans import (
    NoPlan,
    Plan,
    PlanGeometry,
    TipOffset,
    plan_geometry,
    project_tip,
    tip_offset,
)
from sijoint.guidance.thirds import JointThird
from sijoint.guidance.view_map import ViewMap, view_map
from sijoint.guidance.view_measures import Seen, ViewMeasures
from sijoint.guidance.views import LineOpenness, lateral_view, line_openness, reachable

__all__ = [
    "ArthrogramReading",
    "BestView",
    "ContrastRun",
    "JointLines",
    "JointThird",
    "LineOpenness",
    "NoPlan",
    "Plan",
    "PlanGeometry",
    "Seen",
    "TipOffset",
    "UnreadableRun",
    "ViewKind",
    "ViewMap",
    "ViewMeasures",
    "joint_lines",
    "lateral_view",
    "line_openness",
    "overlap_angle_deg",
    "plan",
    "plan_geometry",
    "project_tip",
    "reachable",
    "read_arthrogram",
    "tip_offset",
    "view_map",
]
