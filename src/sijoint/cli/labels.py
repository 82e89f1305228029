"""``sij labels``: a map to fill in for labels whose numbers this program does not know."""

from pathlib import Path
from typing import Annotated

import typer

from sijoint.anatomy import label_map_template, labels_are_known
from sijoint.anatomy.label_schemes import map_path


def labels(
    file: Annotated[Path, typer.Argument(help="Labels: NIfTI, or a 3D Slicer segmentation (.seg.nrrd).")],
    overwrite: Annotated[bool, typer.Option(help="Replace a map that is already there.")] = False,
) -> None:
    """Write a map beside labels of an unknown scheme: every number found, with its voxels, to be given its name once."""
    to = map_path(file)
    text = label_map_template(file)
    if to.exists() and not overwrite:
        typer.echo(f"{to} is already there and is used; add --overwrite to start anew.")
        raise typer.Exit(1)
    if not overwrite and labels_are_known(file):
        typer.echo(f"{file} is understood as it is: no map is needed. Add --overwrite to write one all the same.")
        return
    to.write_text(text, encoding="utf-8")
    typer.echo(
        f"Fill in the names in {to}; every command that is given these labels then reads it. Empty names count as none."
    )
