"""The witness: one line (sequence, head) a commit, in a file at a second path, on disk before anything is acknowledged."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sijoint.records.errors import StoreRefused
from sijoint.records.ledger import LedgerLine


@dataclass(frozen=True)
class WitnessLine:
    sequence: int
    head: str


def read_witness(path: Path) -> tuple[tuple[WitnessLine, ...], bool]:
    """Its whole lines, and whether the last one is torn (cut off while it was written, so never acknowledged)."""
    text = path.read_bytes()
    *whole, rest = text.split(b"\n")
    lines = []
    for number, line in enumerate(whole, 1):
        sequence, _, head = line.partition(b" ")
        if not (sequence.isdigit() and len(head) == 64):
            raise StoreRefused(f"line {number} of the witness {path.name} is not a witness line: the file was altered")
        lines.append(WitnessLine(int(sequence), head.decode("ascii", "replace")))
    return tuple(lines), bool(rest)


def append(path: Path, lines: Sequence[LedgerLine]) -> None:
    """Write and fsync; on return the lines are acknowledged."""
    created = not path.exists()
    with path.open("ab") as file:
        file.write(b"".join(f"{line.sequence} {line.hash}\n".encode() for line in lines))
        file.flush()
        os.fsync(file.fileno())
    if created:
        sync_folder(path.parent)


def drop_torn_end(path: Path) -> None:
    with path.open("r+b") as file:
        text = file.read()
        file.truncate(text.rfind(b"\n") + 1)
        os.fsync(file.fileno())


def last_line(path: Path) -> WitnessLine | None:
    """The last line by a short read from the end; None for an empty or torn end, which the caller looks at in full."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 100))
        end = file.read()
    if not end.endswith(b"\n"):
        return None
    sequence, _, head = end[:-1].rsplit(b"\n", 1)[-1].partition(b" ")
    return WitnessLine(int(sequence), head.decode()) if sequence.isdigit() else None


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
