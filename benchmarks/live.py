"""Live fluoroscopy of the bundled CT: pictures a second with the gantry still and moving, stage by stage; the first picture of
a fresh process; and the memory of a large CT. Nothing here is asserted.

    python benchmarks/live.py            # a table, and benchmarks/results/live.json

Every picture holds a needle that moves and contrast that flows. Rates are the median over a run, and the best of several
runs, because other programs share the machine. A fresh process is timed from its start to the picture on disk.
"""

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import SimpleITK as sitk

from sijoint.anatomy import bundled_pelvis, read_ct
from sijoint.fluoroscopy import (
    CapsuleChain,
    LayerGrid,
    LiveFluoroscope,
    Moment,
    Projector,
    volume_from_hu,
)
from sijoint.frames import Grid, ReceptorTilt, load_carm_model, rigid

ROWS = 1024
PICTURES, RUNS = 60, 5
SETTLED = 10  # pictures after which brightness has settled and every kernel is loaded
MOVING_DEG = 0.3  # between two pictures: 9 degrees a second at 30 pictures a second
STAGES = ("project_ms", "tools_ms", "expose_ms", "display_ms")
LARGE_CT = (512, 512, 400)


def moments(centre: np.ndarray, view: ReceptorTilt, moving: bool) -> Iterator[Moment]:
    """A needle that advances, contrast that fills, and a gantry that stands or turns."""
    carm = load_carm_model()
    spacing = np.diag([0.5, 0.5, 0.5, 1.0])
    grid = Grid((60, 80, 80), rigid(np.eye(3), centre - [15, 20, 20]) @ spacing)
    filled = np.zeros(grid.shape, np.float32)
    filled[24:30, 10:70, 10:70] = 180
    for n in range(PICTURES):
        turned = ReceptorTilt(view.left_deg + MOVING_DEG * n * moving, view.cephalad_deg)
        hub_to_tip = centre + np.array([[0, 90, 0], [1, 40, 0.5], [4, -0.3 * n, 2]])
        needle = CapsuleChain(hub_to_tip, 0.718, 0.413)
        contrast = LayerGrid(grid, filled * np.float32(0.2 + 0.8 * n / PICTURES))
        yield Moment(carm.pose(turned.direction, centre), n / 15, (needle,), contrast, time.perf_counter())


def rates(projector: Projector, view: ReceptorTilt, moving: bool, overlapped: bool) -> dict[str, Any]:
    """Pictures a second, and milliseconds by stage, of the best run."""
    carm = load_carm_model()
    detector = carm.detector.binned_to(ROWS)
    centre = np.asarray(bundled_pelvis().ct.grid.centre_mm)
    runs = []
    for run in range(RUNS):
        live = LiveFluoroscope(projector, carm, detector, clock=time.perf_counter)
        rng, asked = np.random.default_rng(run), moments(centre, view, moving)
        ready, pictures = [], []
        for picture in live.pictures(asked, rng) if overlapped else (live.picture(one, rng) for one in asked):
            ready.append(time.perf_counter())
            pictures.append((picture.stages, picture.age_ms, picture.sharp))
        between = 1000 * np.diff(ready)[SETTLED:]
        kept = pictures[SETTLED:]
        runs.append(
            {
                "pictures_per_s": 1000 / float(np.mean(between)),
                "median_ms": float(np.median(between)),
                "slowest_ms": float(between.max()),
                **{stage: median(getattr(stages, stage) for stages, _, _ in kept) for stage in STAGES},
                "age_ms": median(age for _, age, _ in kept),
                "sharp_share": float(np.mean([sharp for _, _, sharp in kept])),
            }
        )
    return max(runs, key=lambda each: each["pictures_per_s"]) | {
        "all_runs_pictures_per_s": [round(each["pictures_per_s"], 1) for each in runs]
    }


def fresh_process() -> dict[str, Any]:
    """Seconds of a new process until it has its first picture, and where they go; the best of four."""
    spent = [_child("first_picture") for _ in range(4)]
    return {"best": min(spent, key=lambda each: each["whole_s"]), "whole_s_of_all": [each["whole_s"] for each in spent]}


def first_picture(started: float) -> dict[str, float]:
    """Runs in the fresh process: from its start to the first sharp picture of 1024 x 1024."""
    imported = time.time()  # of this module, and so of numpy, numba, scipy and SimpleITK
    patient = bundled_pelvis()
    read = time.time()
    projector = Projector(volume_from_hu(patient.ct.grid, patient.ct.hu))
    prepared = time.time()
    carm = load_carm_model()
    live = LiveFluoroscope(projector, carm, carm.detector.binned_to(ROWS), clock=time.perf_counter)
    asked = next(moments(np.asarray(patient.ct.grid.centre_mm), ReceptorTilt(0, 0), False))
    live.picture(asked, np.random.default_rng(1))
    ready = time.time()
    return {
        "import_s": imported - started,
        "read_s": read - imported,
        "prepare_s": prepared - read,
        "picture_s": ready - prepared,
        "whole_s": ready - started,
        "processor_s": time.process_time(),  # what is left of it when other programs take the cores away
    }


