"""The hand of a person at the other end of the line, on pedal and plunger of a running room."""

from collections.abc import Iterator
from typing import Any, Protocol

from sijoint.room.commands import RoomCommand
from sijoint.web.room.room_line import RoomLine
from sijoint.web.room.wire import BadMessage

WHILE_PRESSED = frozenset(
    {"move", "position", "collimate", "settings", "advance", "withdraw", "redirect", "rotate bevel"}
)
PEDAL_FIRST = "let go of the pedal first, then this can be done"
PLUNGER_FIRST = "an injection is running: let go of the plunger first, then this can be done"


def is_up(message: tuple[Any, ...]) -> bool:
    """Whether the hand leaves the pedal: told so, or nobody is there any more."""
    if message[0] != "message":
        return message[0] in ("hands off", "close")
    said = message[1]
    return said["kind"] == "let go" or (said["kind"] == "pedal" and said.get("down") is False)


def is_let_go(message: tuple[Any, ...]) -> bool:
    """Whether the hand leaves the plunger."""
    return message[0] in ("hands off", "close") or (message[0] == "message" and message[1]["kind"] == "let go")


class RunningRoom(Protocol):
    """What a hand needs of the room that it is in."""

    line: RoomLine

    def command_of(self, said: dict[str, Any], by: str) -> RoomCommand: ...
    def begun(self, command: RoomCommand, after_pulses: int | None = None) -> None: ...
    def answered(self, command_id: str) -> None: ...
    def nothing_done(self, command_id: str) -> None: ...
    def refused(self, command_id: str, sentence: str) -> None: ...


class LiveHand:
    """Reads the line between two pulses. ``holding`` is the id of the command that the hand holds."""

    def __init__(self, room: RunningRoom, holding: str) -> None:
        self._room, self._holding = room, holding
        self._up = False  # off the pedal, or for an injection off the plunger
        self._left = False  # the second time: nobody watches any more

    def commands(self, pulses: int) -> Iterator[Any]:
        room = self._room
        while not self._up and (message := room.line.next_now()) is not None:
            if is_up(message):
                self._let_go(message)
            elif message[0] != "message":
                continue
            elif message[1]["kind"] in WHILE_PRESSED:
                try:
                    command = room.command_of(message[1], message[2])
                except BadMessage as wrong:
                    room.refused(wrong.command_id, wrong.sentence)
                    continue
                room.begun(command, pulses)
                yield command
                room.answered(command.id)
            else:
                room.refused(message[1]["id"], PEDAL_FIRST)

    def presses(self, pulses: int) -> bool:
        return not (self._up or self._room.line.gone)

    def pushes(self, intervals: int) -> bool:
        self._read_while_injecting()
        return not (self._up or self._room.line.gone)

    def watches(self, pulses: int) -> bool:
        self._read_while_injecting()
        return not (self._left or self._room.line.gone)

    def _read_while_injecting(self) -> None:
        room = self._room
        while (message := room.line.next_now()) is not None:
            if is_let_go(message):
                nobody = message[0] != "message"
                self._left = self._up or nobody
                self._let_go(message)
                return
            if message[0] != "message":
                continue
            if is_up(message):
                room.nothing_done(message[1]["id"])
            else:
                room.refused(message[1]["id"], PLUNGER_FIRST)

    def _let_go(self, message: tuple[Any, ...]) -> None:
        self._up = True
        if message[0] == "close":
            self._room.line.put_back(message)
            self._left = True
        elif message[0] == "message" and message[1]["id"] != self._holding:
            self._room.nothing_done(message[1]["id"])
