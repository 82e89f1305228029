"""Opening a store, or creating one: what it is, whether this program is the one for it, what a crash left to complete."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, inspect, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from sijoint.model import StoreKind
from sijoint.records import erasure, guards, reading, schema, tables, witness
from sijoint.records.engine import engine_for
from sijoint.records.errors import LOCKED, StoreRefused, told
from sijoint.records.ledger import GENESIS, keyed_digest, sealed_line, stamp
from sijoint.records.place import Place, place_of
from sijoint.records.postgres import loses_power_safely
from sijoint.records.store import Secret, Store
from sijoint.records.tags import Tag
from sijoint.records.writer_lock import only_writer

FORMAT = "sijoint store"
SCHEMA_VERSION = 1  # of the ledger and its digests; the form of the tables is ``schema.NEWEST``
SQLITE_FILE = b"SQLite format 3\x00"


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

    An SQLite file, or ``postgresql://user@host/database?files=/folder``. The witness lies beside the store's files unless
    ``witness_path`` puts it elsewhere, better on another disk. ``secret`` makes keys; ``at`` is the time of a creation or
    of a line that opening writes (now when not given).
    """
    place = place_of(path_or_url)
    wanted = _kind(kind)
    signed_by, now = witness_path or place.witness, at or datetime.now(UTC)
    if create:
        return _create(place, wanted, signed_by, secret, now)
    row = store_row(place)
    found = StoreKind(row.kind)
    if wanted is not None and found is not wanted:
        raise StoreRefused(f"{place.name} is a {found} store, and a {wanted} store is needed here: name another file")
    store = Store(engine_for(place), place, signed_by, row.id, found, row.key, secret)
    try:
        with only_writer(place.lock):
            with store.reading() as connection:
                head = reading.head(connection)
                erasure.finish(connection, place.erasures, store.images)
                steps_agree = guards.steps_agree(connection)
                _keeps_care(connection, found)
            renewed = store.agree_with_witness(head)
        if renewed:
            with store.unit_of_work() as work:
                work.commit(Tag.WITNESS_RENEWED, at=now)
        if not steps_agree:
            with store.unit_of_work() as work:
                work.write_steps()
                work.commit(Tag.STEPS_RENEWED, at=now)
    except OSError as error:
        raise StoreRefused(
            f"{place.name} cannot be opened for keeping its witness and lock ({error.strerror}): "
            "make the folder writable, or copy the store with its witness and images to one that is"
        ) from None
    return store


def _kind(kind: StoreKind | str | None) -> StoreKind | None:
    try:
        return None if kind is None else StoreKind(kind)
    except ValueError:
        raise StoreRefused(f"a store is {' or '.join(StoreKind)}, not {kind!r}") from None


def store_row(place: Place, *, any_form: bool = False) -> Row[Any]:
    """The one row that says what the database is. Raises StoreRefused; ``any_form`` also reads what awaits migration."""
    other = f"{place.name} is not a SIJoint store: name the file or database that SIJoint made"
    if isinstance(place.database, Path):
        _require_sqlite_file(place.database, other)
    elif not place.files.parent.is_dir():
        raise StoreRefused(f"the folder {place.files.parent} of the store's files is not there: bring its disk back")
    engine = engine_for(place, read_only=True)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(tables.store.name):
                raise StoreRefused(other)
            row = connection.execute(select(tables.store)).one_or_none()
            revision = schema.revision_of(connection)
    except DatabaseError as error:
        words = told(error)
        # SQLite calls a damaged or foreign file what it likes; a server says what is the matter.
        raise StoreRefused(words if words == LOCKED or not isinstance(place.database, Path) else other) from None
    finally:
        engine.dispose()
    if row is None or row.format != FORMAT:
        raise StoreRefused(other)
    if row.schema_version != SCHEMA_VERSION:
        raise StoreRefused(
            f"{place.name} is a SIJoint store of format {row.schema_version}; this program reads format "
            f"{SCHEMA_VERSION}: use the version of SIJoint that made it"
        )
    if not any_form:
        schema.require_newest(place.name, revision)
    if row.kind not in list(StoreKind):
        raise StoreRefused(
            f"{place.name} says it is neither a care nor a virtual store: it was altered; restore a backup"
        )
    return row


def _require_sqlite_file(path: Path, other: str) -> None:
    if not path.exists():
        raise StoreRefused(f"there is no store {path.name}: check the path, or create one")
    if not path.is_file():
        raise StoreRefused(f"{path.name} is not a file, so it is no store: check the path")
    try:
        with path.open("rb") as file:
            if file.read(len(SQLITE_FILE)) != SQLITE_FILE:
                raise StoreRefused(other)
    except OSError as error:
        raise StoreRefused(f"{path.name} cannot be read: {error.strerror}") from None


def _keeps_care(connection: Connection, kind: StoreKind) -> None:
    """A server that may lose what it committed is no place for care."""
    if kind is StoreKind.CARE and connection.dialect.name == "postgresql" and not loses_power_safely(connection):
        raise StoreRefused(
            "this PostgreSQL server runs with fsync or full_page_writes off and may lose what it confirmed: switch them "
            "on before it keeps a care store"
        )


def _create(place: Place, kind: StoreKind | None, witness_path: Path, secret: Secret, at: datetime) -> Store:
    if kind is None:
        raise StoreRefused("say whether the new store is for care or virtual: it stays so for ever")
    for there in (witness_path, *([place.database] if isinstance(place.database, Path) else [])):
        if there.exists():
            raise StoreRefused(f"{there.name} exists already: open it, or choose another name")
    if not place.files.parent.is_dir():
        raise StoreRefused(f"the folder {place.files.parent} does not exist: make it first")
    row = {"id": secret(16).hex(), "format": FORMAT, "schema_version": SCHEMA_VERSION, "kind": str(kind)}
    row |= {"created_at": stamp(at), "sequence": 1}
    key = secret(32)
    digest = keyed_digest(key, {"store": [row]})
    about = {"store": str(row["id"]), "episode": "", "command": "", "key_id": ""}
    line = sealed_line(1, at, Tag.STORE_CREATED, **about, digest=digest, previous=GENESIS)
    try:
        engine = engine_for(place)
        # One transaction: after a crash the database is empty or a whole store.
        with only_writer(place.lock), engine.connect().execution_options(writes=True) as connection:
            if inspect(connection).has_table(tables.store.name):
                raise StoreRefused(f"{place.name} holds a store already: open it, or name another database")
            _keeps_care(connection, kind)
            schema.make_tables(connection)
            connection.execute(insert(tables.ledger).values(**vars(line)))
            connection.execute(insert(tables.store).values(**row, key=key))
            connection.commit()
            witness.append(witness_path, [line])
        witness.sync_folder(place.files.parent)
    except (SQLAlchemyError, OSError) as error:
        raise StoreRefused(f"{place.name} could not be created: {told(error)}") from error
    return Store(engine, place, witness_path, str(row["id"]), kind, key, secret)
