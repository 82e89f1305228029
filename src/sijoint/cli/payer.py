"""``sij gaps`` and ``sij packet``: what a payer's policy still lacks before an injection, and the sealed evidence after it."""

import getpass
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import uuid4

import typer

from sijoint.cli.outfolder import result_folder
from sijoint.cli.rule_asked import AsJson, Now, PolicyChoice, moment, policies_for, policy_for
from sijoint.clinic import SealPacket, check_packet, handle, sealed_packet, write_packet
from sijoint.clinic.people import register_of
from sijoint.exchange import read_episode_text
from sijoint.frames import Side
from sijoint.model import Episode, Met, OrderKind, PayerCheck, SealedPacket, StoreKind, Target
from sijoint.model.wire import to_wire
from sijoint.pathway import Policy, payer_check, shipped
from sijoint.records import Purpose, Store, open_store

T = TypeVar("T")
LACKING = 11  # as a stop of the rules' doors: by this policy not yet
MARKS = {Met.YES: "+", Met.NO: "-", Met.NOT_SHOWN: "?"}


class UnusablePayerQuestion(ValueError):
    """An episode or payer that is not there; the text says what to give instead."""


Source = Annotated[Path, typer.Argument(metavar="FILE", help="A store, or an episode.json.")]
WhichEpisode = Annotated[str, typer.Option("--episode", help="In a store: the id of the episode.")]
By = Annotated[str, typer.Option(help="Who asks, for the store's ledger; your login where not given.")]


def gaps(
    source: Source,
    policy: PolicyChoice = None,
    episode: WhichEpisode = "",
    kind: Annotated[OrderKind, typer.Option(help="What is to be given.")] = OrderKind.DIAGNOSTIC,
    side: Annotated[Side | None, typer.Option(help="Which joint; that of the last order where not given.")] = None,
    target: Annotated[Target | None, typer.Option(help="Joint or ligament; that of the last order.")] = None,
    on: Annotated[str, typer.Option(help="The day of the injection, such as 2026-03-10; today where not given.")] = "",
    as_json: AsJson = False,
    now: Now = None,
    by: By = "",
) -> None:
    """What a payer's policy asks for before an injection, and what the record does not show yet. Exit code 11 with gaps."""
    at = moment(now)
    rules = policy_for(policy, at, "medicare-lcd")
    day = _day(on, at, rules)

    def asked(one: Episode, others: tuple[Episode, ...]) -> PayerCheck:
        return payer_check(one, rules, day, kind, side, target, others)

    check = _of_file(source, asked) if source.suffix.lower() == ".json" else _of_store(source, episode, by, at, asked)
    if as_json:
        typer.echo(json.dumps(to_wire(check), indent=1, ensure_ascii=False))
    else:
        typer.echo(f"{rules.title}, of {rules.effective}")
        typer.echo(f"{check.kind}, {check.side} side, {check.target}, on {check.on}")
        for row in check.requirements:
            typer.echo(f" {MARKS[row.met]} {row.sentence}")
        words = "nothing is lacking" if check.complete else f"{len(check.gaps)} lacking (- not met, ? not shown)"
        typer.echo(f"{words}; a payer decides for itself")
    if not check.complete:
        raise typer.Exit(LACKING)


def packet(
    source: Annotated[Path, typer.Argument(metavar="STORE|FOLDER", help="A store, or a packet's folder to check.")],
    episode: WhichEpisode = "",
    payer: Annotated[
        str, typer.Option(help="The payer's policy by name, for example medicare-lcd, or a policy file of your own.")
    ] = "",
    out: Annotated[Path, typer.Option(help="The folder of the packet.")] = Path("packet"),
    now: Now = None,
    by: By = "",
) -> None:
    """Seal the evidence for a payer and write it with its pictures; or check a packet's folder as it was received."""
    if source.is_dir():
        sealed = check_packet(source)
        typer.echo(f"{source} is what was sealed: {_told(sealed)}")
        return
    if not episode or not payer:
        raise UnusablePayerQuestion(
            "say which episode and whose policy: --episode ID --payer NAME, for example --payer medicare-lcd"
        )
    at, who = moment(now), by or getpass.getuser()
    policies = policies_for(payer)
    policies.at(at)  # an unknown payer is told before anything is written
    with closing(_store(source)) as store:
        if not any(one.id == episode for one in store.headers()):
            raise UnusablePayerQuestion(
                f"{source} holds no episode {episode!r}: `sij show --store {source}` lists them"
            )
        command = SealPacket(id=f"packet-{uuid4()}", by=who, episode_id=episode, payer=policies.name)
        site = replace(shipped(), known=policies.known)
        outcome = handle(command, store, site, lambda: at, register_of(store))
        if not outcome.accepted or outcome.episode is None:
            raise UnusablePayerQuestion(outcome.refusal)
        sealed = sealed_packet(store, episode, outcome.episode.packet_seals[-1], site)
        if store.kind is StoreKind.CARE:  # what leaves the house is a look, too
            with store.read_as(f"{who} (sij packet)", Purpose.BILLING, at) as viewing:
                viewing.patient(viewing.episode(episode).patient_id)
        with result_folder(out) as folder:
            write_packet(sealed, store, folder)
    typer.echo(f"{out}: {_told(sealed)}")


def _told(sealed: SealedPacket) -> str:
    one = sealed.packet
    lacking = f"{len(one.check.gaps)} lacking" if one.check.gaps else "nothing lacking"
    images = len({image.sha256 for image in one.images})
    return f"{one.policy_title}, {images} pictures, {lacking}, SHA-256 {sealed.digest}"


def _day(text: str, at: datetime, policy: Policy) -> date:
    try:
        return date.fromisoformat(text) if text else policy.day(at)
    except ValueError:
        raise UnusablePayerQuestion(f"--on {text} is no day: write it as 2026-03-10") from None


def _of_file(file: Path, asked: Callable[[Episode, tuple[Episode, ...]], T]) -> T:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnusablePayerQuestion(f"{file} cannot be read: give an episode.json, or a store with --episode") from None
    return asked(read_episode_text(text).episode, ())


def _of_store(
    place: Path, episode: str, by: str, at: datetime, asked: Callable[[Episode, tuple[Episode, ...]], T]
) -> T:
    """With the patient's other episodes; a look into a care store is a line of its ledger."""
    with closing(_store(place)) as store:
        found = {one.id: one for one in store.headers()}
        if episode not in found:
            raise UnusablePayerQuestion(f"say which episode with --episode: `sij show --store {place}` lists them")
        ids = [one.id for one in found.values() if one.patient_id == found[episode].patient_id and one.id != episode]
        if store.kind is StoreKind.VIRTUAL:
            return asked(store.episode(episode), tuple(store.episode(one) for one in ids))
        with store.read_as(f"{by or getpass.getuser()} (sij gaps)", Purpose.BILLING, at) as viewing:
            here, others = viewing.episode(episode), tuple(viewing.episode(one) for one in ids)
        return asked(here, others)


def _store(place: Path) -> Store:
    if not place.is_file():
        raise UnusablePayerQuestion(f"there is no store {place}: give the file of a store")
    return open_store(place)
