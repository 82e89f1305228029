"""Overrides: one finding, on the facts then seen. Absolute has none; a stop needs a second clinician."""

import hashlib
import json
from dataclasses import replace

from sijoint.model import (
    Assessed,
    Finding,
    Order,
    Override,
    Patient,
    PrescriberContact,
    ScreeningAnswers,
    Severity,
)
from sijoint.model.wire import to_wire
from sijoint.pathway.findings import assessed
from sijoint.pathway.policy import Policy


class RefusedOverride(ValueError):
    """An override that the rules do not allow; the text says what is missing."""


def facts_digest(
    answers: ScreeningAnswers | None, order: Order, patient: Patient, contacts: tuple[PrescriberContact, ...]
) -> str:
    """SHA-256 of the facts that screening saw; any change of them gives another digest and so voids overrides.

    What makes a patient a person (name, contact) is left out: it is no fact of screening.
    """
    seen = {
        "answers": None if answers is None else to_wire(answers),
        "order": to_wire(order),
        "contacts": [to_wire(one) for one in contacts],
        "patient": [str(patient.birth_date), str(patient.sex), str(patient.weight_kg), str(patient.height_cm)],
    }
    return hashlib.sha256(json.dumps(seen, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def check_override(override: Override, finding: Finding, facts: str) -> None:
    """Raises RefusedOverride where this finding may not be overridden like this."""
    if finding.severity is Severity.ABSOLUTE:
        raise RefusedOverride(f"{finding.code} is absolute: it is corrected, never overridden ({finding.clears})")
    if not (override.by.strip() and override.reason_code.strip() and override.reason.strip()):
        raise RefusedOverride("an override names the clinician, a coded reason and a reason in words")
    if override.facts_digest != facts:
        raise RefusedOverride("the facts have changed since this override was made; decide again on what is known now")
    second = override.second.strip()
    if finding.severity is Severity.STOP and (not second or second == override.by.strip()):
        raise RefusedOverride(f"{finding.code} is a stop: overriding it needs a second clinician")


def apply_overrides(
    assessment: Assessed, overrides: tuple[Override, ...], facts_digest: str, policy: Policy
) -> Assessed:
    """The findings with valid overrides turned into notes that say who decided; invalid and stale ones do nothing."""
    return assessed(_overridden(finding, overrides, facts_digest) for finding in assessment.findings)


def _overridden(finding: Finding, overrides: tuple[Override, ...], facts: str) -> Finding:
    if finding.severity is Severity.NOTE:
        return finding
    for override in overrides:
        if override.code != finding.code:
            continue
        try:
            check_override(override, finding, facts)
        except RefusedOverride:
            continue
        second = f" with {override.second}" if override.second else ""
        decided = f"{finding.clinician} Overridden by {override.by}{second}: {override.reason}"
        return replace(finding, severity=Severity.NOTE, clinician=decided)
    return finding
