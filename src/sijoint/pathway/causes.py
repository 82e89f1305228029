"""What a cause that the patient names makes one think of at the visit."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sijoint.model import Cause, Finding, Grade
from sijoint.pathway.findings import found


@dataclass(frozen=True)
class CauseNamed:
    """``think_of`` is a finding's code, "" for none; ``share`` how often it was found where somebody counted."""

    cause: Cause
    think_of: str
    share: str
    source: str
    grade: Grade


@cache
def causes_named() -> Mapping[Cause, CauseNamed]:
    """All seven."""
    rows = tomllib.loads(files("sijoint.pathway").joinpath("causes.toml").read_text(encoding="utf-8"))
    return {
        Cause(name): CauseNamed(Cause(name), row["think_of"], row["share"], row["source"], Grade(row["grade"]))
        for name, row in rows.items()
    }


def cause_findings(causes: tuple[Cause, ...]) -> list[Finding]:
    """One note for every ticked cause that asks for a look."""
    told = dict.fromkeys(causes_named()[cause].think_of for cause in causes)
    return [found(code) for code in told if code]
