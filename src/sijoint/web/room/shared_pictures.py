"""Pictures between the room's process and the server: a ring in shared memory, where the newest wins.

The room never waits for the server. A picture is marked with its sequence before and after its pixels are written; whoever
copies one that is being overwritten sees that the marks differ and leaves it: a newer one has been made.
"""

import struct
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Self

import numpy as np
from numpy.typing import NDArray

SLOTS = 4
MARK = struct.Struct("<II")


@dataclass(frozen=True)
class RingShape:
    """Where the ring is: the name of its memory, and the most bytes of a picture."""

    name: str
    most_bytes: int


class SharedPictures:
    """One writer, one reader."""

    def __init__(self, memory: SharedMemory, most_bytes: int) -> None:
        self._memory, self._most = memory, most_bytes
        assert memory.buf is not None
        self._bytes = memory.buf

    @classmethod
    def made(cls, most_bytes: int) -> Self:
        """By the server, which removes it in the end."""
        return cls(SharedMemory(create=True, size=SLOTS * (MARK.size + most_bytes)), most_bytes)

    @classmethod
    def joined(cls, shape: RingShape) -> Self:
        """By the room's process. It shares the server's resource tracker, so nothing has to be told to forget it."""
        return cls(SharedMemory(shape.name), shape.most_bytes)

    @property
    def shape(self) -> RingShape:
        return RingShape(self._memory.name, self._most)

    def write(self, sequence: int, pixels: NDArray[np.uint8]) -> None:
        start = self._start(sequence)
        size = pixels.size
        if size > self._most:
            raise ValueError(f"a picture of {size} bytes does not fit into {self._most}")
        MARK.pack_into(self._bytes, start, sequence, 0)
        place = np.frombuffer(self._bytes, np.uint8, size, start + MARK.size)
        np.copyto(place.reshape(pixels.shape), pixels)
        MARK.pack_into(self._bytes, start, sequence, sequence)

    def read(self, sequence: int, size: int) -> bytes | None:
        """The pixels of a picture; None when a newer one has taken its place."""
        start = self._start(sequence)
        if MARK.unpack_from(self._bytes, start) != (sequence, sequence):
            return None
        pixels = bytes(self._bytes[start + MARK.size : start + MARK.size + size])
        return pixels if MARK.unpack_from(self._bytes, start) == (sequence, sequence) else None

    def close(self, *, remove: bool = False) -> None:
        self._bytes.release()
        self._memory.close()
        if remove:
            self._memory.unlink()

    def _start(self, sequence: int) -> int:
        return (sequence % SLOTS) * (MARK.size + self._most)
