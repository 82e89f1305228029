"""The backups in one folder: when each was made, whether its copy verified, and whether restoring it was tried.

Beside a backup ``NAME`` lies ``NAME.report.json``, which says what verification and rehearsal found, and when.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sijoint.records.backup import MANIFEST, back_up
from sijoint.records.errors import StoreRefused
from sijoint.records.ledger import canonical, stamp
from sijoint.records.place import Place
from sijoint.records.restore import rehearse_restore

REPORT = ".report.json"


@dataclass(frozen=True)
class BackupKept:
    """``taken_at`` and the others are ISO 8601 UTC, "" for never; ``intact`` is None where nobody verified it."""

    name: str
    taken_at: str
    lines: int
    intact: bool | None = None
    restored_at: str = ""
    restores: bool | None = None


def backups_in(folder: Path, store_id: str) -> tuple[BackupKept, ...]:
    """Backups of one store, the newest first. What cannot be read is no backup."""
    if not folder.is_dir():
        return ()
    found = (_kept(one, store_id) for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    return tuple(sorted((one for one in found if one), key=lambda one: one.taken_at, reverse=True))


def make_backup(place: Place, folder: Path, at: datetime) -> BackupKept:
    """A new backup in the folder, named for its time, verified and told. Raises StoreRefused; then there is none."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise StoreRefused(f"the folder of backups cannot be made ({error.strerror}): make it first") from None
    name = f"{place.files.stem}-{at:%Y%m%dT%H%M%SZ}"
    report = back_up(place, folder / name, at)
    made = BackupKept(name, stamp(at), report.lines, report.intact)
    _write_report(folder, made)
    return made


def try_restore(folder: Path, kept: BackupKept, at: datetime) -> BackupKept:
    """Restore into a temporary folder, verify, and say so beside the backup. Raises StoreRefused."""
    report = rehearse_restore(folder / kept.name, at)
    tried = replace(kept, restored_at=stamp(at), restores=report.intact)
    _write_report(folder, tried)
    return tried


def _kept(folder: Path, store_id: str) -> BackupKept | None:
    manifest = _read(folder / MANIFEST)
    if manifest.get("store") != store_id:
        return None
    told = _read(folder.with_name(folder.name + REPORT))
    return BackupKept(
        folder.name,
        str(manifest.get("taken_at", "")),
        _whole(manifest.get("lines")),
        _yes_no(told.get("intact")),
        str(told.get("restored_at", "")),
        _yes_no(told.get("restores")),
    )


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _yes_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _read(path: Path) -> Mapping[str, object]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _write_report(folder: Path, kept: BackupKept) -> None:
    path = folder / f"{kept.name}{REPORT}"
    part = path.with_name(f".{path.name}.part")
    part.write_text(canonical(asdict(kept)), encoding="utf-8")
    part.rename(path)
