"""The plain projector: one ray at a time, trilinear samples at equal steps. Explanation, referee and fall-back.

Outside the grid the density falls linearly to zero within one voxel of the outermost centres, the same rule as the
separable projector's.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.ray_geometry import IndexGeometry, index_geometry
from sijoint.fluoroscopy.truncation import truncated_rays
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.frames import ProjectionGeometry


def project_by_rays(
    volume: AttenuationVolume, geometry: ProjectionGeometry, *, step_voxels: float = 0.5, threads: int = 2
) -> LineIntegrals:
    """Areal densities by marching along every ray from source to detector. Raises UnphysicalView."""
    view = index_geometry(volume.grid, geometry)
    refuse_impossible(volume, view)
    water, bone = march(volume.water, volume.bone, view, step_voxels, threads)
    metal = None if volume.metal is None else march(volume.metal, volume.metal, view, step_voxels, threads)[0]
    refuse_empty(water, bone)
    return LineIntegrals(water, bone, truncated_rays(volume, view), metal)


def refuse_impossible(volume: AttenuationVolume, view: IndexGeometry) -> None:
    """Raises UnphysicalView when the source stands inside the body."""
    nearest = np.round(view.source).astype(int)
    inside = np.all(nearest >= 0) and np.all(nearest < np.array(volume.grid.shape))
    if inside and volume.water[tuple(nearest)] + volume.bone[tuple(nearest)] > 0.3:
        raise UnphysicalView(
            "the X-ray source is inside the body: move the isocentre or the C-arm away from the patient"
        )


def refuse_empty(water: NDArray[np.float32], bone: NDArray[np.float32]) -> None:
    """Raises UnphysicalView when no ray meets the body, instead of a white image."""
    if not max(float(water.max()), float(bone.max())) > 1e-3:
        raise UnphysicalView("no ray meets the body: the patient is outside the beam; move the table or the C-arm")


def march(
    first: NDArray[np.float32], second: NDArray[np.float32], view: IndexGeometry, step_voxels: float, threads: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Areal densities (rows, columns) g/cm2 of two densities (g/cm3) on one grid."""
    rows, _ = view.shape
    out = np.zeros((2, *view.shape), np.float32)

    def some(block: range) -> None:
        _march_rows(
            first, second, view.source, view.to_origin, view.column_step, view.row_step, view.world_from_pixel,
            step_voxels, block.start, block.stop, out,
        )  # fmt: skip

    blocks = [range(start, min(start + 16, rows)) for start in range(0, rows, 16)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(some, blocks))
    return out[0], out[1]


@njit(nogil=True, cache=True, error_model="numpy")
def _march_rows(first, second, source, to_origin, column_step, row_step, world, step_voxels, start, stop, out):
    ni, nj, nk = first.shape
    size = (ni, nj, nk)
    for row in range(start, stop):
        for column in range(out.shape[2]):
            near, far = 0.0, 1.0  # source to detector
            dx = to_origin[0] + column * column_step[0] + row * row_step[0]
            dy = to_origin[1] + column * column_step[1] + row * row_step[1]
            dz = to_origin[2] + column * column_step[2] + row * row_step[2]
            for axis in range(3):
                d = (dx, dy, dz)[axis]
                low, high = -1.0 - source[axis], size[axis] - source[axis]
                if abs(d) < 1e-12:
                    if low > 0 or high < 0:
                        far = -1.0
                else:
                    near, far = max(near, min(low / d, high / d)), min(far, max(low / d, high / d))
            if far <= near:
                continue
            steps = int(np.ceil((far - near) * np.sqrt(dx * dx + dy * dy + dz * dz) / step_voxels))
            sum_first, sum_second = 0.0, 0.0
            for n in range(steps):
                t = near + (far - near) * (n + 0.5) / steps
                x, y, z = source[0] + t * dx, source[1] + t * dy, source[2] + t * dz
                i0, j0, k0 = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
                for i in range(max(i0, 0), min(i0 + 2, ni)):
                    for j in range(max(j0, 0), min(j0 + 2, nj)):
                        for k in range(max(k0, 0), min(k0 + 2, nk)):
                            share = (1 - abs(x - i)) * (1 - abs(y - j)) * (1 - abs(z - k))
                            sum_first += share * first[i, j, k]
                            sum_second += share * second[i, j, k]
            mm2 = 0.0
            for axis in range(3):
                mm2 += (world[axis, 0] * column + world[axis, 1] * row + world[axis, 2]) ** 2
            step_cm = np.sqrt(mm2) * (far - near) / steps / 10
            out[0, row, column] = sum_first * step_cm
            out[1, row, column] = sum_second * step_cm
