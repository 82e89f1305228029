"""``sij show`` and ``sij verify``: what a store holds, and whether it still holds what was written."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sijoint.model.wire import to_wire
from sijoint.records import open_store
from sijoint.records import verify as verify_store
from sijoint.report import timeline

STORE_HELP = "The store's file, for example out/episode.db."


class UnknownEpisode(ValueError):
    """The store holds no episode of this id."""


def show(
    episode: Annotated[str, typer.Argument(help="Episode id; `all` lists the store's episodes.")] = "all",
    store: Annotated[Path, typer.Option(help=STORE_HELP)] = Path("out/episode.db"),
    as_json: Annotated[bool, typer.Option("--json", help="The whole episode for programs.")] = False,
) -> None:
    """Show an episode: what happened when, and what was answered."""
    opened = open_store(store)
    found = {one.id: one for one in opened.episodes()}
    if episode == "all":
        if as_json:
            typer.echo(json.dumps({key: one.state.value for key, one in found.items()}, indent=1))
        for key, one in found.items() if not as_json else ():
            typer.echo(f"{key}  {one.state.value}  {len(one.sessions)} session(s)")
        return
    if episode not in found:
        raise UnknownEpisode(
            f"{store} holds no episode {episode!r}; `sij show --store {store}` lists those that it holds"
        )
    one = found[episode]
    if as_json:
        typer.echo(json.dumps(to_wire(one), indent=1, ensure_ascii=False))
        return
    console = Console()
    console.print(f"Episode {one.id}  ({opened.kind.value} store)  state: {one.state.value}  version {one.version}")
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for entry in timeline(one):
        when = entry.at.strftime("%Y-%m-%d" if entry.whole_day else "%Y-%m-%d %H:%M")
        table.add_row(when, f"{entry.step}: {entry.words}" if entry.words else entry.step)
    console.print(table)
    for session in one.sessions:
        if session.verdict:
            console.print(f"\nVerdict, {session.order.kind.value}: {session.verdict.verdict.value}")
            for sentence in session.verdict.card:
                console.print(f"  {sentence}")
    for answer in one.repeat_answers:
        word = "may be repeated" if answer.eligible else "may not be repeated yet"
        console.print(f"\n{answer.asked_on}: {word}" + "".join(f"\n  {gap.text}" for gap in answer.gaps))


def verify(
    store: Annotated[Path, typer.Argument(help=STORE_HELP)] = Path("out/episode.db"),
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Verify that nothing in a store was changed, removed, inserted or reordered. Exit code 1 when something was."""
    report = verify_store(store)
    if as_json:
        typer.echo(json.dumps(to_wire(report), indent=1) if dataclasses.is_dataclass(report) else str(report))
    else:
        for sentence in report.sentences:
            typer.echo(sentence)
    if not report.intact:
        raise typer.Exit(1)
