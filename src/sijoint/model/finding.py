"""What a rule says: code, severity, a sentence for each reader, what would clear it, and where it comes from."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """note < review < stop < absolute. ``absolute`` is corrected, never overridden."""

    NOTE = "note"
    REVIEW = "review"
    STOP = "stop"
    ABSOLUTE = "absolute"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


class Decision(StrEnum):
    CLEAR = "clear"
    REVIEW = "review"
    STOP = "stop"
    ABSOLUTE = "absolute"


class Grade(StrEnum):
    """Evidence grade of a source: primary text read, secondary, weak, general knowledge, derived here."""

    A = "A"
    B = "B"
    C = "C"
    GENERAL_KNOWLEDGE = "GK"
    DERIVED = "D"


@dataclass(frozen=True)
class Finding:
    code: str
    severity: Severity
    clinician: str
    patient: str
    clears: str
    source: str
    grade: Grade
    side: str | None = None


@dataclass(frozen=True)
class Override:
    """A decision on one finding, on the facts then seen (``facts_digest``): any change of those voids it.

    For a ``stop`` ``second`` is another clinician; an ``absolute`` finding has none.
    """

    code: str
    reason_code: str
    reason: str
    by: str
    second: str
    facts_digest: str


@dataclass(frozen=True)
class Assessed:
    """The contract ``{decision, findings[]}`` of every rule that may hold a patient back."""

    decision: Decision
    findings: tuple[Finding, ...] = ()
