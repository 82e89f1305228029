"""The images of one injection as files: all that a reader in a process of its own is given.

A folder holds ``run.json`` (the side, where the operator takes the tip to be, what was injected, the names of the images) and
every image as a 16-bit PNG beside its sidecar, whose pose is the registered one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sijoint.fluoroscopy import Frame, UnreadableFrame, decode, encode
from sijoint.frames import Side
from sijoint.guidance.contrast_run import ContrastRun, UnreadableRun

SCHEMA_VERSION = 1
LIST = "run.json"


@dataclass(frozen=True)
class StoredRuns:
    """What a folder of images holds; ``tip_mm`` (LPS) is the operator's belief, None where it was not written down."""

    runs: tuple[ContrastRun, ...]
    side: Side
    tip_mm: tuple[float, float, float] | None


def write_runs(folder: Path, runs: Sequence[ContrastRun], side: Side, tip_mm: ArrayLike | None = None) -> None:
    """Put the views of one injection into an empty or new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = [
        {
            "before": _write(folder, f"view{n}_before", run.before),
            "during": [_write(folder, f"view{n}_during{k:03d}", frame) for k, frame in enumerate(run.during)],
            "after": [_write(folder, f"view{n}_after{k:03d}", frame) for k, frame in enumerate(run.after)],
            "injected_ml": run.injected_ml,
            "iodine_mg_ml": run.iodine_mg_ml,
        }
        for n, run in enumerate(runs)
    ]
    tip = None if tip_mm is None else [float(value) for value in np.asarray(tip_mm, dtype=np.float64)]
    document = {"schema_version": SCHEMA_VERSION, "side": side.value, "tip_mm": tip, "runs": listed}
    (folder / LIST).write_text(json.dumps(document, indent=1), encoding="utf-8")


def read_runs(folder: Path) -> StoredRuns:
    """The runs of ``write_runs``. Raises UnreadableRun when a file is missing or is not what it should be."""
    try:
        document = json.loads((folder / LIST).read_text(encoding="utf-8"))
        if document["schema_version"] != SCHEMA_VERSION:
            raise UnreadableRun(
                f"the list of images has schema_version {document['schema_version']}; this program reads {SCHEMA_VERSION}"
            )
        runs = tuple(_run(folder, listed) for listed in document["runs"])
        tip = document["tip_mm"]
        return StoredRuns(runs, Side(document["side"]), None if tip is None else (tip[0], tip[1], tip[2]))
    except FileNotFoundError as error:
        name = Path(str(error.filename)).name
        raise UnreadableRun(f"the contrast run lacks the file {name}; write its images again") from None
    except UnreadableFrame as error:
        raise UnreadableRun(f"an image of the contrast run cannot be read: {error}") from None
    except (KeyError, IndexError, TypeError, json.JSONDecodeError) as error:
        raise UnreadableRun(f"the list of the contrast run's images is damaged ({error}); write it again") from None


def _run(folder: Path, listed: dict[str, Any]) -> ContrastRun:
    return ContrastRun(
        _read(folder, listed["before"]),
        tuple(_read(folder, name) for name in listed["during"]),
        tuple(_read(folder, name) for name in listed["after"]),
        float(listed["injected_ml"]),
        float(listed["iodine_mg_ml"]),
    )


def _write(folder: Path, name: str, frame: Frame) -> str:
    png, sidecar = encode(frame)
    (folder / f"{name}.png").write_bytes(png)
    (folder / f"{name}.json").write_text(json.dumps(sidecar), encoding="utf-8")
    return name


def _read(folder: Path, name: str) -> Frame:
    if Path(name).name != name:
        raise UnreadableRun(f"the list names the image {name}, outside its own folder; write the run's images again")
    sidecar = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return decode((folder / f"{name}.png").read_bytes(), sidecar)
