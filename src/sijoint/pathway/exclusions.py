"""What an assessment has to think of beside the joint, and how soon another place must see a patient who has it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from sijoint.model import Answer, Assessment, Finding, Severity, Urgency
from sijoint.pathway.findings import explain, found


@dataclass(frozen=True)
class Exclusion:
    """One condition. ``urgency`` None: it is no reason to send anybody elsewhere."""

    name: str
    label: str
    unknown: Severity
    yes: str
    urgency: Urgency | None
    to: str

    @property
    def dangerous(self) -> bool:
        """Whether its yes stops an injection: such a patient is redirected, never just declined."""
        return explain(self.yes).severity.rank >= Severity.STOP.rank


@cache
def exclusions() -> tuple[Exclusion, ...]:
    """One for every such question of the assessment, the dangerous ones first."""
    text = files("sijoint.pathway").joinpath("exclusions.toml").read_text(encoding="utf-8")
    return tuple(
        Exclusion(
            name,
            row["label"],
            Severity(row["unknown"]),
            row["yes"],
            Urgency(row["urgency"]) if "urgency" in row else None,
            row.get("to", ""),
        )
        for name, row in tomllib.loads(text).items()
    )


def exclusion_findings(assessment: Assessment) -> list[Finding]:
    """What was found, each finding once, and what was not asked. Unknown is not no."""
    findings = [found(code) for code in dict.fromkeys(one.yes for one in conditions_suspected(assessment))]
    for one in exclusions():
        if getattr(assessment, one.name).answer not in (Answer.YES, Answer.NO):
            code = "referral.red-flag-unknown" if one.unknown is Severity.STOP else "referral.not-examined"
            findings.append(found(code, of=one.name, what=one.label))
    return findings


def conditions_suspected(assessment: Assessment) -> tuple[Exclusion, ...]:
    """Everything that was answered yes."""
    return tuple(one for one in exclusions() if getattr(assessment, one.name).answer is Answer.YES)


def redirect_within(assessment: Assessment) -> Urgency | None:
    """How soon another place must see this patient, by the most urgent yes; None where nothing asks for it."""
    asked = [one.urgency for one in conditions_suspected(assessment) if one.urgency is not None]
    return min(asked, key=lambda one: one.rank, default=None)
