"""Reading an arthrogram in a process that has the images and the pre-operative anatomy and nothing else.

``python -m sijoint.guidance.reading_process [--ct FILE --labels FILE] FOLDER...`` prints one JSON line for each folder of
``run_files``. Whatever made the images stays in another process, so a reading cannot lean on it.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sijoint.anatomy import Body, body_of, bundled_pelvis, read_patient
from sijoint.guidance.arthrogram import ArthrogramReading, read_arthrogram
from sijoint.guidance.contrast_run import UnreadableRun
from sijoint.guidance.run_files import read_runs
from sijoint.model import ContrastPattern


@dataclass(frozen=True)
class AnatomyFiles:
    """The pre-operative CT and its labels, in the frame of the images' poses."""

    ct: Path
    labels: Path


def read_arthrograms_apart(
    folders: Sequence[Path], anatomy: AnatomyFiles | None = None
) -> tuple[ArthrogramReading | UnreadableRun, ...]:
    """The reading of each folder of images, or why there is none, made by a new process; anatomy None is the bundled pelvis.

    Raises RuntimeError with the process's own words when it ends without answering.
    """
    files = [] if anatomy is None else ["--ct", str(anatomy.ct.resolve()), "--labels", str(anatomy.labels.resolve())]
    command = [sys.executable, "-m", "sijoint.guidance.reading_process", *files]
    done = subprocess.run(
        [*command, *(str(folder.resolve()) for folder in folders)], capture_output=True, text=True, encoding="utf-8"
    )
    lines = done.stdout.splitlines()
    if done.returncode or len(lines) != len(folders):
        raise RuntimeError(f"the reading process ended without an answer: {done.stderr.strip()[-500:]}")
    return tuple(_answer(json.loads(line)) for line in lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read each folder and print its answer."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ct", type=Path)
    options.add_argument("--labels", type=Path)
    options.add_argument("folders", type=Path, nargs="+")
    asked = options.parse_args(arguments)
    if (asked.ct is None) != (asked.labels is None):
        options.error("--ct and --labels go together")
    body = body_of(bundled_pelvis() if asked.ct is None else read_patient(asked.ct, asked.labels))
    for folder in asked.folders:
        print(json.dumps(_told(folder, body)), flush=True)


def _told(folder: Path, body: Body) -> dict[str, Any]:
    try:
        stored = read_runs(folder)
        reading = read_arthrogram(stored.runs, body, stored.side, stored.tip_mm)
    except UnreadableRun as reason:
        return {"refused": str(reason)}
    return {
        "pattern": reading.pattern.value,
        "probability": reading.probability,
        "probabilities": {pattern.value: share for pattern, share in reading.probabilities.items()},
        "features": dict(reading.features),
        "words": list(reading.words),
    }


def _answer(told: dict[str, Any]) -> ArthrogramReading | UnreadableRun:
    if "refused" in told:
        return UnreadableRun(told["refused"])
    return ArthrogramReading(
        ContrastPattern(told["pattern"]),
        told["probability"],
        {ContrastPattern(name): share for name, share in told["probabilities"].items()},
        told["features"],
        tuple(told["words"]),
    )


if __name__ == "__main__":
    main()
