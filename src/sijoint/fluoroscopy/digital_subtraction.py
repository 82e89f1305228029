"""Digital subtraction on the screen: a live picture less the mask before contrast, shifted to fit, and a roadmap from it.

For the eye only: how much iodine there is in mg/cm2, with scatter and beam hardening allowed for, says ``iodine_estimate``.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.averaging import average, refuse_different
from sijoint.fluoroscopy.blur import blurred, mean_pixels
from sijoint.fluoroscopy.display import DEFAULT, DisplayOptions, Window, display_pixels
from sijoint.fluoroscopy.dose import field_mask
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import SATURATED, Frame
from sijoint.fluoroscopy.physics import physics

MOST_SHIFT = 12.0  # pixels: beyond it a patient has moved too much to be subtracted


def subtraction_mask(frames: Sequence[Frame], count: int | None = None) -> Frame:
    """The mean of the first pulses, before any contrast. ``count`` None: as many as physics.toml says. Raises UnphysicalView."""
    return average(frames[: int(physics("subtraction")["mask_pulses"]) if count is None else count])


def log_subtraction(mask: Frame, live: Frame, *, shift_pixels: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float32]:
    """(rows, columns) ln of mask over live: above zero where contrast has come, zero outside the field and where saturated.

    ``shift_pixels``: rows and columns by which the mask's anatomy has moved since. The median of the field is zero, so a
    drift of the technique does not show. Raises UnphysicalView for frames of different views.
    """
    refuse_different(mask, live)
    if not np.all(np.isfinite(shift_pixels)) or np.max(np.abs(shift_pixels)) > MOST_SHIFT:
        raise UnphysicalView(f"a mask is shifted by up to {MOST_SHIFT:g} pixels; beyond that take a new one")
    before, after = _log(mask), _log(live)
    seen = _lit(live) & (mask.pixels < SATURATED) & (live.pixels < SATURATED)
    if any(shift_pixels):
        before = ndimage.shift(before, shift_pixels, order=1, mode="nearest")
        seen &= ndimage.shift(_lit(mask).astype(np.float32), shift_pixels, order=1, mode="constant") > 0.99
    if not seen.any():
        raise UnphysicalView("all of the field is saturated or closed: there is nothing to subtract")
    difference = before - after
    difference -= np.float32(np.median(difference[seen][::16]))
    return np.where(seen, difference, np.float32(0))


def pixel_shift(mask: Frame, live: Frame) -> tuple[float, float]:
    """Rows and columns by which anatomy has moved from ``mask`` to ``live``, a fraction of a pixel included.

    Least squares on the gradients of the smoothed logarithms, coarse first; places that differ most, such as contrast, count
    little. (0, 0) also where the picture cannot tell, because nothing in it has an edge in both directions. Raises
    UnphysicalView for frames of different views or when they fit nowhere near.
    """
    refuse_different(mask, live)
    whole = min(mask.pixels.shape)
    shift = np.zeros(2)
    for factor in [step for step in (4, 2, 1) if whole // step >= 32] or [1]:
        before, after = (blurred(mean_pixels(_log(frame), factor), 1.5) for frame in (mask, live))
        lit = mean_pixels((_lit(mask) & _lit(live)).astype(np.float32), factor) > 0.99
        inner = ndimage.binary_erosion(lit, iterations=4, border_value=0)
        if not inner.any():
            raise UnphysicalView("the field is too small to fit the mask to it")
        for _ in range(4):
            moved = ndimage.shift(before, shift / factor, order=1, mode="nearest")
            down, across = np.gradient(moved)
            rest = (after - moved)[inner]
            rest -= np.median(rest)
            weight = 1 / (1 + (rest / (2.5 * np.median(np.abs(rest)) + 1e-6)) ** 2)
            slopes = np.stack([down[inner], across[inner]])
            normal = (slopes * weight) @ slopes.T
            if np.linalg.cond(normal) > 1e6:
                return 0.0, 0.0  # nothing in the picture tells of a shift
            shift -= factor * np.linalg.solve(normal, (slopes * weight) @ rest)
            if np.max(np.abs(shift)) > MOST_SHIFT:
                raise UnphysicalView("mask and live picture fit nowhere near: the patient has moved; take a new mask")
    return float(shift[0]), float(shift[1])


def subtraction_pixels(difference: NDArray[np.float32], pixel_mm: float) -> NDArray[np.uint8]:
    """A ``log_subtraction`` as grey values: what has not changed is mid-grey, contrast is dark."""
    numbers = physics("subtraction")
    smooth = blurred(difference, float(numbers["noise_mm"]) / pixel_mm)
    grey = 127.5 * (1 - smooth / np.float32(numbers["window_ln"]))
    return np.asarray(np.clip(grey + 0.5, 0, 255), dtype=np.uint8)


def roadmap_pixels(
    live: Frame,
    contrast: NDArray[np.float32],
    options: DisplayOptions = DEFAULT,
    *,
    window: Window | None = None,
    opacity: float | None = None,
) -> NDArray[np.uint8]:
    """The live picture with an earlier ``log_subtraction`` laid over it in white, as far as ``opacity`` (0..1) lets it.

    Raises UnphysicalView when the roadmap is of another size or the opacity is none.
    """
    numbers = physics("subtraction")
    opacity = float(numbers["roadmap_opacity"]) if opacity is None else opacity
    if not 0 <= opacity <= 1:
        raise UnphysicalView(f"an opacity is between 0 and 1, not {opacity:g}")
    if contrast.shape != live.pixels.shape:
        raise UnphysicalView(
            f"the roadmap has {contrast.shape} pixels, the live picture {live.pixels.shape}: take a new one"
        )
    grey = display_pixels(live, options, window=window).astype(np.float32)
    smooth = blurred(contrast, float(numbers["noise_mm"]) / live.detector.pixel_mm)
    share = np.float32(opacity) * np.clip(smooth / np.float32(numbers["window_ln"]) - np.float32(0.15), 0, 1)
    white = np.float32(0 if options.inverted else 255)
    return np.asarray(grey + (white - grey) * share + np.float32(0.5), dtype=np.uint8)


def _log(frame: Frame) -> NDArray[np.float32]:
    return np.asarray(np.log(np.maximum(frame.linear(), np.float32(frame.scale))), dtype=np.float32)


def _lit(frame: Frame) -> NDArray[np.bool_]:
    if frame.pose is None or frame.technique is None:
        return np.ones(frame.pixels.shape, np.bool_)
    return field_mask(frame.pose, frame.detector, frame.technique)
