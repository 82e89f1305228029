"""Values that come in two units: each unit is a field of its own, converted by a written factor, never guessed.

A value that cannot be is not believed: it counts as not measured, and a finding asks for it again.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from sijoint.model import DayOfConfirmation, Finding, Patient, ScreeningAnswers
from sijoint.pathway.findings import found
from sijoint.pathway.plausible import plausible_ranges

Measured = TypeVar("Measured", ScreeningAnswers, DayOfConfirmation)


class UnclearMeasurement(ValueError):
    """A value that cannot be in the unit that it came in; the text says which unit it may be in."""


class WeightUnit(StrEnum):
    KILOGRAM = "kg"
    POUND = "lb"


@dataclass(frozen=True)
class Range:
    """What a value in this unit can be, both ends included."""

    low: Decimal
    high: Decimal
    what: str
    label: str
    unit: str
    hint: str

    def holds(self, value: Decimal) -> bool:
        return value.is_finite() and self.low <= value <= self.high


@cache
def ranges() -> Mapping[str, Range]:
    """The plausible ranges by field name; a name ends in its unit."""
    return MappingProxyType({name: _range(row) for name, row in _file()["range"].items()})


def _range(row: Mapping[str, Any]) -> Range:
    limits = plausible_ranges()[row["range"]]
    return Range(limits.low, limits.high, row["what"], row["label"], row["unit"], row["hint"])


def weight_kg(value: Decimal, unit: WeightUnit) -> Decimal:
    """Kilograms, one decimal. Raises UnclearMeasurement for a weight that no adult has."""
    kg = value if unit is WeightUnit.KILOGRAM else value * _factor("kg_per_lb")
    limits = ranges()["weight_kg"]
    if not limits.holds(kg):
        raise UnclearMeasurement(
            f"{value} {unit} is no weight of an adult: enter the weight again with its unit, kg or lb"
        )
    return kg.quantize(Decimal("0.1"), ROUND_HALF_UP)


def glucose_mg_dl(mmol_l: Decimal) -> Decimal:
    """The same glucose in mg/dL, whole."""
    return (mmol_l * _factor("glucose_mg_dl_per_mmol_l")).quantize(Decimal(1), ROUND_HALF_UP)


def mg_dl_per_mmol_l() -> Decimal:
    """What a glucose in mmol/L is multiplied by, for a phone that does it itself."""
    return _factor("glucose_mg_dl_per_mmol_l")


def glucose_mmol_l(mg_dl: Decimal) -> Decimal:
    """The same glucose in mmol/L, one decimal."""
    return (mg_dl / _factor("glucose_mg_dl_per_mmol_l")).quantize(Decimal("0.1"), ROUND_HALF_UP)


def hba1c_percent(mmol_mol: Decimal) -> Decimal:
    """The same HbA1c in percent (NGSP), one decimal."""
    return (mmol_mol * _factor("hba1c_slope") + _factor("hba1c_offset")).quantize(Decimal("0.1"), ROUND_HALF_UP)


def believed_answers(answers: ScreeningAnswers) -> tuple[ScreeningAnswers, list[Finding]]:
    """The answers without values that cannot be, HbA1c in percent, and what was not believed.

    Where both units are there and disagree, the higher counts until one of them is corrected.
    """
    answers, findings = _plausible(answers)
    other = None if answers.hba1c_mmol_mol is None else hba1c_percent(answers.hba1c_mmol_mol)
    value, disagree = _one_of(answers.hba1c_percent, other, _factor("hba1c_agreement_percent"))
    if disagree:
        findings.append(_disagree("hba1c_percent", f"{answers.hba1c_percent} %", f"{answers.hba1c_mmol_mol} mmol/mol"))
    return replace(answers, hba1c_percent=value), findings


def believed_today(told: DayOfConfirmation) -> tuple[DayOfConfirmation, list[Finding]]:
    """The day's confirmation without values that cannot be, glucose in mg/dL, and what was not believed."""
    told, findings = _plausible(told)
    other = None if told.glucose_mmol_l is None else glucose_mg_dl(told.glucose_mmol_l)
    value, disagree = _one_of(told.glucose_mg_dl, other, _factor("glucose_agreement_mg_dl"))
    if disagree:
        findings.append(_disagree("glucose_mg_dl", f"{told.glucose_mg_dl} mg/dL", f"{told.glucose_mmol_l} mmol/L"))
    return replace(told, glucose_mg_dl=value), findings


def _plausible(record: Measured) -> tuple[Measured, list[Finding]]:
    findings: list[Finding] = []
    gone: dict[str, Any] = {}
    for name, limits in ranges().items():
        value = getattr(record, name, None)
        if value is not None and not limits.holds(Decimal(value)):
            gone[name] = None
            findings.append(_implausible(name, value))
    kept = replace(record, **gone)
    systolic, diastolic = kept.blood_pressure_systolic, kept.blood_pressure_diastolic
    if systolic is not None and diastolic is not None and systolic <= diastolic:
        findings.append(_implausible("blood_pressure_systolic", f"{systolic}/{diastolic}"))
        kept = replace(kept, blood_pressure_systolic=None, blood_pressure_diastolic=None)
    return kept, findings


def weight_findings(patient: Patient) -> list[Finding]:
    """A weight or height that cannot be, or that do not fit together."""
    findings = [
        _implausible(name, value)
        for name, value in (("weight_kg", patient.weight_kg), ("height_cm", patient.height_cm))
        if value is not None and not ranges()[name].holds(value)
    ]
    if findings or patient.weight_kg is None or patient.height_cm is None:
        return findings
    metres = patient.height_cm / 100
    index = (patient.weight_kg / metres / metres).quantize(Decimal("0.1"), ROUND_HALF_UP)
    if ranges()["body_mass_index"].holds(index):
        return []
    return [found("weight.implausible", weight=patient.weight_kg, height=patient.height_cm, bmi=index)]


def _one_of(first: Decimal | None, second: Decimal | None, agreement: Decimal) -> tuple[Decimal | None, bool]:
    known = [one for one in (first, second) if one is not None]
    return max(known, default=None), len(known) == 2 and abs(known[0] - known[1]) > agreement


def _implausible(name: str, value: object) -> Finding:
    limits = ranges()[name]
    return found(
        "measurement.implausible",
        of=name,
        what=limits.what,
        value=value,
        unit=limits.unit,
        hint=limits.hint,
        label=limits.label,
    )


def _disagree(name: str, one: str, other: str) -> Finding:
    limits = ranges()[name]
    return found("measurement.units-disagree", of=name, what=limits.what, one=one, other=other, label=limits.label)


def _factor(name: str) -> Decimal:
    return Decimal(_file()["conversion"][name]["value"])


@cache
def _file() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    text = files("sijoint.pathway").joinpath("units.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)
