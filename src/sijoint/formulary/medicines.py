"""Medicines that patients take and a rule asks about. A typed name is proposed for, never silently accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from rapidfuzz import fuzz, process

from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of

ANTITHROMBOTIC_CLASSES = frozenset(
    {"DOAC", "vitamin K antagonist", "P2Y12 inhibitor", "aspirin", "other antiplatelet", "heparin"}
)
PROPOSED_ABOVE = (
    70  # similarity out of 100; low, because a person decides and a missed drug costs more than a wrong guess
)


@dataclass(frozen=True)
class ListedMedicine:
    """One ingredient of the list. ``low_risk_default`` is "continue", "ask", or "" where the question does not arise."""

    code: str
    names: tuple[str, ...]
    class_name: str
    low_risk_default: str
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)

    @property
    def antithrombotic(self) -> bool:
        return self.class_name in ANTITHROMBOTIC_CLASSES


@dataclass(frozen=True)
class Proposal:
    """A guess for a typed name, best first; ``similarity`` out of 100. A person accepts or rejects it."""

    code: str
    matched_name: str
    similarity: float


@cache
def medicines() -> tuple[ListedMedicine, ...]:
    return tuple(
        ListedMedicine(
            code,
            tuple(entry["names"]),
            str(value_of(entry, "class", code)),
            str(value_of(entry, "low_risk_default", code)) if "low_risk_default" in entry else "",
            MappingProxyType(evidence_of(entry, code)),
        )
        for code, entry in tables("medicines.toml").items()
    )


def medicine(code: str) -> ListedMedicine | None:
    """The listed medicine of a code; None for a code that is not on the list, and for the empty one."""
    return next((one for one in medicines() if one.code == code), None)


def propose(typed: str) -> tuple[Proposal, ...]:
    """Up to three ingredients that a typed name may mean, best first; empty where nothing is near."""
    names = {name: one.code for one in medicines() for name in one.names}
    hits = process.extract(
        typed.strip(), list(names), scorer=fuzz.WRatio, processor=str.casefold, limit=10, score_cutoff=PROPOSED_ABOVE
    )
    best: dict[str, Proposal] = {}
    for name, similarity, _ in hits:
        if names[name] not in best:
            best[names[name]] = Proposal(names[name], name, float(similarity))
    return tuple(best.values())[:3]
