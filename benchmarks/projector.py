"""Time one C-arm frame of the bundled CT, stage by stage. Nothing here is asserted; peers come with the projector's own work.

    python benchmarks/projector.py            # table, and benchmarks/results/projector.json

Every repeat turns the pose by 0.01 degree, so that no cache answers. Minimum and median of wall time in milliseconds.
"""

import json
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from sijoint.anatomy import bundled_pelvis
from sijoint.fluoroscopy import (
    Projector,
    Scene,
    display_pixels,
    expose,
    kernel_name,
    starting_technique,
    volume_from_hu,
)
from sijoint.frames import ProjectionGeometry, ReceptorTilt, load_carm_model

REPEATS = 9
VIEWS = {
    "straight": ReceptorTilt(0, 0),
    "trajectory": ReceptorTilt(-15, 12),
    "lateral": ReceptorTilt(90, 0),
    "cranial 40, left 30": ReceptorTilt(30, 40),
}


def timed(act: Callable[[int], object]) -> tuple[float, float]:
    act(0)
    spent = []
    for repeat in range(1, REPEATS + 1):
        start = time.perf_counter()
        act(repeat)
        spent.append(1000 * (time.perf_counter() - start))
    return min(spent), median(spent)


def main() -> None:
    pelvis = bundled_pelvis()
    volume = volume_from_hu(pelvis.ct.grid, pelvis.ct.hu)
    projector, carm = Projector(volume), load_carm_model()
    rows = []
    for size in (256, 512, 1024):
        detector = carm.detector.binned_to(size)
        for name, tilt in VIEWS.items():

            def pose(repeat: int, tilt: ReceptorTilt = tilt):  # type: ignore[no-untyped-def]
                turned = ReceptorTilt(tilt.left_deg, tilt.cephalad_deg + 0.01 * repeat)
                return carm.pose(turned.direction, pelvis.ct.grid.centre_mm)

            project = timed(lambda repeat: projector.project(ProjectionGeometry.of(pose(repeat), detector)))  # noqa: B023
            scene = Scene(projector.project(ProjectionGeometry.of(pose(0), detector)))
            rng = np.random.default_rng(1)
            frame = expose(scene, pose(0), detector, starting_technique(), carm, rng)
            pulse = timed(lambda _: expose(scene, pose(0), detector, starting_technique(), carm, rng))  # noqa: B023
            shown = timed(lambda _: display_pixels(frame))  # noqa: B023
            rows.append({"size": size, "view": name, "project_ms": project, "expose_ms": pulse, "display_ms": shown})
            print(
                f"{size:5d}² {name:20s} project {project[0]:6.1f}/{project[1]:6.1f}  expose {pulse[0]:6.1f}/{pulse[1]:6.1f}"
                f"  display {shown[0]:6.1f}/{shown[1]:6.1f}  (minimum/median ms)"
            )
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    document = {
        "kernel": kernel_name(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "rows": rows,
    }
    (results / "projector.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
