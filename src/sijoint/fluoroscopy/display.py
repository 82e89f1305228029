"""From linear pixels to what a screen shows: logarithm, softened large contrasts, edges, a robust window.

Default as on C-arms in pain practice: what attenuates is dark, so needle and contrast are black on grey bone and bright
soft tissue; ``inverted`` gives the radiograph's white bone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.dose import field_mask
from sijoint.fluoroscopy.frame import Frame, Relationship

LARGE_MM = 30.0  # contrasts wider than this on the detector are softened
LARGE_KEPT = 0.55  # and this share of them is kept
EDGE_MM = 0.8
EDGE_GAIN = 0.6
NOISE_MM = 0.25  # smoothing against single-pixel noise


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


def _processed(frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The processed logarithmic image and where it holds body: inside the field and not direct beam."""
    log = np.log(
        np.maximum(frame.linear(), np.float32(frame.scale if frame.relationship is Relationship.LINEAR else 1e-6))
    )
    field = _field(frame)
    pixel_mm = frame.detector.pixel_mm
    level = float(np.median(log[field]))
    bright = np.float32(level + 1.8)  # direct beam and skin edge: kept from pulling the local mean up
    log = np.where(field, np.minimum(log, bright), np.float32(level))
    # the large contrasts are found on a coarse image: they are smooth, and the frame rate counts
    factor = max(1, round(3.0 / pixel_mm))
    coarse = ndimage.gaussian_filter(log[::factor, ::factor], LARGE_MM / (pixel_mm * factor), mode="nearest")
    large = _enlarged(coarse, log.shape, factor)
    fine = ndimage.gaussian_filter(log, max(NOISE_MM / pixel_mm, 0.3), mode="nearest", truncate=2.5)
    edges = fine - ndimage.gaussian_filter(fine, max(EDGE_MM / pixel_mm, 0.8), mode="nearest", truncate=2.5)
    processed = fine - np.float32(1 - LARGE_KEPT) * (large - np.float32(level)) + np.float32(EDGE_GAIN) * edges
    return np.asarray(processed, dtype=np.float32), field & (log < bright - 0.05)


def _enlarged(coarse: NDArray[np.float32], shape: tuple[int, int], factor: int) -> NDArray[np.float32]:
    """Bilinear interpolation of every ``factor``-th pixel back to all pixels."""
    for axis in (0, 1):
        position = np.minimum(np.arange(shape[axis]) / factor, coarse.shape[axis] - 1)
        index = np.minimum(position.astype(int), max(coarse.shape[axis] - 2, 0))
        share = (position - index).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        after = np.minimum(index + 1, coarse.shape[axis] - 1)
        coarse = np.take(coarse, index, axis) * (1 - share) + np.take(coarse, after, axis) * share
    return coarse


def _robust_window(processed: NDArray[np.float32], shown: NDArray[np.bool_]) -> Window:
    values = processed[::4, ::4][shown[::4, ::4]]
    if values.size < 16:
        values = processed[::4, ::4].ravel()
    low, high = np.percentile(values, [0.5, 99.5])
    room = 0.12 * float(high - low) + 0.05
    return Window(float(low) - room, float(high) + room)
