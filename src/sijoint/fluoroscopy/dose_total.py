"""What a series of pulses has cost so far, in the house's units and in those that DICOM asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from sijoint.fluoroscopy.frame import Frame


def dgy_cm2(dose_area_product_mgy_cm2: float) -> float:
    """Dose-area product for DICOM Image and Fluoroscopy Area Dose Product (0018,115E)."""
    return dose_area_product_mgy_cm2 / 100


def gy_m2(dose_area_product_mgy_cm2: float) -> float:
    """Dose-area product for the radiation dose structured report, Dose Area Product Total (DCM 113722)."""
    return dose_area_product_mgy_cm2 * 1e-7


@dataclass(frozen=True)
class DoseTotal:
    """Sums over pulses. ``seconds``: pulses over their rate, of frames that state it.

    ``pulses_without_dose`` came from frames that state no dose: the sums are then lower bounds.
    """

    kerma_reference_mgy: float = 0.0
    dose_area_product_mgy_cm2: float = 0.0
    pulses: int = 0
    seconds: float = 0.0
    pulses_without_dose: int = 0

    @staticmethod
    def of(frames: Iterable[Frame]) -> "DoseTotal":
        """The total of frames; each pulse must be in one of them only, so not an average together with its parts."""
        total = DoseTotal()
        for frame in frames:
            total = total.plus(frame)
        return total

    def plus(self, frame: Frame) -> "DoseTotal":
        """The total with one more frame, whose doses are those of all the pulses that it is made of."""
        kerma, product = frame.kerma_reference_mgy, frame.dose_area_product_mgy_cm2
        stated = kerma is not None and product is not None
        return DoseTotal(
            self.kerma_reference_mgy + (kerma or 0.0),
            self.dose_area_product_mgy_cm2 + (product or 0.0),
            self.pulses + frame.averaged,
            self.seconds + (frame.averaged / frame.technique.pulses_per_s if frame.technique else 0.0),
            self.pulses_without_dose + (0 if stated else frame.averaged),
        )
