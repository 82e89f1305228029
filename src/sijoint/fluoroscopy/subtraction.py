"""From several frames one image: averages, and the iodine between a mask and a live frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.beam import beam, behind_water
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import Frame, Relationship
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.scatter import scatter_ratio
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose

SATURATED = 65535


def average(frames: Sequence[Frame]) -> Frame:
    """The mean of frames of one pose, as a derived frame; doses are sums, time is the last. Raises UnphysicalView."""
    if not frames:
        raise UnphysicalView("there is no frame to average")
    first = frames[0]
    for frame in frames:
        _refuse_different(first, frame)
    mean = np.mean([frame.linear() for frame in frames], axis=0, dtype=np.float32)
    scale = first.scale if first.relationship is Relationship.LINEAR else max(float(mean.max()), 1e-6) / 65535
    signals = [frame.field_signal for frame in frames if frame.field_signal is not None]
    return first.with_pixels(
        np.clip(np.rint(mean / scale), 0, 65535).astype(np.uint16),
        relationship=Relationship.LINEAR,
        scale=scale,
        time_s=max(frame.time_s for frame in frames),
        kerma_reference_mgy=_total([frame.kerma_reference_mgy for frame in frames]),
        dose_area_product_mgy_cm2=_total([frame.dose_area_product_mgy_cm2 for frame in frames]),
        origin=first.origin if len(frames) == 1 else "derived",
        field_signal=float(np.mean(signals)) if signals else None,
        averaged=sum(frame.averaged for frame in frames),
    )


def iodine_estimate(mask: Frame, live: Frame, *, smoothing_mm: float = 0.3) -> NDArray[np.float32]:
    """(rows, columns) iodine in mg/cm2 that is in ``live`` and was not in ``mask``; noise makes it negative too, NaN where saturated.

    Logarithmic subtraction over the mean iodine attenuation of the technique's spectrum behind the water-equivalent
    thickness at each pixel, without the estimated scatter. Both frames are smoothed by ``smoothing_mm`` (on the detector)
    first. Raises UnphysicalView when the frames are of different views or their technique is not known.
    """
    _refuse_different(mask, live)
    if mask.technique is None or live.technique is None or mask.pose is None:
        raise UnphysicalView("iodine in mg/cm2 needs technique and pose of both frames; these frames do not state them")
    if abs(mask.technique.kvp - live.technique.kvp) > 0.5 or mask.technique.copper_mm != live.technique.copper_mm:
        raise UnphysicalView(
            f"mask and live frame were taken at {mask.technique.kvp:g} and {live.technique.kvp:g} kVp: lock the technique"
        )
    sigma = smoothing_mm / mask.detector.pixel_mm
    before, after = (ndimage.gaussian_filter(frame.linear(), sigma) for frame in (mask, live))
    after *= np.float32(mask.technique.mas / live.technique.mas)
    floor = np.float32(mask.scale)
    before, after = np.maximum(before, floor), np.maximum(after, floor)

    thickness, share, attenuation = _behind(mask, mask.technique, mask.pose)
    smooth = np.maximum(ndimage.gaussian_filter(before, 10 / mask.detector.pixel_mm), floor)
    scatter = np.interp(np.log(smooth), thickness, share).astype(np.float32) * smooth
    per_g = np.interp(np.log(before), thickness, attenuation).astype(np.float32)
    primary_before = np.maximum(before - scatter, 0.1 * before)
    primary_after = np.maximum(after - scatter, 0.02 * before)
    estimate = np.asarray(1000 * np.log(primary_before / primary_after) / per_g, dtype=np.float32)
    estimate[(mask.pixels == SATURATED) | (live.pixels == SATURATED)] = np.nan
    return estimate


def iodine_noise_mg_cm2(mask: Frame, live: Frame, *, smoothing_mm: float = 0.3) -> float:
    """Typical noise of ``iodine_estimate`` without contrast: robust standard deviation in the middle of the image."""
    estimate = iodine_estimate(mask, live, smoothing_mm=smoothing_mm)
    rows, columns = estimate.shape
    middle = estimate[rows // 4 : 3 * rows // 4, columns // 4 : 3 * columns // 4]
    detail = middle - ndimage.uniform_filter(middle, 9)
    return float(1.4826 * np.median(np.abs(detail)))


def _behind(
    frame: Frame, technique: Technique, pose: CArmPose
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """ln signal (rising), and at it the share of scatter in the signal and the iodine attenuation (cm2/g)."""
    source, numbers = beam(technique.kvp, technique.copper_mm), physics("scatter")
    depths = np.linspace(60, 0, 121)
    logs, attenuations = np.array([behind_water(source, depth) for depth in depths]).T
    half_mm = frame.detector.rows * frame.detector.pixel_mm / 2 * pose.source_isocentre_mm / pose.source_detector_mm
    if technique.collimator is not None:
        half_mm = min(half_mm, technique.collimator.half_width_mm or half_mm)
    ratio = scatter_ratio(depths.astype(np.float32), half_mm).astype(np.float64)
    primary, scattered = (numbers["grid_primary"], numbers["grid_scatter"]) if technique.grid else (1.0, 1.0)
    total = primary + scattered * ratio
    logs = logs + np.log(total * technique.mas * (1000 / pose.source_detector_mm) ** 2)
    return logs, scattered * ratio / total, attenuations


def _refuse_different(first: Frame, other: Frame) -> None:
    if first.relationship is Relationship.DISPLAY or other.relationship is Relationship.DISPLAY:
        raise UnphysicalView(
            "display pixels have lost their relation to X-ray energy: take linear or logarithmic frames"
        )
    if first.pixels.shape != other.pixels.shape or first.pose != other.pose or first.detector != other.detector:
        raise UnphysicalView("the frames are of different views: the C-arm moved between them; take a new mask")


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None
