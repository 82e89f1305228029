"""From energy at the detector to pixels: blur, collimator edges, quantum noise, light spread, glare, read-out, 16 bits.

Two passes over blocks of rows. The first makes the mean energy of every pixel, adds the quanta's noise and spreads the light
along rows; the second spreads it down columns, adds glare and the electronics' noise, and rounds.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from dataclasses import dataclass
from threading import local

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.blur import blur_row, columns_of, combine_rows, enlarge_row, gaussian_taps
from sijoint.fluoroscopy.frame import SATURATED
from sijoint.fluoroscopy.glare import glare_tail
from sijoint.fluoroscopy.noise import QUANTILES, normal_row, stream_key
from sijoint.fluoroscopy.workers import workers

ROWS = 64  # rows of one block of work
FAST = {"contract", "nsz", "arcp"}
Row = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Response:
    """What a detector, its tube and its grid do to one pulse, in the units of its pixels."""

    pixel_mm: float
    open_rows: Row  # (rows,) share of the focal spot that the collimator lets each row see, 0..1
    open_columns: Row  # (columns,)
    pass_primary: float  # through the anti-scatter grid
    field_gain: Row  # (rows,) of the flat-field calibration
    field_left: Row  # (rows,) calibrated field over the true one
    focal_sigma_mm: float
    light_sigma_mm: float
    glare_share: float
    glare_mm: float
    swank: float
    electronic_kev_mm2: float
    step_kev_mm2: float


def digitised(
    primary: NDArray[np.float32],
    quantum_kev: NDArray[np.float32],
    scatter: NDArray[np.float32],
    scatter_factor: int,
    response: Response,
    rng: np.random.Generator,
    threads: int = 2,
) -> NDArray[np.uint16]:
    """Pixels (rows, columns) of one pulse from primary energy (before the grid) and noise step per pixel, and scatter (behind it) on coarse pixels.

    Quantum noise is Gaussian with the variance of the absorbed quanta, spread by the scintillator with the signal;
    electronic noise is not spread. The noise of two calls is independent: both streams are keyed by fresh draws of ``rng``.
    """
    rows, columns = primary.shape
    quanta_key, electronic_key = stream_key(rng), stream_key(rng)
    focal = gaussian_taps(response.focal_sigma_mm / response.pixel_mm)
    light = gaussian_taps(response.light_sigma_mm / response.pixel_mm, over_pixels=True)
    coarse = max(1, round(response.glare_mm / 4 / response.pixel_mm))
    lit = _between_passes(rows, columns)
    sums = np.zeros((rows, -(-columns // coarse)), np.float32)
    out = np.empty((rows, columns), np.uint16)
    scatter_columns = columns_of(columns, scatter.shape[1], scatter_factor)
    per_area = np.float32(1 / (response.swank * response.pixel_mm**2))

    def absorb(start: int) -> None:
        _absorb(
            primary, quantum_kev, scatter, scatter_factor, *scatter_columns, response.open_rows, response.open_columns,
            np.float32(response.pass_primary), response.field_gain,
            response.field_left, focal, light, per_area, quanta_key, QUANTILES, coarse, start, min(start + ROWS, rows),
            sums, lit,
        )  # fmt: skip

    list(workers(threads).map(absorb, range(0, rows, ROWS)))
    tail = glare_tail(sums, coarse, response.pixel_mm, response.glare_mm) * np.float32(response.glare_share)
    tail_columns = columns_of(columns, tail.shape[1], coarse)

    def read_out(start: int) -> None:
        _read_out(
            lit, light * np.float32(1 - response.glare_share), tail, coarse, *tail_columns,
            np.float32(response.electronic_kev_mm2), response.field_gain, np.float32(1 / response.step_kev_mm2),
            electronic_key, QUANTILES, start, min(start + ROWS, rows), out,
        )  # fmt: skip

    list(workers(threads).map(read_out, range(0, rows, ROWS)))
    return out


_kept = local()


def _between_passes(rows: int, columns: int) -> NDArray[np.float32]:
    """(rows, columns) of this thread, kept from pulse to pulse: fresh memory takes the system nearly as long as a pass."""
    array: NDArray[np.float32] | None = getattr(_kept, "array", None)
    if array is None or array.shape != (rows, columns):
        array = _kept.array = np.empty((rows, columns), np.float32)
    return array


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _absorb(
    primary, quantum, scatter, factor, coarse_index, coarse_share, open_rows, open_columns, pass_primary,
    gain, left, focal, light, per_area, key, table, glare_factor, start, stop, sums, lit,
):  # fmt: skip
    rows, columns = primary.shape
    reach, light_reach = focal.size // 2, light.size // 2
    first, last = max(start - reach, 0), min(stop + reach, rows)
    across = np.empty((last - first, columns), np.float32)
    padded = np.empty(columns + 2 * max(reach, light_reach), np.float32)
    line, normal = np.empty(columns, np.float32), np.empty(columns, np.float32)
    soft = np.empty(columns, np.float32)
    words = np.empty((4, (columns + 3) // 4), np.uint32)
    for row in range(first, last):
        blur_row(primary[row], focal, padded, across[row - first])
    for row in range(start, stop):
        combine_rows(across, row - first, focal, line)
        enlarge_row(scatter, row, factor, coarse_index, coarse_share, soft)
        normal_row(key, row, table, words, normal)
        direct, variance = pass_primary * open_rows[row], per_area * gain[row]
        for c in range(columns):
            mean = (direct * open_columns[c] * line[c] + soft[c]) * left[row]
            soft[c] = mean
            line[c] = mean + np.sqrt(mean * quantum[row, c] * variance) * normal[c]
        for cell in range(sums.shape[1]):
            total = np.float32(0)
            for c in range(cell * glare_factor, min((cell + 1) * glare_factor, columns)):
                total += soft[c]
            sums[row, cell] = total
        blur_row(line, light, padded, lit[row])


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _read_out(
    lit, light, tail, factor, coarse_index, coarse_share, electronic, gain, per_step, key, table, start, stop, out
):
    columns = lit.shape[1]
    line, normal = np.empty(columns, np.float32), np.empty(columns, np.float32)
    soft = np.empty(columns, np.float32)
    words = np.empty((4, (columns + 3) // 4), np.uint32)
    for row in range(start, stop):
        combine_rows(lit, row, light, line)
        enlarge_row(tail, row, factor, coarse_index, coarse_share, soft)
        normal_row(key, row, table, words, normal)
        noise = electronic * gain[row]
        for c in range(columns):
            value = (line[c] + soft[c] + noise * normal[c]) * per_step + np.float32(0.5)
            out[row, c] = np.uint16(min(max(value, np.float32(0)), np.float32(SATURATED)))
