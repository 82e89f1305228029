"""Writers that are killed at random instants, again and again; run as a program, for a fork needs a process of one thread.

    python killed_writers.py ADDRESS TIMES SEED

Each writer says what it was told on a pipe. After its death the store is opened, and all that it was told must be there
and verify. Ends with the number of acknowledged writes, or with an AssertionError.
"""

import os
import random
import signal
import sys
import time

from small_clinic import change, keep_image, read

from sijoint.records import open_store, verify

MOMENT_S = 0.02  # some commits long
LOOKED_AT_WHOLE = 10  # every so many kills the whole store is verified, and after the last one


def write_for_ever(address: str, first: int, told: int) -> None:
    store = open_store(address)
    os.write(told, b"ready\n")
    for number in range(first, first + 1_000_000):
        if number % 5 == 0:
            sha256 = keep_image(store, str(number).encode())
            os.write(told, f"image {sha256}\n".encode())
        if number % 7 == 0:
            os.write(told, f"look {read(store)}\n".encode())
        change(store, f"c{number}", reason=f"reason {number}")
        os.write(told, f"done c{number}\n".encode())


def killed_after(answers: int, then_s: float, address: str, first: int) -> list[list[str]]:
    """What a writer had been told when it was killed: so many answers, and those of a moment more."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            write_for_ever(address, first, writer)
        finally:
            os._exit(1)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.readline() == b"ready\n"
        told = b"".join(pipe.readline() for _ in range(answers))
        time.sleep(then_s)
        os.kill(child, signal.SIGKILL)
        told += pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    return [line.split() for line in told[: told.rfind(b"\n") + 1].decode().splitlines()]


def killed_many_times(address: str, times: int, rng: random.Random) -> int:
    acknowledged = 0
    for number in range(times):
        told = killed_after(rng.randint(0, 4), rng.uniform(0, MOMENT_S), address, 1_000_000 * (number + 1))
        acknowledged += len(told)
        store = open_store(address)
        kept = {command.id for command in store.commands("e1")}
        named = {image.sha256 for image in store.image_rows("e1")}
        looks = {str(one.sequence) for one in store.accesses()}
        version = store.episode("e1").version
        for what, value in told:
            assert value in {"done": kept, "image": named, "look": looks}[what], (what, value)
            if what == "image":
                store.images.get(value)
        assert len(kept) == version  # at most one more than was told, and then whole
        store.close()
        if number % LOOKED_AT_WHOLE == LOOKED_AT_WHOLE - 1 or number == times - 1:
            report = verify(address)
            assert report.intact, report.sentences
    return acknowledged


if __name__ == "__main__":
    print(killed_many_times(sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))))
