"""What all tests share: peers that may be required, and one body from the bundled CT per worker."""

import os
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import settings

import servers

PEERS = tomllib.loads((Path(__file__).parent / "peers.toml").read_text(encoding="utf-8"))["peers"]

# The same examples on every run, so that a run says something about the code alone; `make deep` looks further.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=300)
settings.load_profile(os.environ.get("SIJ_HYPOTHESIS", "same"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("peer"):
        name = marker.args[0]
        missing = servers.why_not() if name == "postgresql" else not shutil.which(name)
        if not missing:
            continue
        if os.environ.get("SIJ_REQUIRE_PEERS") == "1" and name in PEERS:
            pytest.fail(f"the peer {name} is required and not installed")
        pytest.skip(f"{name} is not installed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With ``--dist loadgroup`` the browser tests stay on one worker, with one server and one Chromium.

    By folder, for pytest 9.2 no longer lets pytest-xdist 3.8 write a group into a test's name.
    """
    if config.getvalue("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadGroupScheduling

    class BrowserTogether(LoadGroupScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "browser" if nodeid.startswith("tests/web/browser/") else super()._split_scope(nodeid)

    return BrowserTogether(config, log)


def pytest_terminal_summary(terminalreporter) -> None:
    why = servers.why_not()
    told = f"not tested: {why}" if why else "tested as well as SQLite"
    terminalreporter.write_line(f"the record on PostgreSQL: {told}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgresql"))])
def address(request, tmp_path) -> str:
    """Where a new store may be made, once on each engine."""
    return str(tmp_path / "clinic.db") if request.param == "sqlite" else servers.new_address(tmp_path)


@pytest.fixture(scope="session")
def pelvis():
    """The bundled real CT with its labels."""
    from sijoint.anatomy import bundled_pelvis

    return bundled_pelvis()


@pytest.fixture(scope="session")
def body(pelvis):
    """Both joints and the tissues of the bundled CT."""
    from sijoint.anatomy import body_of

    return body_of(pelvis)
