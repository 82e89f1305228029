"""``sij sheet``: one paper of an episode, as text, page, PDF or calendar file, in the patient's language."""

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from sijoint.cli.outfile import UnusableFile, write_whole
from sijoint.cli.rule_asked import Now, PolicyChoice, moment, policy_for
from sijoint.clinic import sealed_packet
from sijoint.exchange import diary_entry, read_episode_text, visit_entry
from sijoint.model import Episode, Patient, SealedPacket, StoreKind
from sijoint.pathway import Policy, language, languages, policy_names, zone_named
from sijoint.records import Purpose, Store, Viewing, open_store
from sijoint.report import (
    OF_A_SESSION,
    Paper,
    PaperAsked,
    PaperKind,
    paper_html,
    paper_of,
    paper_pdf,
    paper_text,
    session_of,
)

CALENDAR = ".ics"
FORMS: Mapping[str, Callable[[Paper], bytes]] = {
    ".txt": lambda paper: paper_text(paper).encode(),
    ".html": lambda paper: paper_html(paper).encode(),
    ".pdf": paper_pdf,
}


class UnusableAsk(ValueError):
    """A paper that cannot be made from this; the text says what to give instead."""


@dataclass(frozen=True)
class Opened:
    """``sealed``: the newest packet that a store has sealed, where a packet is asked for."""

    patient: Patient
    episode: Episode
    sealed: SealedPacket | None = None


def sheet(
    kind: Annotated[PaperKind, typer.Argument(help="Which paper.")],
    source: Annotated[str, typer.Argument(metavar="FILE", help="An episode.json, or a store with --episode.")],
    episode: Annotated[str, typer.Option(help="In a store: the id of the episode.")] = "",
    session: Annotated[int | None, typer.Option(help="Which session, from 1; the last one where not given.", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="Ends in .pdf, .html, .txt or .ics; without it the text is printed.")] = None,
    language_code: Annotated[str, typer.Option("--language", help="One of: " + ", ".join(languages()) + ".")] = "en",
    zone: Annotated[str, typer.Option(help="Another clock than the policy's, for example Europe/Berlin.")] = "",
    policy: PolicyChoice = None,
    now: Now = None,
    by: Annotated[str, typer.Option(help="Who reads it, for the store's ledger; your login where not given.")] = "",
) -> None:  # fmt: skip
    """Write the preparation or discharge sheet, note, verdict card, labels, emergency cards, letter or payer's packet.

    A sheet that was given is printed as it was kept; another language or clock is made from the same facts, and refused
    where they have changed since. From preparation and discharge, .ics makes calendar entries that name nobody.
    """
    at, clock, told = moment(now), zone_named(zone) if zone else None, language(language_code)
    _refuse_unwritable(out, kind)
    found = _opened(source, episode, by or getpass.getuser(), at, kind)
    number = session or len(found.episode.sessions)
    if kind in OF_A_SESSION:
        session_of(found.episode, number)
    if kind is PaperKind.PACKET and policy is None and found.sealed is None:
        raise UnusableAsk("a packet is for one payer: name the payer's policy with --policy, for example medicare-lcd")
    rules = _policy(policy, found.episode, number, at)
    if out is not None and out.suffix.lower() == CALENDAR:
        entry = visit_entry if kind is PaperKind.PREPARATION else diary_entry
        content = entry(found.episode, number, told)
    else:
        asked = PaperAsked(found.episode, number, found.patient, rules, at, language_code, clock, found.sealed)
        paper = paper_of(kind, asked)
        content = FORMS[out.suffix.lower() if out is not None else ".txt"](paper)
    if out is None:
        typer.echo(content.decode(), nl=False)
        return
    write_whole(out, partial(_write, content))
    typer.echo(f"{out}: {kind}, session {number}" if kind in OF_A_SESSION else f"{out}: {kind}")


def _write(content: bytes, file: BinaryIO) -> None:
    file.write(content)


def _refuse_unwritable(out: Path | None, kind: PaperKind) -> None:
    if out is None:
        return
    if out.suffix.lower() not in (*FORMS, CALENDAR):
        raise UnusableFile(f"{out} does not say what is wanted: end the name in {', '.join(FORMS)} or {CALENDAR}")
    if out.suffix.lower() == CALENDAR and kind not in (PaperKind.PREPARATION, PaperKind.DISCHARGE):
        raise UnusableAsk(f"{kind} has no date for a calendar: preparation has the visit, discharge the diary")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise UnusableFile(f"{out} cannot be written: name a file in a folder that exists")


def _opened(source: str, episode_id: str, by: str, at: datetime, kind: PaperKind) -> Opened:
    """A look into a care store is a line of its ledger; the patients of a virtual one are nobody."""
    if source.lower().endswith(".json"):
        read = read_episode_text(_text(Path(source)))
        return Opened(read.patient, read.episode)
    if "://" not in source and not Path(source).is_file():
        raise UnusableAsk(f"there is no file {source}: give an episode.json, or a store with --episode")
    if not episode_id:
        raise UnusableAsk(
            f"{source} is a store: say which episode with --episode; `sij show --store {source}` lists them"
        )
    store = open_store(source)
    try:
        if store.kind is StoreKind.VIRTUAL:
            return _read(store, store, episode_id, kind)
        purpose = Purpose.BILLING if kind is PaperKind.PACKET else Purpose.CARE
        with store.read_as(f"{by} (sij sheet)", purpose, at) as viewing:
            found = _read(store, viewing, episode_id, kind)
        return found
    finally:
        store.close()


def _read(store: Store, seen_by: Store | Viewing, episode_id: str, kind: PaperKind) -> Opened:
    episode = seen_by.episode(episode_id)
    seals = episode.packet_seals if kind is PaperKind.PACKET else ()
    sealed = sealed_packet(store, episode_id, seals[-1]) if seals else None
    return Opened(seen_by.patient(episode.patient_id), episode, sealed)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnusableAsk(f"there is no file {file}: give an episode.json, or a store with --episode") from None
    except (OSError, UnicodeDecodeError):
        raise UnusableAsk(
            f"{file} cannot be read as text: give an episode.json that `sij demo` or a store wrote"
        ) from None


def _policy(choice: str | None, episode: Episode, number: int, at: datetime) -> Policy:
    """Without a choice, the policy that was frozen with the order, where it is one of ours."""
    own = episode.sessions[number - 1].order.rule.policy_id if episode.sessions else ""
    return policy_for(choice, at, own if own in policy_names() else "clinic")
