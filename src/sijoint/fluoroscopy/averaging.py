"""Several frames of one view as one image."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import SATURATED, Frame, Relationship


def average(frames: Sequence[Frame]) -> Frame:
    """The mean of frames of one pose, as a derived frame; doses are sums, time is the last. Raises UnphysicalView."""
    if not frames:
        raise UnphysicalView("there is no frame to average")
    first = frames[0]
    for frame in frames:
        refuse_different(first, frame)
        if (frame.derived_from or frame.origin) != (first.derived_from or first.origin):
            raise UnphysicalView("simulated and received frames are never averaged into one image")
    mean = np.mean([frame.linear() for frame in frames], axis=0, dtype=np.float32)
    scale = first.scale if first.relationship is Relationship.LINEAR else max(float(mean.max()), 1e-6) / SATURATED
    signals = [frame.field_signal for frame in frames if frame.field_signal is not None]
    return first.with_pixels(
        np.clip(np.rint(mean / scale), 0, SATURATED).astype(np.uint16),
        relationship=Relationship.LINEAR,
        scale=scale,
        time_s=max(frame.time_s for frame in frames),
        kerma_reference_mgy=_total([frame.kerma_reference_mgy for frame in frames]),
        dose_area_product_mgy_cm2=_total([frame.dose_area_product_mgy_cm2 for frame in frames]),
        origin=first.origin if len(frames) == 1 else "derived",
        derived_from=first.derived_from if len(frames) == 1 else first.derived_from or first.origin,
        field_signal=float(np.mean(signals)) if signals else None,
        averaged=sum(frame.averaged for frame in frames),
        warnings=tuple(dict.fromkeys(warning for frame in frames for warning in frame.warnings)),
    )


def last_image_hold(frames: Sequence[Frame], count: int = 4) -> Frame:
    """The image that stays when the pedal is let go: the mean of the last ``count`` frames made like the very last.

    It is the C-arm's own image, so it stays what its frames are: a simulated one never becomes merely derived.
    Raises UnphysicalView.
    """
    if not frames:
        raise UnphysicalView("there is no image to hold: press the pedal first")
    last = frames[-1]
    alike = [frame for frame in frames[-count:] if frame.technique == last.technique and frame.pose == last.pose]
    return replace(average(alike), origin=last.origin)


def refuse_different(first: Frame, other: Frame) -> None:
    """Raises UnphysicalView unless both frames are of one view and hold X-ray energies."""
    if first.relationship is Relationship.DISPLAY or other.relationship is Relationship.DISPLAY:
        raise UnphysicalView(
            "display pixels have lost their relation to X-ray energy: take linear or logarithmic frames"
        )
    if first.pixels.shape != other.pixels.shape or first.pose != other.pose or first.detector != other.detector:
        raise UnphysicalView("the frames are of different views: the C-arm moved between them; take a new mask")


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None
