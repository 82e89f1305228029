"""From linear pixels to what a screen shows: logarithm, softened large contrasts, edges, a robust window.

Soft tissue that is much brighter than the body has its broad contrasts bent, never its fine ones: most greys are left to
bone, and a needle is as dark over skin as over bone. In the dark, where few quanta arrive, edges are raised less.

Default as on C-arms in pain practice: what attenuates is dark, so needle and contrast are black on grey bone and bright
soft tissue; ``inverted`` gives the radiograph's white bone. The collimated field alone is processed, so that its dark
surround does not spill into it, and it fades at its edges as it does on the detector.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.blur import (
    FAST,
    blur_row,
    blurred,
    columns_of,
    combine_rows,
    enlarge_row,
    gaussian_taps,
    mean_pixels,
)
from sijoint.fluoroscopy.collimated import open_shares
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import SATURATED, Frame, Relationship
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.workers import workers

ROWS = 64  # rows of one block of work
COARSER = 3  # pixels of the large contrasts over those of the middle ones
LEVEL_STEP = 0.05  # of the level, in ln of energy: noise shall not move it from pulse to pulse
SAMPLED = 4  # every so many rows and columns decide on level and window


@dataclass(frozen=True)
class DisplayOptions:
    """How a picture is processed for the eye. Strengths: 0 is off, 1 the default look, 2 twice that.

    ``steady_window`` and ``temporal_filter`` are for a series on a ``Screen``; one picture alone has neither. Raises
    UnphysicalView for a strength outside 0 to 4.
    """

    logarithm: bool = True
    local_contrast: float = 1.0
    edge_enhancement: float = 1.0
    inverted: bool = False
    steady_window: bool = True
    temporal_filter: bool = False

    def __post_init__(self) -> None:
        for name, strength in (("local contrast", self.local_contrast), ("edge enhancement", self.edge_enhancement)):
            if not 0 <= strength <= 4:
                raise UnphysicalView(f"the strength of {name} is between 0 and 4, not {strength:g}")


@dataclass(frozen=True)
class Window:
    """Limits of the processed image that become black and white; one window for a series keeps it steady.

    ``level`` is the body's, in ln of energy, round which contrasts are bent; None is taken from the frame that is shown.
    """

    low: float
    high: float
    level: float | None = None


DEFAULT = DisplayOptions()


def display_window(frame: Frame, options: DisplayOptions = DEFAULT, *, threads: int = 2) -> Window:
    """The window that ``display_pixels`` would choose for this frame."""
    return _Processed(frame, options, threads).window()


def display_pixels(
    frame: Frame, options: DisplayOptions = DEFAULT, *, window: Window | None = None, threads: int = 2
) -> NDArray[np.uint8]:
    """(rows, columns) 0..255 in stored orientation; black outside the collimated field. Display frames pass unchanged.

    ``window`` None is chosen from this frame alone.
    """
    if frame.relationship is Relationship.DISPLAY:
        grey = frame.pixels if frame.pixels.max() <= 255 else frame.pixels // 257
        return np.asarray(grey, dtype=np.uint8)
    processed = _Processed(frame, options, threads, window.level if window else None)
    return processed.grey(window or processed.window())


class _Processed:
    """One frame's collimated field, smoothed along rows, and what is added to it, on coarse pixels."""

    def __init__(self, frame: Frame, options: DisplayOptions, threads: int, level: float | None = None) -> None:
        self.frame, self.options, self.threads = frame, options, threads
        numbers, pixel_mm = physics("display"), frame.detector.pixel_mm
        if frame.pose is None or frame.technique is None:
            opened = np.ones(frame.pixels.shape[0], np.float32), np.ones(frame.pixels.shape[1], np.float32)
        else:
            opened = open_shares(frame.pose, frame.detector, frame.technique)
        self.part = tuple(slice(int(np.argmax(o > 0.5)), o.size - int(np.argmax(o[::-1] > 0.5))) for o in opened)
        inside = [o[part] for o, part in zip(opened, self.part, strict=True)]
        self.open = tuple(2 * o - 1 for o in inside)  # the picture fades to black at the field's edge
        self.pixels = frame.pixels[self.part]
        self.log_level = self._log_level() if level is None else level
        values, self.level = _shown_values(frame.scale, frame.relationship, options.logarithm, self.log_level)
        self.air = np.float32(self.level + float(numbers["air"]))
        # where the blades hide part of the focal spot, less of it is no property of the body
        most = np.float32(values.max())
        down, along = (np.log(o) if options.logarithm else np.zeros_like(o) for o in inside)
        self.taps = gaussian_taps(float(numbers["noise_mm"]) / pixel_mm)
        self.factor = max(1, round(float(numbers["coarse_mm"]) / pixel_mm))
        rows, columns = self.pixels.shape
        self.across = np.empty((rows, columns), np.float32)
        coarse = np.empty((-(-rows // self.factor), -(-columns // self.factor)), np.float32)
        block = ROWS // self.factor * self.factor if self.factor <= ROWS else self.factor

        def take(start: int) -> None:
            stop = min(start + block, rows)
            _take_rows(self.pixels, values, most, down, along, self.taps, self.factor, start, stop, self.across, coarse)

        list(workers(threads).map(take, range(0, rows, block)))
        self.change, self.gain = self._change_and_gain(coarse, pixel_mm * self.factor)
        self.columns = columns_of(columns, coarse.shape[1], self.factor)

    def _log_level(self) -> float:
        """The level of what is seen of the body, in ln of energy."""
        seen = self.pixels[::SAMPLED, ::SAMPLED]
        seen = seen[seen < SATURATED] if (seen < SATURATED).any() else seen
        place = int(float(physics("display")["level_share"]) * seen.size)
        pixel, scale = int(np.partition(seen, place, axis=None)[place]), self.frame.scale
        log = pixel * scale if self.frame.relationship is Relationship.LOG else float(np.log(max(pixel, 1) * scale))
        return round(log / LEVEL_STEP) * LEVEL_STEP

    def _change_and_gain(
        self, coarse: NDArray[np.float32], size_mm: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What is added to the fine image times its gain: middle contrasts and edges up, large and bright ones down."""
        numbers, strength = physics("display"), self.options.local_contrast
        step = max(1, round(float(numbers["middle_mm"]) / 2 / size_mm))
        middle = mean_pixels(coarse, step)
        bright = np.float32(self.level + float(numbers["bright"]))
        body = np.minimum(middle, bright)  # skin and air shall not darken the bone beside them
        large = blurred(mean_pixels(body, COARSER), float(numbers["large_mm"]) / (size_mm * step * COARSER))
        middle = blurred(middle, float(numbers["middle_mm"]) / (size_mm * step))
        edge_gain = float(numbers["edge_gain"]) * self.options.edge_enhancement
        surround = blurred(coarse, float(numbers["edge_mm"]) / size_mm) if edge_gain else coarse
        flattened = strength * (1 - float(numbers["large_kept"]))
        change, gain = np.empty_like(coarse), np.empty_like(coarse)
        _combine_scales(
            coarse, surround, middle, large, step, step * COARSER,
            *columns_of(coarse.shape[1], middle.shape[1], step), *columns_of(coarse.shape[1], large.shape[1], step * COARSER),
            np.float32(strength * float(numbers["middle_gain"])), np.float32(edge_gain), np.float32(flattened),
            np.float32(self.level), np.float32(numbers["dark"]), bright, np.float32(numbers["bright_bend"]),
            np.float32(numbers["fine"]), change, gain,
        )  # fmt: skip
        return change, gain

    def window(self) -> Window:
        """From the 0.5th to the 99.5th percentile of the body, with some room; direct beam may burn out."""
        every = max(1, min(SAMPLED, self.pixels.shape[0] // 8))
        rows = np.arange(0, self.pixels.shape[0], every)
        sample = np.empty((rows.size, self.pixels.shape[1]), np.float32)
        index, share = self.columns
        _process_rows(self.across, self.taps, self.change, self.factor, index, share, self.gain, rows, sample)
        seen = sample[:, ::every]
        body = (self.across[::every, ::every] < self.air) & (self.open[0][::every, None] > 0.5)
        body &= self.open[1][::every] > 0.5
        values = seen[body] if np.count_nonzero(body) >= 16 else seen.ravel()
        places = [int(0.005 * (values.size - 1)), int(np.ceil(0.995 * (values.size - 1)))]
        low, high = np.partition(values, places)[places]
        room = float(physics("display")["room_share"]) * float(high - low) + 0.05
        return Window(float(low) - room, float(high) + room, self.log_level)

    def grey(self, window: Window) -> NDArray[np.uint8]:
        out = np.zeros(self.frame.pixels.shape, np.uint8)
        inside = out[self.part]
        per_step = np.float32(255 / max(window.high - window.low, 1e-3))
        (index, share), (open_rows, open_columns) = self.columns, self.open

        def finish(start: int) -> None:
            _show_rows(
                self.across, self.taps, self.change, self.factor, index, share, self.gain, np.float32(window.low),
                per_step, self.options.inverted, open_rows, open_columns, start, min(start + ROWS, inside.shape[0]),
                inside,
            )  # fmt: skip

        list(workers(self.threads).map(finish, range(0, inside.shape[0], ROWS)))
        return out


@lru_cache(maxsize=16)
def _shown_values(
    scale: float, relationship: Relationship, logarithm: bool, log_level: float
) -> tuple[NDArray[np.float32], float]:
    """(65536,) what every pixel value becomes before processing, and what the level of the body becomes."""
    numbers, values = physics("display"), np.arange(65536, dtype=np.float32)
    logs = values * scale if relationship is Relationship.LOG else np.log(np.maximum(values, 1) * scale)
    # without the logarithm the level becomes one, so that steps there are as large as the logarithm's
    shown, level = (logs, log_level) if logarithm else (np.exp(logs - log_level), 1.0)
    skin, bend = level + float(numbers["skin"]), float(numbers["skin_bend"])
    beyond = np.maximum(shown - skin, 0)
    return np.asarray(np.minimum(shown, skin) + bend * (np.sqrt(1 + 2 * beyond / bend) - 1), dtype=np.float32), level


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _take_rows(pixels, values, most, hidden_rows, hidden_columns, taps, factor, start, stop, across, coarse):
    columns = pixels.shape[1]
    line, padded = np.empty(columns, np.float32), np.empty(columns + taps.size, np.float32)
    below, counted = np.zeros(columns, np.float32), 0  # sums of the rows of one coarse row
    for row in range(start, stop):
        for c in range(columns):
            line[c] = min(values[pixels[row, c]] - hidden_rows[row] - hidden_columns[c], most)
        blur_row(line, taps, padded, across[row])
        for c in range(columns):
            below[c] += line[c]
        counted += 1
        if counted == factor or row == pixels.shape[0] - 1:
            sums = coarse[row // factor]
            for cell in range(sums.size):
                total, end = np.float32(0), min((cell + 1) * factor, columns)
                for c in range(cell * factor, end):
                    total += below[c]
                sums[cell] = total / np.float32(counted * (end - cell * factor))
            below[:] = 0
            counted = 0


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _combine_scales(
    coarse, surround, middle, large, middle_factor, large_factor, middle_index, middle_share, large_index, large_share,
    middle_gain, edge_gain, flattened, level, dark, bright, bend, most_fine, change, gain,
):  # fmt: skip
    columns = coarse.shape[1]
    mid, far = np.empty(columns, np.float32), np.empty(columns, np.float32)
    for row in range(coarse.shape[0]):
        enlarge_row(middle, row, middle_factor, middle_index, middle_share, mid)
        enlarge_row(large, row, large_factor, large_index, large_share, far)
        for c in range(columns):
            # steps higher than fine contrasts stay in the base, so that bending it leaves no halo beside them
            fine = min(max(coarse[row, c] - mid[c], -most_fine), most_fine)
            base = coarse[row, c] - fine
            raised = min(max((base - level) / dark + 1, np.float32(0)), np.float32(1))
            beyond = max(base - bright, np.float32(0))
            bent_away = beyond - bend * (np.sqrt(1 + 2 * beyond / bend) - 1)
            gain[row, c] = 1 + raised * edge_gain
            change[row, c] = (
                raised * (middle_gain * fine - edge_gain * surround[row, c]) - flattened * (far[c] - level) - bent_away
            )


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _process_rows(across, taps, change, factor, index, share, gain, rows, out):
    added, times = np.empty(across.shape[1], np.float32), np.empty(across.shape[1], np.float32)
    for n in range(rows.size):
        combine_rows(across, rows[n], taps, out[n])
        enlarge_row(change, rows[n], factor, index, share, added)
        enlarge_row(gain, rows[n], factor, index, share, times)
        for c in range(added.size):
            out[n, c] = times[c] * out[n, c] + added[c]


@njit(nogil=True, cache=True, error_model="numpy", fastmath=FAST)
def _show_rows(
    across, taps, change, factor, index, share, gain, low, per_step, inverted, open_rows, open_columns, start, stop, out
):
    line, added = np.empty(across.shape[1], np.float32), np.empty(across.shape[1], np.float32)
    times = np.empty(across.shape[1], np.float32)
    sign, offset = (np.float32(-1), np.float32(255)) if inverted else (np.float32(1), np.float32(0))
    for row in range(start, stop):
        combine_rows(across, row, taps, line)
        enlarge_row(change, row, factor, index, share, added)
        enlarge_row(gain, row, factor, index, share, times)
        for c in range(line.size):
            grey = min(max((times[c] * line[c] + added[c] - low) * per_step, np.float32(0)), np.float32(255))
            out[row, c] = np.uint8((offset + sign * grey) * open_rows[row] * open_columns[c] + np.float32(0.5))
