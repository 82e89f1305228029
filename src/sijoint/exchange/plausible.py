"""What numbers from outside can be at all, and the names that people write for them in another unit."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.pathway.plausible import plausible_ranges

WIDER_SCALE = {"index_nrs", "rest_nrs", "baseline_nrs"}  # with "scale" beside them these may run from 0 to 100
WIDER_NAME, WIDER_HIGH = "0 to 100", Decimal(100)


@dataclass(frozen=True)
class Plausible:
    """Bounds of one field in its own unit; ``instead`` are names for it that are not its own."""

    field: str
    low: Decimal
    high: Decimal
    unit: str
    other: str
    instead: tuple[str, ...]

    def complaint(self, value: Decimal) -> str:
        """What is wrong with a value, to be read after the field's name; "" where it can be."""
        if self.low <= value <= self.high:
            return ""
        if value < 0 <= self.low:
            return f"is below zero: give it in {self.unit}, {self.low} to {self.high}"
        hint = f"; {self.other}" if self.other else ""
        return f"is not between {self.low} and {self.high} {self.unit}: check the number and its unit{hint}"


@cache
def plausible() -> Mapping[str, Plausible]:
    """The bounds by name of field; where the rules hold bounds of their own, those."""
    text = files("sijoint.exchange").joinpath("plausible.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)
    return {
        name: Plausible(name, *_bounds(row), row["unit"], row["other"], tuple(row["instead"]))
        for name, row in rows.items()
    }


def _bounds(row: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    if "range" in row:
        known = plausible_ranges()[row["range"]]
        return known.low, known.high
    return Decimal(row["low"]), Decimal(row["high"])


def meant_by(name: str, fields: tuple[str, ...]) -> Plausible | None:
    """The field that a name in another unit stands for, among those that there are."""
    return next((one for one in plausible().values() if one.field in fields and name in one.instead), None)
