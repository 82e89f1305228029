"""A patient who leaves before the discharge is due: what was outstanding, and what follows."""

from dataclasses import replace
from datetime import datetime, timedelta

from sijoint.model import Answer, Discharge, Finding, LeftEarly, Session
from sijoint.pathway.discharge import check_discharge, holding
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy


class NotEarly(ValueError):
    """Nothing stands against the discharge, or the leaving cannot be as it is told; the text says which."""


def left_early(leaving: LeftEarly, session: Session, policy: Policy, now: datetime) -> tuple[LeftEarly, Discharge]:
    """The leaving with what was outstanding and by when to call, and the discharge that it is. Raises NotEarly."""
    if leaving.at > now:
        raise NotEarly("the patient left in the future: correct the time")
    if not leaving.reason.strip():
        raise NotEarly("why the patient left is not said: write the reason in the patient's words")
    discharge = Discharge(
        leaving.at, leaving.by, leaving.escort_seen, leaving.sheet_given, physician_saw=leaving.physician_told
    )
    outstanding = holding(check_discharge(session, policy, leaving.at, discharge))
    if not outstanding:
        raise NotEarly("nothing stands against the discharge: discharge the patient")
    call_by = leaving.at + timedelta(hours=policy.left_early_call_hours)
    follows = (*outstanding, *_follows(leaving, call_by, policy))
    return replace(leaving, outstanding=follows, call_by=call_by, entered_at=now), discharge


def _follows(leaving: LeftEarly, call_by: datetime, policy: Policy) -> list[Finding]:
    findings = [found("left-early.call", call_by=f"{policy.day(call_by)} {policy.clock(call_by)}")]
    if leaving.told_the_risks.answer is not Answer.YES:
        findings.append(found("left-early.not-told", answer=leaving.told_the_risks.answer))
    if leaving.physician_told.answer is not Answer.YES:
        findings.append(found("left-early.physician", answer=leaving.physician_told.answer))
    if leaving.signed_against_advice.answer is not Answer.YES:
        findings.append(found("left-early.not-signed", answer=leaving.signed_against_advice.answer))
    return findings
