"""The power fails, the disk is full, the disk errs: nothing acknowledged is lost, and what is left opens and verifies."""

import errno
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from crashed_disk import Disk, read_log
from small_clinic import new_store, request

from sijoint.records import open_store, verify

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None or sys.platform != "linux", reason="needs a C compiler on Linux"
)

WRITER = """
import os, sys
from pathlib import Path
from small_clinic import change, keep_image, new_store, read, request
from sijoint.records import StoreRefused, open_store

def write(store, commands):
    for number in range(commands):
        try:
            if number % 3 == 0:
                print("image", keep_image(store, str(number).encode() * 300), flush=True)
            if number % 4 == 0:
                print("look", read(store), flush=True)
            change(store, f"c{number}", reason=f"reason {number} " * 40)
            print("done", f"c{number}", flush=True)
        except StoreRefused as refusal:
            print("refused", str(refusal).replace(" ", "_"), flush=True)

folder, commands, *wishes = sys.argv[1:]
if not wishes:
    write(open_store(Path(folder) / "clinic.db"), int(commands))
for number, wish in enumerate(wishes):
    place = Path(folder) / str(number)
    place.mkdir()
    store = new_store(place)
    request(store)
    print("store", number, flush=True)
    os.environ["DISK_FAIL"] = wish
    write(store, int(commands))
    os.environ["DISK_FAIL"] = ""
"""


@pytest.fixture(scope="module")
def recorder(tmp_path_factory) -> Path:
    library = tmp_path_factory.mktemp("recorder") / "recorder.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "disk_recorder.c", "-ldl"], check=True)
    return library


def run_writer(folder: Path, recorder: Path, commands: int, *wishes: str, **more: str) -> list[list[str]]:
    """What the writer was told, in words; with wishes, in a store of its own for each."""
    environment = {**os.environ, "LD_PRELOAD": str(recorder), "DISK_FOLDER": str(folder), **more}
    ended = subprocess.run(
        [sys.executable, "-c", WRITER, str(folder), str(commands), *wishes],
        cwd=HERE,
        env={**environment, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [line.split() for line in ended.stdout.splitlines()]


def require_told(path: Path, told: list[list[str]]) -> None:
    """Everything acknowledged is there, and the whole verifies. Raises AssertionError."""
    store = open_store(path)
    kept = {command.id for command in store.commands("e1")}
    named = {image.sha256 for image in store.image_rows("e1")}
    looks = {str(one.sequence) for one in store.accesses()}
    for what, value in told:
        if what != "refused":
            assert value in {"done": kept, "image": named, "look": looks}[what], (what, value)
    store.close()
    report = verify(path)
    assert report.intact, report.sentences


def crash_often(tmp_path: Path, recorder: Path, crashes: int, rng: random.Random) -> None:
    live, crashed = tmp_path / "live", tmp_path / "crashed"
    live.mkdir()
    store = new_store(live)
    request(store)
    store.close()
    before = Disk(live)
    run_writer(live, recorder, 12, DISK_LOG=str(tmp_path / "log"))
    requests = read_log(tmp_path / "log")
    assert sum(one.op == "A" for one in requests) > 12
    assert {"W", "S", "C", "U", "R"} <= {one.op for one in requests}
    disk, told = before, ""
    when = sorted(rng.choices(range(len(requests)), k=crashes))
    for number, one in enumerate(requests):
        disk.take(one)
        if one.op == "A":
            told += one.data.decode()
        for _ in range(when.count(number)):
            disk.crash_into(crashed, rng)
            whole = told[: told.rfind("\n") + 1]
            require_told(crashed / store.path.name, [line.split() for line in whole.splitlines()])


def test_whatever_a_power_failure_leaves_holds_all_that_was_acknowledged(tmp_path, recorder):
    crash_often(tmp_path, recorder, 40, random.Random(1))


@pytest.mark.deep
def test_two_thousand_power_failures_lose_nothing(tmp_path, recorder):
    crash_often(tmp_path, recorder, 2000, random.Random(2))


def fail_often(folder: Path, recorder: Path, commands: int, wishes: list[str]) -> None:
    """Each wish is a disk that errs: at which request, how often, with which error."""
    told = run_writer(folder, recorder, commands, *wishes)
    starts = [index for index, (what, _) in enumerate(told) if what == "store"]
    for number, (wish, start, end) in enumerate(zip(wishes, starts, [*starts[1:], len(told)], strict=True)):
        mine = told[start + 1 : end]
        if "1000000" in wish:
            assert "refused" in {what for what, _ in mine}, wish
        require_told(folder / str(number) / "clinic.db", mine)


def test_a_full_disk_and_one_that_errs_for_good_are_told_and_lose_nothing(tmp_path, recorder):
    wishes = [f"{at} 1000000 {error}" for at in (1, 9, 31, 55) for error in (errno.ENOSPC, errno.EIO)]
    fail_often(tmp_path, recorder, 5, wishes)


def test_a_disk_that_errs_once_at_any_place_of_a_command_loses_nothing(tmp_path, recorder):
    fail_often(tmp_path, recorder, 2, [f"{at} 1 {errno.EIO}" for at in range(1, 60, 4)])


@pytest.mark.deep
def test_a_disk_that_errs_at_every_place_in_turn_loses_nothing(tmp_path, recorder):
    errors = (errno.ENOSPC, errno.EIO)
    fail_often(
        tmp_path, recorder, 3, [f"{at} {often} {error}" for at in range(1, 200) for often in (1, 3) for error in errors]
    )
