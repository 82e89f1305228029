"""The validation plan as read from ``docs/validation-plan.toml``: published figures, which are fitted and which held out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from tomllib import TOMLDecodeError, loads
from typing import Any


class UnreadablePlan(ValueError):
    """The file is not a validation plan; the text says what is missing."""


class Status(StrEnum):
    """Whether meeting a figure proves anything."""

    FITTED = "fitted"
    HELD_OUT = "held_out"
    INPUT = "input"


@dataclass(frozen=True)
class Population:
    pelves: int
    men_share: float
    age_years: tuple[float, float]
    bmi: tuple[float, float]


@dataclass(frozen=True)
class Hand:
    """The virtual operator's hand: standard deviations, stopping rule, how often it tries again."""

    entry_sd_mm: float
    angle_sd_deg: float
    depth_sd_mm: float
    bevel_sd_deg: float
    give_window_mm: float
    walks: int
    walk_turn_deg: float
    withdraw_mm: float
    redirections: int
    error_kept: float
    contrast_ml: float
    contrast_rate_ml_s: float
    drug_ml: float
    arthrography_rate_ml_s: float


@dataclass(frozen=True)
class Seen:
    """What counts as seen on an image."""

    leak_on_ct_ml: float
    leak_on_fluoroscopy_ml: float
    grade_margin_share: float
    grade_substantial_share: float
    grade_full_share: float
    cephalad_share: float


@dataclass(frozen=True)
class Row:
    """One published figure. ``published`` holds events and n, mean with sd and n, counts, or low and high."""

    id: str
    what: str
    published: Mapping[str, Any]
    status: Status
    truth: str
    source: str
    grade: str
    ours: str
    note: str = ""


@dataclass(frozen=True)
class ValidationPlan:
    written: str
    population: Population
    hand: Hand
    seen: Seen
    rows: tuple[Row, ...]


def read_validation_plan(path: Path) -> ValidationPlan:
    """The plan in a file. Raises UnreadablePlan with the one thing that is wrong."""
    try:
        table = loads(path.read_text(encoding="utf-8"))
        population = table["population"]
        return ValidationPlan(
            str(table["written"]),
            Population(
                int(population["pelves"]),
                float(population["men_share"]),
                tuple(population["age_years"]),
                tuple(population["bmi"]),
            ),
            _of(Hand, table["operator"]),
            _of(Seen, table["seen"]),
            tuple(Row(**{**row, "status": Status(row["status"])}) for row in table["row"]),
        )
    except OSError:
        raise UnreadablePlan(f"{path.name} cannot be read: give the path of a validation plan") from None
    except TOMLDecodeError as wrong:
        raise UnreadablePlan(f"{path.name} is not TOML: {wrong}") from None
    except (KeyError, TypeError, ValueError) as wrong:
        raise UnreadablePlan(f"{path.name} is not a whole validation plan: {wrong} is missing or wrong") from None


def _of(kind: type, table: Mapping[str, Any]) -> Any:
    """The numbers that a class names; a plan may explain itself with more."""
    return kind(**{each.name: table[each.name] for each in fields(kind)})
