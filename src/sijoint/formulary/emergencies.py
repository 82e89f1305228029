"""Doses for emergencies, each with source and grade; one that is not graded is as if it were not there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from sijoint.formulary.evidence import Evidence, decimal_of, evidence_of, tables
from sijoint.model import Grade

SHOWN = frozenset({Grade.A, Grade.B, Grade.C, Grade.DERIVED})


@dataclass(frozen=True)
class EmergencyDose:
    """One number, with the range that its sources give; both ends are the number where they agree."""

    value: Decimal
    low: Decimal
    high: Decimal
    evidence: Evidence


@cache
def emergency_doses() -> Mapping[str, EmergencyDose]:
    """Every graded number by ``drug.name``; general knowledge is left out."""
    doses = {}
    for drug, entry in tables("emergencies.toml").items():
        for name, evidence in evidence_of(entry, drug).items():
            if evidence.grade in SHOWN:
                value = decimal_of(entry, name, drug)
                low = value if evidence.low is None else evidence.low
                high = value if evidence.high is None else evidence.high
                doses[f"{drug}.{name}"] = EmergencyDose(value, low, high, evidence)
    return MappingProxyType(doses)
