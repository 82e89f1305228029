"""Time the CUDA kernel on this machine's card, beside nanodrr on the same card where it is installed. Nothing is asserted.

    python benchmarks/gpu.py [--ct CT.nii.gz] [--mm 1]      # table, and benchmarks/results/gpu.json

Every frame turns the pose by 0.01 degree. Minimum and median of wall time in milliseconds, card synchronised; "read back" has
the image on the host. Errors are against the float64 reference of the other tables. Without a card it says so and ends.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from bodies import Body, body_of
from machine import machine
from poses import OBLIQUE, STRAIGHT
from referee import error_of, reference

from sijoint.fluoroscopy.cuda import CudaLineIntegrator, cuda_kernel_name
from sijoint.fluoroscopy.density_field import DensityField
from sijoint.fluoroscopy.errors import NoSuchKernel
from sijoint.frames import Grid, ProjectionGeometry

SIZES = (512, 1024)
REPEATS = 30
Frame = Callable[[ProjectionGeometry], np.ndarray | None]


def ours(body: Body) -> dict[str, Frame]:
    """Ways to make a frame with our kernel; those that leave it on the card return nothing."""
    origin = -(np.array(body.mu.shape) - 1) / 2 * body.spacing_mm
    field = DensityField.of(Grid.from_spacing(body.mu.shape, body.spacing_mm, origin), body.mu)
    one, two = CudaLineIntegrator.of(field), CudaLineIntegrator.of(field, field)

    def stays(integrator: CudaLineIntegrator) -> Frame:
        import cupy

        def frame(view: ProjectionGeometry) -> None:
            integrator.integrate_on_device(view)
            cupy.cuda.get_current_stream().synchronize()

        return frame

    return {"one field": stays(one), "two fields": stays(two), "one field, read back": one.integrate}


def nanodrr(body: Body, device: str = "cuda") -> dict[str, Frame]:
    """nanodrr with its own choice of back end, one sample a voxel; the pose is set up outside the clock's reach."""
    import torch
    import torchio
    from nanodrr.data import Subject
    from nanodrr.drr import DRR

    torch.set_grad_enabled(False)
    affine = np.diag([*body.spacing_mm, 1.0])
    affine[:3, 3] = -(np.array(body.mu.shape) - 1) / 2 * body.spacing_mm
    image = torchio.ScalarImage(tensor=torch.from_numpy(body.mu)[None], affine=affine)
    subject = Subject.from_images(image, convert_to_mu=False).to(device)
    samples = round(max(body.mu.shape) * 1.05)
    cameras: dict[int, Any] = {}

    def frame(view: ProjectionGeometry) -> Any:
        rows, columns = view.shape
        pixel = float(np.linalg.norm(view.column_step_mm))
        u, v = view.column_step_mm / pixel, view.row_step_mm / pixel
        n = np.cross(u, v)
        if rows not in cameras:
            distance = float((view.pixel_origin_mm - view.source_mm) @ n)
            cameras[rows] = DRR.from_carm_intrinsics(
                distance, pixel, pixel, 0.0, 0.0, rows, columns, dtype=torch.float32, device=device
            )
        placed = np.eye(4, dtype=np.float32)
        placed[:3] = np.stack([u, v, n, view.source_mm], axis=1)
        return cameras[rows](subject, torch.from_numpy(placed)[None].to(device), n_samples=samples)

    def stays(view: ProjectionGeometry) -> None:
        frame(view)
        torch.cuda.synchronize()

    return {
        "nanodrr": stays,
        "nanodrr, read back": lambda view: frame(view).cpu().numpy().reshape(view.shape),
    }


def milliseconds(frame: Frame, views: list[ProjectionGeometry]) -> tuple[float, float]:
    for view in views[:3]:
        frame(view)
    spent = []
    for view in views:
        start = time.perf_counter()
        frame(view)
        spent.append(1000 * (time.perf_counter() - start))
    return min(spent), median(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ct", type=Path, help="a CT to project instead of the bundled pelvis")
    parser.add_argument("--mm", type=float, default=1.0, help="voxel size that it is brought to")
    asked = parser.parse_args()
    try:
        name = cuda_kernel_name()
    except NoSuchKernel as reason:
        print(f"no GPU here, nothing was measured: {reason}")
        return
    body = body_of(asked.ct, asked.ct.name if asked.ct else "bundled pelvis", asked.mm)
    print(f"{name}\n{body.words}")
    frames = ours(body)
    try:
        frames |= nanodrr(body)
    except ImportError as missing:
        print(f"nanodrr is not beside it: {missing}")
    rows = []
    for size in SIZES:
        for pose in (STRAIGHT, OBLIQUE):
            views = [pose.turned(n).view(size) for n in range(REPEATS)]
            truth = reference(body, views[0])
            for way, frame in frames.items():
                least, middle = milliseconds(frame, views)
                image = frame(views[0])
                error = None if image is None else error_of(image, truth).inner_rrmse
                rows.append({"size": size, "pose": pose.name, "way": way, "ms": (least, middle), "rrmse": error})
                shown = "" if error is None else f"  error {error:.1e}"
                print(f"{size:5d}²  {pose.words:20s}  {way:22s}  {least:7.3f} / {middle:7.3f} ms{shown}")
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    document = {"kernel": name, "body": body.words, "machine": machine(), "rows": rows}
    (results / "gpu.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
