"""``sij anatomy``: the joint's measures beside published values."""

import json
import math
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sijoint.anatomy import Joint, UnsuitableAnatomy, describe, extract_joint
from sijoint.cli.limits import ADVICE, print_limits
from sijoint.cli.options import CT_HELP, LABELS_HELP
from sijoint.cli.sides import patient_of
from sijoint.frames import Side


def anatomy(
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    side: Annotated[Side | None, typer.Option(help="One side only; default is every side that the CT shows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Area, width where it can be measured, and angles of the sacroiliac joint, beside published values."""
    patient = patient_of(ct, labels)
    rows, numbers, missing, modelled = {}, {}, {}, list(patient.provenance.modelled)
    for one in (side,) if side else tuple(Side):
        try:
            with Console(stderr=True).status(f"measuring the {one.value} joint"):
                joint = extract_joint(patient, one)
            rows[one], numbers[one] = describe(joint), _numbers(joint)
            modelled += [sentence for sentence in joint.modelled if sentence not in modelled]
        except UnsuitableAnatomy as refusal:
            if side:
                raise
            missing[one] = str(refusal)
    if not rows:
        raise UnsuitableAnatomy(next(iter(missing.values())))
    if as_json:
        document = {one.value: [row.__dict__ for row in found] for one, found in rows.items()}
        measures = {one.value: found for one, found in numbers.items()}
        whole = {"sides": document, "measures": measures, "missing": missing, "modelled": modelled, "advice": ADVICE}
        typer.echo(json.dumps(whole, indent=1, allow_nan=False))
        return
    console = Console(highlight=False)
    for one, found in rows.items():
        table = Table(title=f"{one.value.capitalize()} sacroiliac joint", title_justify="left", box=SIMPLE_HEAD)
        for heading in ("measure", "here", "published", "note"):
            table.add_column(heading)
        for number, row in enumerate(found, 1):
            table.add_row(*map(escape, (row.name, row.ours, f"{row.published} [{number}]", row.note)))
        console.print(table)
    console.print("Published values, with the grade of their evidence:")
    for number, row in enumerate(next(iter(rows.values())), 1):
        console.print(f"  [{number}] {row.source}", markup=False)
    for sentence in missing.values():
        console.print(sentence, markup=False)
    print_limits(modelled, console)
    console.print(ADVICE)


def _numbers(joint: Joint) -> dict[str, Any]:
    """The joint for a program: LPS millimetres, degrees; null where something cannot be measured."""
    return {
        "area_cm2": joint.area_cm2,
        "area_band_cm2": joint.area_band_cm2,
        "mean_width_mm": joint.mean_width_mm if joint.width_measurable else None,
        "touching_share": joint.touching_share,
        "axial_angles_deg": [None if math.isnan(angle) else angle for angle in joint.axial_angles_deg],
        "inferior_end_mm": joint.inferior_end_mm.tolist(),
        "inferior_recess_mm": joint.inferior_recess_mm.tolist(),
        "recess_out": joint.recess_out.tolist(),
        "ligament_target_mm": joint.ligament_target_mm.tolist(),
        "psis_mm": joint.psis_mm.tolist(),
        "dorsal_border_mm": joint.dorsal_border_mm.tolist(),
        "ventral_border_mm": joint.ventral_border_mm.tolist(),
        "capsule_rim_mm": joint.capsule_rim_mm.tolist(),
        "dorsal_opening_mm": {
            "straight": joint.dorsal_opening.straight_mm.tolist(),
            "widest": joint.dorsal_opening.widest_mm.tolist(),
            "tilt_deg": joint.dorsal_opening.tilt_deg.tolist(),
        },
        "doubts": joint.doubts,
    }
