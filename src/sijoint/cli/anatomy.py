"""``sij anatomy``: the joint's measures beside published values."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sijoint.anatomy import UnsuitableAnatomy, bundled_pelvis, describe, extract_joint, read_patient
from sijoint.cli.options import CT_HELP, LABELS_HELP, both_or_neither
from sijoint.frames import Side


def anatomy(
    ct: Annotated[Path | None, typer.Option(help=CT_HELP)] = None,
    labels: Annotated[Path | None, typer.Option(help=LABELS_HELP)] = None,
    side: Annotated[Side | None, typer.Option(help="One side only; default is every side that the CT shows.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Area, width where it can be measured, and angles of the sacroiliac joint, beside published values."""
    both_or_neither(ct, labels)
    patient = read_patient(ct, labels) if ct and labels else bundled_pelvis()
    rows, missing = {}, {}
    for one in (side,) if side else tuple(Side):
        try:
            rows[one] = describe(extract_joint(patient, one))
        except UnsuitableAnatomy as refusal:
            if side:
                raise
            missing[one] = str(refusal)
    if not rows:
        raise UnsuitableAnatomy(next(iter(missing.values())))
    if as_json:
        document = {one.value: [row.__dict__ for row in found] for one, found in rows.items()}
        typer.echo(
            json.dumps({"sides": document, "missing": missing, "modelled": patient.provenance.modelled}, indent=1)
        )
        return
    console = Console()
    for one, found in rows.items():
        table = Table(title=f"{one.value.capitalize()} sacroiliac joint", title_justify="left")
        for heading in ("measure", "here", "published", "source", "note"):
            table.add_column(heading, overflow="fold")
        for row in found:
            table.add_row(row.name, row.ours, row.published, row.source, row.note)
        console.print(table)
    for sentence in missing.values():
        console.print(sentence)
    for sentence in patient.provenance.modelled:
        console.print(f"modelled: {sentence}", style="dim")
