"""The command answers at once, and leaves nothing behind when it is stopped."""

import signal
import subprocess
import sys
import time
from importlib import import_module

import pytest

from sijoint.cli.commands import MODULE_OF, SUMMARY_OF

RUN = [sys.executable, "-c", "from sijoint.cli import main; main()"]


def test_help_imports_none_of_the_heavy_libraries():
    loaded = (
        "import sys, sijoint.cli.app; print(sorted({'numpy', 'scipy', 'SimpleITK', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "[]\n"


def test_every_command_has_a_summary_and_a_function():
    assert list(MODULE_OF) == list(SUMMARY_OF)
    for name, module in MODULE_OF.items():
        assert callable(getattr(import_module(f"sijoint.cli.{module}"), name))


def test_the_command_alone_shows_its_help():
    done = subprocess.run(RUN, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in MODULE_OF)


def test_a_mistyped_command_is_told_the_near_one():
    done = subprocess.run([*RUN, "dmeo"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'demo'" in done.stderr


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_demo_that_is_stopped_leaves_nothing(tmp_path, name):
    if not hasattr(signal, name):
        pytest.skip("no such signal on this system")
    wanted = getattr(signal, name)
    ours = [*RUN[:2], f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {RUN[2]}"]
    running = subprocess.Popen(
        [*ours, "demo", "--out", "out", "--rows", "128"], cwd=tmp_path, text=True, stdout=-1, stderr=-1
    )
    until = time.monotonic() + 120
    while not list(tmp_path.iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list(tmp_path.iterdir())  # it is at work
    running.send_signal(wanted)
    _, said = running.communicate(timeout=120)
    assert running.returncode == 128 + wanted
    assert said == "sij: stopped; nothing half written is left\n"
    assert list(tmp_path.iterdir()) == []
