"""Nothing acknowledged is ever lost: writers are killed at random instants, and what they were told is there and verifies."""

import subprocess
import sys
from pathlib import Path

import pytest
from small_clinic import new_store, request

HERE = Path(__file__).parent


def killed(address: str, times: int, seed: int) -> int:
    """Acknowledged writes that all were there."""
    request(new_store(address))
    ended = subprocess.run(
        [sys.executable, str(HERE / "killed_writers.py"), address, str(times), str(seed)],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def test_writers_killed_forty_times_lose_nothing_that_they_were_told(address):
    assert killed(address, 40, 1) > 40


@pytest.mark.deep
def test_writers_killed_five_hundred_times_lose_nothing(address):
    assert killed(address, 500, 2) > 500
