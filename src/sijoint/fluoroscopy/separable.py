"""The portable kernel of the separable projector, in numba: float sums of 16-bit voxels (shear_warp.py has the geometry)."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.density_field import LEAD, DensityField
from sijoint.fluoroscopy.shear_warp import ShearWarp
from sijoint.fluoroscopy.workers import workers

PORTABLE = f"separable, numba {numba.__version__} (portable)"
ROWS = 32  # image rows of one piece of the warp
TILE = 256  # image columns of one tile


def project_portable(field: DensityField, plan: ShearWarp, threads: int, scale: float) -> NDArray[np.float32]:
    """Integrals (rows, columns) of ``field`` in its unit times millimetres, times ``scale``."""
    view, u, v = plan.view, plan.u, plan.v
    rows, columns = view.shape
    sums, out = np.empty((v.count, u.count), np.float32), np.empty((rows, columns), np.float32)
    n_j, pitch = field.counts.shape[1:]
    stride = {0: n_j * pitch, 1: pitch}
    m, b, _ = plan.order
    first, last = plan.slices
    farthest = max(abs(first - plan.source[0]), abs(last - plan.source[0]))
    line_count = int(farthest * v.step * v.band) + 4

    def sum_band(row: int, first_column: int, last_column: int) -> None:
        lines = np.empty((line_count, TILE), np.float32)
        sum_slices(
            field.counts.reshape(-1), stride[m], stride[b], field.grid.shape[b], field.grid.shape[2], LEAD,
            plan.source[0], plan.source[1], plan.source[2], first, last, v.first, v.step, u.first, u.step,
            row, min(row + v.band, v.count), first_column, last_column, lines, sums,
        )  # fmt: skip

    def warp_band(row: int) -> None:
        warp_to_detector(
            sums, plan.plane, view.world_from_pixel, v.first, v.step, u.first, u.step, field.step * scale,
            row, min(row + ROWS, rows), out,
        )  # fmt: skip

    pool = workers(threads)
    list(pool.map(sum_band, range(0, v.count, v.band), *plan.needed(v.band).T.tolist()))
    list(pool.map(warp_band, range(0, rows, ROWS)))
    return out


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def sum_slices(
    voxels, stride_m, stride_b, n_b, n_a, lead, source_m, source_b, source_a, first_m, last_m,
    v0, dv, u0, du, row_start, row_stop, first_column, last_column, lines, sums,
):  # fmt: skip
    """Writes rows row_start..row_stop, columns first_column..last_column of ``sums``: slices first_m..last_m, one bilinear sample in each.

    ``voxels`` (flat) has an empty voxel before and after b, and ``lead`` before a; ``lines`` (n, TILE) is scratch.
    """
    n_rows = row_stop - row_start
    index = np.empty(TILE, np.int32)
    weight = np.empty(TILE, np.float32)
    row = np.empty(n_a + lead + 2, np.float32)
    total = np.empty((n_rows, TILE), np.float32)
    for column_start in range(first_column, last_column, TILE):
        n_columns = min(TILE, last_column - column_start)
        total[:] = 0
        for m in range(first_m, last_m + 1):
            g = m - source_m
            b_first, b_last = source_b + g * (v0 + dv * row_start), source_b + g * (v0 + dv * (row_stop - 1))
            b_start = max(int(np.floor(min(b_first, b_last))), -1)
            b_stop = min(int(np.floor(max(b_first, b_last))) + 2, n_b + 1)
            a_first = source_a + g * (u0 + du * column_start)
            step = g * du
            a_last = a_first + step * (n_columns - 1)
            if b_stop - b_start < 2 or max(a_first, a_last) <= -1 or min(a_first, a_last) >= n_a:
                continue
            for c in range(n_columns):
                a = min(max(a_first + step * c, -1.0), np.float64(n_a)) + lead
                index[c] = int(a)
                weight[c] = a - int(a)
            first = min(index[0], index[n_columns - 1])
            n_voxels = max(index[0], index[n_columns - 1]) + 2 - first
            for c in range(n_columns):
                index[c] -= first
            for b in range(b_start, b_stop):
                base = (m + 1) * stride_m + (b + 1) * stride_b + first
                for k in range(n_voxels):  # as floats first: 16-bit voxels cannot be gathered
                    row[k] = np.float32(voxels[base + k])
                for c in range(n_columns):
                    left, right = row[index[c]], row[index[c] + 1]
                    lines[b - b_start, c] = left + weight[c] * (right - left)
            for r in range(n_rows):
                b = source_b + g * (v0 + dv * (row_start + r))
                if b < b_start or b >= b_stop - 1:
                    continue
                line = int(b - b_start)
                w1 = np.float32(b - b_start - line)
                w0 = np.float32(1) - w1
                for c in range(n_columns):
                    total[r, c] += w0 * lines[line, c] + w1 * lines[line + 1, c]
        sums[row_start:row_stop, column_start : column_start + n_columns] = total[:n_rows, :n_columns]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def warp_to_detector(sums, plane, world, v0, dv, u0, du, scale, row_start, row_stop, out):
    """Takes slope-space ``sums`` to detector rows row_start..row_stop, times the ray's length per slice and ``scale``.

    ``plane`` (3, 3): rows m, b, a of the vector to a pixel in voxels = columns times (column, row, 1); ``world`` likewise
    in mm. Catmull-Rom interpolation: the sums are smooth, and it costs no sharpness.
    """
    n_columns = out.shape[1]
    iu, iv = np.empty(n_columns, np.int32), np.empty(n_columns, np.int32)
    fu, fv = np.empty(n_columns, np.float32), np.empty(n_columns, np.float32)
    length = np.empty(n_columns, np.float32)
    for row in range(row_start, row_stop):
        m0, b0, a0 = plane[0, 1] * row + plane[0, 2], plane[1, 1] * row + plane[1, 2], plane[2, 1] * row + plane[2, 2]
        x0, y0, z0 = world[0, 1] * row + world[0, 2], world[1, 1] * row + world[1, 2], world[2, 1] * row + world[2, 2]
        for c in range(n_columns):
            per_m = 1.0 / (m0 + plane[0, 0] * c)
            u = ((a0 + plane[2, 0] * c) * per_m - u0) / du
            v = ((b0 + plane[1, 0] * c) * per_m - v0) / dv
            iu[c] = int(u)
            iv[c] = int(v)
            fu[c] = u - int(u)
            fv[c] = v - int(v)
            x, y, z = x0 + world[0, 0] * c, y0 + world[1, 0] * c, z0 + world[2, 0] * c
            length[c] = np.sqrt(x * x + y * y + z * z) * abs(per_m) * scale
        for c in range(n_columns):
            p0, p1, p2, p3 = _catmull_rom(fu[c])
            q0, q1, q2, q3 = _catmull_rom(fv[c])
            r, s = iv[c] - 1, iu[c] - 1
            value = np.float32(0)
            for n in range(4):
                q = q0 if n == 0 else (q1 if n == 1 else (q2 if n == 2 else q3))
                value += q * (
                    p0 * sums[r + n, s] + p1 * sums[r + n, s + 1] + p2 * sums[r + n, s + 2] + p3 * sums[r + n, s + 3]
                )
            out[row, c] = max(value * length[c], np.float32(0))


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"}, inline="always")
def _catmull_rom(t):
    half, one = np.float32(0.5), np.float32(1)
    s = one - t
    return (
        -half * t * s * s,
        one - t * t * (np.float32(2.5) - np.float32(1.5) * t),
        one - s * s * (np.float32(2.5) - np.float32(1.5) * s),
        -half * s * t * t,
    )
