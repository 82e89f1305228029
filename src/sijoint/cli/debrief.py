"""``sij debrief``: what only the simulator knew, beside what was judged. For the one who practised, after it is over."""

from typing import Annotated

import typer

from sijoint.cli.records import DEMO_STORE, StoreOption, looked_up
from sijoint.records import Purpose, open_store
from sijoint.report.debrief import debrief_text
from sijoint.room.truth import read_truth


def debrief(
    episode: Annotated[str, typer.Argument(help="Episode id.")] = "episode-1",
    store: StoreOption = DEMO_STORE,
) -> None:
    """Where the tip and the drug truly were in each simulated procedure, beside what was judged from the images."""
    opened = open_store(store)
    found = looked_up(opened, episode, Purpose.QUALITY, "sij debrief")
    procedures = [session.procedure for session in found.sessions if session.procedure]
    if not procedures:
        typer.echo("No procedure was begun in this episode: there is nothing to debrief.")
    for procedure in procedures:
        truth = read_truth(opened.path.parent / "truth", procedure.id)
        if truth is None:
            typer.echo(f"{procedure.id}: the simulator's truth is not kept here (folder truth beside the store).")
        else:
            typer.echo(debrief_text(truth, procedure))
