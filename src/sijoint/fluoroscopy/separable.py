"""The kernel of the fast projector: perspective shear-warp, after which trilinear sampling separates.

Seen from the source, a ray is its slopes (U, V) per slice along the volume's major axis, and every slice maps onto a regular
grid of slopes by a scale and a shift alone. So each voxel row is resampled once for all image rows of a band (H), two
resampled rows are blended for each image row without any gather (V), slices are summed, and one smooth warp takes the sum to
the detector. It is Joseph's method up to that one interpolation. Water and bone travel together as two 16-bit halves of
one 32-bit voxel.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray

BAND = 32  # image rows whose resampled voxel rows stay in cache
TILE = 256  # image columns of one tile


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def sum_slices(
    packed, stride_m, stride_b, n_b, n_a, source_m, source_b, source_a, first_m, last_m,
    v0, dv, u0, du, row_start, row_stop, column_start, column_stop, lines, sums,
):  # fmt: skip
    """Adds slices first_m..last_m into ``sums`` (2, rows, columns), rows row_start.. and columns column_start.. of it.

    ``lines`` (2, n, TILE) is scratch for resampled voxel rows; ``packed`` is padded by one empty voxel on every side.
    """
    n_columns, n_rows = column_stop - column_start, row_stop - row_start
    index = np.empty(TILE, np.int32)
    weight = np.empty(TILE, np.float32)
    low = np.zeros((BAND, TILE), np.float32)
    high = np.zeros((BAND, TILE), np.float32)
    for m in range(first_m, last_m + 1):
        g = m - source_m
        b_first, b_last = source_b + g * (v0 + dv * row_start), source_b + g * (v0 + dv * (row_stop - 1))
        b_start = max(int(np.floor(min(b_first, b_last))), 0)
        b_stop = min(int(np.floor(max(b_first, b_last))) + 2, n_b)
        a_first = source_a + g * (u0 + du * column_start)
        a_last = a_first + g * du * (n_columns - 1)
        if b_stop - b_start < 2 or max(a_first, a_last) <= 0 or min(a_first, a_last) >= n_a - 1:
            continue
        step = g * du
        for c in range(n_columns):
            a = min(max(a_first + step * c, 0.0), n_a - 1.001)
            index[c] = int(a)
            weight[c] = a - int(a)
        for b in range(b_start, b_stop):
            base = m * stride_m + b * stride_b
            for c in range(n_columns):
                left, right, w = packed[base + index[c]], packed[base + index[c] + 1], weight[c]
                x0, y0 = np.float32(left & 0xFFFF), np.float32((left >> 16) & 0xFFFF)
                x1, y1 = np.float32(right & 0xFFFF), np.float32((right >> 16) & 0xFFFF)
                lines[0, b - b_start, c] = x0 + w * (x1 - x0)
                lines[1, b - b_start, c] = y0 + w * (y1 - y0)
        for r in range(n_rows):
            b = source_b + g * (v0 + dv * (row_start + r))
            if b <= b_start or b >= b_stop - 1:
                continue
            line = int(b) - b_start
            w1 = np.float32(b - int(b))
            w0 = np.float32(1) - w1
            for c in range(n_columns):
                low[r, c] += w0 * lines[0, line, c] + w1 * lines[0, line + 1, c]
            for c in range(n_columns):
                high[r, c] += w0 * lines[1, line, c] + w1 * lines[1, line + 1, c]
    for r in range(n_rows):
        for c in range(n_columns):
            sums[0, row_start + r, column_start + c] = low[r, c]
            sums[1, row_start + r, column_start + c] = high[r, c]


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def warp_to_detector(sums, plane, world, v0, dv, u0, du, scale_low, scale_high, row_start, row_stop, low, high):
    """Takes slope-space ``sums`` to detector rows row_start..row_stop, times the ray's length per slice.

    ``plane`` (3, 3): rows m, b, a of the vector to a pixel in voxels = columns times (column, row, 1); ``world`` likewise
    in mm. Catmull-Rom interpolation: the sums are smooth, and it costs no sharpness.
    """
    n_columns = low.shape[1]
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
            length[c] = np.sqrt(x * x + y * y + z * z) * abs(per_m) * 0.1
        for c in range(n_columns):
            t = fu[c]
            p0, p1, p2, p3 = _catmull_rom(t)
            q0, q1, q2, q3 = _catmull_rom(fv[c])
            r, s = iv[c] - 1, iu[c] - 1
            x = np.float32(0)
            y = np.float32(0)
            for n in range(4):
                q = q0 if n == 0 else (q1 if n == 1 else (q2 if n == 2 else q3))
                x += q * (
                    p0 * sums[0, r + n, s]
                    + p1 * sums[0, r + n, s + 1]
                    + p2 * sums[0, r + n, s + 2]
                    + p3 * sums[0, r + n, s + 3]
                )
                y += q * (
                    p0 * sums[1, r + n, s]
                    + p1 * sums[1, r + n, s + 1]
                    + p2 * sums[1, r + n, s + 2]
                    + p3 * sums[1, r + n, s + 3]
                )
            low[row, c] = max(x * length[c] * scale_low, np.float32(0))
            high[row, c] = max(y * length[c] * scale_high, np.float32(0))


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


def pack(first: NDArray[np.float32], second: NDArray[np.float32]) -> tuple[NDArray[np.int32], tuple[float, float]]:
    """Two densities (i, j, k) as 16-bit halves of one padded int32 volume (i+2, j+2, k+2), and their steps in g/cm3."""
    steps = tuple(max(float(values.max()), 1e-6) / 65535 for values in (first, second))
    packed = np.zeros(tuple(n + 2 for n in first.shape), np.int32)
    for i in range(first.shape[0]):  # slice by slice: no second copy of a large CT
        low = np.rint(first[i] / np.float32(steps[0])).astype(np.uint32)
        high = np.rint(second[i] / np.float32(steps[1])).astype(np.uint32)
        packed[i + 1, 1:-1, 1:-1] = (low | (high << np.uint32(16))).view(np.int32)
    return packed, (steps[0], steps[1])
