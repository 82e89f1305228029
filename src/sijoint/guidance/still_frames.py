"""Live frames as if the patient had kept still: moved back in the image to where the frame before contrast has the anatomy."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy import Frame, Relationship, average, pixel_shift
from sijoint.fluoroscopy.frame import SATURATED
from sijoint.frames import Detector

LEAST_MM = 0.1  # on the detector: below it the shift is as much noise as movement
COARSE_ROWS = 128


def still(before: Frame, live: Sequence[Frame], open_field: NDArray[np.bool_]) -> tuple[Frame, ...]:
    """The live frames, each at the technique of ``before`` and shifted to fit it.

    A shift in the image undoes a patient's shift well and a turn of a degree only roughly; what is left shows as edges of bone.
    Raises UnphysicalView when mask and frame fit nowhere near.
    """
    factor = max(1, before.detector.rows // COARSE_ROWS)
    coarse = _coarse(before, factor)
    alike = (_at_the_technique_of(before, frame, open_field) for frame in live)
    return tuple(_fitted(frame, coarse, factor) for frame in alike)


def _fitted(live: Frame, coarse_before: Frame, factor: int) -> Frame:
    down, across = (factor * pixels for pixels in pixel_shift(coarse_before, _coarse(live, factor)))
    if np.hypot(down, across) * live.detector.pixel_mm < LEAST_MM:
        return live
    # cubic, so that noise and edges keep their sharpness: what is subtracted must be as sharp as the mask
    moved = ndimage.shift(live.pixels.astype(np.float32), (-down, -across), order=3, mode="nearest")
    return live.with_pixels(np.clip(np.rint(moved), 0, SATURATED).astype(np.uint16))


def _coarse(frame: Frame, factor: int) -> Frame:
    """The frame on fewer pixels: a shift is found as well on them, in a fraction of the time."""
    rows, columns = frame.detector.rows // factor, frame.detector.columns // factor
    blocks = frame.pixels[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    detector = Detector(rows, columns, frame.detector.pixel_mm * factor)
    return frame.with_pixels(np.rint(blocks.mean(axis=(1, 3))).astype(np.uint16), detector=detector)


def _at_the_technique_of(before: Frame, live: Frame, open_field: NDArray[np.bool_]) -> Frame:
    """The live frame as if made at the mask's technique: brightness control may have moved on between two looks.

    A few kilovolts of difference act as a factor over the field, which is taken from its median; what is left is a drift
    that the zero beside the contrast removes.
    """
    if live.relationship is Relationship.LOG:
        live = average([live])  # linear, so that it can be scaled
    wanted, used = before.technique, live.technique
    if wanted is None or used is None or wanted == used:
        return live
    if replace(used, ma=wanted.ma, pulse_ms=wanted.pulse_ms) == wanted:
        ratio = wanted.mas / used.mas
    else:
        ratio = float(np.median(before.linear()[open_field]) / max(float(np.median(live.linear()[open_field])), 1e-9))
    return replace(live, technique=wanted, scale=live.scale * ratio)
