"""How our projector's time grows: with voxels, pixels, fields at once and threads.

    python benchmarks/growth.py            # benchmarks/results/growth.json and the tables; about a minute

The bundled pelvis, straight and oblique. Every frame is turned by another 0.01 degree. One field is plain attenuation, two
are water and bone as the fluoroscope uses them.
"""

import json
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bodies import Body, body_of, resampled
from machine import machine
from poses import OBLIQUE, STRAIGHT, Pose
from projector import RESULTS
from table import write_tables

from sijoint.fluoroscopy import LineIntegrator, Projector, volume_from_hu
from sijoint.fluoroscopy.line_integrator import fastest_kernel
from sijoint.frames import Grid, ProjectionGeometry

VOXELS_MM = (1.5, 1.0, 0.75)
PIXELS = (128, 256, 512, 1024)
FRAMES = 15
MIDDLE_MM, MIDDLE_PIXELS = 1.0, 512


def main() -> None:
    own = body_of(None, "bundled pelvis", None)
    two = min(2, os.cpu_count() or 1)
    rows: list[dict[str, Any]] = []
    for mm in VOXELS_MM:
        body = resampled(own, mm)
        for kernel in _kernels(body):
            threads = (two, 1) if mm == MIDDLE_MM and two > 1 else (two,)
            for count in threads:
                start = time.perf_counter()
                integrator = LineIntegrator(_grid(body), body.mu, threads=count, kernel=kernel)
                prepared = 1000 * (time.perf_counter() - start)
                for pixels in PIXELS if mm == MIDDLE_MM and count == two else (MIDDLE_PIXELS,):
                    common = {
                        "kernel": kernel,
                        "voxel_mm": mm,
                        "voxels": body.hu.size,
                        "pixels": pixels,
                        "threads": count,
                    }
                    rows += _rows(integrator.integrate, common | {"fields": 1, "preparation_ms": prepared})
        if mm == MIDDLE_MM:
            rows += _two_fields(body, two)
    RESULTS.mkdir(exist_ok=True)
    document = {"body": own.name, "machine": machine(), "rows": rows}
    (RESULTS / "growth.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    write_tables(RESULTS)


def _two_fields(body: Body, threads: int) -> list[dict[str, Any]]:
    start = time.perf_counter()
    projector = Projector(volume_from_hu(_grid(body), body.hu, continue_ends_mm=0), threads=threads)
    common = {
        "kernel": fastest_kernel(),
        "voxel_mm": MIDDLE_MM,
        "voxels": body.hu.size,
        "threads": threads,
        "fields": 2,
        "preparation_ms": 1000 * (time.perf_counter() - start),
    }
    return [row for pixels in PIXELS for row in _rows(projector.project, common | {"pixels": pixels})]


def _rows(project: Callable[[ProjectionGeometry], object], common: dict[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for pose in (STRAIGHT, OBLIQUE):
        spent = _spent(project, pose, common["pixels"])
        rows.append(common | {"pose": pose.name, "min_ms": min(spent), "median_ms": median(spent)})
        what = (
            f"{common['kernel']}, {common['voxel_mm']:g} mm, {common['fields']} field(s), {common['threads']} thread(s)"
        )
        print(f"{common['pixels']:5d}² {pose.name:10s} {what:45s} {min(spent):7.2f} ms", flush=True)
    return rows


def _spent(project: Callable[[ProjectionGeometry], object], pose: Pose, pixels: int) -> list[float]:
    project(pose.view(pixels))
    spent = []
    for n in range(1, FRAMES + 1):
        view = pose.turned(n).view(pixels)
        start = time.perf_counter()
        project(view)
        spent.append(1000 * (time.perf_counter() - start))
    return spent


def _grid(body: Body) -> Grid:
    shape = body.hu.shape
    return Grid.from_spacing(
        shape, body.spacing_mm, [-(n - 1) / 2 * mm for n, mm in zip(shape, body.spacing_mm, strict=True)]
    )


def _kernels(body: Body) -> list[str]:
    """The kernels that this machine has, the fastest first."""
    found = []
    for kernel in ("compiled", "portable"):
        try:
            LineIntegrator(Grid.from_spacing((2, 2, 2), (1, 1, 1)), body.mu[:2, :2, :2], kernel=kernel)
            found.append(kernel)
        except ValueError as refused:
            print(refused)
    return found


if __name__ == "__main__":
    main()
