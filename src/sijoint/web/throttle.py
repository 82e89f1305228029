"""Guessing made slow: so many tries in so long, counted before a try is answered.

Counted in memory, as one process serves the site; whoever can restart it needs no guessing.
"""

import math
import threading
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from sijoint.web.errors import TooOften

KEPT_KEYS = 10_000


class Throttle:
    """``most`` tries in ``window`` for each key. What succeeded was no guess: ``take_back`` uncounts it alone, ``forget`` all."""

    def __init__(self, most: int, window: timedelta, clock: Callable[[], datetime]) -> None:
        self._most, self._window, self._clock = most, window, clock
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """One more try. Raises TooOften, and does not count it, when there were too many."""
        now = self._clock()
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            while tries and tries[0] <= now - self._window:
                tries.popleft()
            if len(tries) >= self._most:
                wait = tries[0] + self._window - now
                raise TooOften(math.ceil(wait.total_seconds()))
            tries.append(now)
            self._drop_old(now)

    def take_back(self, key: str) -> None:
        """The newest try of a key was none."""
        with self._lock:
            tries = self._tries.get(key)
            if tries:
                tries.pop()

    def forget(self, key: str) -> None:
        with self._lock:
            self._tries.pop(key, None)

    def _drop_old(self, now: datetime) -> None:
        """Addresses are many: those that have been quiet go."""
        if len(self._tries) > KEPT_KEYS:
            for key in [one for one, tries in self._tries.items() if not tries or tries[-1] <= now - self._window]:
                del self._tries[key]
