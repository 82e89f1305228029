"""The unit picker for radiation: what a console may show, and what it is in mGy, mGy·cm² and seconds.

1 Gy·cm² = 1000 mGy·cm² = 100 cGy·cm² = 10 dGy·cm² (DICOM 0018,115E) and 1 µGy·m² = 1 cGy·cm².
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from sijoint.model import StatedAmount

DOSE_AREA: Mapping[str, Decimal] = MappingProxyType(
    {
        "mGy·cm²": Decimal(1),
        "cGy·cm²": Decimal(10),
        "µGy·m²": Decimal(10),
        "dGy·cm²": Decimal(100),
        "Gy·cm²": Decimal(1000),
    }
)
KERMA: Mapping[str, Decimal] = MappingProxyType({"mGy": Decimal(1), "Gy": Decimal(1000)})
SECONDS: Mapping[str, Decimal] = MappingProxyType({"s": Decimal(1), "min": Decimal(60)})


class UnknownUnit(ValueError):
    """A unit that is not in the picker, or a number that no dose is; the text lists the units."""


def in_unit_of_record(amount: StatedAmount, units: Mapping[str, Decimal], what: str) -> Decimal:
    """The amount in the first unit of a picker. Raises UnknownUnit."""
    unit = spelled(amount.unit)
    if unit not in units:
        raise UnknownUnit(f"{what}: {amount.unit.strip() or 'no unit'} is not in the picker; choose {', '.join(units)}")
    if not amount.value.is_finite() or amount.value < 0:
        raise UnknownUnit(f"{what}: {amount.value} is no dose or time; it is zero or more")
    return amount.value * units[unit]


def spelled(unit: str) -> str:
    """Other spellings of the same unit (``cGycm2``, ``uGy.m^2``); capitals are not changed, for mGy is not MGy."""
    plain = unit.strip()
    for mark in (" ", "·", "*", ".", "^", "⋅"):
        plain = plain.replace(mark, "")
    plain = plain.replace("²", "2").replace("μ", "µ").replace("uGy", "µGy")
    known = {one.replace("·", "").replace("²", "2"): one for one in (*DOSE_AREA, *KERMA, *SECONDS)}
    return known.get(plain, unit.strip())
