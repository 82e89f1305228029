"""The folder of one room: who opened it and when, what it was told and permitted, what happened, and what only it knows.

    about.json     who, when, and from what the setting is built again
    log.jsonl      what was told and permitted, as it came: enough to have the same procedure again
    events.jsonl   what happened           truth.json, track.jsonl   what only the simulator knows
    images/        kept images by hash, each with its sidecar

A rehearsal keeps all of it here and nothing anywhere else; a performed procedure keeps only log and truth here, for events and
images are in its record. What a command led to is on disk before it is answered; a last line that a crash cut is left out.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sijoint.fluoroscopy import Frame, decode
from sijoint.model.wire import from_wire, from_wire_text, to_wire
from sijoint.room.commands import Command
from sijoint.room.events import Event
from sijoint.room.replay import CommandLog, PermissionLine
from sijoint.room.truth import SimulationTruth, write_truth

ABOUT_SCHEMA_VERSION = "1"


class NoSuchRoom(ValueError):
    """No folder of this name, or one that holds no room."""


@dataclass(frozen=True)
class AboutRoom:
    """``by`` is a person's code; ``made_from`` says how the setting is built again; ``words`` name it for a person."""

    id: str
    procedure_id: str
    by: str
    opened_at: datetime
    seed: int
    made_from: Mapping[str, str]
    words: str
    schema_version: str = field(default=ABOUT_SCHEMA_VERSION)


class RoomFolder:
    """Written by one process at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, about: AboutRoom) -> None:
        (self.path / "images").mkdir(parents=True, exist_ok=True)
        _write(self.path / "about.json", json.dumps(to_wire(about), indent=1, sort_keys=True).encode())

    @property
    def about(self) -> AboutRoom:
        """Raises NoSuchRoom."""
        path = self.path / "about.json"
        if not path.is_file():
            raise NoSuchRoom("there is no such room: it was never opened here")
        about: AboutRoom = from_wire_text(AboutRoom, path.read_bytes())
        return about

    def begun(self, command: Command, after_pulses: int | None = None) -> None:
        """A command is being carried out; ``after_pulses``: inside a press, which ends after it is answered."""
        line = {"begun": to_wire(command, Command), "after_pulses": after_pulses}
        self._note(line, durable=after_pulses is not None)

    def permitted(self, line: PermissionLine) -> None:
        self._note({"permission": to_wire(line)}, durable=False)

    def done(self, command: Command) -> None:
        """As it was done; with it every line before is on disk."""
        self._note({"done": to_wire(command, Command)}, durable=True)

    def event(self, event: Event) -> None:
        """What happened; after a power cut the log tells it again."""
        _append(self.path / "events.jsonl", to_wire(event, Event), durable=False)

    def forget_events(self) -> None:
        """Before a replay, which tells them again."""
        (self.path / "events.jsonl").unlink(missing_ok=True)

    def keep_image(self, content: bytes, sidecar: Mapping[str, Any]) -> str:
        """Keep an encoded frame; the hash of its bytes."""
        name = sha256(content).hexdigest()
        if not self._image(name).exists():
            _write(self._image(name).with_suffix(".json"), json.dumps(dict(sidecar)).encode())
            _write(self._image(name), content)
        return name

    def image(self, name: str) -> Frame | None:
        """A kept frame by its hash; None where there is none."""
        if not (len(name) == 64 and set(name) <= set("0123456789abcdef") and self._image(name).exists()):
            return None
        sidecar = json.loads(self._image(name).with_suffix(".json").read_text(encoding="utf-8"))
        return decode(self._image(name).read_bytes(), sidecar)

    def keep_truth(self, truth: SimulationTruth) -> None:
        os.replace(write_truth(self.path, truth), self.path / "truth.json")

    @property
    def truth(self) -> SimulationTruth | None:
        path = self.path / "truth.json"
        return from_wire_text(SimulationTruth, path.read_bytes()) if path.exists() else None

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(from_wire(Event, line) for line in _lines(self.path / "events.jsonl"))

    @property
    def ended(self) -> bool:
        """Whether the procedure was ended in it."""
        return any("done" in line and line["done"]["kind"] == "end" for line in _lines(self.path / "log.jsonl"))

    @property
    def log(self) -> CommandLog:
        """What was done, in order. What had begun and was not done when the room stopped is not in it."""
        commands: list[Command] = []
        permissions: list[PermissionLine] = []
        since: list[PermissionLine] = []  # of the command that runs
        for line in _lines(self.path / "log.jsonl"):
            if "permission" in line:
                since.append(from_wire(PermissionLine, line["permission"]))
            elif "done" in line:
                commands.append(from_wire(Command, line["done"]))
                permissions += since
                since = []
            elif line["after_pulses"] is None:
                since = []
        about = self.about
        return CommandLog(about.procedure_id, about.seed, about.made_from, tuple(commands), tuple(permissions))

    def _image(self, name: str) -> Path:
        return self.path / "images" / f"{name}.png"

    def _note(self, line: Mapping[str, Any], *, durable: bool) -> None:
        _append(self.path / "log.jsonl", line, durable=durable)


def room_folders(parent: Path) -> tuple[RoomFolder, ...]:
    """Every room kept below a folder, oldest first."""
    found = [RoomFolder(path.parent) for path in parent.glob("*/about.json")]
    return tuple(sorted(found, key=lambda each: (each.about.opened_at, each.about.id)))


def _append(path: Path, line: Any, *, durable: bool) -> None:
    _mend(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, separators=(",", ":")) + "\n")
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _mend(path: Path) -> None:
    """Cut a last line that a crash left unfinished, so that the next one begins a line of its own."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        end = file.seek(0, os.SEEK_END)
        if end == 0:
            return
        file.seek(end - 1)
        if file.read(1) != b"\n":
            file.truncate(path.read_bytes().rfind(b"\n") + 1)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
