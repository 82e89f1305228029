"""Whether a store still holds what was written: chain, witness, digests of the rows, images; and what this cannot prove."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from sijoint.records import reading, tables, witness
from sijoint.records.chain import Breach, Fault, check_chain, check_witness
from sijoint.records.engine import engine_for, sqlite_file
from sijoint.records.errors import StoreRefused
from sijoint.records.images import ImageStore
from sijoint.records.ledger import LedgerLine, keyed_digest
from sijoint.records.parts import episode_of
from sijoint.records.store import image_folder, store_row, witness_file
from sijoint.records.tags import Tag

CANNOT_PROVE = (
    "that what was entered was true: only that it is what was entered",
    "that nobody rewrote the ledger, its keys and the witness together: keep the witness on another disk or machine",
)


@dataclass(frozen=True)
class VerifyReport:
    """``notes`` are observations that are no fault; ``unproven`` what no reading of these files can settle."""

    store: str
    kind: str
    lines: int
    head: str
    episodes: int
    images: int
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...]
    unproven: tuple[str, ...]
    schema_version: str = "1"

    @property
    def intact(self) -> bool:
        return not self.breaches

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person reads, the verdict first."""
        many = len(self.breaches)
        verdict = (
            f"{self.store} ({self.kind} store) is intact: {self.lines} ledger lines, {self.episodes} episodes, "
            f"{self.images} images; head {self.head[:16]}"
            if self.intact
            else f"{self.store} ({self.kind} store) was altered: {many} finding{'s' if many > 1 else ''}"
        )
        found = [f"FOUND: {breach.text}" for breach in self.breaches]
        return (verdict, *found, *self.notes, *(f"cannot prove: {one}" for one in self.unproven))


def verify(path_or_url: str | Path, *, witness_path: Path | None = None) -> VerifyReport:
    """Read everything and write nothing. Raises StoreRefused when the file is no store at all."""
    path = sqlite_file(path_or_url)
    row = store_row(path)
    seen_by = witness_path or witness_file(path)
    notes: list[str] = []
    breaches: list[Breach] = []
    try:
        with engine_for(path, read_only=True).connect() as connection:
            breaches += _database(connection)
            lines = reading.lines_after(connection, 0)
            breaches += check_chain(lines) if lines else ()
            breaches += _witness(lines, seen_by, notes)
            breaches += _vouched(connection, lines, row.key, notes)
            breaches += _headers(connection)
            breaches += _images(connection, ImageStore(image_folder(path)), notes)
            episodes, images = len(reading.headers(connection)), len(_image_hashes(connection))
    except SQLAlchemyError as error:
        raise StoreRefused(f"{path.name} is damaged and cannot be read to its end: restore a backup") from error
    return VerifyReport(
        path.name,
        row.kind,
        len(lines),
        lines[-1].hash if lines else "",
        episodes,
        images,
        tuple(breaches),
        tuple(notes),
        CANNOT_PROVE,
    )


def _database(connection: Connection) -> list[Breach]:
    answer = connection.execute(text("PRAGMA integrity_check")).scalars().all()
    broken = [] if answer == ["ok"] else [Breach(Fault.FILE, 0, f"the database file is damaged: {answer[0]}")]
    orphans = {str(row[0]) for row in connection.execute(text("PRAGMA foreign_key_check"))}
    return broken + [
        Breach(Fault.ROW, 0, f"rows of {name} refer to rows that are gone: something was removed")
        for name in sorted(orphans)
    ]


def _witness(lines: Sequence[LedgerLine], path: Path, notes: list[str]) -> tuple[Breach, ...]:
    if not path.exists():
        return (Breach(Fault.WITNESS, 0, f"the witness {path.name} is missing: a cut end would not be seen"),)
    try:
        seen, torn = witness.read_witness(path)
    except StoreRefused as refusal:
        return (Breach(Fault.WITNESS, 0, str(refusal)),)
    if torn or len(lines) == len(seen) + 1:
        notes.append("the last line was never acknowledged (a crash); opening the store completes the witness")
    return check_witness(lines, seen)


def _vouched(connection: Connection, lines: Sequence[LedgerLine], store_key: bytes, notes: list[str]) -> list[Breach]:
    """Every line's digest against the rows that name it, as far as their key still exists."""
    keys: dict[str, bytes] = {row.key_id: row.key for row in connection.execute(select(tables.patient_key))}
    erased = {line.key_id for line in lines if line.tag == Tag.PATIENT_ERASED}
    rows = _rows_by_line(connection)
    found, hidden = [], 0
    for line in lines:
        mine = rows.pop(line.sequence, {})
        if line.key_id and line.key_id not in keys:
            hidden += line.tag != Tag.PATIENT_ERASED
            if line.key_id not in erased:
                text_ = f"the key for line {line.sequence} is gone and no erasure is on record: rows were removed"
                found.append(Breach(Fault.DIGEST, line.sequence, text_))
            continue
        key = keys[line.key_id] if line.key_id else store_key
        if keyed_digest(key, mine) != line.digest:
            where = ", ".join(sorted(mine)) or "all of its rows are gone"
            text_ = f"what line {line.sequence} ({line.tag}) vouches for was changed, added to or removed ({where})"
            found.append(Breach(Fault.DIGEST, line.sequence, text_))
    for sequence, tables_ in sorted(rows.items()):
        text_ = f"rows of {', '.join(sorted(tables_))} name line {sequence}, which the ledger does not have"
        found.append(Breach(Fault.ROW, sequence, text_))
    if hidden:
        notes.append(f"{hidden} lines are about erased patients: the chain holds, what they vouched for is gone")
    return found


def _rows_by_line(connection: Connection) -> dict[int, dict[str, list[Mapping[str, object]]]]:
    by_line: dict[int, dict[str, list[Mapping[str, object]]]] = {}
    for table in tables.VOUCHED:
        columns = [column for column in table.c if column.name != "key"]
        for row in connection.execute(select(*columns)).mappings():
            by_line.setdefault(row["sequence"], {}).setdefault(table.name, []).append(dict(row))
    return by_line


def _headers(connection: Connection) -> list[Breach]:
    """The one table that changes against the parts that do not."""
    found = []
    for head in _raw_headers(connection):
        identity, patient_id, state, version = head
        parts = reading.parts(connection, identity)
        newest = reading.newest_version(connection, identity)
        if parts.get("state") != state or newest > version:
            found.append(Breach(Fault.ROW, 0, f"the state or version of episode {identity} was changed"))
            continue
        try:
            episode_of(identity, patient_id, version, parts)
        except ValueError as error:
            found.append(Breach(Fault.ROW, 0, f"episode {identity} cannot be read: {error}"))
    return found


def _raw_headers(connection: Connection) -> list[tuple[str, str, str, int]]:
    table = tables.episode
    rows = connection.execute(select(table.c.id, table.c.patient_id, table.c.state, table.c.version))
    return [(row.id, row.patient_id, row.state, row.version) for row in rows]


def _image_hashes(connection: Connection) -> set[str]:
    return set(connection.execute(select(tables.image.c.sha256)).scalars())


def _images(connection: Connection, images: ImageStore, notes: list[str]) -> list[Breach]:
    found = []
    named = _image_hashes(connection)
    for sha256 in sorted(named):
        try:
            images.get(sha256)
        except StoreRefused as refusal:
            found.append(Breach(Fault.IMAGE, 0, str(refusal)))
    unnamed = set(images.kept()) - named
    if unnamed:
        notes.append(f"{len(unnamed)} images lie in the folder and no row names them: written before a crash, harmless")
    return found
