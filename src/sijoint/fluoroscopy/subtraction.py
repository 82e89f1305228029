"""The iodine between a mask and a live frame: logarithmic subtraction with scatter and beam hardening allowed for."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.averaging import refuse_different
from sijoint.fluoroscopy.beam import Beam, beam, behind_water
from sijoint.fluoroscopy.dose import field_mask
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import SATURATED, Frame
from sijoint.fluoroscopy.scatter import binned, enlarged, primary_transmission, scatter_signal
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose

IODINE_MG_CM2 = np.concatenate([[-50.0], np.linspace(0, 600, 121)])  # the table that undoes beam hardening
DEPTHS = np.linspace(60, 0, 121)  # g/cm2 of water, so that the signal rises


def iodine_estimate(mask: Frame, live: Frame, *, smoothing_mm: float = 0.3) -> NDArray[np.float32]:
    """(rows, columns) iodine in mg/cm2 that is in ``live`` and was not in ``mask``; noise makes it negative too, NaN where saturated.

    Logarithm of the ratio of the primaries, over the iodine attenuation of the technique's spectrum behind the
    water-equivalent thickness at each pixel. Scatter is estimated by the same kernels that make it,
    with the thickness that the mask shows.
    Both frames are smoothed by ``smoothing_mm`` (on the detector) first. Raises UnphysicalView when the frames are of
    different views or do not state their technique.
    """
    refuse_different(mask, live)
    technique, pose = mask.technique, mask.pose
    if technique is None or live.technique is None or pose is None:
        raise UnphysicalView("iodine in mg/cm2 needs technique and pose of both frames; these frames do not state them")
    if abs(technique.kvp - live.technique.kvp) > 0.5 or technique.copper_mm != live.technique.copper_mm:
        raise UnphysicalView(
            f"mask and live frame were taken at {technique.kvp:g} and {live.technique.kvp:g} kVp: lock the technique"
        )
    sigma = smoothing_mm / mask.detector.pixel_mm
    before, after = (ndimage.gaussian_filter(frame.linear(), sigma) for frame in (mask, live))
    after *= np.float32(technique.mas / live.technique.mas)

    source = beam(technique.kvp, technique.copper_mm)
    per_unit = primary_transmission(technique) * technique.mas * (1000 / pose.source_detector_mm) ** 2
    scatter_before, scatter_after = _scatter(mask, after, technique, pose, source, per_unit)
    primary_before = np.maximum(before - scatter_before, 0.05 * before + np.float32(mask.scale))
    primary_after = np.maximum(after - scatter_after, 0.01 * before + np.float32(mask.scale))

    logs, attenuations = (
        np.array(column) for column in zip(*(behind_water(source, depth) for depth in DEPTHS), strict=True)
    )
    log_before = np.log(primary_before / np.float32(per_unit))
    per_g = np.interp(log_before, logs, attenuations)
    typical = float(np.interp(np.median(log_before), logs, DEPTHS))
    reference_per_g, table = _hardening(source, typical)
    drop = np.log(primary_before / primary_after) * (reference_per_g / per_g)
    estimate: NDArray[np.float32] = np.interp(drop, table, IODINE_MG_CM2).astype(np.float32)
    estimate[(mask.pixels == SATURATED) | (live.pixels == SATURATED)] = np.nan
    return estimate


def iodine_noise_mg_cm2(mask: Frame, live: Frame, *, smoothing_mm: float = 0.3) -> float:
    """Typical noise of ``iodine_estimate`` without contrast: robust standard deviation in the middle of the image."""
    estimate = iodine_estimate(mask, live, smoothing_mm=smoothing_mm)
    rows, columns = estimate.shape
    middle = estimate[rows // 4 : 3 * rows // 4, columns // 4 : 3 * columns // 4]
    detail = middle - ndimage.uniform_filter(middle, 9)
    return float(1.4826 * np.median(np.abs(detail)))


def _hardening(source: Beam, water_g_cm2: float) -> tuple[float, NDArray[np.float64]]:
    """Attenuation (cm2/g) of a little iodine behind water, and ln(before / after) at every entry of IODINE_MG_CM2."""
    share = source.group_weight * np.exp(-source.group_mu[0] * water_g_cm2)
    share = share / share.sum()
    per_g = float((share * source.group_mu[2]).sum())
    table = -np.log(np.exp(-np.outer(IODINE_MG_CM2 / 1000, source.group_mu[2])) @ share)
    table[0] = per_g * IODINE_MG_CM2[0] / 1000  # noise below zero: a straight line
    return per_g, table


def _scatter(
    mask: Frame, after: NDArray[np.float32], technique: Technique, pose: CArmPose, source: Beam, per_unit: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Scatter (rows, columns) in keV/mm2 behind the grid, of the mask and of ``after``: contrast takes primary from it too.

    Thickness is such that primary and scatter together give the mask.
    """
    # a saturated pixel is nearly always direct beam, which scatters nothing
    field = field_mask(pose, mask.detector, technique) & (mask.pixels != SATURATED)
    logs = np.array([behind_water(source, depth)[0] for depth in DEPTHS])
    coarse_mm = 1.2  # fine enough for the edge of the body, where much scatter comes from
    factor = max(1, round(coarse_mm / mask.detector.pixel_mm))
    signal, inside = binned(mask.linear(), factor), binned(field.astype(np.float32), factor) > 0.5
    pixel_mm = mask.detector.pixel_mm * factor
    passed = primary_transmission(technique)

    def scattered(primary: NDArray[np.float32], thickness: NDArray[np.float32]) -> NDArray[np.float32]:
        coarse, size = scatter_signal(primary, thickness, None, inside, pixel_mm, technique)
        return enlarged(coarse, primary.shape, size)

    scatter = np.zeros_like(signal)
    for _ in range(6):
        primary = np.maximum(signal - scatter, 0.05 * signal) / passed
        thickness = np.interp(np.log(np.maximum(primary, 1e-3) * passed / per_unit), logs, DEPTHS).astype(np.float32)
        scatter = scattered(primary, thickness)
    live, scatter_after = binned(after, factor), scatter
    for _ in range(3):
        scatter_after = scattered(np.maximum(live - scatter_after, 0.01 * live) / passed, thickness)
    shape = mask.pixels.shape
    return enlarged(scatter, shape, factor), enlarged(scatter_after, shape, factor)
