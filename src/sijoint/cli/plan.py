"""``sij plan``: ranked needle ways to a target, with what each keeps clear of and the views that go with it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sijoint.anatomy import Body, bone_mesh, structures_at_risk
from sijoint.cli.limits import ADVICE, print_limits
from sijoint.cli.options import CT_HELP, LABELS_HELP
from sijoint.cli.outfolder import refuse_unusable, result_folder
from sijoint.cli.plan_told import plan_table
from sijoint.cli.sides import each_side, patient_of
from sijoint.fluoroscopy import Projector, volume_from_hu
from sijoint.frames import Side, load_carm_model
from sijoint.guidance import JointThird, NoPlan, Plan
from sijoint.guidance import plan as plans_for
from sijoint.model import Target
from sijoint.report.plan_document import plan_document
from sijoint.report.plan_picture import plan_picture
from sijoint.report.view_picture import look


class ThirdOfLigament(ValueError):
    """A third was asked for where there is none."""


def plan(
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    side: Annotated[Side | None, typer.Option(help="One side only; default is every side that the CT shows.")] = None,
    target: Annotated[
        Target, typer.Option(help="The joint (inferior synovial recess) or the posterior ligaments.")
    ] = Target.INTRA_ARTICULAR,
    third: Annotated[
        JointThird | None, typer.Option(help="Which part of the joint; default is lower, the inferior 20 mm.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for pictures: bones with the plans in 3-D, the trajectory view.")
    ] = None,
) -> None:
    """Needle ways to the joint or the ligaments, ranked, with reasons; or why there is none. The physician decides."""
    if third is not None and target is not Target.INTRA_ARTICULAR:
        raise ThirdOfLigament("--third is a part of the joint: leave it out for the ligament target")
    if out is not None:
        refuse_unusable(out)
    patient = patient_of(ct, labels)
    carm = load_carm_model()

    def ways(body: Body, one: Side) -> tuple[Plan, ...]:
        return plans_for(body, one, target, carm, third=third or JointThird.LOWER)

    body, found, missing = each_side(patient, side, ways, NoPlan, "planning")
    modelled = list(patient.provenance.modelled)
    for one in found:
        modelled += [sentence for sentence in body.joints[one].modelled if sentence not in modelled]
    document = {
        "advice": ADVICE,
        "sides": {one.value: [plan_document(each) for each in plans] for one, plans in found.items()},
        "missing": {one.value: why for one, why in missing.items()},
        "c_arm": carm.name,
        "modelled": modelled,
    }
    if out is not None:
        with Console(stderr=True).status("drawing the plans"):
            _write_pictures(out, body, found, document)
    if as_json:
        typer.echo(json.dumps(document, indent=1, allow_nan=False))
        return
    console = Console(highlight=False)
    for one, plans in found.items():
        plan_table(one.value, plans, console)
    for sentence in missing.values():
        console.print(sentence, markup=False)
    print_limits(modelled, console)
    console.print(
        "Inside: share of sampled executions by an assumed hand that nothing corrects; it ranks ways and is no rate of "
        "success.",
        style="dim",
        markup=False,
    )
    console.print(ADVICE)
    if out is not None:
        console.print(f"Pictures: {out}", markup=False)


def _write_pictures(out: Path, body: Body, found: dict[Side, tuple[Plan, ...]], document: Mapping[str, object]) -> None:
    ct = body.patient.ct
    projector = Projector(volume_from_hu(ct.grid, ct.hu))
    meshes = {bone: bone_mesh(body.patient, bone) for bone in ("sacrum", "hip_left", "hip_right")}
    with result_folder(out) as folder:
        for side, plans in found.items():
            best = plans[0]
            title = f"{side.value.capitalize()} side, {best.target.value} target"
            picture = plan_picture(
                meshes, body.joints[side].mid_surface_mesh(), plans, structures_at_risk(body, side), title
            )
            (folder / f"{side.value}_plans.png").write_bytes(picture)
            trajectory = look(projector, body, side, best.target_mm, best.receptor, load_carm_model(), best)
            (folder / f"{side.value}_trajectory.png").write_bytes(trajectory)
        (folder / "plan.json").write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
