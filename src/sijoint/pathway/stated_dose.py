"""A dose that a person stated: whether one injection can have cost it, and which unit was likely meant."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from math import asinh, exp
from typing import Any

from sijoint.model import Finding, Patient, Procedure, StatedDose
from sijoint.pathway.dose_units import DOSE_AREA, KERMA, SECONDS
from sijoint.pathway.findings import found
from sijoint.pathway.plausible import plausible, plausible_ranges
from sijoint.pathway.policy import Policy

QUARTILE = 0.6745  # of a normal distribution, in standard deviations: mathematics, not a setting
CM_PER_M = Decimal(100)


def procedure_dose(procedure: Procedure) -> StatedDose | None:
    """Radiation of a procedure, stated as a whole or summed over its exposures; None where nothing is known."""
    if procedure.dose is not None:
        return procedure.dose
    if not procedure.exposures:
        return None
    return StatedDose(
        Decimal(str(round(sum(one.dose_area_product_mgy_cm2 for one in procedure.exposures), 3))),
        Decimal(str(round(sum(one.kerma_reference_mgy for one in procedure.exposures), 4))),
        Decimal(str(round(sum(one.seconds for one in procedure.exposures), 2))),
        (),
    )


def dose_area_range_mgy_cm2(patient: Patient) -> tuple[Decimal, Decimal]:
    """What 99 of 100 injections in a body of this mass index take; without the index, in any body."""
    table = _table()
    ranges = {name: _range(row, float(table["spread"]["deviations"])) for name, row in table["dose_area"].items()}
    name = _mass_class(patient)
    if name:
        return ranges[name]
    return min(low for low, _ in ranges.values()), max(high for _, high in ranges.values())


def dose_findings(procedure: Procedure, patient: Patient, policy: Policy) -> tuple[Finding, ...]:
    """What is odd about the stated dose of a procedure; long fluoroscopy is told whoever stated it."""
    findings: list[Finding] = []
    dose = procedure_dose(procedure)
    if dose is None:
        return (found("dose.not-stated"),) if procedure.images else ()
    if procedure.dose is not None:
        low, high = dose_area_range_mgy_cm2(patient)
        findings += _dose_area(dose, low, high)
        findings += _kerma(dose, low, high)
        findings += _seconds_plausible(dose)
    if dose.seconds is not None:
        seconds = dose.seconds
        if seconds > policy.fluoroscopy_review_s:
            findings.append(found("dose.fluoroscopy-long", seconds=seconds, limit=policy.fluoroscopy_review_s))
        elif seconds > policy.fluoroscopy_note_s:
            findings.append(found("dose.fluoroscopy-noted", seconds=seconds, limit=policy.fluoroscopy_note_s))
    return tuple(findings)


def likely_units(
    value: Decimal, stated_factor: Decimal, low: Decimal, high: Decimal, units: Mapping[str, Decimal]
) -> str:
    """The units in which the same number would be plausible, nearest to the middle of the range first; "" for none."""
    number = value / stated_factor
    middle = (low * high).sqrt() if low > 0 else high
    fitting = [(name, number * factor) for name, factor in units.items() if low <= number * factor <= high]
    if not fitting:
        return ""
    nearest = min((abs((amount / middle).ln()) for _, amount in fitting))
    return " or ".join(name for name, amount in fitting if abs((amount / middle).ln()) == nearest)


def _dose_area(dose: StatedDose, low: Decimal, high: Decimal) -> list[Finding]:
    value = dose.dose_area_product_mgy_cm2
    if value is None or low <= value <= high:
        return []
    stated = _stated(dose, "dose-area product")
    likely = likely_units(value, _factor(stated, DOSE_AREA), low, high, DOSE_AREA)
    words: dict[str, Any] = {
        "stated": stated,
        "value": _plain(value),
        "low": low,
        "high": high,
        "likely": _meant(likely),
    }
    return [found("dose.area-implausible", **words)]


def _kerma(dose: StatedDose, low: Decimal, high: Decimal) -> list[Finding]:
    """Air kerma against the dose-area product: their quotient is the field at the reference point."""
    kerma, area = dose.kerma_reference_mgy, dose.dose_area_product_mgy_cm2
    field = plausible_ranges()["reference_field_cm2"]
    if kerma is None:
        return []
    stated = _stated(dose, "air kerma")
    if area is None:
        least, most = low / field.high, high / field.low
        likely = "" if least <= kerma <= most else likely_units(kerma, _factor(stated, KERMA), least, most, KERMA)
        if least <= kerma <= most:
            return []
        words: dict[str, Any] = {"stated": stated, "low": _plain(least), "high": _plain(most), "likely": _meant(likely)}
        return [found("dose.kerma-implausible", **words)]
    if kerma > 0 and plausible("reference_field_cm2", area / kerma):
        return []
    cm2 = _plain(area / kerma) if kerma > 0 else "no"
    return [found("dose.kerma-and-area", stated=stated, area=_stated(dose, "dose-area product"), field=cm2)]


def _seconds_plausible(dose: StatedDose) -> list[Finding]:
    if dose.seconds is None or plausible("fluoroscopy_s", dose.seconds):
        return []
    limits = plausible_ranges()["fluoroscopy_s"]
    stated = _stated(dose, "fluoroscopy")
    likely = likely_units(dose.seconds, _factor(stated, SECONDS), limits.low, limits.high, SECONDS)
    return [found("dose.seconds-implausible", stated=stated, low=limits.low, high=limits.high, likely=_meant(likely))]


def _stated(dose: StatedDose, what: str) -> str:
    """The words of the one amount, "1210 cGy·cm²"."""
    return next((one.removeprefix(what).strip() for one in dose.as_stated if one.startswith(what)), "")


def _factor(stated: str, units: Mapping[str, Decimal]) -> Decimal:
    return units.get(stated.rpartition(" ")[2], Decimal(1))


def _meant(likely: str) -> str:
    return f"In {likely} it would be usual: was that meant?" if likely else "No unit of the picker makes it usual."


def _mass_class(patient: Patient) -> str:
    if not patient.weight_kg or not patient.height_cm:
        return ""
    index = patient.weight_kg / (patient.height_cm / CM_PER_M) ** 2
    limits = _table()["body_mass_index"]
    return "obese" if index >= limits["obese"] else "overweight" if index >= limits["overweight"] else "normal"


def _range(row: Mapping[str, Any], deviations: float) -> tuple[Decimal, Decimal]:
    median, apart = float(row["median_mgy_cm2"]), float(row["quartiles_apart_mgy_cm2"])
    spread = exp(deviations * asinh(apart / (2 * median)) / QUARTILE)
    return Decimal(round(median / spread)), Decimal(round(median * spread))


def _plain(number: Decimal) -> str:
    return f"{number.quantize(Decimal('0.1')).normalize():f}"


@cache
def _table() -> Mapping[str, Any]:
    text = files("sijoint.pathway").joinpath("stated_dose.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)
