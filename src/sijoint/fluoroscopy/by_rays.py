"""The plain projector: one ray at a time, trilinear samples at equal steps. Explanation, referee and fall-back.

Outside the grid the density falls linearly to zero within one voxel of the outermost centres, the same rule as the
separable projector's.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.density_field import LEAD, DensityField
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.ray_geometry import IndexGeometry, index_geometry
from sijoint.fluoroscopy.truncation import truncated_rays
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.fluoroscopy.workers import workers
from sijoint.frames import ProjectionGeometry


def project_by_rays(
    volume: AttenuationVolume, geometry: ProjectionGeometry, *, step_voxels: float = 0.5, threads: int = 2
) -> LineIntegrals:
    """Areal densities by marching along every ray from source to detector. Raises UnphysicalView."""
    view = index_geometry(volume.grid, geometry)
    refuse_impossible(volume, view)
    water, bone = (march(field, view, step_voxels, threads, 0.1) for field in (volume.water, volume.bone))
    metal = None
    if volume.metal is not None:
        metal = march(volume.metal, index_geometry(volume.metal.grid, geometry), step_voxels, threads, 0.1)
    refuse_empty(water, bone)
    return LineIntegrals(water, bone, truncated_rays(volume, view), metal)


def refuse_impossible(volume: AttenuationVolume, view: IndexGeometry) -> None:
    """Raises UnphysicalView when the source stands inside the body."""
    nearest = np.round(view.source).astype(int)
    if np.all(nearest >= 0) and np.all(nearest < np.array(volume.grid.shape)):
        i, j, k = nearest
        if volume.water.at((i, j, k)) + volume.bone.at((i, j, k)) > 0.3:
            raise UnphysicalView(
                "the X-ray source is inside the body: move the isocentre or the C-arm away from the patient"
            )


def refuse_empty(water: NDArray[np.float32], bone: NDArray[np.float32]) -> None:
    """Raises UnphysicalView when no ray meets the body, instead of a white image."""
    if not max(float(water.max()), float(bone.max())) > 1e-3:
        raise UnphysicalView("no ray meets the body: the patient is outside the beam; move the table or the C-arm")


def march(
    field: DensityField, view: IndexGeometry, step_voxels: float, threads: int, scale: float = 1.0
) -> NDArray[np.float32]:
    """Integrals (rows, columns) of ``field`` along every ray, in its unit times millimetres, times ``scale``."""
    rows, _ = view.shape
    out = np.zeros(view.shape, np.float32)
    n_k = field.grid.shape[2]

    def some(start: int) -> None:
        _march_rows(
            field.counts, LEAD, n_k, view.source, view.to_origin, view.column_step, view.row_step,
            view.world_from_pixel, step_voxels, field.step * scale, start, min(start + 16, rows), out,
        )  # fmt: skip

    list(workers(threads).map(some, range(0, rows, 16)))
    return out


@njit(nogil=True, cache=True, error_model="numpy")
def _march_rows(
    counts, lead, nk, source, to_origin, column_step, row_step, world, step_voxels, scale, start, stop, out
):
    size = (counts.shape[0] - 2, counts.shape[1] - 2, nk)
    for row in range(start, stop):
        for column in range(out.shape[1]):
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
            total = 0.0
            for n in range(steps):
                t = near + (far - near) * (n + 0.5) / steps
                x, y, z = source[0] + t * dx + 1, source[1] + t * dy + 1, source[2] + t * dz + lead
                i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
                if i < 0 or j < 0 or i >= size[0] + 1 or j >= size[1] + 1 or k < lead - 1 or k >= lead + nk:
                    continue
                x, y, z = x - i, y - j, z - k
                v00 = counts[i, j, k] * (1 - z) + counts[i, j, k + 1] * z
                v01 = counts[i, j + 1, k] * (1 - z) + counts[i, j + 1, k + 1] * z
                v10 = counts[i + 1, j, k] * (1 - z) + counts[i + 1, j, k + 1] * z
                v11 = counts[i + 1, j + 1, k] * (1 - z) + counts[i + 1, j + 1, k + 1] * z
                total += (v00 * (1 - y) + v01 * y) * (1 - x) + (v10 * (1 - y) + v11 * y) * x
            mm2 = 0.0
            for axis in range(3):
                mm2 += (world[axis, 0] * column + world[axis, 1] * row + world[axis, 2]) ** 2
            out[row, column] = total * scale * np.sqrt(mm2) * (far - near) / max(steps, 1)
