"""Where a value comes from: every number of this room carries a source and a grade, and the file does not load without."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.model import Grade


class UnreadableFormulary(ValueError):
    """A formulary file breaks its own rules; the text names the entry and what is missing."""


@dataclass(frozen=True)
class Evidence:
    """Source and grade of one value. Where sources give a range, ``low`` and ``high`` keep it."""

    source: str
    grade: Grade
    low: Decimal | None = None
    high: Decimal | None = None


@cache
def tables(file: str) -> Mapping[str, Mapping[str, Any]]:
    """The entries of one TOML file of this room, by code; numbers with a point are Decimal."""
    text = files("sijoint.formulary").joinpath(file).read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def evidence_of(entry: Mapping[str, Any], code: str) -> dict[str, Evidence]:
    """Evidence of every field of an entry that is written as a table with a value."""
    return {key: _evidence(row, f"{code}.{key}") for key, row in entry.items() if isinstance(row, Mapping)}


def value_of(entry: Mapping[str, Any], key: str, code: str) -> Any:
    """The value of a sourced field. Raises UnreadableFormulary where it is not there."""
    try:
        return entry[key]["value"]
    except (KeyError, TypeError):
        raise UnreadableFormulary(f"{code} has no {key} with a value; add it with its source and grade") from None


def decimal_of(entry: Mapping[str, Any], key: str, code: str) -> Decimal:
    return Decimal(value_of(entry, key, code))


def _evidence(row: Mapping[str, Any], place: str) -> Evidence:
    source, grade = str(row.get("source", "")).strip(), str(row.get("grade", ""))
    if "value" not in row or not source or grade not in {str(g) for g in Grade}:
        raise UnreadableFormulary(f"{place} needs a value, a source and a grade out of A, B, C, D and GK")
    low, high = row.get("low"), row.get("high")
    return Evidence(
        source, Grade(grade), None if low is None else Decimal(low), None if high is None else Decimal(high)
    )
