"""What a disk may hold after the power fails: whatever was synced, and any part of what was not.

Reads the log of ``disk_recorder.c``. Rules: the contents of a file are safe from its fsync on; of later writes any subset
of their 512-byte sectors may be there; names made, changed or removed in a folder are safe from the folder's fsync on,
and of later ones the first few may be there, in their order.
"""

import random
import shutil
import struct
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
HEAD = struct.Struct("<c3xII4xQQ")


@dataclass(frozen=True)
class Request:
    op: str
    path: Path
    other: Path
    offset: int
    data: bytes


def read_log(path: Path) -> list[Request]:
    """In the order in which the program asked. ``A`` is what it was told (its standard output)."""
    content, at, found = path.read_bytes(), 0, []
    while at < len(content):
        op, first, second, offset, size = HEAD.unpack_from(content, at)
        at += HEAD.size
        name, other = content[at : at + first].decode(), content[at + first : at + first + second].decode()
        at += first + second
        # Bytes follow only what was written; a truncation says its size in ``offset``.
        found.append(Request(op.decode(), Path(name), Path(other), offset, content[at : at + size]))
        at += size
    return found


@dataclass
class File:
    safe: bytearray = field(default_factory=bytearray)
    pending: list[Request] = field(default_factory=list)

    def synced(self) -> None:
        for request in self.pending:
            _apply(self.safe, request, None)
        self.pending = []

    def after_crash(self, rng: random.Random) -> bytes:
        content = bytearray(self.safe)
        for request in self.pending:
            _apply(content, request, rng)
        return bytes(content)


def _apply(content: bytearray, request: Request, rng: random.Random | None) -> None:
    """All of it, or what a crash leaves of it."""
    if request.op == "T":
        if rng is None or rng.random() < 0.5:
            del content[request.offset :]
            content.extend(bytes(request.offset - len(content)))
        return
    whole = rng is None or rng.random() < 0.3
    if not whole and rng.random() < 0.3:
        return
    at = request.offset
    end = at + len(request.data)
    while at < end:
        until = min(end, at - at % SECTOR + SECTOR)
        if whole or rng.random() < 0.5:
            content.extend(bytes(max(0, until - len(content))))
            content[at:until] = request.data[at - request.offset : until - request.offset]
        at = until


class Disk:
    """The files of a folder as they are safe, and what is pending of them and of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.safe_names = {path: File(bytearray(path.read_bytes())) for path in folder.rglob("*") if path.is_file()}
        self.names = dict(self.safe_names)
        self.pending_names: list[tuple[Request, File | None]] = []

    def take(self, request: Request) -> None:
        match request.op:
            case "C":
                self.names[request.path] = File()
                self.pending_names.append((request, self.names[request.path]))
            case "U":
                self.names.pop(request.path, None)
                self.pending_names.append((request, None))
            case "R":
                self.names[request.other] = self.names.pop(request.path)
                self.pending_names.append((request, None))
            case "W" | "T":
                self.names[request.path].pending.append(request)
            case "S" if request.path in self.names:
                self.names[request.path].synced()
            case "S":
                mine = [one for one in self.pending_names if request.path in (one[0].path.parent, one[0].other.parent)]
                self.pending_names = [one for one in self.pending_names if one not in mine]
                for name in mine:
                    _rename(self.safe_names, *name)

    def crash_into(self, folder: Path, rng: random.Random) -> None:
        """Write what the disk may hold now."""
        names = dict(self.safe_names)
        for name in self.pending_names[: rng.randint(0, len(self.pending_names))]:
            _rename(names, *name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path, file in names.items():
            target = folder / path.relative_to(self.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.after_crash(rng))


def _rename(names: dict[Path, File], request: Request, made: File | None) -> None:
    if request.op == "C" and made is not None:
        names[request.path] = made
    elif request.op == "U":
        names.pop(request.path, None)
    elif request.path in names:
        names[request.other] = names.pop(request.path)
