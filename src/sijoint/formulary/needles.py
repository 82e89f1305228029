"""Spinal needles on the tray, by code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of


class UnknownNeedle(ValueError):
    """No needle of this code is in the formulary."""


@dataclass(frozen=True)
class Needle:
    """A real needle: diameters and length in mm.

    ``deflection_mm_at_80`` is the sideways drift after 80 mm of gel, away from the bevel opening; negative: towards it.
    """

    code: str
    name: str
    gauge: int
    length_mm: float
    outer_mm: float
    bore_mm: float
    tip: str
    deflection_mm_at_80: float
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)


@cache
def needles() -> tuple[Needle, ...]:
    """All needles, in the order of the file."""
    return tuple(_read(code) for code in tables("needles.toml"))


def needle(code: str) -> Needle:
    """The needle of a code. Raises UnknownNeedle."""
    for one in needles():
        if one.code == code:
            return one
    known = ", ".join(one.code for one in needles())
    raise UnknownNeedle(f"no needle {code!r} in the formulary; choose one of {known}")


def _read(code: str) -> Needle:
    entry = tables("needles.toml")[code]
    return Needle(
        code=code,
        name=str(entry["name"]),
        gauge=int(value_of(entry, "gauge", code)),
        length_mm=float(value_of(entry, "length_mm", code)),
        outer_mm=float(value_of(entry, "outer_mm", code)),
        bore_mm=float(value_of(entry, "bore_mm", code)),
        tip=str(value_of(entry, "tip", code)),
        deflection_mm_at_80=float(value_of(entry, "deflection_mm_at_80", code)),
        evidence=MappingProxyType(evidence_of(entry, code)),
    )
