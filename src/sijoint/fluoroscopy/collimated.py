"""The edges of the collimated field: where the blades hide part of the focal spot, the field fades instead of ending."""

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.dose import field_half_sizes_mm
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose, Detector


def open_shares(
    pose: CArmPose, detector: Detector, technique: Technique
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(rows,) and (columns,) share 0..1 of the focal spot that each row and column sees past the collimator's blades.

    A field as wide as the detector has no edge on it. The half-way point is the edge of ``field_mask``.
    """
    numbers = physics("detector")
    blades = float(numbers["collimator_mm"])
    penumbra_mm = float(numbers["focal_spot_mm"]) * (pose.source_detector_mm - blades) / blades
    magnified = pose.source_detector_mm / pose.source_isocentre_mm
    half_width, half_height = field_half_sizes_mm(pose, detector, technique)

    def along(count: int, half_mm: float) -> NDArray[np.float32]:
        edge_mm = half_mm * magnified
        if edge_mm >= count * detector.pixel_mm / 2 * (1 - 1e-9):
            return np.ones(count, np.float32)
        at = (np.arange(count) - (count - 1) / 2) * detector.pixel_mm
        width = max(penumbra_mm, detector.pixel_mm)
        past_each = [np.clip((edge_mm + side * at) / width + 0.5, 0, 1) for side in (-1, 1)]
        return np.maximum(past_each[0] + past_each[1] - 1, 0).astype(np.float32)

    return along(detector.rows, half_height), along(detector.columns, half_width)
