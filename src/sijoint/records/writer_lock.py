"""One writer at a time, across threads and processes."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sijoint.records.errors import StoreRefused

PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.002
TOO_LONG = (
    f"another program has been writing to this store for {PATIENCE_S:.0f} s: wait for it or end it, then try again"
)


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """Held from reading the head of the ledger to acknowledging the next line.

    The database's own lock ends with the commit; without this one another process could put its witness line first. The
    kernel drops the lock when its holder dies.
    """
    try:
        file = path.open("ab")
    except OSError as error:
        raise StoreRefused(
            f"the lock {path.name} cannot be opened ({error.strerror}): make its folder writable"
        ) from None
    with file:
        gives_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > gives_up:
                    raise StoreRefused(TOO_LONG) from None
                time.sleep(LOOK_AGAIN_S)
        yield  # closing the file unlocks
