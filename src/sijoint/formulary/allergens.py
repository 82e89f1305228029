"""What people are allergic to: agents of the syringe by every word of theirs, what else is in the room, and what is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from rapidfuzz import fuzz, process

from sijoint.formulary.agents import agents, ingredients
from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of
from sijoint.formulary.medicines import PROPOSED_ABOVE, Proposal, medicines


class Where(StrEnum):
    TRAY = "tray"
    ELSEWHERE = "elsewhere"
    NOT_CONTRAST = "not contrast"


@dataclass(frozen=True)
class Allergen:
    """``finding`` is the code of what it means here; "" where it means nothing."""

    code: str
    names: tuple[str, ...]
    where: Where
    finding: str
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)


@cache
def allergens() -> tuple[Allergen, ...]:
    return tuple(
        Allergen(
            code,
            tuple(entry["names"]),
            Where(value_of(entry, "where", code)),
            str(entry.get("finding", "")),
            MappingProxyType(evidence_of(entry, code)),
        )
        for code, entry in tables("allergens.toml").items()
    )


def allergen(word: str) -> Allergen | None:
    """The allergen of a code or name, whatever the capitals; None for any other word."""
    small = word.strip().casefold()
    return next((one for one in allergens() if small in {name.casefold() for name in (one.code, *one.names)}), None)


@cache
def allergy_words() -> Mapping[str, str]:
    """Every word under which an allergy may be on record, in small letters, and the code or word that rules read."""
    words: dict[str, str] = {}
    for medicine in medicines():
        words |= {name.casefold(): medicine.code for name in (medicine.code, *medicine.names)}
        words.setdefault(medicine.class_name.casefold(), medicine.class_name)
    for one in allergens():
        words |= {name.casefold(): one.code for name in (one.code, *one.names)}
    for agent in agents():
        words |= {word.casefold(): word for word in agent.allergens}
    for ingredient in ingredients():
        words |= {ingredient.name.casefold(): ingredient.code, ingredient.class_name.casefold(): ingredient.class_name}
    for agent in agents():
        words |= {agent.code.casefold(): agent.code, agent.name.casefold(): agent.code}
    words |= {ingredient.code.casefold(): ingredient.code for ingredient in ingredients()}
    return MappingProxyType(words)


def propose_allergen(typed: str) -> tuple[Proposal, ...]:
    """Up to three things that a typed allergy may mean, best first. A person accepts one, or sets the words aside."""
    hits = process.extract(
        typed.strip().casefold(), list(allergy_words()), scorer=fuzz.WRatio, limit=10, score_cutoff=PROPOSED_ABOVE
    )
    best: dict[str, Proposal] = {}
    for word, similarity, _ in hits:
        code = allergy_words()[word]
        if code not in best:
            best[code] = Proposal(code, word, float(similarity))
    return tuple(best.values())[:3]
