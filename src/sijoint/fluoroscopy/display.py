"""From linear pixels to what a screen shows: logarithm, softened large contrasts, edges, a robust window.

Default as on C-arms in pain practice: what attenuates is dark, so needle and contrast are black on grey bone and bright
soft tissue; ``inverted`` gives the radiograph's white bone.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.detector_response import ROWS
from sijoint.fluoroscopy.blur import gaussian_taps
from sijoint.fluoroscopy.dose import field_mask
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.scatter import binned

LARGE_MM, LARGE_KEPT = 30.0, 0.45  # contrasts wider than this on the detector keep this share
MIDDLE_MM, MIDDLE_GAIN = 4.0, 0.55  # bone edges and trabeculae
EDGE_MM, EDGE_GAIN = 0.9, 0.5
NOISE_MM = 0.25  # smoothing against single-pixel noise
COARSE_MM = 0.6  # everything but the finest is worked out on pixels of about this size
SATURATED = 65535  # direct beam, as a rule
BRIGHT, BRIGHT_LARGE = 2.4, 1.2  # above the median by this in ln signal: direct beam and skin edge


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


@dataclass(frozen=True)
class Window:
    """Limits of the processed logarithmic image that become black and white; one window for a series keeps it steady."""

    low: float
    high: float


def display_window(frame: Frame) -> Window:
    """The window that ``display_pixels`` would choose for this frame."""
    processed, shown = _processed(frame)
    return _robust_window(processed, shown)


def display_pixels(frame: Frame, *, window: Window | None = None, inverted: bool = False) -> NDArray[np.uint8]:
    """(rows, columns) 0..255 in stored orientation; black outside the collimated field. Display frames pass unchanged."""
    if frame.relationship is Relationship.DISPLAY:
        grey = frame.pixels if frame.pixels.max() <= 255 else frame.pixels // 257
        return np.asarray(grey, dtype=np.uint8)
    processed, shown = _processed(frame)
    window = window or _robust_window(processed, shown)
    grey = np.clip((processed - window.low) / max(window.high - window.low, 1e-3), 0, 1)
    if inverted:
        grey = 1 - grey
    out = np.asarray(grey * 255 + 0.5, dtype=np.uint8)
    out[~_field(frame)] = 0
    return out


def _field(frame: Frame) -> NDArray[np.bool_]:
    if frame.pose is None or frame.technique is None:
        return np.ones(frame.pixels.shape, np.bool_)
    return field_mask(frame.pose, frame.detector, frame.technique)


def _processed(frame: Frame, threads: int = 2) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The processed logarithmic image and where it holds body: inside the field and not direct beam."""
    field, pixel_mm = _field(frame), frame.detector.pixel_mm
    values = np.arange(65536, dtype=np.float32)
    logs = (
        np.log(np.maximum(values, 1) * frame.scale)
        if frame.relationship is Relationship.LINEAR
        else values * frame.scale
    )
    seen = frame.pixels[::4, ::4][field[::4, ::4]]
    seen = seen[seen < SATURATED] if (seen < SATURATED).any() else seen
    level = float(np.median(logs[seen])) if seen.size else 0.0
    logs = np.minimum(logs, level + BRIGHT).astype(np.float32)
    log = np.where(field, logs[frame.pixels], np.float32(level))

    factor = max(1, round(COARSE_MM / pixel_mm))
    coarse, size = binned(log, factor), factor * pixel_mm
    step = max(1, round(3.0 / size))  # the large contrasts are smooth: a third grid carries them
    body = np.minimum(coarse, np.float32(level + BRIGHT_LARGE))  # beside the skin, bright air shall not darken the body
    large = ndimage.gaussian_filter(binned(body, step), LARGE_MM / (size * step), mode="nearest")
    change = np.float32(MIDDLE_GAIN) * (
        coarse - ndimage.gaussian_filter(coarse, MIDDLE_MM / size, mode="nearest", truncate=2.5)
    )
    change -= np.float32(EDGE_GAIN) * ndimage.gaussian_filter(coarse, EDGE_MM / size, mode="nearest", truncate=2.5)
    flattened = np.float32(1 - LARGE_KEPT) * (large - np.float32(level))
    _add_enlarged(-flattened, step, np.float32(1), change, 0, change.shape[0])

    taps = np.zeros(7,np.float32); tt=gaussian_taps(NOISE_MM / pixel_mm); tt=tt[max(0,len(tt)//2-3):len(tt)//2+4]; taps[3-len(tt)//2:4+len(tt)//2]=tt; taps/=taps.sum()
    across, processed = np.empty_like(log), np.empty_like(log)
    blocks = [(start, min(start + ROWS, log.shape[0])) for start in range(0, log.shape[0], ROWS)]

    def finish(block: tuple[int, int]) -> None:
        blur_down(across, taps, block[0], block[1], processed)
        _add_enlarged(change, factor, np.float32(1 + EDGE_GAIN), processed, block[0], block[1])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda block: blur_across(log, taps, block[0], block[1], across), blocks))
        list(pool.map(finish, blocks))
    return processed, field & (log < level + BRIGHT - 0.05)


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _add_enlarged(coarse, factor, gain, values, start, stop):
    """values = gain * values + coarse, bilinearly between the middles of coarse pixels."""
    n_rows, n_columns = coarse.shape
    for row in range(start, stop):
        y = min(max((row + np.float32(0.5)) / factor - np.float32(0.5), np.float32(0)), np.float32(n_rows - 1))
        i = min(int(y), max(n_rows - 2, 0))
        y -= i
        i1 = min(i + 1, n_rows - 1)
        for c in range(values.shape[1]):
            x = min(max((c + np.float32(0.5)) / factor - np.float32(0.5), np.float32(0)), np.float32(n_columns - 1))
            j = min(int(x), max(n_columns - 2, 0))
            x -= j
            j1 = min(j + 1, n_columns - 1)
            upper = coarse[i, j] + x * (coarse[i, j1] - coarse[i, j])
            lower = coarse[i1, j] + x * (coarse[i1, j1] - coarse[i1, j])
            values[row, c] = gain * values[row, c] + upper + y * (lower - upper)


def _robust_window(processed: NDArray[np.float32], shown: NDArray[np.bool_]) -> Window:
    values = processed[::4, ::4][shown[::4, ::4]]
    if values.size < 16:
        values = processed[::4, ::4].ravel()
    low, high = np.percentile(values, [0.5, 99.5])
    room = 0.12 * float(high - low) + 0.05
    return Window(float(low) - room, float(high) + room)
