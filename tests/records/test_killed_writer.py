"""Nothing acknowledged is ever lost: a writer is killed at random instants, and what it was told is there and verifies."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_clinic import new_store, request

from sijoint.records import open_store, verify

WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from small_clinic import change, keep_image
from sijoint.records import open_store

store = open_store(sys.argv[1])
print("ready", flush=True)
first = int(sys.argv[3])
for number in range(first, first + 100_000):
    if number % 5 == 0:
        sha256 = keep_image(store, str(number).encode())
        print("image", sha256, flush=True)
    change(store, f"c{number}", reason=f"reason {number}")
    print("done", number, flush=True)
"""


def killed_after(seconds: float, path: Path, first: int) -> list[list[str]]:
    """What a writer had been told when it was killed."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent), str(first)], stdout=subprocess.PIPE
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    os.kill(writer.pid, signal.SIGKILL)
    told = writer.stdout.read().decode()
    writer.wait()
    whole = told[: told.rfind("\n") + 1]
    return [line.split() for line in whole.splitlines()]


def killed_many_times(folder: Path, times: int, rng: random.Random) -> None:
    path = folder / "clinic.db"
    request(new_store(folder))
    told_in_all = 0
    for round_number in range(times):
        told = killed_after(rng.uniform(0.01, 0.12), path, 1_000_000 * (round_number + 1))
        told_in_all += len(told)
        assert verify(path).intact, verify(path).sentences
        store = open_store(path)
        kept = {command.id for command in store.commands("e1")}
        named = {image.sha256 for image in store.image_rows("e1")}
        for what, value in told:
            if what == "done":
                assert f"c{value}" in kept
            else:
                assert value in named
                assert store.images.get(value)
        # at most one more than was told: the one that was committed while the answer was on its way
        assert len(kept) == store.episode("e1").version
        assert verify(path).intact
    assert told_in_all > 0


def test_a_killed_writer_loses_nothing_that_it_was_told(tmp_path):
    killed_many_times(tmp_path, 5, random.Random(1))


@pytest.mark.deep
def test_a_writer_killed_a_hundred_times_loses_nothing(tmp_path):
    killed_many_times(tmp_path, 100, random.Random(2))
