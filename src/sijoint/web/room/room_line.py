"""The room's end of the pipe to the server: messages wait in order, questions wait for their answer, nobody waits for pictures."""

import threading
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any


class ServerGone(Exception):
    """The server has closed the pipe or died: the room lets go of everything and ends."""


class NotKept(Exception):
    """The server could not keep what happened: the room stops, for nothing may happen that is not recorded."""


class RoomLine:
    """One reading thread; any thread may tell."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._changed = threading.Condition()
        self._messages: deque[tuple[Any, ...]] = deque()
        self._answers: dict[int, tuple[bool, Any]] = {}
        self._asked = 0
        self.gone = False
        threading.Thread(target=self._read, name="room line", daemon=True).start()

    def tell(self, what: str, *facts: Any) -> None:
        """Raises ServerGone."""
        try:
            with self._sending:
                self._connection.send((what, *facts))
        except (OSError, ValueError):
            self._end()
            raise ServerGone from None

    def ask(self, what: str, *facts: Any) -> Any:
        """The server's answer. Raises NotKept with its sentence, ServerGone."""
        with self._changed:
            self._asked += 1
            number = self._asked
        self.tell(what, number, *facts)
        with self._changed:
            self._changed.wait_for(lambda: number in self._answers or self.gone)
            if number not in self._answers:
                raise ServerGone
            fine, value = self._answers.pop(number)
        if not fine:
            raise NotKept(str(value))
        return value

    def next(self) -> tuple[Any, ...]:
        """The next message, as soon as there is one. Raises ServerGone."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._messages) or self.gone)
            if not self._messages:
                raise ServerGone
            return self._messages.popleft()

    def next_now(self) -> tuple[Any, ...] | None:
        """The next message; None when none waits, or when the server is gone."""
        with self._changed:
            return self._messages.popleft() if self._messages else None

    def put_back(self, message: tuple[Any, ...]) -> None:
        with self._changed:
            self._messages.appendleft(message)

    def rest(self, seconds: float, until: Callable[[tuple[Any, ...]], bool]) -> None:
        """Wait so long, or until such a message waits."""
        with self._changed:
            self._changed.wait_for(lambda: self.gone or any(map(until, self._messages)), timeout=seconds)

    def _read(self) -> None:
        try:
            while True:
                what, *facts = self._connection.recv()
                with self._changed:
                    if what == "answer":
                        self._answers[facts[0]] = (facts[1], facts[2])
                    else:
                        self._messages.append((what, *facts))
                    self._changed.notify_all()
        except (EOFError, OSError):
            self._end()

    def _end(self) -> None:
        with self._changed:
            self.gone = True
            self._changed.notify_all()
