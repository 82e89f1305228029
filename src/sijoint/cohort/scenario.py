"""The scenario table: causes on one side, what should follow on the other, never read together before the run is over."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any

from sijoint.injectate import Compartment
from sijoint.model import Answer, Sedation, Sex, Target
from sijoint.model.wire import from_wire
from sijoint.needle import FalseGive
from sijoint.response import PainCause

Offset = tuple[float, float, float]  # lateral, cephalad, deep
Line = tuple[str, Decimal]  # formulary code, millilitres


class UnknownScenario(ValueError):
    """The table has no scenario of this name; the text lists those that it has."""


class CourseStep(StrEnum):
    """What a course asks for next."""

    DIAGNOSTIC = "diagnostic"
    FIRST = "first"  # a diagnostic order with the therapeutic recipe
    THERAPEUTIC = "therapeutic"
    SECOND_DIAGNOSTIC = "second diagnostic"
    REPEAT_MONTH_2 = "repeat month 2"
    REPEAT_MONTH_5 = "repeat month 5"


class SideStated(StrEnum):
    """What a document says of the side: the episode's side, the other one, or nothing."""

    SAME = "same"
    OPPOSITE = "opposite"
    ABSENT = "absent"


@dataclass(frozen=True)
class PersonCauses:
    sex: Sex
    born: date
    weight_kg: Decimal
    height_cm: Decimal


@dataclass(frozen=True)
class OperatorCauses:
    first_aim_error_mm: Offset


@dataclass(frozen=True)
class VesselCauses:
    at_mm: Offset
    runs: Offset
    length_mm: float
    radius_mm: float
    flow_mm_s: float


@dataclass(frozen=True)
class LeakCauses:
    to: Compartment
    opens_above_ml: float
    share: float


@dataclass(frozen=True)
class RecipeCauses:
    """Formulary code and millilitres; the drug by kind of order, and what is ordered when the first recipe is refused."""

    skin: Line
    contrast: Line
    diagnostic: tuple[Line, ...]
    therapeutic: tuple[Line, ...]
    after_refusal: tuple[Line, ...] = ()


@dataclass(frozen=True)
class SideCauses:
    request: SideStated = SideStated.SAME
    examination: SideStated = SideStated.SAME
    consent: SideStated = SideStated.SAME
    skin_mark: SideStated = SideStated.SAME
    time_out: SideStated = SideStated.SAME


@dataclass(frozen=True)
class AnswerCauses:
    """Screening answers that differ from an unremarkable person's. ``medicines`` as the patient would type them."""

    pregnancy: Answer = Answer.NO
    antithrombotics: Answer = Answer.NO
    diabetes: Answer = Answer.NO
    hba1c_percent: Decimal | None = None
    medicines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Causes:
    """Everything that a run may know. Neither the scenario's name nor what is expected of it is here."""

    policy: str
    target: Target
    sedation: Sedation
    capacity_ml: float
    course: tuple[CourseStep, ...]
    person: PersonCauses
    pain: PainCause
    operator: OperatorCauses
    recipe: RecipeCauses
    answers: AnswerCauses = AnswerCauses()
    sides: SideCauses = SideCauses()
    false_give: FalseGive | None = None
    vessels: tuple[VesselCauses, ...] = ()
    leaks: tuple[LeakCauses, ...] = ()
    even_tissue: bool = False  # the textbook's patient: only the joint gives


@dataclass(frozen=True)
class Expected:
    """What should follow. ``gates`` holds the gate's answers in order, by procedure; None: not looked at."""

    states: tuple[str, ...] = ()
    not_states: tuple[str, ...] = ()
    gates: tuple[tuple[bool, ...], ...] = ()
    verdicts: tuple[str, ...] = ()
    repeats: tuple[bool, ...] = ()
    exposures: int | None = None
    refused_orders: int | None = None
    discharge_at_30_min: bool | None = None
    second_diagnostic: bool | None = None
    card_contains: tuple[str, ...] = ()
    sheet_contains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    name: str
    shows: str
    causes: Causes
    expected: Expected
    beside: str = field(default="")  # another scenario whose verdict is printed beside this one's


@cache
def scenarios() -> Mapping[str, Scenario]:
    """All scenarios of the shipped table, in its order."""
    return read_scenarios(resources.files("sijoint.cohort").joinpath("scenarios.toml").read_text(encoding="utf-8"))


def read_scenarios(text: str) -> dict[str, Scenario]:
    """Scenarios of a TOML table; ``defaults`` fill what a scenario does not set."""
    tables = loads(text)
    defaults = tables.pop("defaults")
    return {name: _scenario(name, _merged(defaults, table)) for name, table in tables.items()}


def scenario(name: str) -> Scenario:
    """Raises UnknownScenario."""
    try:
        return scenarios()[name]
    except KeyError:
        raise UnknownScenario(f"there is no scenario {name!r}; choose one of {', '.join(scenarios())}") from None


def causes_of(changes: Mapping[str, Any]) -> Causes:
    """The causes of the shipped table's defaults with these laid over them; a course is named by whoever follows it."""
    text = resources.files("sijoint.cohort").joinpath("scenarios.toml").read_text(encoding="utf-8")
    causes: Causes = from_wire(Causes, _merged({**loads(text)["defaults"], "course": []}, changes))
    return causes


def _scenario(name: str, table: dict[str, Any]) -> Scenario:
    shows, beside = table.pop("shows"), table.pop("beside", "")
    expected: Expected = from_wire(Expected, table.pop("expected", {}))
    return Scenario(name, shows, from_wire(Causes, table), expected, beside)


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = deepcopy(dict(base))
    for key, value in over.items():
        both_tables = isinstance(value, Mapping) and isinstance(result.get(key), Mapping)
        result[key] = _merged(result[key], value) if both_tables else deepcopy(value)
    return result
