"""Line integrals of one field for any view, many times a second: the fastest kernel that this machine has and the view fits."""

import os

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.by_rays import march
from sijoint.fluoroscopy.compiled_kernel import Instructions, fastest_instructions, library, project_compiled
from sijoint.fluoroscopy.cuda import CudaLineIntegrator, cuda_kernel_name
from sijoint.fluoroscopy.density_field import Box, DensityField
from sijoint.fluoroscopy.errors import NoSuchKernel, UnphysicalView
from sijoint.fluoroscopy.ray_geometry import IndexGeometry, index_geometry
from sijoint.fluoroscopy.separable import PORTABLE, project_portable
from sijoint.fluoroscopy.shear_warp import ShearWarp, shear_warp
from sijoint.frames import Grid, ProjectionGeometry

COMPILED = {"compiled": None, "compiled-avx2": Instructions.AVX2}  # None: the fastest that the processor has
KERNELS = (*COMPILED, "portable", "rays", "cuda")
FINEST_VOXELS = dict.fromkeys(COMPILED, 0.29) | {"portable": 0.4}
RAYS = "ray by ray (plain)"


def kernel_name(kernel: str | None = None) -> str:
    """What projects on this machine, or the name of a given kernel; of the portable one, why not the compiled one.

    Raises NoSuchKernel for one that this machine does not run.
    """
    if kernel == "cuda":
        return cuda_kernel_name()
    loaded, why_not = library()
    if loaded is None and kernel in (None, "portable"):
        return f"{PORTABLE}; {why_not}"
    kernel = kernel or fastest_kernel()
    _refuse_missing(kernel)
    if kernel in COMPILED:
        return (COMPILED[kernel] or fastest_instructions()).kernel_name
    return {"portable": PORTABLE, "rays": RAYS}[kernel]


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
        _refuse_missing(self.kernel)
        self._on_card = CudaLineIntegrator.of(field) if self.kernel == "cuda" else None
        self._content = field.content()
        self._turned: tuple[Box, DensityField, Box] | None = None

    def integrate(self, geometry: ProjectionGeometry, *, scale: float = 1.0) -> NDArray[np.float32]:
        """(rows, columns) integral along every ray, source to detector, in the field's unit times mm, times ``scale``.

        Raises UnphysicalView for a view without sense.
        """
        if self._on_card is not None:
            return self._on_card.integrate(geometry, scale=scale)
        view = index_geometry(self.field.grid, geometry)
        if self._content[0][0] > self._content[0][1]:
            return np.zeros(view.shape, np.float32)
        field, plan = self._separably(view, geometry)
        if plan is None:
            return march(field, view, 0.5, self.threads, scale)
        if self.kernel == "portable":
            return project_portable(field, plan, self.threads, scale)
        return project_compiled(field, plan, self.threads, scale, COMPILED[self.kernel])

    def kernel_of(self, geometry: ProjectionGeometry) -> str:
        """Which of KERNELS projects this view: what cannot be projected separably goes ray by ray."""
        if self._on_card is not None or self._separably(index_geometry(self.field.grid, geometry), geometry)[1]:
            return self.kernel
        return "rays"

    def _separably(self, view: IndexGeometry, geometry: ProjectionGeometry) -> tuple[DensityField, ShearWarp | None]:
        """The field as this view wants it, and how to project it separably, if that is possible and wanted."""
        if self.kernel == "rays":
            return self.field, None
        field, content = self.field, self._content
        if np.argmax(np.abs(view.to_centre)) == 2:  # beyond some 45 degrees cranial or caudal
            if view.to_corners[:, 2].min() * view.to_corners[:, 2].max() <= 0:
                return self.field, None
            field, content = self._turned_for(view)
            view = index_geometry(field.grid, geometry)
        plan = shear_warp(view, content, FINEST_VOXELS[self.kernel])
        return (self.field, None) if plan is None else (field, plan)

    def _turned_for(self, view: IndexGeometry) -> tuple[DensityField, Box]:
        """The field turned for views along its third axis, and its content: no more of it than such views meet."""
        (i0, i1), (j0, j1), along = self._content
        corners = view.to_corners
        ends = np.array([[end - view.source[2] for end in along]])
        reached = [view.source[axis] + (corners[:, axis] / corners[:, 2])[:, None] * ends for axis in (0, 1)]
        low = [max(int(max(places.min(), -1e6)) - 2, first) for places, first in zip(reached, (i0, j0), strict=True)]
        high = [min(int(min(places.max(), 1e6)) + 3, last) for places, last in zip(reached, (i1, j1), strict=True)]
        kept = self._turned
        if kept is None or any(a < box[0] or b > box[1] for a, b, box in zip(low, high, kept[0], strict=False)):
            box = (_wider(low[0], high[0], i0, i1), _wider(low[1], high[1], j0, j1), along)
            field = self.field.turned(box)
            self._turned = kept = box, field, field.content()
        return kept[1], kept[2]


def _refuse_missing(kernel: str) -> None:
    if kernel not in KERNELS:
        raise NoSuchKernel(f"there is no kernel called {kernel!r}: choose one of {', '.join(KERNELS)}")
    if kernel in COMPILED and library()[0] is None:
        raise NoSuchKernel(f"the compiled kernel cannot be used: {library()[1]}")


def _wider(low: int, high: int, first: int, last: int) -> tuple[int, int]:
    """A range with room on both sides, so that a C-arm on the move needs no new one at once."""
    room = max((high - low) // 8, 4)
    return max(min(low, last) - room, first), min(max(high, first) + room, last)


def checked_threads(threads: int | None) -> int:
    """How many threads render. Raises UnphysicalView for more than the machine has cores."""
    cores = os.cpu_count() or 1
    threads = min(2, cores) if threads is None else threads
    if not 1 <= threads <= cores:
        raise UnphysicalView(f"{threads} threads were asked for; this machine has {cores} cores: give 1 to {cores}")
    return threads
