"""A store that is open, and what it offers: reading, and units of work for writing."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from sijoint.model import Episode, Patient, StoreKind
from sijoint.records import reading, witness
from sijoint.records.access import Purpose, Viewing
from sijoint.records.errors import StoreRefused, told
from sijoint.records.images import ImageStore
from sijoint.records.ledger import GENESIS, LedgerLine
from sijoint.records.place import POSTGRESQL, Place
from sijoint.records.postgres import only_writer_in_database
from sijoint.records.reading import EpisodeHeader, KeptAccess, KeptCommand, KeptImage, StoryLine
from sijoint.records.unit_of_work import UnitOfWork
from sijoint.records.writer_lock import only_writer

Secret = Callable[[int], bytes]


class Store:
    """One store that is open. ``notes`` say what was put right when it was opened."""

    def __init__(
        self,
        engine: Engine,
        place: Place,
        witness_path: Path,
        identity: str,
        kind: StoreKind,
        key: bytes,
        secret: Secret,
    ) -> None:
        self._engine, self._key, self._secret = engine, key, secret
        self.place, self.witness_path, self.id, self.kind = place, witness_path, identity, kind
        self.images = ImageStore(place.images)
        self.notes: list[str] = []
        self._writing = threading.local()

    @property
    def path(self) -> Path:
        """The database's file; for PostgreSQL the path that the files beside it are named after."""
        return self.place.files

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """The one writer. Waits for others; undoes everything when left without ``commit``. Raises StoreRefused."""
        if getattr(self._writing, "now", False):
            raise RuntimeError("a unit of work is already open in this thread")
        self._writing.now = True
        try:
            with self.writing_alone() as connection:
                try:
                    head = reading.head(connection)
                    connection.rollback()
                    self._sign_for(head)
                    yield UnitOfWork(
                        connection,
                        store_id=self.id,
                        store_key=self._key,
                        kind=self.kind,
                        images=self.images,
                        secret=self._secret,
                        acknowledge=self._acknowledge,
                        erasures=self.place.erasures,
                    )
                except SQLAlchemyError as error:
                    raise StoreRefused(told(error)) from error
        finally:
            self._writing.now = False

    @contextmanager
    def read_as(self, by: str, purpose: Purpose, at: datetime) -> Iterator[Viewing]:
        """Read patients and episodes on the record: one ledger line says who looked at whom, and why.

        The line is written and acknowledged on leaving, however many were read: show nothing before. Nothing read, no
        line. Raises StoreRefused, then show nothing at all.
        """
        viewing = Viewing(self, by, Purpose(purpose))
        yield viewing
        if viewing.seen:
            with self.unit_of_work() as work:
                viewing.record(work, at)

    def patient(self, identity: str) -> Patient:
        with self.reading() as connection:
            return reading.patient(connection, identity)

    def episode(self, identity: str, version: int | None = None) -> Episode:
        """An episode as it is, or as it was at a version."""
        with self.reading() as connection:
            return reading.episode(connection, identity, version)

    def episodes(self) -> tuple[Episode, ...]:
        """Every episode, whole, by id; ``headers`` is the short list."""
        with self.reading() as connection:
            return reading.episodes(connection)

    def headers(self) -> tuple[EpisodeHeader, ...]:
        with self.reading() as connection:
            return reading.headers(connection)

    def commands(self, episode_id: str) -> tuple[KeptCommand, ...]:
        """Every command on an episode that was answered, accepted or refused, oldest first."""
        with self.reading() as connection:
            return reading.commands(connection, episode_id)

    def story(self, episode_id: str) -> tuple[StoryLine, ...]:
        """The ledger of one episode."""
        with self.reading() as connection:
            return reading.story(connection, episode_id)

    def image_rows(self, episode_id: str) -> tuple[KeptImage, ...]:
        with self.reading() as connection:
            return reading.images(connection, episode_id)

    def accesses(self, episode_id: str | None = None) -> tuple[KeptAccess, ...]:
        """Who looked or erased, and why, oldest first."""
        with self.reading() as connection:
            return reading.accesses(connection, episode_id)

    def ledger(self) -> tuple[LedgerLine, ...]:
        with self.reading() as connection:
            return tuple(reading.lines_after(connection, 0))

    def ledger_end(self) -> LedgerLine:
        """The newest line."""
        with self.reading() as connection:
            return reading.head(connection)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment. Raises StoreRefused."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreRefused(told(error)) from error

    @contextmanager
    def writing_alone(self) -> Iterator[Connection]:
        """The writer's connection, while no other program writes. Raises StoreRefused."""
        try:
            with only_writer(self.place.lock), self._engine.connect().execution_options(writes=True) as connection:
                if connection.dialect.name != POSTGRESQL:
                    yield connection
                    return
                with only_writer_in_database(connection):
                    yield connection
        except SQLAlchemyError as error:
            raise StoreRefused(told(error)) from error

    def _acknowledge(self, line: LedgerLine) -> None:
        try:
            witness.append(self.witness_path, [line])
        except OSError as error:
            raise StoreRefused(
                f"what you did is in the store, but its witness could not be written ({error.strerror}): "
                "free the disk, then look whether it is there before repeating it"
            ) from error

    def _sign_for(self, head: LedgerLine) -> None:
        try:
            if not self.witness_path.exists():
                raise StoreRefused(
                    f"nothing was written: the witness {self.witness_path.name} is gone; put it back, or open the store anew"
                )
            self.agree_with_witness(head)
        except OSError as error:
            raise StoreRefused(
                f"nothing was written: the witness cannot be reached ({error.strerror}); bring its disk back"
            ) from error

    def agree_with_witness(self, head: LedgerLine) -> bool:
        """Complete a witness that lags; refuse to write on when it is ahead of the ledger or tells another story.

        True when there was none and it was written anew. Raises StoreRefused, OSError.
        """
        path = self.witness_path
        there = path.exists()
        lines: tuple[witness.WitnessLine, ...] = ()
        if there:
            last = witness.last_line(path)
            if last is not None and (last.sequence, last.head) == (head.sequence, head.hash):
                return False
            lines, torn = witness.read_witness(path)
            if torn:
                witness.drop_torn_end(path)
        known = lines[-1] if lines else witness.WitnessLine(0, GENESIS)
        advice = f"nothing was written; run `sij verify {self.place.name}` and restore a backup"
        if known.sequence > head.sequence:
            raise StoreRefused(
                f"the ledger ends at line {head.sequence} but its witness has line {known.sequence}: "
                f"lines were removed; {advice}"
            )
        with self.reading() as connection:
            missing = reading.lines_after(connection, known.sequence)
            at_known = reading.lines_after(connection, known.sequence - 1)[0].hash if known.sequence else GENESIS
        if at_known != known.head:
            raise StoreRefused(f"line {known.sequence} of the ledger is not the one its witness saw; {advice}")
        witness.append(path, missing)
        if lines:
            self.notes.append(
                f"the witness lagged by {len(missing)} line(s) that were never acknowledged; it has been completed"
            )
        elif not there:
            self.notes.append(f"the witness {path.name} was missing and has been written anew from the ledger")
        return not lines
