"""What one procedure took, as numbers from its facts: time, X-rays, needle, dose. Nothing of the simulator's truth."""

from dataclasses import dataclass

from sijoint.model import Procedure, SyringeUse
from sijoint.report.references import DOSE_AREA, Reference, gap, references
from sijoint.report.words import number


@dataclass(frozen=True)
class Measure:
    """One number about a procedure; ``value`` is None where it is not known, and ``note`` says why."""

    code: str
    words: str
    value: float | None
    unit: str = ""
    places: int = 0
    note: str = ""

    @property
    def told(self) -> str:
        if self.value is None:
            return "not known"
        return f"{number(self.value, self.places)} {self.unit}".strip()

    @property
    def references(self) -> tuple[Reference, ...]:
        return references(self.code)

    @property
    def gap(self) -> str:
        return gap(self.code)


def procedure_measures(procedure: Procedure) -> tuple[Measure, ...]:
    """Of a procedure that has ended or not; one that was stated as a whole has the dose that was stated."""
    exposures, needle, stated = procedure.exposures, procedure.needle, procedure.dose
    seconds: float | None = sum(one.seconds for one in exposures)
    kerma: float | None = sum(one.kerma_reference_mgy for one in exposures)
    area: float | None = sum(one.dose_area_product_mgy_cm2 for one in exposures)
    if not exposures and stated is not None:
        seconds, kerma, area = (
            None if value is None else float(value)
            for value in (stated.seconds, stated.kerma_reference_mgy, stated.dose_area_product_mgy_cm2)
        )
    lasted = None
    if procedure.ended_at is not None:
        lasted = (procedure.ended_at - procedure.started_at).total_seconds()
    return (
        Measure("procedure_seconds", "Time from start to end", lasted, "s", note="" if lasted else "it has not ended"),
        Measure("fluoroscopy_seconds", "Fluoroscopy time", seconds, "s", 1),
        Measure("pedal_presses", "Presses of the pedal", len(exposures) or None),
        Measure("needle_passes", "Needle passes", needle.passes if needle else None),
        Measure("redirections", "Redirections", needle.redirections if needle else None),
        Measure("bone_contacts", "Bone contacts", needle.bone_contacts if needle else None),
        Measure(DOSE_AREA, "Dose-area product", area, "mGy·cm²"),
        Measure("kerma_mgy", "Air kerma at the reference point", kerma, "mGy", 2),
        Measure("contrast_ml", "Contrast", _given_ml(procedure, SyringeUse.CONTRAST), "mL", 2),
    )


def _given_ml(procedure: Procedure, use: SyringeUse) -> float:
    return float(sum(given.volume_ml for given in procedure.administrations if given.use is use))
