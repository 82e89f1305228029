"""Make tests/fluoroscopy/data/rtk_images.npz: forward projections by RTK, the independent referee of our projector.

Run in an environment that holds RTK 2.7 and numpy, from the repository's top folder:

    python3 -m venv .venv-peers/rtk && .venv-peers/rtk/bin/pip install itk-rtk==2.7.0.post1
    PYTHONPATH=src:tests/fluoroscopy .venv-peers/rtk/bin/python scripts/make_rtk_images.py

RTK (Apache-2.0) projects by Joseph's method, code of its own in C++. Bodies and views stand in tests/fluoroscopy/rtk_cases.py,
which the test reads too; images are kept as 16-bit shares of their maximum.
"""

from importlib.metadata import version
from pathlib import Path

import itk
import numpy as np
from itk import RTK as rtk
from rtk_cases import CASES, Case

OUT = Path("tests/fluoroscopy/data/rtk_images.npz")
Image = itk.Image[itk.F, 3]


def rtk_image(case: Case) -> np.ndarray:
    """(rows, columns) float32 line integrals of one case."""
    grid, view = case.grid, case.view
    body = itk.image_from_array(np.ascontiguousarray(case.values.transpose(2, 1, 0)))
    spacing = grid.spacing_mm
    body.SetSpacing([float(mm) for mm in spacing])
    body.SetOrigin([float(mm) for mm in grid.world_from_index[:3, 3]])
    body.SetDirection(itk.matrix_from_array(np.ascontiguousarray(grid.world_from_index[:3, :3] / spacing)))
    rows, columns = view.shape
    pixel_mm = float(np.linalg.norm(view.column_step_mm))
    centre = view.pixel_positions((columns - 1) / 2, (rows - 1) / 2)
    geometry = rtk.ThreeDCircularProjectionGeometry.New()
    assert geometry.AddProjection(
        itk.Point[itk.D, 3](view.source_mm.tolist()),
        itk.Point[itk.D, 3](centre.tolist()),
        itk.Vector[itk.D, 3]((view.column_step_mm / pixel_mm).tolist()),
        itk.Vector[itk.D, 3]((view.row_step_mm / pixel_mm).tolist()),
    )
    empty = itk.image_from_array(np.zeros((1, rows, columns), np.float32))
    empty.SetSpacing([pixel_mm, pixel_mm, 1.0])
    empty.SetOrigin([-(columns - 1) / 2 * pixel_mm, -(rows - 1) / 2 * pixel_mm, 0.0])
    joseph = rtk.JosephForwardProjectionImageFilter[Image, Image].New()
    joseph.SetGeometry(geometry)
    joseph.SetInput(0, empty)
    joseph.SetInput(1, body)
    joseph.Update()
    return np.array(itk.array_view_from_image(joseph.GetOutput())[0])


def main() -> None:
    stored: dict[str, np.ndarray] = {
        "made_by": np.array(f"RTK {version('itk-rtk')}, JosephForwardProjectionImageFilter")
    }
    for name, case in CASES.items():
        image = rtk_image(case)
        top = float(image.max())
        stored[name] = np.rint(image / top * 65535).astype(np.uint16)
        stored[f"{name} maximum"] = np.array(top)
        stored[f"{name} sum of values"] = np.array(case.values.sum(dtype=np.float64))
    OUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(OUT, **stored)
    print(f"{OUT}: {len(CASES)} images, {OUT.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
