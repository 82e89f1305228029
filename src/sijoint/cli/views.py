"""``sij views``: what every receptor direction shows of the joint, and the views worth going to."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sijoint.anatomy import Body
from sijoint.cli.limits import ADVICE, print_limits
from sijoint.cli.options import CT_HELP, LABELS_HELP
from sijoint.cli.outfolder import refuse_unusable, result_folder
from sijoint.cli.plan_told import view_table
from sijoint.cli.sides import each_side, patient_of
from sijoint.fluoroscopy import Projector, volume_from_hu
from sijoint.frames import Side, load_carm_model
from sijoint.guidance import NoPlan, Plan, ViewKind, ViewMap, view_map
from sijoint.guidance import plan as plans_for
from sijoint.model import Target
from sijoint.report.plan_document import map_document
from sijoint.report.view_map_picture import view_map_picture
from sijoint.report.view_picture import look


def views(
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    side: Annotated[Side | None, typer.Option(help="One side only; default is every side that the CT shows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs; with the whole map.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for pictures: the heat map, and an image of each of the best views.")
    ] = None,
) -> None:
    """The best receptor directions within reach for one joint, and what each is for. The physician decides."""
    if out is not None:
        refuse_unusable(out)
    patient = patient_of(ct, labels)
    carm = load_carm_model()
    volume = volume_from_hu(patient.ct.grid, patient.ct.hu)

    def seen(body: Body, one: Side) -> tuple[ViewMap, Plan | None, str]:
        try:
            way, why = plans_for(body, one, Target.INTRA_ARTICULAR, carm)[0], ""
        except NoPlan as reason:
            way, why = None, f"The trajectory view is the most open one: {reason}"
        return view_map(body, one, carm, plan=way, volume=volume), way, why

    body, found, missing = each_side(patient, side, seen, NoPlan, "comparing views")
    document = {
        "advice": ADVICE,
        "sides": {one.value: {**map_document(each), "note": why} for one, (each, _, why) in found.items()},
        "missing": {one.value: why for one, why in missing.items()},
        "c_arm": carm.name,
        "modelled": list(patient.provenance.modelled),
    }
    if out is not None:
        projector = Projector(volume)
        with Console(stderr=True).status("taking images"), result_folder(out) as folder:
            for one, (each, way, _) in found.items():
                title = f"What each receptor direction shows of the {one.value} sacroiliac joint"
                (folder / f"{one.value}_map.png").write_bytes(view_map_picture(each, title))
                for view in each.views:
                    shown = way if view.kind in (ViewKind.TRAJECTORY, ViewKind.LATERAL) else None  # it hides the lines
                    picture = look(projector, body, one, each.target_mm, view.receptor, carm, shown)
                    (folder / f"{one.value}_{view.kind.value.replace(' ', '_')}.png").write_bytes(picture)
            (folder / "views.json").write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(document, indent=1, allow_nan=False))
        return
    console = Console(highlight=False)
    for one, (each, _, why) in found.items():
        view_table(one.value, each, console)
        if why:
            console.print(why, markup=False)
    for sentence in missing.values():
        console.print(sentence, markup=False)
    print_limits((sentence for each, _, _ in found.values() for sentence in each.assumed), console, "Assumed")
    print_limits(patient.provenance.modelled, console)
    console.print(ADVICE)
    if out is not None:
        console.print(f"Pictures: {out}", markup=False)