def large_ct(started: float) -> dict[str, float]:
    """Runs in a fresh process: peak memory of reading, preparing and imaging a large CT, that another process wrote."""
    empty_mb = _peak_mb()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.nii"
        subprocess.run([sys.executable, __file__, "write_large_ct", str(path)], check=True)
        begin = time.perf_counter()
        ct = read_ct(path)
        read_s, read_mb = time.perf_counter() - begin, _peak_mb()
        begin = time.perf_counter()
        projector = Projector(volume_from_hu(ct.grid, ct.hu))
        prepare_s, prepared_mb = time.perf_counter() - begin, _peak_mb()
        carm = load_carm_model()
        live = LiveFluoroscope(projector, carm, carm.detector.binned_to(ROWS), clock=time.perf_counter)
        rng, centre = np.random.default_rng(1), np.asarray(ct.grid.centre_mm)
        for view in (ReceptorTilt(0, 0), ReceptorTilt(90, 0), ReceptorTilt(15, 20)):
            for moment in list(moments(centre, view, True))[:4]:
                live.picture(moment, rng)
    return {
        "imports_mb": empty_mb,
        "reading_mb": read_mb,
        "preparing_mb": prepared_mb,
        "peak_mb": _peak_mb(),
        "read_s": read_s,
        "prepare_s": prepare_s,
    }


def write_large_ct(path: str) -> None:
    """A body of 512 x 512 x 400 voxels with bones and noise, slice by slice; in a process of its own."""
    rng = np.random.default_rng(0)
    n_i, n_j, n_k = LARGE_CT
    y, x = np.mgrid[-1 : 1 : n_j * 1j, -1 : 1 : n_i * 1j]
    hu = np.empty((n_k, n_j, n_i), np.int16)
    inside = (x / 0.8) ** 2 + (y / 0.55) ** 2 < 1
    bone = ((x - 0.3) ** 2 + y**2 < 0.02) | ((x + 0.3) ** 2 + y**2 < 0.02)
    for k in range(n_k):
        hu[k] = np.where(bone, 500, np.where(inside, 30, -1000)) + rng.normal(0, 20, x.shape)
    image = sitk.GetImageFromArray(hu)
    image.SetSpacing((0.8, 0.8, 0.8))
    sitk.WriteImage(image, path)


def _peak_mb() -> float:
    """Largest resident memory of this process so far; Linux counts in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(name: str) -> dict[str, Any]:
    started = time.time()
    done = subprocess.run(
        [sys.executable, __file__, name, repr(started)], check=True, capture_output=True, text=True, encoding="utf-8"
    )
    return {key: round(value, 3) for key, value in json.loads(done.stdout).items()}


def main() -> None:
    # children first: Linux hands the parent's peak memory on to them
    large = {"voxels": LARGE_CT, **_child("large_ct")}
    print("large CT:", large)
    fresh = fresh_process()
    print("fresh process:", fresh)
    patient = bundled_pelvis()
    projector = Projector(volume_from_hu(patient.ct.grid, patient.ct.hu))
    document: dict[str, Any] = {
        "kernel": projector.kernel,
        "threads": projector.threads,
        "rows": ROWS,
        "machine": platform.machine(),
        "python": platform.python_version(),
        "fresh_process": fresh,
        "large_ct": large,
        "live": [],
    }
    print(
        f"{ROWS}², kernel {projector.kernel}, {projector.threads} threads; needle and contrast change in every picture"
    )
    for view_name, view in (
        ("straight", ReceptorTilt(0, 0)),
        ("oblique", ReceptorTilt(-15, 12)),
        ("lateral", ReceptorTilt(75, 0)),
    ):
        for moving in (False, True):
            for overlapped in (False, True):
                row = rates(projector, view, moving, overlapped)
                document["live"].append({"view": view_name, "moving": moving, "overlapped": overlapped, **row})
                stages = "  ".join(f"{stage[:-3]} {row[stage]:5.1f}" for stage in STAGES)
                print(
                    f"{view_name:9s} {'moving' if moving else 'still ':6s} {'overlapped' if overlapped else 'in turn   '}"
                    f" {row['pictures_per_s']:5.1f} pictures/s   {stages} ms   age {row['age_ms']:5.1f} ms"
                )
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "live.json").write_text(json.dumps(_rounded(document), indent=1) + "\n", encoding="utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "write_large_ct":
        write_large_ct(sys.argv[2])
    else:
        print(json.dumps({"first_picture": first_picture, "large_ct": large_ct}[sys.argv[1]](float(sys.argv[2]))))
