"""Which agents do not belong in one syringe, and of which pairs nobody knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from sijoint.formulary.agents import Agent, IngredientKind
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


@cache
def tested_pairs() -> frozenset[frozenset[str]]:
    """Pairs of ingredients that were mixed and looked at, whatever was seen."""
    clean = {frozenset(entry["pair"]) for entry in tables("mixing_tested.toml").values()}
    return frozenset(clean | {rule.pair for rule in incompatibilities()})


def untested(agents: Iterable[Agent]) -> tuple[tuple[Agent, Agent], ...]:
    """Each anaesthetic with each steroid among agents that are to share one syringe, where no test of the pair is known."""
    kinds = {IngredientKind.LOCAL_ANAESTHETIC, IngredientKind.STEROID}
    return tuple(
        (a, b)
        for a, b in combinations(agents, 2)
        if {a.kind, b.kind} == kinds and frozenset({a.ingredient.code, b.ingredient.code}) not in tested_pairs()
    )
