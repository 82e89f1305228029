"""Dose of a pulse: air kerma at the reference point and dose-area product, and the field that the beam covers."""

import math

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.beam import kerma_mgy_per_mas
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose, Detector


def field_half_sizes_mm(pose: CArmPose, detector: Detector, technique: Technique) -> tuple[float, float]:
    """Half-width and half-height of the field at the isocentre; the collimator never opens beyond the detector."""
    to_isocentre = pose.source_isocentre_mm / pose.source_detector_mm
    width, height = (n * detector.pixel_mm / 2 * to_isocentre for n in (detector.columns, detector.rows))
    if technique.collimator is not None:
        width = min(width, technique.collimator.half_width_mm or width)
        height = min(height, technique.collimator.half_height_mm or height)
    return width, height


def field_part(pose: CArmPose, detector: Detector, technique: Technique, share: float = 1.0) -> tuple[slice, slice]:
    """Rows and columns of the detector inside the collimated field, or inside its central ``share`` by side."""
    width, height = field_half_sizes_mm(pose, detector, technique)
    magnified = pose.source_detector_mm / pose.source_isocentre_mm * share / detector.pixel_mm

    def inside(pixels: int, half: float) -> slice:
        middle = (pixels - 1) / 2
        return slice(max(math.ceil(middle - half), 0), min(math.floor(middle + half) + 1, pixels))

    return inside(detector.rows, height * magnified), inside(detector.columns, width * magnified)


def field_mask(pose: CArmPose, detector: Detector, technique: Technique, share: float = 1.0) -> NDArray[np.bool_]:
    """(rows, columns) True inside the collimated field, or inside its central ``share`` by side."""
    mask = np.zeros((detector.rows, detector.columns), np.bool_)
    mask[field_part(pose, detector, technique, share)] = True
    return mask


def air_kerma_mgy(technique: Technique, distance_mm: float) -> float:
    """Air kerma of one pulse on the central ray at a distance from the focus, free in air, without backscatter."""
    return kerma_mgy_per_mas(technique.kvp, technique.copper_mm) * technique.mas * (1000 / distance_mm) ** 2


def dose_area_product_mgy_cm2(
    pose: CArmPose, detector: Detector, technique: Technique, distance_mm: float | None = None
) -> float:
    """Dose-area product of one pulse: kerma times the field's area at the same distance, the same at every distance."""
    distance = pose.source_isocentre_mm if distance_mm is None else distance_mm
    width, height = field_half_sizes_mm(pose, detector, technique)
    area_cm2 = 4 * width * height * (distance / pose.source_isocentre_mm) ** 2 / 100
    return air_kerma_mgy(technique, distance) * area_cm2
