"""What a person or a reading can be: outside, a mixed-up unit or digit is likelier than the value."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from sijoint.model import Grade


@dataclass(frozen=True)
class PlausibleRange:
    low: Decimal
    high: Decimal
    unit: str
    source: str
    grade: Grade


@cache
def plausible_ranges() -> Mapping[str, PlausibleRange]:
    """Every range, by the name of the value."""
    text = files("sijoint.pathway").joinpath("plausible.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text, parse_float=Decimal)
    return MappingProxyType(
        {
            name: PlausibleRange(
                Decimal(row["low"]), Decimal(row["high"]), row["unit"], row["source"], Grade(row["grade"])
            )
            for name, row in rows.items()
        }
    )


def plausible(name: str, value: Decimal | int | None) -> bool:
    """Whether a value can be; one that is not there says nothing against itself."""
    one = plausible_ranges()[name]
    return value is None or one.low <= value <= one.high
