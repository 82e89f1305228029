"""Recursive filter over the pulses of one view: still parts of the picture lose their noise, moving parts stay as they are.

Each pixel moves from the last picture towards the new one by a share that is small where their smoothed difference is what
noise makes, and whole where it is more: a needle that moves leaves no ghost behind.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.averaging import refuse_different
from sijoint.fluoroscopy.blur import FAST
from sijoint.fluoroscopy.frame import SATURATED, Frame, Relationship
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.workers import workers

ROWS = 64  # rows of one block of work


def recursively_filtered(previous: Frame | None, live: Frame, *, threads: int = 2) -> Frame:
    """``live`` with its noise lowered by ``previous``, the filtered picture of the pulse before.

    Without a previous picture of the same view and technique it is ``live`` itself: a new view starts anew. Dose and
    ``averaged`` stay those of ``live``: the other pulses were counted when they were made. Raises UnphysicalView for
    display pixels.
    """
    if previous is None or previous.pose != live.pose or previous.detector != live.detector:
        return live
    refuse_different(previous, live)
    same = previous.technique == live.technique and previous.scale == live.scale
    if not same or not previous.relationship is live.relationship is Relationship.LINEAR:
        return live
    numbers = physics("display")
    share, reach = float(numbers["temporal_share"]), int(numbers["temporal_reach"])
    squared = _noise_squared_per_signal(previous.pixels, live.pixels)
    still, moving = (float(numbers[f"temporal_{name}"]) ** 2 * squared for name in ("still_sigma", "moving_sigma"))
    out = np.empty_like(live.pixels)

    def block(start: int) -> None:
        stop = min(start + ROWS, out.shape[0])
        _blend(previous.pixels, live.pixels, share, reach, still, moving, start, stop, out)

    list(workers(threads).map(block, range(0, out.shape[0], ROWS)))
    return live.with_pixels(out, origin="derived", derived_from=live.derived_from or live.origin)


def _noise_squared_per_signal(previous: NDArray[np.uint16], live: NDArray[np.uint16]) -> float:
    """Typical squared difference of the two pictures over their signal, from the median, which moving things do not shift."""
    some = np.s_[::8, ::8]
    first, second = previous[some].astype(np.float32), live[some].astype(np.float32)
    lit = (second > 0) & (second < SATURATED)
    if not lit.any():
        return 1.0
    squared = (second - first)[lit] ** 2 / second[lit]
    return float(np.median(squared)) / 0.455 + 1e-9  # median of chi-square with one degree of freedom


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _add_row(live, previous, row, sign, column_sums, reach):
    for c in range(live.shape[1]):
        column_sums[c + reach] += sign * (np.float32(live[row, c]) - np.float32(previous[row, c]))


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _blend(previous, live, share, reach, still, moving, start, stop, out):
    """Share of ``live`` by the squared mean difference over a box: ``share`` up to ``still``, whole from ``moving`` on."""
    rows, columns = live.shape
    column_sums, box = np.zeros(columns + 2 * reach, np.float32), np.empty(columns, np.float32)
    keep = np.float32(share)
    low, per_step = np.float32(still), np.float32(1 / (moving - still))
    for near in range(max(start - reach, 0), min(start + reach, rows)):  # sums of whole numbers: exact in any order
        _add_row(live, previous, near, np.float32(1), column_sums, reach)
    for row in range(start, stop):
        if row + reach < rows:
            _add_row(live, previous, row + reach, np.float32(1), column_sums, reach)
        if row > start and row - reach - 1 >= 0:
            _add_row(live, previous, row - reach - 1, np.float32(-1), column_sums, reach)
        first, last = max(row - reach, 0), min(row + reach, rows - 1)
        count = np.float32(1) / ((last - first + 1) * (2 * reach + 1))
        box[:] = 0
        for n in range(2 * reach + 1):
            for c in range(columns):
                box[c] += column_sums[c + n]
        for c in range(columns):
            now, before = np.float32(live[row, c]), np.float32(previous[row, c])
            difference = box[c] * count
            excess = (difference * difference / max(now, np.float32(1)) - low) * per_step
            part = keep + (np.float32(1) - keep) * min(max(excess, np.float32(0)), np.float32(1))
            out[row, c] = np.uint16(before + part * (now - before) + np.float32(0.5))
