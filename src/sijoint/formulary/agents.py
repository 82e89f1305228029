"""What can be in the syringe: ingredients with what they do, and agents, which are ingredients of one strength."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any

from sijoint.formulary.evidence import Evidence, UnreadableFormulary, decimal_of, evidence_of, tables, value_of


class UnknownAgent(ValueError):
    """No agent of this code is in the formulary."""


class IngredientKind(StrEnum):
    LOCAL_ANAESTHETIC = "local anaesthetic"
    STEROID = "steroid"
    CONTRAST = "contrast"
    DILUENT = "diluent"


@dataclass(frozen=True)
class ActionWindow:
    """When an anaesthetic must have begun to work, and the shortest and longest relief that it can explain, minutes."""

    latest_onset_min: int
    shortest_min: int
    longest_min: int


@dataclass(frozen=True)
class Anaesthetic:
    """Limits and times of a local anaesthetic; the maximum is the lower of mg/kg and cap.

    Where sources give a range, ``maximum_...`` is its lowest, which counts, and ``highest_...`` its highest, which is shown.
    """

    maximum_mg_per_kg: Decimal
    maximum_mg: Decimal
    window: ActionWindow
    leg_weakness_min: int  # a weak leg beyond this is longer than the drug explains
    highest_mg_per_kg: Decimal
    highest_mg: Decimal


@dataclass(frozen=True)
class Steroid:
    """``equivalent_mg`` is as strong as 4 mg of methylprednisolone."""

    equivalent_mg: Decimal
    onset_days: int
    latest_onset_days: int
    expected_days: int
    glucose_watch_days: int
    usual_mg: tuple[Decimal, Decimal]  # lowest and highest published for this joint


@dataclass(frozen=True)
class Ingredient:
    """``anaesthetic`` and ``steroid`` are there for these kinds only."""

    code: str
    name: str
    kind: IngredientKind
    class_name: str
    anaesthetic: Anaesthetic | None
    steroid: Steroid | None
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Agent:
    """An ingredient of one strength. Viscosity in mPa·s at room temperature, iodine in mg/mL."""

    code: str
    name: str
    ingredient: Ingredient
    strength_mg_ml: Decimal
    viscosity_mpa_s: float
    iodine_mg_ml: float
    particulate: bool
    allergens: tuple[str, ...]
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)

    @property
    def kind(self) -> IngredientKind:
        return self.ingredient.kind

    @property
    def anaesthetic(self) -> Anaesthetic | None:
        return self.ingredient.anaesthetic

    @property
    def steroid(self) -> Steroid | None:
        return self.ingredient.steroid


@cache
def ingredients() -> tuple[Ingredient, ...]:
    return tuple(_ingredient(code, entry) for code, entry in tables("ingredients.toml").items())


@cache
def agents() -> tuple[Agent, ...]:
    """All agents, in the order of the file."""
    return tuple(_agent(code, entry) for code, entry in tables("agents.toml").items())


def agent(code: str) -> Agent:
    """The agent of a code. Raises UnknownAgent."""
    for one in agents():
        if one.code == code:
            return one
    known = ", ".join(one.code for one in agents())
    raise UnknownAgent(f"no agent {code!r} in the formulary; choose one of {known}")


def methylprednisolone_equivalent_mg(given: Agent, volume_ml: Decimal) -> Decimal:
    """Steroid dose as milligrams of methylprednisolone; 0 for anything but a steroid."""
    steroid = given.steroid
    return given.strength_mg_ml * volume_ml * 4 / steroid.equivalent_mg if steroid else Decimal(0)


def _ingredient(code: str, entry: Mapping[str, Any]) -> Ingredient:
    kind = IngredientKind(entry["kind"])
    anaesthetic = steroid = None
    if kind is IngredientKind.LOCAL_ANAESTHETIC:
        minutes = [int(value_of(entry, key, code)) for key in ("latest_onset_min", "shortest_min", "longest_min")]
        anaesthetic = Anaesthetic(
            decimal_of(entry, "maximum_mg_per_kg", code),
            decimal_of(entry, "maximum_mg", code),
            ActionWindow(*minutes),
            int(value_of(entry, "leg_weakness_min", code)),
            _highest(entry, "maximum_mg_per_kg", code),
            _highest(entry, "maximum_mg", code),
        )
    if kind is IngredientKind.STEROID:
        onset = evidence_of(entry, code)["onset_days"].high or value_of(entry, "onset_days", code)
        steroid = Steroid(
            decimal_of(entry, "equivalent_mg", code),
            int(value_of(entry, "onset_days", code)),
            int(onset),
            int(value_of(entry, "expected_days", code)),
            int(value_of(entry, "glucose_watch_days", code)),
            (decimal_of(entry, "usual_mg", code), _highest(entry, "usual_mg", code)),
        )
    evidence = MappingProxyType(evidence_of(entry, code))
    return Ingredient(code, str(entry["name"]), kind, str(entry["class"]), anaesthetic, steroid, evidence)


def _highest(entry: Mapping[str, Any], key: str, code: str) -> Decimal:
    """The upper end of a range that sources give; the value itself where they agree."""
    high = evidence_of(entry, code)[key].high
    return decimal_of(entry, key, code) if high is None else high


def _agent(code: str, entry: Mapping[str, Any]) -> Agent:
    found = [one for one in ingredients() if one.code == entry["ingredient"]]
    if not found:
        raise UnreadableFormulary(f"agent {code} names an ingredient that is not in ingredients.toml")
    return Agent(
        code=code,
        name=str(entry["name"]),
        ingredient=found[0],
        strength_mg_ml=decimal_of(entry, "strength_mg_ml", code),
        viscosity_mpa_s=float(value_of(entry, "viscosity_mpa_s", code)),
        iodine_mg_ml=float(value_of(entry, "iodine_mg_ml", code)),
        particulate=bool(value_of(entry, "particulate", code)),
        allergens=tuple(str(word) for word in entry["allergens"]),
        evidence=MappingProxyType(evidence_of(entry, code)),
    )
