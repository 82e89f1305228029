"""One page's place in a room: what waits to be sent to it. Words keep their order, of states and pictures the newest wins."""

import threading
from collections import deque
from collections.abc import Callable

from sijoint.web.room.limits import LIMITS

Picture = tuple[int, bytes]  # sequence, and the message with its header


class Seat:
    """Filled by the room's thread, emptied by the page's line. ``wake`` is called when there is something to send."""

    def __init__(self, by: str, wake: Callable[[], None]) -> None:
        self.by, self._wake = by, wake
        self._lock = threading.Lock()
        self._words: deque[str] = deque()
        self._state: str | None = None
        self._picture: Picture | None = None
        self._in_flight: list[int] = []
        self.too_slow = False
        self.greeted = False  # nothing is sent before the page has said hello

    def tell(self, words: str) -> None:
        with self._lock:
            self._words.append(words)
            self.too_slow = self.too_slow or len(self._words) > LIMITS.unread
        self._wake()

    def tell_state(self, words: str) -> None:
        """Always the newest, after every word that was told before."""
        with self._lock:
            self._state = words
        self._wake()

    def show(self, picture: Picture) -> None:
        with self._lock:
            self._picture = picture
        self._wake()

    def drawn(self, sequence: int) -> None:
        """The page has drawn this picture, and so needs none before it."""
        with self._lock:
            self._in_flight = [one for one in self._in_flight if one > sequence]
        self._wake()

    def next_words(self) -> str | None:
        with self._lock:
            if self._words:
                return self._words.popleft()
            words, self._state = self._state, None
            return words

    def next_picture(self) -> bytes | None:
        """The newest picture, unless too many are on their way."""
        with self._lock:
            if self._picture is None or len(self._in_flight) >= LIMITS.in_flight:
                return None
            (sequence, message), self._picture = self._picture, None
            self._in_flight.append(sequence)
            return message
