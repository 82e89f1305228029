"""Reading the store: patients, episodes as they are or were, commands, ledger lines with what they tell."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from sijoint.model import Episode, EpisodeState, Patient
from sijoint.model.wire import from_wire_text
from sijoint.records import tables
from sijoint.records.errors import NotKept, StoreRefused
from sijoint.records.ledger import LedgerLine
from sijoint.records.parts import episode_of


@dataclass(frozen=True)
class EpisodeHeader:
    id: str
    patient_id: str
    state: EpisodeState
    version: int


@dataclass(frozen=True)
class KeptCommand:
    """A command that was handled: its canonical body and the outcome first given, both JSON text."""

    id: str
    episode_id: str
    name: str
    body: str
    outcome: str


@dataclass(frozen=True)
class KeptImage:
    """The row of one image; ``sidecar`` is JSON text."""

    sha256: str
    episode_id: str
    origin: str
    sidecar: str


@dataclass(frozen=True)
class KeptAccess:
    """``key_id`` names the patient's key, ``episode_id`` is "" where the patient alone was looked up."""

    sequence: int
    by: str
    purpose: str
    key_id: str
    episode_id: str


@dataclass(frozen=True)
class StoryLine:
    """A ledger line with the command that it records, as far as that still exists."""

    line: LedgerLine
    command_name: str
    outcome: str


def patient(connection: Connection, identity: str) -> Patient:
    table = tables.patient
    body = connection.execute(
        select(table.c.body).where(table.c.id == identity).order_by(table.c.version.desc()).limit(1)
    ).scalar()
    if body is None:
        raise NotKept("the store holds no such patient: check the id")
    found: Patient = from_wire_text(Patient, body)
    return found


def header(connection: Connection, identity: str) -> EpisodeHeader:
    row = connection.execute(select(tables.episode).where(tables.episode.c.id == identity)).one_or_none()
    if row is None:
        raise NotKept(f"the store holds no episode {identity!r}: `sij show` without an id lists those it holds")
    return EpisodeHeader(row.id, row.patient_id, EpisodeState(row.state), row.version)


def headers(connection: Connection) -> tuple[EpisodeHeader, ...]:
    rows = connection.execute(select(tables.episode).order_by(tables.episode.c.id))
    return tuple(EpisodeHeader(row.id, row.patient_id, EpisodeState(row.state), row.version) for row in rows)


def episodes(connection: Connection) -> tuple[Episode, ...]:
    """All episodes, by id."""
    return tuple(episode(connection, one.id) for one in headers(connection))


def episodes_of(connection: Connection, patient_id: str) -> tuple[Episode, ...]:
    """All episodes of one patient, by id."""
    table = tables.episode
    ids = (
        connection.execute(select(table.c.id).where(table.c.patient_id == patient_id).order_by(table.c.id))
        .scalars()
        .all()
    )
    return tuple(episode(connection, one) for one in ids)


def parts(connection: Connection, identity: str, version: int | None = None) -> dict[str, object]:
    """The newest parts of an episode, or those at a version; None for a part that was taken away."""
    table = tables.episode_part
    newest = select(table.c.part, func.max(table.c.version).label("version")).where(table.c.episode_id == identity)
    if version is not None:
        newest = newest.where(table.c.version <= version)
    found = newest.group_by(table.c.part).subquery()
    rows = connection.execute(
        select(table.c.part, table.c.body)
        .join(found, (table.c.part == found.c.part) & (table.c.version == found.c.version))
        .where(table.c.episode_id == identity)
    )
    return {row.part: json.loads(row.body) for row in rows}


def newest_version(connection: Connection, identity: str) -> int:
    """The highest version among an episode's parts."""
    table = tables.episode_part
    return connection.execute(select(func.max(table.c.version)).where(table.c.episode_id == identity)).scalar() or 0


def episode(connection: Connection, identity: str, version: int | None = None) -> Episode:
    """Raises StoreRefused, or UnreadableRecord when the parts do not fit the model."""
    head = header(connection, identity)
    if version is not None and not 0 <= version <= head.version:
        raise StoreRefused(f"the episode has versions 0 to {head.version}, not {version}")
    return episode_of(
        head.id, head.patient_id, head.version if version is None else version, parts(connection, identity, version)
    )


def command(connection: Connection, identity: str) -> KeptCommand | None:
    row = connection.execute(select(tables.command).where(tables.command.c.id == identity)).one_or_none()
    return None if row is None else KeptCommand(row.id, row.episode_id, row.name, row.body, row.outcome)


def newest_of_site(connection: Connection, name: str) -> Any:
    """What any session was told last under this name of the whole site, as plain JSON; None where none was."""
    table = tables.episode_part
    body = connection.execute(
        select(table.c.body)
        .where(table.c.part.like(f"sessions/%/{name}"))
        .order_by(table.c.sequence.desc(), table.c.version.desc())
        .limit(1)
    ).scalar()
    return None if body is None else json.loads(body)


def commands(connection: Connection, episode_id: str) -> tuple[KeptCommand, ...]:
    """In the order in which they were handled."""
    table = tables.command
    rows = connection.execute(select(table).where(table.c.episode_id == episode_id).order_by(table.c.sequence))
    return tuple(KeptCommand(row.id, row.episode_id, row.name, row.body, row.outcome) for row in rows)


def images(connection: Connection, episode_id: str) -> tuple[KeptImage, ...]:
    table = tables.image
    rows = connection.execute(select(table).where(table.c.episode_id == episode_id).order_by(table.c.sequence))
    return tuple(KeptImage(row.sha256, row.episode_id, row.origin, row.sidecar) for row in rows)


def image(connection: Connection, episode_id: str, sha256: str) -> KeptImage | None:
    table = tables.image
    row = connection.execute(
        select(table).where(table.c.episode_id == episode_id, table.c.sha256 == sha256)
    ).one_or_none()
    return None if row is None else KeptImage(row.sha256, row.episode_id, row.origin, row.sidecar)


def accesses(connection: Connection, episode_id: str | None = None) -> tuple[KeptAccess, ...]:
    table = tables.access
    wanted = select(table).order_by(table.c.sequence, table.c.number)
    if episode_id is not None:
        wanted = wanted.where(table.c.episode_id == episode_id)
    return tuple(
        KeptAccess(row.sequence, row.by, row.purpose, row.key_id, row.episode_id) for row in connection.execute(wanted)
    )


def head(connection: Connection) -> LedgerLine:
    table = tables.ledger
    row = connection.execute(select(table).order_by(table.c.sequence.desc()).limit(1)).one()
    return LedgerLine(*row)


def lines_after(connection: Connection, sequence: int) -> Sequence[LedgerLine]:
    table = tables.ledger
    rows = connection.execute(select(table).where(table.c.sequence > sequence).order_by(table.c.sequence))
    return [LedgerLine(*row) for row in rows]


def story(connection: Connection, episode_id: str) -> tuple[StoryLine, ...]:
    """Every ledger line about an episode, oldest first."""
    table, told = tables.ledger, tables.command
    rows = connection.execute(
        select(table, told.c.name, told.c.outcome)
        .outerjoin(told, told.c.sequence == table.c.sequence)
        .where(table.c.episode == episode_id)
        .order_by(table.c.sequence)
    )
    return tuple(StoryLine(LedgerLine(*row[:-2]), row[-2] or "", row[-1] or "") for row in rows)
