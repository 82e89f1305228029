"""Who is timed: our kernels and the peers, each a process of its own that waits between its frames.

A peer's environment is made on first use under .venv-peers; one that cannot be had is one line, never an error.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

import numpy as np

from sijoint.frames import ProjectionGeometry

PROGRAMS = Path(__file__).parent / "programs"
ENVIRONMENTS = Path(__file__).parent.parent / ".venv-peers"
PEERS = tomllib.loads((PROGRAMS / "programs.toml").read_text(encoding="utf-8"))
OURS = ("compiled", "compiled-avx2", "portable")  # kernels, the fastest first
INSTALL_SECONDS = 600


class NotThere(Exception):
    """This contestant cannot be timed on this machine; the text is the one line that says why."""


class Contestant:
    """One program in its process. ``key`` is its short name, ``name`` what it calls itself with its version."""

    def __init__(self, key: str, threads: int) -> None:
        self.key, self.threads, self.name = key, threads, key
        command = [sys.executable, PROGRAMS / "sijoint_kernel.py", key] if key in OURS else _peer_command(key)
        counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
        itk = ("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "VTK_SMP_MAX_THREADS")
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # lives as long as the process
        self._process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=dict(os.environ, **dict.fromkeys((*counts, *itk), str(threads))),
            text=True,
            encoding="utf-8",
        )

    def prepare(self, folder: Path) -> float:
        """Takes the volume in ``folder``; milliseconds of preparation. Raises NotThere."""
        answer = self._ask({"volume": str(folder), "threads": self.threads})
        self.name = str(answer["name"])
        return float(answer["preparation_ms"])

    def frame(self, view: ProjectionGeometry) -> float:
        """Milliseconds of one frame. Raises NotThere."""
        return float(self._ask({"view": _numbers(view)})["ms"])

    def image(self, view: ProjectionGeometry, folder: Path) -> np.ndarray:
        """One frame, (rows, columns) float32. Raises NotThere."""
        path = folder / f"{self.key}.npy"
        self._ask({"view": _numbers(view), "save": str(path)})
        return np.load(path)

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(30)

    def _last_words(self) -> str:
        self._said.seek(0)
        return (self._said.read().strip().splitlines() or ["it said nothing"])[-1][:160]

    def _ask(self, what: dict[str, object]) -> dict[str, object]:
        sender, receiver = self._process.stdin, self._process.stdout
        assert sender is not None
        assert receiver is not None
        try:
            sender.write(json.dumps(what) + "\n")
            sender.flush()
            line = receiver.readline()
        except BrokenPipeError:
            line = ""
        answer = json.loads(line) if line else {"error": f"it does not run here ({self._last_words()})"}
        if "error" in answer:
            raise NotThere(f"{self.key}: {answer['error']}")
        return dict(answer)


def contestants(keys: list[str], threads: int, folder: Path) -> tuple[list[Contestant], dict[str, float], list[str]]:
    """Those that are there, ready for the volume in ``folder``; their preparation in ms; a line for each that is not."""
    there, spent, missing = [], {}, []
    for key in keys:
        try:
            one = Contestant(key, threads)
            spent[key] = min(one.prepare(folder), one.prepare(folder))  # a library loads its parts on first use
            there.append(one)
        except NotThere as reason:
            missing.append(str(reason))
            print(f"not timed: {reason}", flush=True)
    return there, spent, missing


def _numbers(view: ProjectionGeometry) -> dict[str, list[float]]:
    return {
        "source": view.source_mm.tolist(),
        "origin": view.pixel_origin_mm.tolist(),
        "column_step": view.column_step_mm.tolist(),
        "row_step": view.row_step_mm.tolist(),
        "shape": list(view.shape),
    }


def _peer_command(key: str) -> list[Path]:
    peer = PEERS[key]
    if "command" in peer and not shutil.which(peer["command"]):
        raise NotThere(f"{key}: not installed (a program of the system: {peer['command']})")
    python = _environment(ENVIRONMENTS / peer["environment"], peer["pip"], key)
    return [python, PROGRAMS / peer["script"]]


def _environment(folder: Path, wanted: list[str], key: str) -> Path:
    """The environment's Python, made and filled when it is not there or holds something else."""
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    stamp = folder / "installed.txt"
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8").split() == wanted:
        return python
    print(f"installing {' '.join(wanted)} for {key} ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
    try:
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        done = subprocess.run(pip, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise NotThere(f"{key}: not installed (pip took longer than {INSTALL_SECONDS} s)") from None
    except (OSError, subprocess.CalledProcessError):
        raise NotThere(f"{key}: not installed (Python's venv cannot make an environment here)") from None
    if done.returncode:
        print(done.stderr, flush=True)  # for the person here; it names places that do not belong into results
        raise NotThere(f"{key}: not installed (pip could not install {' '.join(wanted)})")
    stamp.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return python
