"""What ``sij plan`` and ``sij views`` tell: documents for programs and tables for people."""

import math
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sijoint.anatomy import structure_in_words
from sijoint.frames import ReceptorTilt, positioner_angles
from sijoint.guidance import Plan, ViewMap
from sijoint.guidance.best_views import BestView


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
            "trajectory": _receptor(plan.receptor),
            "straight": _receptor(plan.straight),
            "lateral": _receptor(plan.lateral),
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


def plan_table(side: str, plans: Sequence[Plan], console: Console) -> None:
    table = Table(title=f"{side.capitalize()} side, best first", title_justify="left", box=SIMPLE_HEAD)
    for heading in (
        "",
        "receptor, needle as a dot",
        "needle",
        "bevel, o'clock",
        "deep",
        "bone",
        "nearest at risk",
        "ends inside",
    ):
        table.add_column(heading)
    for number, plan in enumerate(plans, 1):
        nearest = min(plan.margins_mm, key=lambda each: plan.margins_mm[each], default="")
        table.add_row(
            str(number),
            escape(_short(plan.receptor)),
            f"{plan.needle_gauge} G x {plan.needle_length_mm:.0f}",
            plan.bevel_words.removeprefix("bevel opening at ").removesuffix(" o'clock"),
            f"{plan.depth_mm:.0f} mm",
            f"{plan.bone_clearance_mm:.1f} mm",
            f"{structure_in_words(nearest)} {plan.margins_mm[nearest]:.0f} mm" if nearest else "none known",
            f"{plan.robustness:.0%}",
        )
    console.print(table)
    console.print("Why the first:")
    for reason in plans[0].reasons:
        console.print(f"  {reason}", markup=False)


def view_table(side: str, seen: ViewMap, console: Console) -> None:
    table = Table(title=f"{side.capitalize()} side, best views within reach", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("view", "receptor to patient's", "open", "lines", "bone", "dose"):
        table.add_column(heading)
    for view in seen.views:
        one, lateral = view.seen, view.kind.value == "lateral"
        table.add_row(
            view.kind.value,
            escape(_short(view.receptor)),
            "" if lateral else f"{one.open_share:.0%}",
            "" if lateral else f"{round(one.separation_mm) + 0:+d} mm",
            "" if lateral else f"{one.bone_before_mm:.0f} mm",
            f"x{one.relative_dose:.1f}",
        )
    console.print(table)
    for view in seen.views:
        console.print(f"{view.kind.value}: for {view.purpose}.", markup=False)
        console.print(f"  {'; '.join((view.reason, *view.warnings))}", markup=False)
    console.print(
        f"Without tilt, the joint lines overlap with the receptor {abs(seen.overlap_angle_deg):.0f}° to the "
        f"{'other' if seen.overlap_angle_deg >= 0 else 'same'} side. Lines: + posterior line medial. Dose: over the straight view."
    )


def _view_document(view: BestView) -> dict[str, Any]:
    one = view.seen
    return {
        "kind": view.kind.value,
        "for": view.purpose,
        "why": view.reason,
        "warnings": list(view.warnings),
        **_receptor(view.receptor),
        "separation_mm": round(one.separation_mm, 2),
        "open_share": round(one.open_share, 3),
        "bone_before_mm": round(one.bone_before_mm, 1),
        "off_needle_deg": _number(one.off_needle_deg),
        "truncated_share": round(one.truncated_share, 3),
        "relative_dose": round(one.relative_dose, 3),
        "gap_mm": _number(one.gap_mm),
    }


def _receptor(tilt: ReceptorTilt) -> dict[str, Any]:
    primary, secondary = positioner_angles(tilt.direction)
    return {
        "receptor": tilt.words,
        "left_deg": round(tilt.left_deg, 2) + 0.0,
        "cephalad_deg": round(tilt.cephalad_deg, 2) + 0.0,
        "primary_deg": round(primary, 2) + 0.0,
        "secondary_deg": round(secondary, 2) + 0.0,
    }


def _short(tilt: ReceptorTilt) -> str:
    """For a narrow column under a heading that says of what: ``12° right, 2° cephalad``."""
    return tilt.words.removeprefix("receptor ").replace("to the patient's ", "").replace("at the patient's ", "")


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _rounded(point: Any, digits: int = 2) -> list[float]:
    return [round(float(value), digits) + 0.0 for value in point]
