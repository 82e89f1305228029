"""Plans and view maps as documents for programs: plain values, rounded, ready for JSON."""

import math
from collections.abc import Sequence
from typing import Any

from sijoint.anatomy import StructureAtRisk, structure_in_words
from sijoint.frames import ReceptorTilt, positioner_angles
from sijoint.guidance import BestView, Plan, ViewMap


def plan_document(plan: Plan) -> dict[str, Any]:
    """One plan for a program; lengths in mm, LPS."""
    return {
        "target": plan.target.value,
        "third": plan.third.value if plan.third else None,
        "target_mm": _rounded(plan.target_mm),
        "entry_mm": _rounded(plan.entry_mm),
        "needle": plan.needle,
        "gauge": plan.needle_gauge,
        "needle_length_mm": plan.needle_length_mm,
        "bevel_clock_deg": plan.bevel_clock_deg,
        "direction": _rounded(plan.direction, 5),
        "direction_at_skin": _rounded(plan.direction_at_skin, 5),
        "depth_mm": round(plan.depth_mm, 2),
        "path_mm": [_rounded(point) for point in plan.path_mm],
        "bone_clearance_mm": round(plan.bone_clearance_mm, 2),
        "opening_clearance_mm": round(plan.opening_clearance_mm, 2),
        "plane_angle_deg": round(plan.plane_angle_deg, 1),
        "height_mm": round(plan.height_mm, 1),
        "inside_mm": plan.inside_mm,
        "room_ahead_mm": _number(plan.room_ahead_mm),
        "robustness": round(plan.robustness, 3),
        "score": round(plan.score, 3),
        "margins_mm": {name: round(value, 1) for name, value in plan.margins_mm.items()},
        "found_by": dict(plan.found_by),
        "views": {
            "trajectory": receptor_document(plan.receptor),
            "straight": receptor_document(plan.straight),
            "lateral": receptor_document(plan.lateral),
        },
        "reasons": list(plan.reasons),
    }


def map_document(seen: ViewMap) -> dict[str, Any]:
    """One view map for a program: columns of equal length, and the best views."""
    measures = seen.measures
    return {
        "target_mm": _rounded(seen.target_mm),
        "overlap_angle_deg": round(seen.overlap_angle_deg, 2),
        "best": [_view_document(view) for view in seen.views],
        "map": {
            name: [_number(float(value)) if not isinstance(value, (bool,)) else value for value in column.tolist()]
            for name, column in {**vars(measures), "refined": seen.refined}.items()
        },
        "assumed": list(seen.assumed),
    }


def _view_document(view: BestView) -> dict[str, Any]:
    one = view.seen
    return {
        "kind": view.kind.value,
        "for": view.purpose,
        "why": view.reason,
        "warnings": list(view.warnings),
        **receptor_document(view.receptor),
        "separation_mm": round(one.separation_mm, 2),
        "open_share": round(one.open_share, 3),
        "bone_before_mm": round(one.bone_before_mm, 1),
        "off_needle_deg": _number(one.off_needle_deg),
        "truncated_share": round(one.truncated_share, 3),
        "relative_dose": round(one.relative_dose, 3),
        "gap_mm": _number(one.gap_mm),
    }


def risk_documents(risks: Sequence[StructureAtRisk], dots: int = 240) -> list[dict[str, Any]]:
    """Structures at risk for a picture: some of their points; the pelvic cavity is everything in front of the bones."""
    return [
        {
            "name": risk.name,
            "words": structure_in_words(risk.name),
            "kind": risk.kind,
            "found_by": risk.found_by,
            "radius_mm": round(risk.radius_mm, 1),
            "points_mm": [_rounded(point, 1) for point in risk.points_mm[:: max(1, len(risk.points_mm) // dots)]],
        }
        for risk in risks
        if risk.kind != "pelvic cavity"
    ]


def receptor_document(tilt: ReceptorTilt) -> dict[str, Any]:
    """Words, tilt and DICOM angles of a receptor."""
    primary, secondary = positioner_angles(tilt.direction)
    return {
        "receptor": tilt.words,
        "left_deg": round(tilt.left_deg, 2) + 0.0,
        "cephalad_deg": round(tilt.cephalad_deg, 2) + 0.0,
        "primary_deg": round(primary, 2) + 0.0,
        "secondary_deg": round(secondary, 2) + 0.0,
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _rounded(point: Any, digits: int = 2) -> list[float]:
    return [round(float(value), digits) + 0.0 for value in point]
