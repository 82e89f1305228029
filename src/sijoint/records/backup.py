"""A backup while the service runs: a folder that is itself a store, so that it can be verified like one.

Whatever engine the store is on, the backup's database is an SQLite file of the same rows, seen at one moment; beside it
lie witness, images, anchors and erasures, and a manifest with the hash of every file. A folder of this name is there
whole or not at all.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from sijoint.records import guards, reading, schema, tables, witness
from sijoint.records.engine import engine_for
from sijoint.records.errors import StoreRefused
from sijoint.records.ledger import canonical, stamp
from sijoint.records.opening import store_row
from sijoint.records.place import Place
from sijoint.records.verification import VerifyReport, verify

DATABASE = "store.db"
MANIFEST = "manifest.json"
FORMAT = "sijoint backup"
ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Manifest:
    """``files`` has the SHA-256 of each, by its path in the folder; times are ISO 8601 UTC."""

    format: str
    store: str
    kind: str
    form: str
    taken_at: str
    lines: int
    head: str
    files: dict[str, str]
    schema_version: str = "1"


def back_up(place: Place, folder: Path, at: datetime, witness_path: Path | None = None) -> VerifyReport:
    """Copy a store that may be in use, and verify the copy. Raises StoreRefused; then there is no such folder.

    The report is the copy's: where it is not intact, the store was not, or a patient was erased meanwhile.
    """
    row = store_row(place, any_form=True)
    if folder.exists():
        raise StoreRefused(f"{folder.name} exists already: choose another name for the backup")
    part = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        copy = Place(part / DATABASE, part / DATABASE)
        form = _copy_database(place, copy)
        lines, head, images = _ends(copy)
        _copy_witness(witness_path or place.witness, copy.witness, lines)
        _copy_images(place, copy, images)
        for extra, beside in ((place.anchors, copy.anchors), (place.erasures, copy.erasures)):
            if extra.exists():
                _copy(extra, beside)
        manifest = Manifest(FORMAT, row.id, row.kind, form, stamp(at), lines, head, hashes_of(part))
        _write(part / MANIFEST, canonical(asdict(manifest)).encode())
        _sync_tree(part)
        part.rename(folder)
        witness.sync_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise StoreRefused(f"the backup could not be written ({error.strerror}): nothing of it is left") from error
    except StoreRefused:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if form != schema.NEWEST:
        return VerifyReport(
            folder.name, row.kind, lines, head, 0, len(images), (), ("an older form: not verified",), ()
        )
    return verify(folder / DATABASE)


def read_manifest(folder: Path) -> Manifest:
    """Raises StoreRefused where there is no backup, or a file of it is missing or not the one that was written."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise StoreRefused(f"{folder.name} is not a backup: name the folder that `sij backup` made") from None
    except (OSError, ValueError, TypeError):
        raise StoreRefused(f"the manifest of {folder.name} cannot be read: take another backup") from None
    if manifest.format != FORMAT or manifest.schema_version != "1":
        raise StoreRefused(f"{folder.name} is a backup of another kind: use the program that made it")
    found = hashes_of(folder)
    for name in sorted(set(manifest.files) | set(found)):
        if manifest.files.get(name) != found.get(name):
            what = "is missing" if name not in found else "is not the file that was backed up"
            raise StoreRefused(f"{name} {what} in the backup {folder.name}: take another backup")
    return manifest


def hashes_of(folder: Path) -> dict[str, str]:
    """Of every file but the manifest and the lock that reading a store leaves."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in files
        if path.name != MANIFEST and path.suffix != ".lock"
    }


def copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table, into tables that are there and empty and have no guards yet."""
    for table in tables.metadata.sorted_tables:
        if table.name == tables.revision.name:
            continue
        rows = source.execution_options(stream_results=True).execute(select(table)).mappings()
        while some := rows.fetchmany(ROWS_AT_ONCE):
            target.execute(insert(table), [dict(row) for row in some])


def make_unguarded_tables(connection: Connection) -> None:
    tables.metadata.create_all(connection)
    connection.execute(insert(tables.revision).values(version_num=schema.NEWEST))


def _copy_database(place: Place, copy: Place) -> str:
    """The form of what was copied."""
    source, target = engine_for(place, read_only=True), engine_for(copy)
    try:
        with source.connect() as connection:
            form = schema.revision_of(connection)
            if isinstance(place.database, Path):
                connection.rollback()
                _by_page(connection, copy.files)
                return form
            schema.require_newest(place.name, form)
            with target.connect().execution_options(writes=True) as writing:
                make_unguarded_tables(writing)
                copy_rows(connection, writing)
                guards.guard(writing)
                writing.commit()
            return form
    finally:
        source.dispose()
        target.dispose()


def _by_page(connection: Connection, path: Path) -> None:
    """All pages in one step, so that they are of one moment."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with sqlite3.connect(path) as copy:
        driver.backup(copy)
    copy.close()


def _ends(copy: Place) -> tuple[int, str, tuple[str, ...]]:
    """Number of ledger lines, its head, and the images that rows name."""
    engine = engine_for(copy, read_only=True)
    with engine.connect() as connection:
        head = reading.head(connection)
        images = connection.execute(select(tables.image.c.sha256).distinct()).scalars().all()
    engine.dispose()
    return head.sequence, head.hash, tuple(images)


def _copy_witness(source: Path, target: Path, lines: int) -> None:
    """What it had signed for by then; it may be one line behind a commit under way."""
    if not source.exists():
        return
    signed, _ = witness.read_witness(source)
    _write(target, "".join(f"{line.sequence} {line.head}\n" for line in signed[:lines]).encode())


def _copy_images(place: Place, copy: Place, images: tuple[str, ...]) -> None:
    copy.images.mkdir()
    for sha256 in images:
        source = place.images / f"{sha256}.png"
        if source.is_file():
            _copy(source, copy.images / source.name)


def _copy(source: Path, target: Path) -> None:
    _write(target, source.read_bytes())


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_tree(folder: Path) -> None:
    with (folder / DATABASE).open("rb") as file:
        os.fsync(file.fileno())
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        witness.sync_folder(path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
