"""``sij note``: the procedure note of a session, shown, written, signed or added to."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sijoint.cli.acting import By, Door, NotToBeDone, WhichEpisode, door
from sijoint.cli.records import StoreOption
from sijoint.cli.rule_asked import Now, PolicyChoice, moment, policies_for
from sijoint.clinic import AddToNote, SignNote, WriteNote
from sijoint.model import Episode, Note, Session
from sijoint.pathway import text_digest
from sijoint.report import generated_note_text, session_of


class Act(StrEnum):
    SHOW = "show"
    DRAFT = "draft"
    WRITE = "write"
    SIGN = "sign"
    ADD = "add"


def note(
    act: Annotated[Act, typer.Argument(help="What to do.")],
    store: StoreOption,
    episode: WhichEpisode = "",
    session: Annotated[int | None, typer.Option(help="Which session, from 1; the last one where not given.", min=1)] = None,
    text: Annotated[Path | None, typer.Option(help="The file with the text to write or add; - is the standard input.")] = None,
    digest: Annotated[str, typer.Option(help="To sign: the SHA-256 of what you read, as `show` prints it.")] = "",
    by: By = "",
    policy: PolicyChoice = None,
    now: Now = None,
) -> None:  # fmt: skip
    """Show a note, write a version of it, sign it as it was read, or add to a signed one; draft prints one made from the events.

    `write` without --text keeps the draft as it is. Nothing of a note is ever taken away.
    """
    at = moment(now)
    with door(store, episode, by, at, policies_for(policy)) as here:
        found = here.look(episode)
        number = session or len(found.sessions)
        order_id = session_of(found, number).order.id
        if act is Act.DRAFT:
            typer.echo(_draft(here, found, number), nl=False)
            return
        if act is Act.WRITE:
            words = _draft(here, found, number) if text is None else _text(text)
            here.give(WriteNote, episode, text=words, generated=text is None, order_id=order_id)
        elif act is Act.SIGN:
            if not digest:
                raise NotToBeDone("say which text you sign: --digest with what `sij note show` prints under it")
            here.give(SignNote, episode, seen_digest=digest, order_id=order_id)
        elif act is Act.ADD:
            if text is None:
                raise NotToBeDone("say what is to be added: --text with a file, or - for the standard input")
            here.give(AddToNote, episode, text=_text(text), order_id=order_id)
        _show(session_of(here.look(episode), number))


def _draft(here: Door, episode: Episode, number: int) -> str:
    return generated_note_text(episode, session_of(episode, number), zone=here.policy.zone)


def _show(session: Session) -> None:
    kept: Note | None = session.note
    if kept is None:
        typer.echo("there is no note yet: `sij note draft` makes one from the events, `sij note write` keeps it")
        return
    last = kept.versions[-1]
    typer.echo(last.text.rstrip("\n"))
    for one in kept.addenda:
        typer.echo(f"\nAddendum of {one.by}, {one.at:%Y-%m-%d %H:%M} UTC\n{one.text.rstrip()}")
    signed = f"signed by {kept.signed_by}, {kept.signed_at:%Y-%m-%d %H:%M} UTC" if kept.signed_at else "not signed"
    typer.echo(f"\nversion {len(kept.versions)} of {last.by}; {signed}; SHA-256 {text_digest(last)}")


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NotToBeDone(f"{file} cannot be read as text in UTF-8: give a file that there is") from None
