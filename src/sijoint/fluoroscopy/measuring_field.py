"""What automatic brightness control looks at: the signal in the central part of the collimated field.

Left out are direct beam and skin edge, metal, and rays through body that the CT does not show; the collimator's edges lie
outside the central part.
"""

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.dose import field_part
from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose, Detector

SIDE = 128  # at most so many samples along a side: the mean of more says nothing new, and costs time in every pulse


def measured_pixel(
    pixels: NDArray[np.uint16], scene: Scene, pose: CArmPose, detector: Detector, technique: Technique
) -> float | None:
    """Mean of the ``pixels`` (rows, columns) that the control measures; None where the field holds nothing to measure."""
    numbers = physics("brightness")
    rows, columns = field_part(pose, detector, technique, float(numbers["field_share"]))
    step = max(1, -(-max(rows.stop - rows.start, columns.stop - columns.start) // SIDE))
    part = slice(rows.start, rows.stop, step), slice(columns.start, columns.stop, step)
    anatomy = scene.anatomy
    thickness = anatomy.water[part] + anatomy.bone[part]
    measured = ~anatomy.truncated[part] & (thickness > numbers["direct_beam_g_cm2"])
    if not measured.any():
        return None
    measured &= thickness > numbers["thin_share"] * np.percentile(thickness[measured], 80)
    for metal in (anatomy.metal, scene.steel, scene.titanium):
        if metal is not None:
            measured &= metal[part] <= 0
    return float(pixels[part][measured].mean()) if measured.any() else None
