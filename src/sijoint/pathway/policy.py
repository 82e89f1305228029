"""A dated policy file as a typed value: everything that a rule may ask of the site or the payer, each with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from sijoint.model import ContrastPattern, Grade
from sijoint.pathway.span import Span


class UnreadablePolicy(ValueError):
    """A policy that is not there, or a value without source, year or grade; the text says which."""


@dataclass(frozen=True)
class PolicySource:
    source: str
    year: int
    grade: Grade
    set_in: str  # the policy file whose value this is


@dataclass(frozen=True)
class DiarySlot:
    """When a question is due: ``minutes`` after the injection, or at ``hour`` o'clock, ``days`` later."""

    label: str
    minutes: int | None
    days: int
    hour: int
    opens_min_before: int
    closes_min_after: int


@dataclass(frozen=True)
class Policy:
    """One policy. Thresholds are Decimal, counts int; ``sources`` holds source, year and grade by field name."""

    id: str
    title: str
    effective: date
    first_shot_steroid: Literal["refuse", "allow"]
    ia_volume_maximum_ml: Decimal
    ia_volume_warning_ml: Decimal
    ligament_volume_maximum_ml: Decimal
    contrast_maximum_ml: Decimal
    anaesthetic_hours: int
    weight_without_height_kg: Decimal
    steroid_year_maximum_mpe_mg: Decimal
    pain_months: int
    provocation_tests: int
    conservative_weeks: int
    inr_maximum: Decimal
    inr_days: int
    antithrombotic_age_years: int
    systolic_maximum: int
    diastolic_maximum: int
    hba1c_review_percent: Decimal
    glucose_review_mg_dl: Decimal
    glucose_stop_mg_dl: Decimal
    glucose_long_days: int
    fever_c: Decimal
    confirmation_hours: int
    baseline_nrs: int
    rescue_analgesic_hours: int
    driver: Literal["always", "if sedated"]
    fasting_clear_hours: int
    fasting_light_hours: int
    fasting_heavy_hours: int
    consent_risks_always: tuple[str, ...]
    consent_risks_steroid: tuple[str, ...]
    clinic_phone: str
    emergency_phone: str
    view_angle_deg: Decimal
    views: int
    accepted_intra_articular: tuple[ContrastPattern, ...]
    accepted_ligament: tuple[ContrastPattern, ...]
    recovery_minutes: int
    recovery_call_minutes: int
    discharge_systolic_minimum: int
    discharge_pulse_minimum: int
    discharge_pulse_maximum: int
    discharge_spo2_minimum: int
    discharge_glucose_call_mg_dl: Decimal
    soreness_days_from: int
    soreness_days_to: int
    ice_minutes: int
    ibuprofen_age_years: int
    ibuprofen_single_mg: int
    ibuprofen_hours_apart: int
    ibuprofen_day_maximum_mg: int
    ibuprofen_days: int
    no_driving_sedated_hours: int
    activity_after_test: Literal["provoke", "rest"]
    home_call_from_hours: int
    home_call_until_hours: int
    missed_call_hours: int
    red_flag_call_minutes: int
    relief_percent: Decimal
    consecutive_entries: int
    analgesic_hides_hours: int
    false_positive_one_in: int
    sedated_is_indeterminate: bool
    repeat_relief_percent: Decimal
    repeat_relief_for: Span
    therapeutic_per_year: int
    diagnostic_per_year: int
    therapeutic_apart_for: Span
    diagnostic_after_therapy: bool
    rolling_year_days: int
    positive_block_first: bool
    diary_diagnostic: tuple[DiarySlot, ...]
    diary_therapeutic: tuple[DiarySlot, ...]
    sources: Mapping[str, PolicySource] = field(compare=False, repr=False)

    @property
    def consent_risks(self) -> tuple[str, ...]:
        """Every risk that consent to a shot with steroid explains."""
        return self.consent_risks_always + self.consent_risks_steroid


def policy_names() -> tuple[str, ...]:
    """The policies that ship with the package."""
    folder = files("sijoint.pathway").joinpath("policies")
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml")))


@cache
def load_policy(name: str = "clinic") -> Policy:
    """A policy by name. Raises UnreadablePolicy."""
    layers = _layers(name)
    rows = {key: (row, layer["id"]) for layer in layers for key, row in layer.get("values", {}).items()}
    diaries = [layer["diary"] for layer in layers if "diary" in layer]
    if not diaries:
        raise UnreadablePolicy(f"policy {name} has no diary; add one or extend a policy that has")
    own = layers[-1]
    values: dict[str, Any] = {"id": own["id"], "title": own["title"], "effective": own["effective"]}
    sources = {key: _source(row, layer, f"{name}: {key}") for key, (row, layer) in rows.items()}
    for one in fields(Policy):
        if one.name in values or one.name == "sources" or one.name.startswith("diary_"):
            continue
        if one.name not in rows:
            raise UnreadablePolicy(f"policy {name} has no value for {one.name}; add it with source, year and grade")
        values[one.name] = _typed(rows[one.name][0]["value"], str(one.type), f"{name}: {one.name}")
    unknown = set(rows) - {one.name for one in fields(Policy)}
    if unknown:
        raise UnreadablePolicy(f"policy {name} sets {', '.join(sorted(unknown))}, which no rule reads")
    for kind in ("diagnostic", "therapeutic"):
        values[f"diary_{kind}"] = tuple(_slot(row) for row in diaries[-1][kind])
        sources[f"diary_{kind}"] = _source({**diaries[-1], "value": ""}, own["id"], f"{name}: diary")
    return Policy(**values, sources=MappingProxyType(sources))


def _layers(name: str) -> list[dict[str, Any]]:
    """The policy's file last, after the ones it extends."""
    if name not in policy_names():
        raise UnreadablePolicy(f"no policy {name!r}; choose one of {', '.join(policy_names())}")
    text = files("sijoint.pathway").joinpath("policies", f"{name}.toml").read_text(encoding="utf-8")
    own = tomllib.loads(text, parse_float=Decimal)
    return [*(_layers(own["extends"]) if "extends" in own else []), own]


def _source(row: Mapping[str, Any], layer: str, place: str) -> PolicySource:
    source, grade = str(row.get("source", "")).strip(), str(row.get("grade", ""))
    if "value" not in row or not source or not isinstance(row.get("year"), int) or grade not in {str(g) for g in Grade}:
        raise UnreadablePolicy(f"{place} needs value, source, year and grade")
    return PolicySource(source, row["year"], Grade(grade), layer)


def _typed(value: Any, kind: str, place: str) -> Any:
    kind = kind.removeprefix("<class '").removesuffix("'>")
    if "Decimal" in kind and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if "Span" in kind and isinstance(value, str):
        return Span.of(value)
    if "ContrastPattern" in kind and isinstance(value, list):
        return tuple(ContrastPattern(one) for one in value)
    if kind == "tuple[str, ...]" and isinstance(value, list):
        return tuple(str(one) for one in value)
    if "Literal" in kind and isinstance(value, str) and repr(value)[1:-1] in kind:
        return value
    if (kind in ("str", str(str)) and isinstance(value, str)) or ("bool" in kind and isinstance(value, bool)):
        return value
    if "int" in kind and isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnreadablePolicy(f"{place} is not of its kind: {value!r}")


def _slot(row: Mapping[str, Any]) -> DiarySlot:
    minutes = row.get("minutes")
    return DiarySlot(row["label"], minutes, row.get("days", 0), row.get("hour", 0), row["opens"], row["closes"])
