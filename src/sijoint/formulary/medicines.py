"""Medicines that patients take and a rule asks about. A typed name is proposed for, never silently accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from rapidfuzz import fuzz, process

from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of

ANTITHROMBOTIC_CLASSES = frozenset(
    {
        "DOAC",
        "vitamin K antagonist",
        "P2Y12 inhibitor",
        "aspirin",
        "other antiplatelet",
        "heparin",
        "low-molecular-weight heparin",
        "other anticoagulant",
    }
)
PROPOSED_ABOVE = (
    70  # similarity out of 100; low, because a person decides and a missed drug costs more than a wrong guess
)


@dataclass(frozen=True)
class ListedMedicine:
    """One ingredient of the list, with the names that people type for it."""

    code: str
    names: tuple[str, ...]
    class_name: str
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)

    @property
    def antithrombotic(self) -> bool:
        return self.class_name in ANTITHROMBOTIC_CLASSES

    @property
    def name(self) -> str:
        """As a person reads it."""
        return self.names[0]


@dataclass(frozen=True)
class Proposal:
    """A guess for a typed name, best first; ``similarity`` out of 100. A person accepts or rejects it.

    ``also``: the other ingredients of a product of several, which are accepted with it.
    """

    code: str
    matched_name: str
    similarity: float
    also: tuple[str, ...] = ()


@cache
def medicines() -> tuple[ListedMedicine, ...]:
    return tuple(
        ListedMedicine(
            code,
            tuple(entry["names"]),
            str(value_of(entry, "class", code)),
            MappingProxyType(evidence_of(entry, code)),
        )
        for code, entry in tables("medicines.toml").items()
    )


@cache
def _by_code() -> Mapping[str, ListedMedicine]:
    return MappingProxyType({one.code: one for one in medicines()})


def medicine(code: str) -> ListedMedicine | None:
    """The listed medicine of a code; None for a code that is not on the list, and for the empty one."""
    return _by_code().get(code)


def ingredients_of(name: str) -> tuple[ListedMedicine, ...]:
    """What a name of the list contains, exactly as spelt but for capitals; empty for a name that is not on it."""
    codes = _products().get(name.strip().casefold(), ())
    return tuple(_by_code()[code] for code in codes)


@cache
def _products() -> Mapping[str, tuple[str, ...]]:
    """Ingredients by name in small letters; several for a product of several."""
    products: dict[str, tuple[str, ...]] = {}
    for one in medicines():
        for name in dict.fromkeys(name.casefold() for name in (*one.names, one.code)):
            products[name] = (*products.get(name, ()), one.code)
    return MappingProxyType(products)


def propose(typed: str) -> tuple[Proposal, ...]:
    """Up to three ingredients or products that a typed name may mean, best first; empty where nothing is near."""
    hits = process.extract(
        typed.strip().casefold(), list(_products()), scorer=fuzz.WRatio, limit=10, score_cutoff=PROPOSED_ABOVE
    )
    best: dict[tuple[str, ...], Proposal] = {}
    for name, similarity, _ in hits:
        codes = _products()[name]
        if codes not in best:
            best[codes] = Proposal(codes[0], name, float(similarity), codes[1:])
    return tuple(best.values())[:3]
