"""Leaving: thirty minutes is the plan, not an exit. A weak leg has no timer's end."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import (
    Answer,
    Assessed,
    Discharge,
    DischargeScore,
    Finding,
    RecoveryCheck,
    Session,
    Severity,
    Vitals,
)
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.recovery_schedule import (
    DueState,
    baseline_systolic,
    minutes_after,
    recovery_began,
    recovery_schedule,
)
from sijoint.pathway.sedatives import is_sedated, last_intravenous, last_reversal
from sijoint.pathway.sign_out import check_sign_out
from sijoint.pathway.syringe_accounts import syringe_accounts

FULL_MARKS = 2


def check_discharge(session: Session, policy: Policy, now: datetime, discharge: Discharge | None = None) -> Assessed:
    """Whether the patient may go now. ``discharge`` is the one proposed, where the session has none yet."""
    leaving = discharge or session.discharge
    findings: list[Finding] = [found("discharge.no-sign-out")]
    if session.sign_out is not None:
        findings = list(check_sign_out(session.sign_out, session, policy, now).findings)
    if session.recovery:
        last = max(session.recovery, key=lambda one: one.at)
        if now - last.at > timedelta(minutes=policy.last_check_minutes):
            since = int((now - last.at) / timedelta(minutes=1))
            findings.append(found("discharge.check-old", minutes=since, limit=policy.last_check_minutes))
        findings += _legs(last, _minutes(session, last, now), policy)
        findings += _vitals(last.vitals, session, policy)
        findings += _site(last)
    else:
        findings.append(found("discharge.no-check"))
    findings += _physician(session, leaving, policy)
    findings += _time(session, policy, now)
    if is_sedated(session):
        findings += _sedation(session, policy, now)
    escort = leaving.escort_seen.answer if leaving else Answer.NOT_ASKED
    if (policy.driver == "always" or is_sedated(session)) and escort is not Answer.YES:
        findings.append(found("discharge.no-escort", answer=escort))
    sheet = leaving.sheet_given.answer if leaving else Answer.NOT_ASKED
    if sheet is not Answer.YES:
        findings.append(found("discharge.no-sheet", answer=sheet))
    findings += _schedule(session, policy, now)
    findings += _syringes(session, policy)
    return assessed(findings)


def marks(score: DischargeScore, vitals: Vitals, session: Session, policy: Policy) -> int:
    """The sum of a discharge score; full marks for vital signs only near the pressure of before."""
    before = baseline_systolic(session)
    given = score.vital_signs
    if before is not None and not _near(vitals, before, policy):
        given = min(given, FULL_MARKS - 1)
    return sum(score.marks) - score.vital_signs + given


def _near(vitals: Vitals, before: Decimal, policy: Policy) -> bool:
    return abs(vitals.systolic - before) * 100 <= policy.vitals_baseline_percent * before


def _minutes(session: Session, check: RecoveryCheck, at: datetime) -> int:
    counted = minutes_after(session, at)
    return check.minutes if counted is None else counted


def _legs(check: RecoveryCheck, minutes: int, policy: Policy) -> list[Finding]:
    findings = []
    if check.leg_power_at_baseline.answer is not Answer.YES:
        findings.append(found("discharge.leg-weak", answer=check.leg_power_at_baseline.answer))
    if check.gait_at_baseline.answer is not Answer.YES:
        findings.append(found("discharge.gait", answer=check.gait_at_baseline.answer))
    if findings and minutes >= policy.recovery_call_minutes:
        findings.append(found("discharge.call-physician", minutes=minutes))
    if check.leg_numb.answer is Answer.YES:
        findings.append(found("discharge.leg-numb"))
    return findings


def _site(check: RecoveryCheck) -> list[Finding]:
    findings = []
    if check.site_dry.answer is not Answer.YES:
        findings.append(found("discharge.site", answer=check.site_dry.answer))
    if check.dressing_intact.answer is not Answer.YES:
        findings.append(found("discharge.dressing", answer=check.dressing_intact.answer))
    return findings


def _physician(session: Session, leaving: Discharge | None, policy: Policy) -> list[Finding]:
    """Once a leg or gait was not at baseline at the time of the call, the physician sees the patient before they go."""
    called = [
        check
        for check in session.recovery
        if _minutes(session, check, check.at) >= policy.recovery_call_minutes
        and {check.leg_power_at_baseline.answer, check.gait_at_baseline.answer} != {Answer.YES}
    ]
    saw = leaving.physician_saw.answer if leaving else Answer.NOT_ASKED
    return [found("discharge.physician-not-seen", answer=saw)] if called and saw is not Answer.YES else []


def _vitals(vitals: Vitals, session: Session, policy: Policy) -> list[Finding]:
    limits = (
        ("systolic pressure", vitals.systolic, policy.discharge_systolic_minimum, policy.systolic_maximum - 1),
        ("diastolic pressure", vitals.diastolic, 0, policy.diastolic_maximum - 1),
        ("pulse", vitals.pulse, policy.discharge_pulse_minimum, policy.discharge_pulse_maximum),
        ("oxygen saturation", vitals.spo2, policy.discharge_spo2_minimum, 100),
    )
    findings = [
        found("discharge.vitals", of=what, what=what.capitalize(), value=value, limits=f"{low} to {high}")
        for what, value, low, high in limits
        if not low <= value <= high
    ]
    before = baseline_systolic(session)
    if before is not None and not _near(vitals, before, policy):
        words: dict[str, Any] = {"value": vitals.systolic, "before": before, "percent": policy.vitals_baseline_percent}
        findings.append(found("discharge.vitals-baseline", **words))
    return findings


def _time(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    """Without a drug the time runs from the end of the procedure."""
    minutes = minutes_after(session, now)
    if minutes is None or minutes >= policy.recovery_minutes:
        return []
    return [found("discharge.too-early", minutes=minutes, needed=policy.recovery_minutes)]


def _sedation(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    """From the last sedative into a vein; where none is on record, from the drug, before which it is taken to have been."""
    findings = []
    since = last_intravenous(session) or (None if session.sedatives else recovery_began(session))
    if since is not None and now - since < timedelta(minutes=policy.sedative_minutes):
        findings.append(found("discharge.sedation", needed=policy.sedative_minutes))
    reversed_at = last_reversal(session)
    if reversed_at is not None and now - reversed_at < timedelta(minutes=policy.reversal_minutes):
        findings.append(found("discharge.reversal", needed=policy.reversal_minutes))
    if not session.sedatives:
        findings.append(found("discharge.sedative-not-recorded"))
    checks = sorted(session.recovery, key=lambda one: one.at)[-policy.discharge_score_checks :]
    scores = [None if one.score is None else marks(one.score, one.vitals, session, policy) for one in checks]
    enough = [score is not None and score >= policy.discharge_score for score in scores]
    if len(checks) < policy.discharge_score_checks or not all(enough):
        told = ", ".join("not taken" if score is None else str(score) for score in scores) or "not taken"
        words: dict[str, Any] = {
            "scores": told,
            "needed": policy.discharge_score,
            "checks": policy.discharge_score_checks,
        }
        findings.append(found("discharge.score", **words))
    return findings


def _schedule(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    """What was not asked or measured in time is told; it holds nobody, for it cannot be made up for."""
    findings = []
    for due in recovery_schedule(session, policy, now):
        if due.state is DueState.MISSED:
            code = "discharge.index-missing" if due.index_movement else "discharge.vitals-missing"
            findings.append(found(code, of=str(due.minutes), minutes=due.minutes))
    return findings


def _syringes(session: Session, policy: Policy) -> list[Finding]:
    against = syringe_accounts(session, policy).findings
    if not against:
        return []
    return [found("discharge.syringes", why=" ".join(one.clinician for one in against))]


def holding(check: Assessed) -> tuple[Finding, ...]:
    """What holds a patient: everything above a note."""
    return tuple(one for one in check.findings if one.severity is not Severity.NOTE)
