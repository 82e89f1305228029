"""Whether a store still holds what was written: chain, witness, digests of the rows, images; and what this cannot prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from sijoint.records import reading, tables, witness
from sijoint.records.anchor import check_anchors, read_anchors
from sijoint.records.chain import Breach, Fault, check_chain, check_witness
from sijoint.records.engine import engine_for
from sijoint.records.errors import StoreRefused, told
from sijoint.records.images import ImageStore
from sijoint.records.ledger import LedgerLine
from sijoint.records.opening import store_row
from sijoint.records.parts import episode_of
from sijoint.records.place import place_of
from sijoint.records.tags import Tag
from sijoint.records.vouching import soundness, unvouched

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


def verify(
    path_or_url: str | Path, *, witness_path: Path | None = None, anchors: Path | None = None, signer: str = ""
) -> VerifyReport:
    """Read everything and write nothing. Raises StoreRefused when there is no store at all.

    ``anchors`` is the file of signed anchors (beside the store when not given), ``signer`` the public key that must have
    signed them (the first anchor's when not given).
    """
    place = place_of(path_or_url)
    row = store_row(place)
    signed_by = witness_path or place.witness
    signed_before = _signed(signed_by)
    notes: list[str] = []
    breaches: list[Breach] = []
    engine = engine_for(place, read_only=True)
    try:
        with engine.connect() as connection:
            breaches += soundness(connection, notes)
            lines = reading.lines_after(connection, 0)
            breaches += check_chain(lines) if lines else ()
            breaches += _witness(lines, signed_by, signed_before, notes)
            breaches += _anchors(lines, row.id, anchors, place.anchors, signer, notes)
            breaches += unvouched(connection, lines, row.key, notes)
            breaches += _headers(connection)
            breaches += _images(connection, ImageStore(place.images), notes)
            episodes, images = len(reading.headers(connection)), len(_image_hashes(connection))
    except SQLAlchemyError as error:
        if isinstance(place.database, Path):
            raise StoreRefused(f"{place.name} is damaged and cannot be read to its end: restore a backup") from error
        raise StoreRefused(told(error)) from error
    finally:
        engine.dispose()
    return VerifyReport(
        place.name,
        row.kind,
        len(lines),
        lines[-1].hash if lines else "",
        episodes,
        images,
        tuple(breaches),
        tuple(notes),
        CANNOT_PROVE,
    )


def _signed(path: Path) -> int:
    """How many lines the witness has; 0 for one that is missing or unreadable, which is told later."""
    try:
        return len(witness.read_witness(path)[0])
    except (OSError, StoreRefused):
        return 0


def _witness(lines: Sequence[LedgerLine], path: Path, signed_before: int, notes: list[str]) -> tuple[Breach, ...]:
    """``signed_before`` the database was looked at: what was signed since then is of commits that the look did not see."""
    if not path.exists():
        return (Breach(Fault.WITNESS, 0, f"the witness {path.name} is missing: a cut end would not be seen"),)
    try:
        seen, torn = witness.read_witness(path)
    except StoreRefused as refusal:
        return (Breach(Fault.WITNESS, 0, str(refusal)),)
    seen = seen[: max(signed_before, lines[-1].sequence if lines else 0)]
    if torn or len(lines) == len(seen) + 1:
        notes.append("the last line was never acknowledged (a crash); opening the store completes the witness")
    for line in lines:
        if line.tag == Tag.WITNESS_RENEWED:
            notes.append(
                f"the witness was missing and written anew at line {line.sequence}: up to there it repeats the ledger"
            )
    return check_witness(lines, seen)


def _anchors(
    lines: Sequence[LedgerLine], store: str, given: Path | None, beside: Path, signer: str, notes: list[str]
) -> tuple[Breach, ...]:
    path = given or beside
    if not path.exists():
        if given is not None or signer:
            return (
                Breach(Fault.ANCHOR, 0, f"the anchors {path.name} are missing: fetch them from where they are kept"),
            )
        notes.append("no anchor: `sij anchor` signs the head of the ledger for keeping elsewhere")
        return ()
    try:
        found, anchored = check_anchors(lines, store, read_anchors(path), signer)
    except StoreRefused as refusal:
        return (Breach(Fault.ANCHOR, 0, str(refusal)),)
    notes.extend(anchored)
    return found


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
