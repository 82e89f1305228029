"""Which agents do not belong in one syringe."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from sijoint.formulary.agents import Agent
from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of
from sijoint.model import Severity


@dataclass(frozen=True)
class Incompatibility:
    """Two ingredients, what was seen when they were mixed, and what to take instead."""

    pair: frozenset[str]
    severity: Severity
    finding: str
    instead: str
    evidence: Evidence


@cache
def incompatibilities() -> tuple[Incompatibility, ...]:
    return tuple(
        Incompatibility(
            frozenset(entry["pair"]),
            Severity(value_of(entry, "severity", code)),
            str(entry["finding"]),
            str(entry["instead"]),
            evidence_of(entry, code)["severity"],
        )
        for code, entry in tables("mixing.toml").items()
    )


def incompatible(agents: Iterable[Agent]) -> tuple[Incompatibility, ...]:
    """Every known incompatibility among agents that are to share one syringe."""
    present = {one.ingredient.code for one in agents}
    return tuple(rule for rule in incompatibilities() if rule.pair <= present)
