"""Making a store from a backup, on either engine, and verifying what was made."""

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from sijoint.records import erasure, guards, tables, witness
from sijoint.records.access import ErasureReason
from sijoint.records.backup import DATABASE, copy_rows, make_unguarded_tables, read_manifest
from sijoint.records.engine import engine_for
from sijoint.records.errors import StoreRefused, told
from sijoint.records.opening import open_store, store_row
from sijoint.records.people import end_every_session
from sijoint.records.place import Place
from sijoint.records.tags import Tag
from sijoint.records.verification import VerifyReport, verify


def restore(
    folder: Path, place: Place, by: str, at: datetime, erasures: Path | None = None
) -> tuple[VerifyReport, int]:
    """Make the store that a backup holds, and verify it; also how many patients had to be forgotten again.

    ``erasures`` is the list that the lost store kept, for patients who were erased after the backup. Raises StoreRefused
    for a backup that is not whole and intact, and for a place that is taken; then nothing was made.
    """
    read_manifest(folder)
    kept = Place(folder / DATABASE, folder / DATABASE)
    store_row(kept)
    before = verify(kept.files)
    if not before.intact:
        raise StoreRefused(f"the backup {folder.name} does not verify: {before.breaches[0].text}; take another backup")
    _require_free(place)
    try:
        _copy_files(kept, place)
        _copy_database(kept, place)
        witness.sync_folder(place.files.parent)
    except (OSError, SQLAlchemyError) as error:
        _remove(place)
        raise StoreRefused(f"{place.name} could not be restored: {told(error)}") from error
    forgotten = _forget_again(place, by, at, erasures)
    return verify(place.address), forgotten


def rehearse_restore(folder: Path, at: datetime) -> VerifyReport:
    """Restore into a temporary folder, verify, and remove it: only a backup that was restored is known to be one."""
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / DATABASE
        return restore(folder, Place(path, path), "rehearsal", at)[0]


def _require_free(place: Place) -> None:
    if not place.files.parent.is_dir():
        raise StoreRefused(f"the folder {place.files.parent} does not exist: make it first")
    taken = [path for path in (place.files, place.witness, place.images) if path.exists()]
    if taken:
        raise StoreRefused(f"{taken[0].name} exists already: restore to another name, nothing is written over")
    if isinstance(place.database, Path):
        return
    engine = engine_for(place, read_only=True)
    try:
        with engine.connect() as connection:
            if inspect(connection).has_table(tables.store.name):
                raise StoreRefused(f"the database {place.name} holds a store already: restore into an empty one")
    except SQLAlchemyError as error:
        raise StoreRefused(told(error)) from error
    finally:
        engine.dispose()


def _copy_files(kept: Place, place: Place) -> None:
    place.images.mkdir()
    for image in kept.images.iterdir():
        _copy(image, place.images / image.name)
    witness.sync_folder(place.images)
    for source, target in (
        (kept.witness, place.witness),
        (kept.anchors, place.anchors),
        (kept.erasures, place.erasures),
    ):
        if source.exists():
            _copy(source, target)


def _copy_database(kept: Place, place: Place) -> None:
    if isinstance(place.database, Path):
        unfinished = place.database.with_name(f".{place.database.name}.part")
        _copy(kept.files, unfinished)
        unfinished.rename(place.database)
        return
    source, target = engine_for(kept, read_only=True), engine_for(place)
    try:
        with source.connect() as reading, target.connect() as writing:
            make_unguarded_tables(writing)
            copy_rows(reading, writing)
            guards.guard(writing)
            writing.commit()
    finally:
        source.dispose()
        target.dispose()


def _forget_again(place: Place, by: str, at: datetime, erasures: Path | None) -> int:
    """The first lines of the restored store: that it is one, and the erasures that its backup did not know."""
    gone = {one.key_id for path in (place.erasures, erasures) if path is not None for one in erasure.written_down(path)}
    store = open_store(place.address, at=at)
    try:
        with store.unit_of_work() as work:
            work.commit(Tag.STORE_RESTORED, at=at)
        end_every_session(store)  # who signed out after the backup must not be signed in again
        with store.reading() as connection:
            keys = connection.execute(select(tables.patient_key.c.patient_id, tables.patient_key.c.key_id)).all()
        again = [row.patient_id for row in keys if row.key_id in gone]
        for patient_id in again:
            with store.unit_of_work() as work:
                work.erase_patient(patient_id, by, ErasureReason.ERASED_BEFORE)
                work.commit(Tag.PATIENT_ERASED, at=at)
    finally:
        store.close()
    return len(again)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _remove(place: Place) -> None:
    """What was made of a store that could not be finished."""
    shutil.rmtree(place.images, ignore_errors=True)
    for path in (place.witness, place.anchors, place.erasures):
        path.unlink(missing_ok=True)
    if isinstance(place.database, Path):
        place.database.unlink(missing_ok=True)
        place.database.with_name(f".{place.database.name}.part").unlink(missing_ok=True)
