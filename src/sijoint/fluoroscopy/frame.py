"""One image as it leaves a C-arm, simulated or received."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmPose, Detector

SATURATED = 65535  # the highest of 16 bits: more energy than the detector can tell, as a rule direct beam


class Relationship(StrEnum):
    """How pixel values relate to X-ray energy at the detector."""

    LINEAR = "linear"
    LOG = "log"
    DISPLAY = "display"


@dataclass(frozen=True, eq=False)
class Frame:
    """Pixels in stored orientation with everything needed to read them.

    Detected keV per mm2 is ``pixels * scale`` (linear) or ``exp(pixels * scale)`` (log). ``pose`` is None when tags are missing, which ``missing`` names.
    ``field_signal`` is the mean signal (keV/mm2) in the brightness control's field, None where the maker does not say.
    ``truncated_share``: share of rays through body that the CT does not show. ``origin``: simulated, received or derived
    (then ``derived_from`` says from what). ``warnings``: sentences on what is wrong with the whole image.
    """

    pixels: NDArray[np.uint16]
    relationship: Relationship
    scale: float
    pose: CArmPose | None
    missing: tuple[str, ...]
    detector: Detector
    patient_orientation: tuple[str, str]
    time_s: float
    technique: Technique | None
    kerma_reference_mgy: float | None
    dose_area_product_mgy_cm2: float | None
    truncated_share: float
    origin: str
    field_signal: float | None = None
    averaged: int = 1  # pulses that this image is made of
    derived_from: str = ""  # of a derived frame: simulated or received
    warnings: tuple[str, ...] = ()

    def linear(self) -> NDArray[np.float32]:
        """Detected energy (rows, columns) in keV/mm2, of linear or logarithmic pixels. Raises UnphysicalView for display."""
        if self.relationship is Relationship.LINEAR:
            return self.pixels.astype(np.float32) * np.float32(self.scale)
        if self.relationship is Relationship.LOG:
            return np.asarray(np.exp(self.pixels.astype(np.float32) * np.float32(self.scale)), dtype=np.float32)
        raise UnphysicalView("display pixels have lost their relation to X-ray energy")

    def with_pixels(self, pixels: NDArray[np.uint16], **changes: Any) -> "Frame":
        return replace(self, pixels=pixels, **changes)
