"""What the skin is cleaned with before the needle, by code: how long it dries, whether it burns, what it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from sijoint.formulary.evidence import Evidence, evidence_of, tables, value_of


@dataclass(frozen=True)
class SkinPreparationAgent:
    """Drying times in seconds, from the end of application. ``holds``: what an allergy may be to."""

    code: str
    name: str
    holds: tuple[str, ...]
    flammable: bool
    dry_s: int
    dry_in_hair_s: int
    evidence: Mapping[str, Evidence] = field(compare=False, repr=False)


@cache
def skin_preparations() -> Mapping[str, SkinPreparationAgent]:
    """All of them by code, in the order of the file."""
    return MappingProxyType({code: _read(code) for code in tables("skin_preparations.toml")})


def _read(code: str) -> SkinPreparationAgent:
    entry = tables("skin_preparations.toml")[code]
    return SkinPreparationAgent(
        code=code,
        name=str(entry["name"]),
        holds=tuple(entry["holds"]),
        flammable=bool(value_of(entry, "flammable", code)),
        dry_s=int(value_of(entry, "dry_s", code)),
        dry_in_hair_s=int(value_of(entry, "dry_in_hair_s", code)),
        evidence=MappingProxyType(evidence_of(entry, code)),
    )
