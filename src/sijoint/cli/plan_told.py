"""What ``sij plan`` and ``sij views`` tell people: tables."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sijoint.anatomy import structure_in_words
from sijoint.frames import ReceptorTilt
from sijoint.guidance import Plan, ViewMap


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


def _short(tilt: ReceptorTilt) -> str:
    """For a narrow column under a heading that says of what: ``12° right, 2° cephalad``."""
    return tilt.words.removeprefix("receptor ").replace("to the patient's ", "").replace("at the patient's ", "")
