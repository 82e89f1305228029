"""The fast projector: anatomy of one body into areal densities, many times a second.

It prepares the volume once, picks the volume's major axis for each view and runs the separable kernel; views that do not fit
it (source or detector between the slices, rays too flat to the axis) go ray by ray, slower and as right.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numba
import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.by_rays import march, refuse_empty, refuse_impossible
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.line_integrals import ArealDensity, LineIntegrals
from sijoint.fluoroscopy.ray_geometry import IndexGeometry, index_geometry
from sijoint.fluoroscopy.separable import BAND, TILE, pack, sum_slices, warp_to_detector
from sijoint.fluoroscopy.truncation import truncated_rays
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.frames import ProjectionGeometry

FLATTEST_SLOPE = 2.0  # voxels across per slice; beyond, Joseph's method gets coarse
FINEST_VOXELS = 0.2  # a finer pitch than this share of a voxel, at the middle of the body, adds nothing but time


def kernel_name() -> str:
    """The kernel that projects on this machine, for reports and results."""
    return f"separable, numba {numba.__version__} (portable)"


class Projector:
    """Projects one body. Keeps the last view; safe to call from several threads, results do not depend on ``threads``."""

    def __init__(self, volume: AttenuationVolume, *, threads: int | None = None) -> None:
        cores = os.cpu_count() or 1
        threads = min(2, cores) if threads is None else threads
        if not 1 <= threads <= cores:
            raise UnphysicalView(f"{threads} threads were asked for; this machine has {cores} cores: give 1 to {cores}")
        self.volume = volume
        self.threads = threads
        self._prepared = PreparedPair.of(volume.water, volume.bone)
        self._metal = None if volume.metal is None else PreparedPair.of(volume.metal, np.zeros_like(volume.metal))
        self._last: tuple[bytes, LineIntegrals] | None = None

    def project(self, geometry: ProjectionGeometry) -> LineIntegrals:
        """Areal densities of the body in this view. Raises UnphysicalView."""
        view = index_geometry(self.volume.grid, geometry)
        key = b"".join(part.tobytes() for part in (view.source, view.world_from_pixel)) + repr(view.shape).encode()
        last = self._last
        if last is not None and last[0] == key:
            return last[1]
        refuse_impossible(self.volume, view)
        with ThreadPoolExecutor(self.threads) as pool:
            water, bone = self._areal_densities(self._prepared, (self.volume.water, self.volume.bone), view, pool)
            metal = None
            if self._metal is not None and self.volume.metal is not None:
                metal, _ = self._areal_densities(self._metal, (self.volume.metal, self.volume.metal), view, pool)
        refuse_empty(water, bone)
        result = LineIntegrals(water, bone, truncated_rays(self.volume, view), metal)
        self._last = key, result
        return result

    def _areal_densities(
        self,
        prepared: "PreparedPair",
        plain: tuple[NDArray[np.float32], NDArray[np.float32]],
        view: IndexGeometry,
        pool: ThreadPoolExecutor,
    ) -> tuple[ArealDensity, ArealDensity]:
        if not prepared.fits(view):
            return march(*plain, view, 0.5, self.threads)
        return prepared.project(view, pool)


@dataclass(frozen=True, eq=False)
class _Layout:
    """The packed volume seen along one major axis: order (m, b, a) of grid axes and strides in the flat array."""

    flat: NDArray[np.int32]
    order: tuple[int, int, int]
    stride_m: int
    stride_b: int
    shape: tuple[int, int, int]  # padded, along m, b, a


class PreparedPair:
    """Two densities packed for the separable kernel."""

    def __init__(self, packed: NDArray[np.int32], steps: tuple[float, float]) -> None:
        self.packed, self.steps = packed, steps
        filled = packed != 0
        self.content = []  # first and last filled padded index along each axis
        for axis in range(3):
            some = np.flatnonzero(filled.any(axis=tuple(n for n in range(3) if n != axis)))
            self.content.append((int(some[0]), int(some[-1])) if some.size else (1, 0))
        self._along_k: NDArray[np.int32] | None = None

    @staticmethod
    def of(first: NDArray[np.float32], second: NDArray[np.float32]) -> "PreparedPair":
        return PreparedPair(*pack(first, second))

    def layout(self, major: int) -> _Layout:
        n_i, n_j, n_k = self.packed.shape
        if major == 0:
            return _Layout(self.packed.reshape(-1), (0, 1, 2), n_j * n_k, n_k, (n_i, n_j, n_k))
        if major == 1:
            return _Layout(self.packed.reshape(-1), (1, 0, 2), n_k, n_j * n_k, (n_j, n_i, n_k))
        if self._along_k is None:  # beyond 45 degrees cranial or caudal only
            self._along_k = np.ascontiguousarray(self.packed.transpose(2, 0, 1)).reshape(-1)
        return _Layout(self._along_k, (2, 0, 1), n_i * n_j, n_j, (n_k, n_i, n_j))

    def fits(self, view: IndexGeometry) -> bool:
        """Whether all rays are steep enough to one axis and all slices lie between source and detector."""
        major = int(np.argmax(np.abs(view.to_centre)))
        corners = view.to_corners
        along = corners[:, major] * np.sign(view.to_centre[major])
        if along.min() <= 0:
            return False
        slopes = np.abs(corners) / along[:, None]
        first, last = self.content[major]
        ahead = (np.array([first - 1, last + 1]) - (view.source[major] + 1)) * np.sign(view.to_centre[major])
        box = np.array(list(product(*self.content))) - (view.source + 1)
        across_detector = np.cross(view.column_step, view.row_step)
        depth = box @ across_detector / (view.to_origin @ across_detector)  # 1 at the detector
        return bool(slopes.max() <= FLATTEST_SLOPE and ahead.min() > 0 and depth.max() < 1)

    def project(self, view: IndexGeometry, pool: ThreadPoolExecutor) -> tuple[ArealDensity, ArealDensity]:
        major = int(np.argmax(np.abs(view.to_centre)))
        layout = self.layout(major)
        order = list(layout.order)
        source = view.source[order] + 1  # the padding shifts indices by one
        plane = np.stack([view.column_step, view.row_step, view.to_origin], axis=1)[order]
        first_m, last_m = self.content[major]
        reach = abs((first_m + last_m) / 2 - source[0])
        v0, dv, n_v = _slope_axis(view, order[0], order[1], reach)
        u0, du, n_u = _slope_axis(view, order[0], order[2], reach)
        sums = np.zeros((2, n_v, n_u), np.float32)
        farthest = max(abs(first_m - source[0]), abs(last_m - source[0]))
        line_count = int(farthest * dv * BAND) + 4

        def sum_band(row: int) -> None:
            lines = np.empty((2, line_count, TILE), np.float32)
            for column in range(0, n_u, TILE):
                sum_slices(
                    layout.flat, layout.stride_m, layout.stride_b, layout.shape[1], layout.shape[2],
                    source[0], source[1], source[2], first_m, last_m, v0, dv, u0, du,
                    row, min(row + BAND, n_v), column, min(column + TILE, n_u), lines, sums,
                )  # fmt: skip

        rows, columns = view.shape
        water, bone = np.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)

        def warp_band(row: int) -> None:
            warp_to_detector(
                sums, plane, view.world_from_pixel, v0, dv, u0, du, np.float32(self.steps[0]), np.float32(self.steps[1]),
                row, min(row + BAND, rows), water, bone,
            )  # fmt: skip

        list(pool.map(sum_band, range(0, n_v, BAND)))
        list(pool.map(warp_band, range(0, rows, BAND)))
        return water, bone


def _slope_axis(view: IndexGeometry, m: int, across: int, reach: float) -> tuple[float, float, int]:
    """First value, step and count of slopes ``across`` per slice that cover the detector with room to interpolate.

    The step is half the detector's pitch at its centre, or a small share of a voxel at ``reach`` slices from the source.
    """
    centre = view.to_centre
    steps = [
        abs(step[across] * centre[m] - centre[across] * step[m]) / centre[m] ** 2
        for step in (view.column_step, view.row_step)
    ]
    pitch = max(max(steps) / 2, FINEST_VOXELS / reach)
    corners = view.to_corners
    slopes = corners[:, across] / corners[:, m]
    count = int(np.ceil((slopes.max() - slopes.min()) / pitch)) + 7
    return float(slopes.min() - 3 * pitch), float(pitch), count
