"""Commands as a person gives them: in an empty folder, with what they print and complain."""

import signal
import sys
from functools import partial

import pytest
from fluoro_phantom import small_body, volume


@pytest.fixture
def sij(monkeypatch, capsys, tmp_path):
    """Run a command in an empty folder; exit code, what it printed, what it complained."""
    from sijoint.cli.app import main

    monkeypatch.chdir(tmp_path)
    kept = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sij", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    yield run
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.fixture
def fluoro(sij):
    """The same for `sij fluoro`."""
    return partial(sij, "fluoro")


@pytest.fixture
def ct(tmp_path):
    """The small body as a file."""
    path = volume(tmp_path / "ct.nii.gz", small_body())
    yield path
    path.unlink()
