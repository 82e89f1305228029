"""A timed program's side of the talk: one process a program, one line of JSON in, one line out.

Asked {"volume": folder, "threads": n} it prepares; asked {"view": {...}} it makes one frame, times it and says
{"ms": ...}; with "save" it also stores the image. The clock runs round the frame alone: whatever a program needs to know
about a pose beforehand is set up before the clock starts. Needs numpy only, so that it runs in every peer's environment.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Run = Callable[
    [], Any
]  # makes the frame; returns (rows, columns), or (image, own_ms) from a program with a clock of its own


@dataclass(frozen=True)
class Volume:
    """Attenuation per mm ``[i, j, k]``, axes along +x, +y, +z (LPS), the middle of the volume at the world's origin."""

    mu: np.ndarray
    spacing_mm: np.ndarray

    @property
    def origin_mm(self) -> np.ndarray:
        """Centre of voxel (0, 0, 0)."""
        return -(np.array(self.mu.shape) - 1) / 2 * self.spacing_mm

    @property
    def for_itk(self) -> np.ndarray:
        """The array as ITK wants it, ``[k, j, i]``."""
        return np.ascontiguousarray(self.mu.transpose(2, 1, 0))


@dataclass(frozen=True)
class View:
    """Source, centre of pixel (0, 0), column step and row step in mm, and (rows, columns)."""

    source: np.ndarray
    origin: np.ndarray
    column_step: np.ndarray
    row_step: np.ndarray
    shape: tuple[int, int]

    @property
    def pixel_mm(self) -> float:
        return float(np.linalg.norm(self.column_step))

    @property
    def u(self) -> np.ndarray:
        return self.column_step / np.linalg.norm(self.column_step)

    @property
    def v(self) -> np.ndarray:
        return self.row_step / np.linalg.norm(self.row_step)

    @property
    def centre(self) -> np.ndarray:
        rows, columns = self.shape
        return self.origin + (columns - 1) / 2 * self.column_step + (rows - 1) / 2 * self.row_step

    @property
    def distance_mm(self) -> float:
        """Source to detector, which stands square to the central ray."""
        return float(np.linalg.norm(self.centre - self.source))

    @property
    def pixels(self) -> np.ndarray:
        """(rows, columns, 3) world positions of the pixel centres."""
        rows, columns = self.shape
        return (
            self.origin
            + np.arange(columns)[None, :, None] * self.column_step
            + np.arange(rows)[:, None, None] * self.row_step
        )


def read_volume(folder: str) -> Volume:
    spacing = json.loads((Path(folder) / "volume.json").read_text(encoding="utf-8"))["spacing_mm"]
    return Volume(np.load(Path(folder) / "mu.npy"), np.array(spacing, dtype=float))


def serve(prepare: Callable[[Volume, int], Callable[[View], Run]], name: Callable[[], str]) -> None:
    """Answers until the input ends. ``prepare`` takes a volume and threads and returns what makes a Run of a View."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries print; the talk is not theirs
    run_of: Callable[[View], Run] | None = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            if "volume" in asked:
                volume = read_volume(asked["volume"])
                start = time.perf_counter()
                run_of = prepare(volume, asked["threads"])
                answer = {"preparation_ms": 1000 * (time.perf_counter() - start), "name": name()}
            else:
                answer = _frame(run_of, asked)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _frame(run_of: Callable[[View], Run] | None, asked: dict[str, Any]) -> dict[str, float]:
    if run_of is None:
        raise RuntimeError("a volume comes before a view")
    numbers = {key: np.array(value) for key, value in asked["view"].items() if key != "shape"}
    run = run_of(View(**numbers, shape=tuple(asked["view"]["shape"])))
    start = time.perf_counter()
    made = run()
    spent = 1000 * (time.perf_counter() - start)
    if isinstance(made, tuple):
        made, spent = made
    if asked.get("save"):
        np.save(asked["save"], np.asarray(made, dtype=np.float32))
    return {"ms": spent}
