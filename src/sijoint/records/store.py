"""Opening and creating a store, and what it offers: reading, and units of work for writing."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from sijoint.model import Episode, Patient, StoreKind
from sijoint.records import reading, tables, witness
from sijoint.records.engine import engine_for, sqlite_file
from sijoint.records.errors import StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import GENESIS, LedgerLine, keyed_digest, sealed_line, stamp
from sijoint.records.reading import EpisodeHeader, KeptCommand, KeptImage, StoryLine
from sijoint.records.tags import Tag
from sijoint.records.unit_of_work import UnitOfWork
from sijoint.records.writer_lock import only_writer

FORMAT = "sijoint store"
SCHEMA_VERSION = 1
Secret = Callable[[int], bytes]


class Store:
    """One store that is open. ``notes`` say what was put right when it was opened."""

    def __init__(
        self, engine: Engine, path: Path, witness_path: Path, identity: str, kind: StoreKind, key: bytes, secret: Secret
    ) -> None:
        self._engine, self._key, self._secret = engine, key, secret
        self.path, self.witness_path, self.id, self.kind = path, witness_path, identity, kind
        self.images = ImageStore(image_folder(path))
        self.notes: list[str] = []
        self._writing = threading.local()

    @contextmanager
    def unit_of_work(self) -> Iterator[UnitOfWork]:
        """The one writer. Waits for others; undoes everything when left without ``commit``. Raises StoreRefused."""
        if getattr(self._writing, "now", False):
            raise RuntimeError("a unit of work is already open in this thread")
        self._writing.now = True
        try:
            with (
                only_writer(lock_file(self.path)),
                self._engine.connect().execution_options(writes=True) as connection,
            ):
                try:
                    head = reading.head(connection)
                    connection.rollback()
                    try:
                        self._agree_with_witness(head)
                    except OSError as error:
                        raise StoreRefused(
                            f"nothing was written: the witness cannot be reached ({error.strerror}); bring its disk back"
                        ) from error
                    yield UnitOfWork(
                        connection,
                        store_id=self.id,
                        store_key=self._key,
                        kind=self.kind,
                        images=self.images,
                        secret=self._secret,
                        acknowledge=self._acknowledge,
                    )
                except SQLAlchemyError as error:
                    raise StoreRefused(_plain(error)) from error
        finally:
            self._writing.now = False

    def patient(self, identity: str) -> Patient:
        with self._reading() as connection:
            return reading.patient(connection, identity)

    def episode(self, identity: str, version: int | None = None) -> Episode:
        """An episode as it is, or as it was at a version."""
        with self._reading() as connection:
            return reading.episode(connection, identity, version)

    def episodes(self) -> tuple[Episode, ...]:
        """Every episode, whole, by id; ``headers`` is the short list."""
        with self._reading() as connection:
            return reading.episodes(connection)

    def headers(self) -> tuple[EpisodeHeader, ...]:
        with self._reading() as connection:
            return reading.headers(connection)

    def commands(self, episode_id: str) -> tuple[KeptCommand, ...]:
        """Every command on an episode that was answered, accepted or refused, oldest first."""
        with self._reading() as connection:
            return reading.commands(connection, episode_id)

    def story(self, episode_id: str) -> tuple[StoryLine, ...]:
        """The ledger of one episode."""
        with self._reading() as connection:
            return reading.story(connection, episode_id)

    def image_rows(self, episode_id: str) -> tuple[KeptImage, ...]:
        with self._reading() as connection:
            return reading.images(connection, episode_id)

    def ledger(self) -> tuple[LedgerLine, ...]:
        with self._reading() as connection:
            return tuple(reading.lines_after(connection, 0))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            try:
                yield connection
            except SQLAlchemyError as error:
                raise StoreRefused(_plain(error)) from error

    def _acknowledge(self, line: LedgerLine) -> None:
        try:
            witness.append(self.witness_path, [line])
        except OSError as error:
            raise StoreRefused(
                f"what you did is in the store, but its witness could not be written ({error.strerror}): "
                "free the disk, then look whether it is there before repeating it"
            ) from error

    def _agree_with_witness(self, head: LedgerLine) -> None:
        """Complete a witness that lags; refuse to write on when it is ahead of the ledger or tells another story."""
        path = self.witness_path
        if path.exists():
            last = witness.last_line(path)
            if last is not None and (last.sequence, last.head) == (head.sequence, head.hash):
                return
            lines, torn = witness.read_witness(path)
            if torn:
                witness.drop_torn_end(path)
        else:
            lines = ()
            self.notes.append(f"the witness {path.name} was missing and has been written anew from the ledger")
        known = lines[-1] if lines else witness.WitnessLine(0, GENESIS)
        advice = f"nothing was written; run `sij verify {self.path.name}` and restore a backup"
        if known.sequence > head.sequence:
            raise StoreRefused(
                f"the ledger ends at line {head.sequence} but its witness has line {known.sequence}: "
                f"lines were removed; {advice}"
            )
        with self._reading() as connection:
            missing = reading.lines_after(connection, known.sequence)
            at_known = reading.lines_after(connection, known.sequence - 1)[0].hash if known.sequence else GENESIS
        if at_known != known.head:
            raise StoreRefused(f"line {known.sequence} of the ledger is not the one its witness saw; {advice}")
        witness.append(path, missing)
        if lines:
            self.notes.append(
                f"the witness lagged by {len(missing)} line(s) that were never acknowledged; it has been completed"
            )


def open_store(
    path_or_url: str | Path,
    kind: StoreKind | str | None = None,
    create: bool = False,
    *,
    witness_path: Path | None = None,
    secret: Secret = secrets.token_bytes,
    at: datetime | None = None,
) -> Store:
    """Open a store, or create one of a kind that it keeps for ever. Raises StoreRefused.

    The witness lies beside the store unless ``witness_path`` puts it elsewhere, better on another disk. ``secret`` makes
    keys; ``at`` is the time of creation (now when not given).
    """
    path = sqlite_file(path_or_url)
    wanted = _kind(kind)
    if create:
        return _create(path, wanted, witness_path or witness_file(path), secret, at or datetime.now(UTC))
    row = store_row(path)
    found = StoreKind(row.kind)
    if wanted is not None and found is not wanted:
        raise StoreRefused(f"{path.name} is a {found} store, and a {wanted} store is needed here: name another file")
    store = Store(engine_for(path), path, witness_path or witness_file(path), row.id, found, row.key, secret)
    try:
        with only_writer(lock_file(path)):
            with store._reading() as connection:
                head = reading.head(connection)
            store._agree_with_witness(head)
    except OSError as error:
        raise StoreRefused(
            f"{path.name} cannot be opened for keeping its witness and lock ({error.strerror}): "
            "make the folder writable, or copy the store with its witness and images to one that is"
        ) from None
    return store


def witness_file(path: Path) -> Path:
    return path.with_name(path.name + ".witness")


def image_folder(path: Path) -> Path:
    return path.with_name(path.name + ".images")


def lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _kind(kind: StoreKind | str | None) -> StoreKind | None:
    try:
        return None if kind is None else StoreKind(kind)
    except ValueError:
        raise StoreRefused(f"a store is {' or '.join(StoreKind)}, not {kind!r}") from None


def store_row(path: Path) -> Row[Any]:
    """The one row that says what the file is. Raises StoreRefused."""
    if not path.exists():
        raise StoreRefused(f"there is no store {path.name}: check the path, or create one")
    if not path.is_file():
        raise StoreRefused(f"{path.name} is not a file, so it is no store: check the path")
    other = f"{path.name} is not a SIJoint store: name the file that SIJoint made"
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\x00":
                raise StoreRefused(other)
        with engine_for(path, read_only=True).connect() as connection:
            row = connection.execute(select(tables.store)).one_or_none()
    except OSError as error:
        raise StoreRefused(f"{path.name} cannot be read: {error.strerror}") from None
    except DatabaseError:
        raise StoreRefused(other) from None
    if row is None or row.format != FORMAT:
        raise StoreRefused(other)
    if row.schema_version != SCHEMA_VERSION:
        raise StoreRefused(
            f"{path.name} is a SIJoint store of format {row.schema_version}; this program reads format "
            f"{SCHEMA_VERSION}: use the version of SIJoint that made it"
        )
    if row.kind not in list(StoreKind):
        raise StoreRefused(
            f"{path.name} says it is neither a care nor a virtual store: it was altered; restore a backup"
        )
    return row


def _create(path: Path, kind: StoreKind | None, witness_path: Path, secret: Secret, at: datetime) -> Store:
    if kind is None:
        raise StoreRefused("say whether the new store is for care or virtual: it stays so for ever")
    for there in (path, witness_path):
        if there.exists():
            raise StoreRefused(f"{there.name} exists already: open it, or choose another name")
    if not path.parent.is_dir():
        raise StoreRefused(f"the folder {path.parent} does not exist: make it first")
    row = {"id": secret(16).hex(), "format": FORMAT, "schema_version": SCHEMA_VERSION, "kind": str(kind)}
    row |= {"created_at": stamp(at), "sequence": 1}
    key = secret(32)
    line = sealed_line(
        1,
        at,
        Tag.STORE_CREATED,
        store=str(row["id"]),
        episode="",
        command="",
        key_id="",
        digest=keyed_digest(key, {"store": [row]}),
        previous=GENESIS,
    )
    try:
        engine = engine_for(path)
        # One transaction: after a crash the file is empty or a whole store.
        with only_writer(lock_file(path)), engine.connect().execution_options(writes=True) as connection:
            tables.metadata.create_all(connection)
            connection.execute(insert(tables.ledger).values(**vars(line)))
            connection.execute(insert(tables.store).values(**row, key=key))
            connection.commit()
            witness.append(witness_path, [line])
        witness.sync_folder(path.parent)
    except (SQLAlchemyError, OSError) as error:
        raise StoreRefused(f"{path.name} could not be created: {_plain(error)}") from error
    return Store(engine, path, witness_path, str(row["id"]), kind, key, secret)


def _plain(error: Exception) -> str:
    """The database's own words, without statement or values, which hold patient data."""
    cause = getattr(error, "orig", None) or error
    return f"the database refused: {cause}" if isinstance(error, SQLAlchemyError) else str(cause)
