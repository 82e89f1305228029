"""The texts of all findings, by code: one TOML file a subject beside this one. Rules name a code and fill in the blanks."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from sijoint.model import Assessed, Decision, Finding, Grade, Severity
from sijoint.pathway.languages import Language


class UnknownFinding(ValueError):
    """No rule knows this code."""


@dataclass(frozen=True)
class FindingText:
    """A finding before its blanks are filled; ``subject`` is the file that holds it."""

    code: str
    subject: str
    severity: Severity
    clinician: str
    patient: str
    clears: str
    source: str
    grade: Grade


@cache
def finding_texts() -> Mapping[str, FindingText]:
    """Every finding that a rule can make, by code."""
    texts: dict[str, FindingText] = {}
    folder = files("sijoint.pathway").joinpath("findings")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        for code, row in tomllib.loads(file.read_text(encoding="utf-8")).items():
            texts[code] = FindingText(
                code,
                file.name.removesuffix(".toml"),
                Severity(row["severity"]),
                row["clinician"],
                row["patient"],
                row["clears"],
                row["source"],
                Grade(row["grade"]),
            )
    return texts


def explain(code: str) -> FindingText:
    """The text, source and grade behind a code, with or without the ``:subject`` after it. Raises UnknownFinding."""
    try:
        return finding_texts()[code.partition(":")[0]]
    except KeyError:
        raise UnknownFinding(
            f"no rule makes a finding {code!r}; the codes that exist stand in pathway/findings"
        ) from None


def patient_text(code: str, language: Language | None = None) -> str:
    """What a patient reads of a finding, with its blanks. English where it is not written in the language.

    Written in other languages is what patients read at once, on a phone: red flags and what is said of a diary answer.
    """
    text = explain(code)
    return text.patient if language is None else _translated(language.code).get(text.code, text.patient)


@cache
def _translated(language_code: str) -> Mapping[str, str]:
    folder = files("sijoint.pathway").joinpath("findings", language_code)
    if not folder.is_dir():
        return {}
    read = [tomllib.loads(one.read_text(encoding="utf-8")) for one in folder.iterdir() if one.name.endswith(".toml")]
    return {code: sentence for texts in read for code, sentence in texts.items()}


def found(
    code: str,
    *,
    of: str = "",
    side: str | None = None,
    severity: Severity | None = None,
    language: Language | None = None,
    **blanks: object,
) -> Finding:
    """The finding of a code with its blanks filled; ``language`` is the one that the patient reads.

    ``of`` names the subject where one rule may speak of several (``answer.unknown:pregnancy``), so that an override
    covers one of them only. ``severity`` only where the facts, not the code, decide it.
    """
    text = explain(code)
    words = {"side": str(side), **{key: _in_words(value) for key, value in blanks.items()}}
    return Finding(
        f"{code}:{of}" if of else code,
        severity or text.severity,
        text.clinician.format(**words),
        patient_text(code, language).format(**words),
        text.clears.format(**words),
        text.source,
        text.grade,
        side,
    )


def _in_words(value: object) -> str:
    """A blank as a person reads it: a date as ``21 May 2026``."""
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else str(value)


def assessed(findings: Iterable[Finding]) -> Assessed:
    """The findings, worst first, and the decision that follows: notes alone leave the way clear."""
    ordered = tuple(sorted(findings, key=lambda one: -one.severity.rank))
    worst = ordered[0].severity if ordered else Severity.NOTE
    return Assessed(Decision.CLEAR if worst is Severity.NOTE else Decision(str(worst)), ordered)


def together(*parts: Assessed) -> Assessed:
    """Several assessments as one."""
    return assessed(finding for part in parts for finding in part.findings)


def allows(assessment: Assessed) -> bool:
    """A gate opens for a clear decision only: a review is a person's to answer first."""
    return assessment.decision is Decision.CLEAR
