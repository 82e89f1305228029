"""``sij show`` and ``sij verify``: what a store holds, and whether it still holds what was written."""

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sijoint.model import Episode, StoreKind
from sijoint.model.wire import to_wire
from sijoint.records import Purpose, Store, StoreRefused, open_store
from sijoint.records import verify as verify_store
from sijoint.report import timeline

STORE_HELP = "The store: a file, or postgresql://user@host/clinic?files=/folder."
STORE_VARIABLE = "SIJ_DATABASE_URL"
DEMO_STORE = "out/episode.db"
StoreOption = Annotated[str, typer.Option("--store", help=STORE_HELP, envvar=STORE_VARIABLE)]
StoreArgument = Annotated[str, typer.Argument(help=STORE_HELP, envvar=STORE_VARIABLE)]


class UnknownEpisode(ValueError):
    """The store holds no episode of this id."""


def show(
    episode: Annotated[str, typer.Argument(help="Episode id; `all` lists the store's episodes.")] = "all",
    store: StoreOption = DEMO_STORE,
    purpose: Annotated[Purpose, typer.Option(help="Why you look; kept in the ledger of a care store.")] = Purpose.CARE,
    as_json: Annotated[bool, typer.Option("--json", help="The whole episode for programs.")] = False,
) -> None:
    """Show an episode: what happened when, and what was answered. A look into a care store is a line in its ledger."""
    opened = open_store(store)
    held = {header.id: header.state.value for header in opened.headers()}
    if episode == "all":
        if as_json:
            typer.echo(json.dumps(held, indent=1))
        for key, state in held.items() if not as_json else ():
            typer.echo(f"{key}  {state}")
        return
    one = looked_up(opened, episode, purpose, "sij show")
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


def looked_up(opened: Store, episode: str, purpose: Purpose, door: str) -> Episode:
    """An episode, on the record in a care store; the patients of a virtual one are nobody. Raises UnknownEpisode."""
    try:
        if opened.kind is StoreKind.VIRTUAL:
            return opened.episode(episode)
        with opened.read_as(f"{getpass.getuser()} ({door})", purpose, datetime.now(UTC)) as view:
            found = view.episode(episode)
        return found
    except StoreRefused as refusal:
        if all(header.id != episode for header in opened.headers()):
            raise UnknownEpisode(
                f"{opened.place.name} holds no episode {episode!r}; `sij show` without an id lists those that it holds"
            ) from None
        raise refusal


def verify(
    store: StoreArgument = DEMO_STORE,
    anchors: Annotated[
        Path | None, typer.Option(help="The anchors as they were kept elsewhere. Default: those beside the store.")
    ] = None,
    signer: Annotated[
        str, typer.Option(help="The public key that must have signed them, as `sij anchor` told it.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Verify that nothing in a store was changed, removed, inserted or reordered. Exit code 1 when something was."""
    report = verify_store(store, anchors=anchors, signer=signer)
    if as_json:
        typer.echo(json.dumps(to_wire(report), indent=1))
    else:
        for sentence in report.sentences:
            typer.echo(sentence)
    if not report.intact:
        raise typer.Exit(1)
