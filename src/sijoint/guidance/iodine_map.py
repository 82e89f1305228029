"""Iodine in one view: subtraction, its noise, and which pixels truly show contrast."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_erosion, gaussian_filter, label, median_filter

from sijoint.fluoroscopy import Frame, UnphysicalView, average, field_mask, iodine_estimate
from sijoint.frames import ProjectionGeometry
from sijoint.guidance.arthrogram_rule import SubtractionRule

ZERO_STEP, ZERO_ROUNDS = 7, 5
LEAST_STEP = 4  # pixels: coarse detectors blur over some pixels themselves


@dataclass(frozen=True, eq=False)
class IodineMap:
    """Areal density of iodine in one view, smoothed, with the pixels in which it stands out of the noise."""

    mg_per_cm2: NDArray[np.float64]  # (rows, columns), zero where nothing is seen
    seen: NDArray[np.bool_]  # (rows, columns)
    geometry: ProjectionGeometry
    pixel_mm: float  # at the depth of the tip
    noise_mg_per_cm2: float  # median in the working field

    @property
    def mass_mg(self) -> float:
        """Iodine that is seen, as if it all lay at the depth of the tip."""
        return float(self.mg_per_cm2.sum()) * (self.pixel_mm / 10) ** 2

    @property
    def area_mm2(self) -> float:
        """Area of the shadow, at the depth of the tip."""
        return float(self.seen.sum()) * self.pixel_mm**2


def iodine_map(before: Frame, live: tuple[Frame, ...], near_mm: ArrayLike, rule: SubtractionRule) -> IodineMap:
    """The iodine that frames show together against the frame before, within ``reach_mm`` of a point in the body (LPS).

    The frames are at the technique of the one before and fit it (``still``). Zero is what the field beside the contrast says.
    """
    assert before.pose is not None
    geometry = ProjectionGeometry.of(before.pose, before.detector)
    pixel_mm = before.detector.pixel_mm / geometry.magnification_at(near_mm)
    lit = lit_field(before)
    estimate = iodine_estimate(before, average(live)).astype(np.float64)
    field = lit & _disc(geometry, near_mm, rule.reach_mm / pixel_mm)
    if not field.any():
        raise UnphysicalView("the joint is outside the irradiated field of this view; centre the C-arm on it")
    estimate = np.where(np.isfinite(estimate) & lit, estimate, 0.0)
    smooth = gaussian_filter(estimate, rule.smooth_mm / pixel_mm)
    noise = _noise(smooth, rule.noise_window_mm / pixel_mm, max(round(3 * rule.smooth_mm / pixel_mm), LEAST_STEP))
    seen = np.zeros(smooth.shape, dtype=bool)
    signal = np.log(gaussian_filter(np.maximum(before.linear(), before.scale), rule.smooth_mm / pixel_mm))
    for _ in range(2):  # once to find what is contrast, once with the zero taken beside it
        smooth = smooth - _zero(smooth, signal, noise, field & ~seen)
        sure = field & (smooth > np.maximum(rule.sure_sigma * noise, rule.least_mg_per_cm2))
        faint = field & (smooth > rule.faint_sigma * noise)
        seen = _connected(sure, faint, rule.least_area_mm2 / pixel_mm**2)
    return IodineMap(
        np.where(seen, np.maximum(smooth, 0.0), 0.0), seen, geometry, pixel_mm, float(np.median(noise[field]))
    )


def _zero(
    smooth: NDArray[np.float64], signal: NDArray[np.float64], noise: NDArray[np.float64], beside: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """What the estimate shows without contrast, (rows, columns): a curved plane, bent also by how dark the anatomy is.

    Technique and scatter drift, and behind a stout body little primary is left, so that noise alone pushes the logarithm up,
    most where it is darkest. Least squares in which places that differ most, such as contrast, count little.
    """
    rows, columns = (
        2 * index / (size - 1) - 1 for index, size in zip(np.indices(smooth.shape), smooth.shape, strict=True)
    )
    level = (signal - signal[beside].mean()) / (signal[beside].std() + 1e-9)
    basis = np.stack([np.ones_like(rows), rows, columns, rows**2, rows * columns, columns**2, level, level**2])
    sample = basis[:, beside][:, ::ZERO_STEP]
    values, spread = smooth[beside][::ZERO_STEP], noise[beside][::ZERO_STEP]
    found = np.zeros(len(basis))
    found[0] = np.median(values)
    for _ in range(ZERO_ROUNDS):
        rest = (values - found @ sample) / spread
        weight = 1 / ((1 + (rest / 2.5) ** 2) * spread**2)
        found = np.linalg.lstsq((sample * weight) @ sample.T, (sample * weight) @ values, rcond=None)[0]
    return np.asarray(np.tensordot(found, basis, axes=1))


def lit_field(frame: Frame) -> NDArray[np.bool_]:
    """Where the collimator lets the beam through, less its blurred edge."""
    if frame.technique is not None and frame.pose is not None:
        open_field = field_mask(frame.pose, frame.detector, frame.technique)
    else:
        signal = gaussian_filter(frame.linear(), 2.0)
        open_field = signal > 0.1 * float(np.percentile(signal, 90))
    return np.asarray(binary_erosion(open_field, iterations=4))


def _disc(geometry: ProjectionGeometry, near_mm: ArrayLike, radius: float) -> NDArray[np.bool_]:
    column, row = geometry.project(near_mm)
    rows, columns = np.indices(geometry.shape)
    return np.asarray((columns - column) ** 2 + (rows - row) ** 2 <= radius**2)


def _noise(smooth: NDArray[np.float64], window: float, step: int) -> NDArray[np.float64]:
    """Local standard deviation (rows, columns) from differences of neighbours ``step`` pixels apart, by medians.

    That is three smoothing lengths: nearer ones share their noise, and what they differ by would tell too little of it.
    """
    differences = np.abs(smooth - np.roll(smooth, step, axis=0)) + np.abs(smooth - np.roll(smooth, step, axis=1))
    coarse = differences[::step, ::step]  # noise changes slowly over the image
    median = median_filter(coarse, size=2 * round(window / 2 / step) + 1, mode="nearest")
    # the mean of two folded normal differences, each of spread sqrt(2) sigma, has a median of about 1.0 sigma each
    return np.asarray(np.kron(median, np.ones((step, step)))[: smooth.shape[0], : smooth.shape[1]]) / 2.1 + 1e-9


def _connected(sure: NDArray[np.bool_], faint: NDArray[np.bool_], least_pixels: float) -> NDArray[np.bool_]:
    """Faint pixels that hang together with enough sure ones."""
    pieces, count = label(faint | sure, structure=np.ones((3, 3)))
    size = np.bincount(pieces[sure], minlength=count + 1)
    size[0] = 0
    return np.asarray((size >= least_pixels)[pieces])
