"""Blurs and enlargements row by row, for kernels that keep a few rows in the cache."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import brentq

FAST = {"contract", "nsz", "arcp"}


def gaussian_taps(sigma_pixels: float, *, over_pixels: bool = False) -> NDArray[np.float32]:
    """(2 n + 1,) weights of a Gaussian, sum one, none below zero, that reach to three sigma.

    ``over_pixels``: what an area as wide as a pixel collects of it; else what lies at the pixels' middles, its sigma such
    that the weights have the variance of the Gaussian.
    """
    sigma = max(sigma_pixels, 1e-3)
    reach = max(1, int(np.ceil(3 * sigma + (0.5 if over_pixels else 0))))
    if over_pixels:
        x = np.linspace(-reach - 0.5, reach + 0.5, 70 * (2 * reach + 1) + 1)
        taps = np.exp(-0.5 * (0.5 * (x[1:] + x[:-1]) / sigma) ** 2).reshape(2 * reach + 1, -1).sum(axis=1)
    else:
        at = np.arange(-reach, reach + 1)

        def weights(s: float) -> NDArray[np.float64]:
            density = np.exp(-0.5 * (at / s) ** 2)
            return np.asarray(density / density.sum())

        def excess(s: float) -> float:
            return float(weights(s) @ at**2 - sigma**2)

        taps = weights(float(brentq(excess, 0.02, 3 * sigma + 1)))
    return np.asarray(taps / taps.sum(), dtype=np.float32)


def columns_of(columns: int, coarse_columns: int, factor: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """For each fine column the coarse column at its left and the share of the one at its right."""
    at = np.clip((np.arange(columns) + 0.5) / factor - 0.5, 0, coarse_columns - 1)
    index = np.minimum(at.astype(np.int32), max(coarse_columns - 2, 0))
    return index, (at - index).astype(np.float32)


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def blur_row(values, taps, padded, out):
    """``values`` (n,) blurred along themselves; ends are repeated. ``padded`` is scratch of n + 2 reach or more."""
    reach, n = taps.size // 2, values.size
    for c in range(reach):
        padded[c] = values[0]
        padded[reach + n + c] = values[n - 1]
    for c in range(n):
        padded[reach + c] = values[c]
    if reach == 1:
        a, b = taps[0], taps[1]
        for c in range(n):
            out[c] = b * padded[c + 1] + a * (padded[c] + padded[c + 2])
    elif reach == 2:
        a, b, d = taps[0], taps[1], taps[2]
        for c in range(n):
            out[c] = d * padded[c + 2] + b * (padded[c + 1] + padded[c + 3]) + a * (padded[c] + padded[c + 4])
    elif reach == 3:
        a, b, d, e = taps[0], taps[1], taps[2], taps[3]
        for c in range(n):
            out[c] = (
                e * padded[c + 3] + d * (padded[c + 2] + padded[c + 4]) + b * (padded[c + 1] + padded[c + 5])
                + a * (padded[c] + padded[c + 6])
            )  # fmt: skip
    elif reach == 4:
        a, b, d, e, m = taps[0], taps[1], taps[2], taps[3], taps[4]
        for c in range(n):
            out[c] = (
                m * padded[c + 4] + e * (padded[c + 3] + padded[c + 5]) + d * (padded[c + 2] + padded[c + 6])
                + b * (padded[c + 1] + padded[c + 7]) + a * (padded[c] + padded[c + 8])
            )  # fmt: skip
    else:
        for c in range(n):
            out[c] = taps[reach] * padded[reach + c]
        for t in range(1, reach + 1):
            left, right, weight = padded[reach - t : reach - t + n], padded[reach + t : reach + t + n], taps[reach + t]
            for c in range(n):
                out[c] += weight * (left[c] + right[c])


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def combine_rows(values, row, taps, out):
    """Row ``row`` of ``values`` (rows, n) blurred down its columns; ends are repeated."""
    reach, last, n = taps.size // 2, values.shape[0] - 1, out.size
    if reach == 2:
        a, b = values[max(row - 2, 0)], values[max(row - 1, 0)]
        d, e = values[min(row + 1, last)], values[min(row + 2, last)]
        m = values[row]
        for c in range(n):
            out[c] = taps[2] * m[c] + taps[1] * (b[c] + d[c]) + taps[0] * (a[c] + e[c])
        return
    middle = values[row]
    for c in range(n):
        out[c] = taps[reach] * middle[c]
    for t in range(1, reach + 1):
        above, below = values[max(row - t, 0)], values[min(row + t, last)]
        for c in range(n):
            out[c] += taps[reach + t] * (above[c] + below[c])


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def enlarge_row(coarse, row, factor, index, share, out):
    """Fine row ``row`` of ``coarse``, bilinear between the middles of its pixels; ``index`` and ``share`` of columns_of."""
    last = coarse.shape[0] - 1
    y = min(max((row + np.float32(0.5)) / factor - np.float32(0.5), np.float32(0)), np.float32(last))
    i = min(int(y), max(last - 1, 0))
    down = np.float32(y - i)
    upper, lower = coarse[i], coarse[min(i + 1, last)]
    n, right = coarse.shape[1], 1 if coarse.shape[1] > 1 else 0
    line = np.empty(n, np.float32)
    for c in range(n):
        line[c] = upper[c] + down * (lower[c] - upper[c])
    for c in range(out.size):
        left = line[index[c]]
        out[c] = left + share[c] * (line[index[c] + right] - left)


def blurred(values: NDArray[np.float32], sigma_pixels: float) -> NDArray[np.float32]:
    """``values`` (rows, columns) under a Gaussian; ends are repeated."""
    out = np.empty_like(values)
    _blur(values, gaussian_taps(sigma_pixels), out)
    return out


def mean_pixels(values: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Means over factor x factor pixels; those at the end may be of fewer."""
    if factor == 1:
        return values
    rows, columns = values.shape
    out = np.empty((-(-rows // factor), -(-columns // factor)), np.float32)
    _mean(values, factor, out)
    return out


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _blur(values, taps, out):
    across = np.empty_like(values)
    padded = np.empty(values.shape[1] + taps.size, np.float32)
    for row in range(values.shape[0]):
        blur_row(values[row], taps, padded, across[row])
    for row in range(values.shape[0]):
        combine_rows(across, row, taps, out[row])


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _mean(values, factor, out):
    rows, columns = values.shape
    line = np.empty(columns, np.float32)
    for row in range(out.shape[0]):
        last = min((row + 1) * factor, rows)
        line[:] = 0
        for near in range(row * factor, last):
            for c in range(columns):
                line[c] += values[near, c]
        for cell in range(out.shape[1]):
            end, total = min((cell + 1) * factor, columns), np.float32(0)
            for c in range(cell * factor, end):
                total += line[c]
            out[row, cell] = total / np.float32((last - row * factor) * (end - cell * factor))
