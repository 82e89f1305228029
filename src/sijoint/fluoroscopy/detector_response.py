"""From energy at the detector to pixels: quantum noise, light spread, electronic noise, 16 bits."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

ROWS = 64  # rows of one noise stream: counter-based, so threads do not change the noise
REACH = 3  # taps on each side of the blur


def gaussian_taps(sigma_pixels: float) -> NDArray[np.float32]:
    """(7,) weights of a Gaussian averaged over pixels, sum one."""
    x = np.linspace(-REACH - 0.5, REACH + 0.5, 70 * (2 * REACH + 1) + 1)
    density = np.exp(-0.5 * (0.5 * (x[1:] + x[:-1]) / max(sigma_pixels, 1e-3)) ** 2)
    taps = density.reshape(2 * REACH + 1, -1).sum(axis=1)
    return np.asarray(taps / taps.sum(), dtype=np.float32)


def digitised(
    primary: NDArray[np.float32],
    quantum_kev: NDArray[np.float32],
    scatter: NDArray[np.float32],
    scatter_factor: int,
    field: NDArray[np.bool_],
    *,
    transmission: tuple[float, float],
    pixel_mm: float,
    swank: float,
    focal_sigma_mm: float,
    light_sigma_mm: float,
    electronic_kev_mm2: float,
    step_kev_mm2: float,
    rng: np.random.Generator,
    threads: int = 2,
) -> NDArray[np.uint16]:
    """Pixels (rows, columns) of one pulse. ``transmission``: of primary and of scatter through the anti-scatter grid.

    Quantum noise is Gaussian with the variance of the absorbed quanta, spread by the scintillator with the signal;
    electronic noise is not spread. The noise of two calls is independent: both streams are keyed by fresh draws of ``rng``.
    """
    rows, columns = primary.shape
    keys = rng.integers(0, 2**63, size=2, dtype=np.uint64)
    focal, light = gaussian_taps(focal_sigma_mm / pixel_mm), gaussian_taps(light_sigma_mm / pixel_mm)
    noisy, across = np.empty((rows, columns), np.float32), np.empty((rows, columns), np.float32)
    out = np.empty((rows, columns), np.uint16)
    blocks = list(range(0, rows, ROWS))

    def noise(stream: int, start: int, stop: int) -> NDArray[np.float32]:
        bits = np.random.Philox(key=keys[stream], counter=[0, 0, 0, start])
        return np.random.Generator(bits).standard_normal((stop - start, columns), dtype=np.float32)

    def quanta(start: int) -> None:
        stop = min(start + ROWS, rows)
        blur_across(primary, focal, start, stop, across)
        _add_quanta(
            across, focal, primary, quantum_kev, scatter, scatter_factor, field, np.float32(transmission[0]),
            np.float32(transmission[1]), np.float32(1 / (swank * pixel_mm * pixel_mm)), noise(0, start, stop), start, noisy,
        )  # fmt: skip

    def finish(start: int) -> None:
        stop = min(start + ROWS, rows)
        _read_out(
            across,
            light,
            noise(1, start, stop),
            np.float32(electronic_kev_mm2),
            np.float32(1 / step_kev_mm2),
            start,
            out,
        )

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda start: blur_across(primary, focal, start, min(start + ROWS, rows), across), blocks))
        list(pool.map(quanta, blocks))
        list(pool.map(lambda start: blur_across(noisy, light, start, min(start + ROWS, rows), across), blocks))
        list(pool.map(finish, blocks))
    return out


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def blur_across(values, taps, start, stop, out):
    """Seven taps along rows, rows start..stop."""
    columns = values.shape[1]
    t0, t1, t2, t3 = taps[3], taps[4], taps[5], taps[6]
    for row in range(start, stop):
        for c in range(3, columns - 3):
            out[row, c] = (
                t0 * values[row, c] + t1 * (values[row, c - 1] + values[row, c + 1])
                + t2 * (values[row, c - 2] + values[row, c + 2]) + t3 * (values[row, c - 3] + values[row, c + 3])
            )  # fmt: skip
        for edge in range(min(3, columns)):
            for c in (edge, columns - 1 - edge):
                total = np.float32(0)
                for n in range(-3, 4):
                    total += taps[n + 3] * values[row, min(max(c + n, 0), columns - 1)]
                out[row, c] = total


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _down(values, taps, row, c):
    last = values.shape[0] - 1
    return (
        taps[3] * values[row, c]
        + taps[4] * (values[max(row - 1, 0), c] + values[min(row + 1, last), c])
        + taps[5] * (values[max(row - 2, 0), c] + values[min(row + 2, last), c])
        + taps[6] * (values[max(row - 3, 0), c] + values[min(row + 3, last), c])
    )


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def blur_down(values, taps, start, stop, out):
    """Seven taps along columns, rows start..stop."""
    for row in range(start, stop):
        for c in range(values.shape[1]):
            out[row, c] = _down(values, taps, row, c)


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _add_quanta(
    across, taps, primary, quantum, scatter, factor, field, pass_primary, pass_scatter, per_area, normal, start, out
):
    n_rows, n_columns = scatter.shape
    for r in range(normal.shape[0]):
        row = start + r
        y = min(max((row + np.float32(0.5)) / factor - np.float32(0.5), np.float32(0)), np.float32(n_rows - 1))
        i = min(int(y), max(n_rows - 2, 0))
        y -= i
        i1 = min(i + 1, n_rows - 1)
        for c in range(primary.shape[1]):
            x = min(max((c + np.float32(0.5)) / factor - np.float32(0.5), np.float32(0)), np.float32(n_columns - 1))
            j = min(int(x), max(n_columns - 2, 0))
            x -= j
            j1 = min(j + 1, n_columns - 1)
            upper = scatter[i, j] + x * (scatter[i, j1] - scatter[i, j])
            lower = scatter[i1, j] + x * (scatter[i1, j1] - scatter[i1, j])
            mean = pass_scatter * (upper + y * (lower - upper))
            if field[row, c]:
                mean += pass_primary * _down(across, taps, row, c)
            variance = mean * quantum[row, c] * per_area
            out[row, c] = max(mean + np.sqrt(variance) * normal[r, c], np.float32(0))


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _read_out(across, taps, normal, electronic, per_step, start, out):
    for r in range(normal.shape[0]):
        for c in range(out.shape[1]):
            value = (_down(across, taps, start + r, c) + electronic * normal[r, c]) * per_step
            out[start + r, c] = np.uint16(min(max(value + np.float32(0.5), np.float32(0)), np.float32(65535)))
