"""How a room's process is begun, what is needed of it, and the phases that its room goes through."""

import contextlib
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any, Protocol

from sijoint.room.replay import CommandLog
from sijoint.web.room.on_screen import strip_rows
from sijoint.web.room.process import RoomOrder, run_room
from sijoint.web.room.shared_pictures import SharedPictures
from sijoint.web.room.wire import PictureHeader


class Phase(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    PRESSING = "pressing"
    INJECTING = "injecting"
    ENDED = "ended"
    PARKED = "parked"
    STOPPED = "stopped"


class Process(Protocol):
    """What is needed of the process behind a room."""

    def is_alive(self) -> bool: ...
    def join(self, timeout: float | None = None) -> None: ...
    def kill(self) -> None: ...


Begin = Callable[[Connection, RoomOrder], Process]
MakeOrder = Callable[[int, CommandLog], RoomOrder]  # from the last sequence shown and what is to be played again


def spawned(theirs: Connection, order: RoomOrder) -> Process:
    """A process of its own, which shares nothing with the server but pipe and pictures."""
    process = multiprocessing.get_context("spawn").Process(target=run_room, args=(theirs, order), daemon=True)
    process.start()
    theirs.close()
    return process


class Behind:
    """What is behind a running room: its process, the pipe to it, and the pictures that they share."""

    def __init__(self, begin: Begin, order: RoomOrder) -> None:
        self._ring = SharedPictures.made((order.rows + strip_rows(order.rows)) * order.rows)
        self.connection, theirs = multiprocessing.get_context("spawn").Pipe()
        self.process = begin(theirs, replace(order, ring=self._ring.shape))

    def send(self, what: str, *facts: Any) -> None:
        with contextlib.suppress(OSError, ValueError):  # it is dying: whoever listens hears of it
            self.connection.send((what, *facts))

    def pixels(self, header: PictureHeader) -> bytes | None:
        """Of a picture; None when a newer one has taken its place."""
        return self._ring.read(header.sequence, header.width * header.height)

    def clear_away(self) -> None:
        """When the process is no more."""
        self.connection.close()
        self._ring.close(remove=True)
