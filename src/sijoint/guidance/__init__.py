"""The look ahead and the check: a plan of the needle's way with its views, and the reading of an arthrogram from images."""

from sijoint.guidance.arthrogram import ArthrogramReading, read_arthrogram
from sijoint.guidance.contrast_run import ContrastRun, UnreadableRun
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
from sijoint.guidance.views import LineOpenness, lateral_view, line_openness, reachable

__all__ = [
    "ArthrogramReading",
    "ContrastRun",
    "LineOpenness",
    "NoPlan",
    "Plan",
    "PlanGeometry",
    "TipOffset",
    "UnreadableRun",
    "lateral_view",
    "line_openness",
    "plan",
    "plan_geometry",
    "project_tip",
    "reachable",
    "read_arthrogram",
    "tip_offset",
]
