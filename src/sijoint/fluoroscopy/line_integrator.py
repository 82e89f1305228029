"""Line integrals of one field for any view, many times a second: the fastest kernel that this machine has and the view fits."""

import os

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.by_rays import march
from sijoint.fluoroscopy.compiled_kernel import COMPILED, library, project_compiled
from sijoint.fluoroscopy.density_field import LEAD, DensityField
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.fluoroscopy.separable import BAND, TILE, sum_slices, warp_to_detector
from sijoint.fluoroscopy.shear_warp import ShearWarp, shear_warp
from sijoint.fluoroscopy.workers import workers
from sijoint.frames import Grid, ProjectionGeometry

KERNELS = ("compiled", "portable", "rays")
PORTABLE = f"separable, numba {numba.__version__} (portable)"
FINEST_VOXELS = {"compiled": 0.22, "portable": 0.45}
RAYS = "ray by ray (plain)"


def kernel_name(kernel: str | None = None) -> str:
    """What projects on this machine and, where it is not the compiled kernel, why not; or the name of a given kernel."""
    loaded, why_not = library()
    if kernel is None and loaded is None:
        return f"{PORTABLE}; {why_not}"
    return {"compiled": COMPILED, "portable": PORTABLE, "rays": RAYS}[kernel or fastest_kernel()]


def fastest_kernel() -> str:
    """The fastest of KERNELS that this machine runs."""
    return "compiled" if library()[0] is not None else "portable"


class LineIntegrator:
    """Projects one field of values of zero or more. Results do not depend on ``threads``."""

    def __init__(self, grid: Grid, values: ArrayLike, *, threads: int | None = None, kernel: str | None = None) -> None:
        self._take(DensityField.of(grid, values), threads, kernel)

    @staticmethod
    def of(field: DensityField, *, threads: int | None = None, kernel: str | None = None) -> "LineIntegrator":
        """An integrator of a field that is already in 16 bits."""
        made = LineIntegrator.__new__(LineIntegrator)
        made._take(field, threads, kernel)
        return made

    def _take(self, field: DensityField, threads: int | None, kernel: str | None) -> None:
        self.field, self.threads = field, checked_threads(threads)
        self.kernel = kernel or fastest_kernel()
        if self.kernel not in KERNELS:
            raise UnphysicalView(f"there is no kernel called {self.kernel!r}: choose one of {', '.join(KERNELS)}")
        if self.kernel == "compiled" and library()[0] is None:
            raise UnphysicalView(f"the compiled kernel cannot be used: {library()[1]}")
        self._content = field.content()
        self._turned: DensityField | None = None

    def integrate(self, geometry: ProjectionGeometry, *, scale: float = 1.0) -> NDArray[np.float32]:
        """(rows, columns) integral along every ray, source to detector, in the field's unit times mm, times ``scale``.

        Raises UnphysicalView for a view without sense.
        """
        view = index_geometry(self.field.grid, geometry)
        if self._content[0][0] > self._content[0][1]:
            return np.zeros(view.shape, np.float32)
        field, content = self.field, self._content
        if np.argmax(np.abs(view.to_centre)) == 2:  # beyond some 45 degrees cranial or caudal
            if self._turned is None:
                self._turned = self.field.turned()
            field, content = self._turned, (content[2], content[0], content[1])
            view = index_geometry(field.grid, geometry)
        plan = None if self.kernel == "rays" else shear_warp(view, content, FINEST_VOXELS[self.kernel])
        if plan is None:
            return march(self.field, index_geometry(self.field.grid, geometry), 0.5, self.threads, scale)
        project = project_compiled if self.kernel == "compiled" else _portable
        return project(field, plan, self.threads, scale)


def checked_threads(threads: int | None) -> int:
    """How many threads render. Raises UnphysicalView for more than the machine has cores."""
    cores = os.cpu_count() or 1
    threads = min(2, cores) if threads is None else threads
    if not 1 <= threads <= cores:
        raise UnphysicalView(f"{threads} threads were asked for; this machine has {cores} cores: give 1 to {cores}")
    return threads


def _portable(field: DensityField, plan: ShearWarp, threads: int, scale: float) -> NDArray[np.float32]:
    view, u, v = plan.view, plan.u, plan.v
    rows, columns = view.shape
    sums, out = np.empty((v.count, u.count), np.float32), np.empty((rows, columns), np.float32)
    n_j, pitch = field.counts.shape[1:]
    stride = {0: n_j * pitch, 1: pitch}
    m, b, _ = plan.order
    first, last = plan.slices
    farthest = max(abs(first - plan.source[0]), abs(last - plan.source[0]))
    line_count = int(farthest * v.step * BAND) + 4

    def sum_band(row: int) -> None:
        lines = np.empty((line_count, TILE), np.float32)
        sum_slices(
            field.counts.reshape(-1), stride[m], stride[b], field.grid.shape[b], field.grid.shape[2], LEAD,
            plan.source[0], plan.source[1], plan.source[2], first, last, v.first, v.step, u.first, u.step,
            row, min(row + BAND, v.count), lines, sums,
        )  # fmt: skip

    def warp_band(row: int) -> None:
        warp_to_detector(
            sums, plan.plane, view.world_from_pixel, v.first, v.step, u.first, u.step, field.step * scale,
            row, min(row + BAND, rows), out,
        )  # fmt: skip

    pool = workers(threads)
    list(pool.map(sum_band, range(0, v.count, BAND)))
    list(pool.map(warp_band, range(0, rows, BAND)))
    return out
