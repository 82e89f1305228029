"""A store with a few episodes in it, and ways of breaking it that no honest program has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Engine, create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from sijoint.frames import Side
from sijoint.model import (
    AppointmentRequest,
    BodyZone,
    Episode,
    EpisodeState,
    Patient,
    RequestedBy,
    Sex,
    StoreKind,
)
from sijoint.records import KeptCommand, KeptImage, Purpose, Store, Tag, open_store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def patient(number: int = 1, *, virtual: bool = True) -> Patient:
    return Patient(
        f"p{number}", "Family", "Given", date(1960, 1, number), Sex.FEMALE, "none", Decimal("71.5"), None, virtual
    )


def episode(number: int = 1) -> Episode:
    request = AppointmentRequest(RequestedBy.PATIENT, NOON, Side.LEFT, "pain", (BodyZone.BUTTOCK, BodyZone.HIP))
    return Episode(f"e{number}", f"p{number}", EpisodeState.REQUESTED, 0, request)


def new_store(where: Path | str, kind: StoreKind = StoreKind.VIRTUAL) -> Store:
    """A store in a folder, or at an address of either engine."""
    return open_store(where / "clinic.db" if isinstance(where, Path) else where, kind, create=True, at=NOON)


def request(store: Store, number: int = 1) -> None:
    with store.unit_of_work() as work:
        work.add_patient(patient(number, virtual=store.kind is StoreKind.VIRTUAL))
        work.add_episode(episode(number))
        work.commit(Tag.EPISODE_REQUESTED, at=NOON, episode_id=f"e{number}")


def change(store: Store, command_id: str, number: int = 1, *, reason: str = "pain") -> None:
    """The next version of an episode, by a command."""
    with store.unit_of_work() as work:
        before = work.episode(f"e{number}")
        asked = replace(before.request, reason=reason)
        work.save_episode(replace(before, version=before.version + 1, state=EpisodeState.ACCEPTED, request=asked))
        work.remember(KeptCommand(command_id, before.id, "Change", f'{{"reason":"{reason}"}}', "{}"))
        at = NOON + timedelta(minutes=before.version)
        work.commit(Tag.EPISODE_ASSESSED, at=at, episode_id=before.id, command_id=command_id)


def keep_image(store: Store, content: bytes, number: int = 1) -> str:
    sha256 = store.images.keep(content)
    with store.unit_of_work() as work:
        work.add_image(KeptImage(sha256, f"e{number}", "simulated", '{"scale":1}'))
        work.commit(Tag.IMAGE_KEPT, at=NOON, episode_id=f"e{number}")
    return sha256


def read(store: Store, number: int = 1) -> int:
    """A look at an episode; the number of its ledger line."""
    with store.read_as("dr-a", Purpose.CARE, NOON) as view:
        view.episode(f"e{number}")
    return store.ledger_end().sequence


def filled_store(where: Path | str) -> Store:
    """Two patients, ten ledger lines: creation, two requests, one image, six changes."""
    store = new_store(where)
    request(store, 1)
    request(store, 2)
    keep_image(store, b"an image")
    for number in range(6):
        change(store, f"c{number}", 1 + number % 2, reason=f"reason {number}")
    return store


class Tampering:
    """The database as somebody has it who owns it: no trigger, nothing checked. Values stand where ``?`` is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> CursorResult[Any]:
        mark = "?" if self._connection.dialect.name == "sqlite" else "%s"
        return self._connection.exec_driver_sql(statement.replace("?", mark), values)


@contextmanager
def tampering(store: Store) -> Iterator[Tampering]:
    with create_engine_of(store).connect() as connection:
        if connection.dialect.name == "sqlite":
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield Tampering(connection)
        connection.commit()


def create_engine_of(store: Store) -> Engine:
    """A way in that knows nothing of SIJoint."""
    database = store.place.database
    return create_engine(f"sqlite:///{database}" if isinstance(database, Path) else database, poolclass=NullPool)
