"""What such an injection has been published to take, each with its interval, source and grade; and where nothing is."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.report.words import number

DOSE_AREA = "dose_area_mgy_cm2"
BODIES = {"normal": "normal weight", "overweight": "overweight", "obese": "obesity"}


@dataclass(frozen=True)
class Reference:
    """One published value of a measure. ``low`` and ``high`` are None where no interval was published."""

    measure: str
    of: str
    here: bool  # measured at this joint; else the nearest that there is
    value: float
    low: float | None
    high: float | None
    interval: str  # what low and high are, in words
    source: str
    grade: str

    def beside(self, value: float) -> str:
        """How the value of one procedure lies to this reference: a place, never a mark."""
        if self.interval == INTERVALS["ci95"]:
            return "a share of many; this is one procedure"
        if self.low is None or self.high is None:
            times = value / self.value if self.value else 0.0
            return f"{number(times, 1)} times this value"
        if value < self.low:
            return "below the interval"
        return "above the interval" if value > self.high else "inside the interval"


INTERVALS = {
    "sd": "mean ± standard deviation",
    "ci95": "95 % confidence interval",
    "none": "no spread published",
}


def references(measure: str) -> tuple[Reference, ...]:
    """All that is published of a measure, what was measured at this joint first."""
    return tuple(sorted(_references().get(measure, ()), key=lambda one: not one.here))


def gap(measure: str) -> str:
    """What is said where nothing is published; empty where something is."""
    return _gaps().get(measure, "")


@dataclass(frozen=True)
class LearningReference:
    of: str
    here: bool
    source: str
    grade: str


def learning_references() -> tuple[LearningReference, ...]:
    return tuple(LearningReference(**row) for row in _table("published_procedure.toml")["learning"])


@cache
def _references() -> Mapping[str, tuple[Reference, ...]]:
    found: dict[str, tuple[Reference, ...]] = {}
    for row in _table("published_procedure.toml")["reference"]:
        kind = row["interval"]
        one = Reference(
            row["measure"], row["of"], row["here"], row["value"], row.get("low"), row.get("high"),
            INTERVALS[kind], row["source"], row["grade"],
        )  # fmt: skip
        found[one.measure] = (*found.get(one.measure, ()), one)
    found[DOSE_AREA] = _dose_areas()
    return found


def _dose_areas() -> tuple[Reference, ...]:
    table = _table("published_dose.toml")
    medians, widths = table["median_dose_area_mgy_cm2"], table["quartile_range_mgy_cm2"]
    return tuple(
        Reference(
            DOSE_AREA,
            f"{words}, median",
            True,
            medians[body],
            None,
            None,
            f"first to third quartile {number(widths[body])} wide, their places not published",
            medians["source"],
            medians["grade"],
        )
        for body, words in BODIES.items()
    )


@cache
def _gaps() -> Mapping[str, str]:
    return {row["measure"]: row["words"] for row in _table("published_procedure.toml")["gap"]}


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("sijoint.report").joinpath(name).read_text(encoding="utf-8"))
