"""Leaving: thirty minutes is the plan, not an exit. A weak leg has no timer's end."""

from datetime import datetime, timedelta

from sijoint.model import Answer, Assessed, Discharge, Finding, OrderKind, RecoveryCheck, Sedation, Session, Vitals
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.injections import injected_at
from sijoint.pathway.policy import Policy

INDEX_MINUTES = (15, 30)  # the moments at which a diagnostic block is asked for in recovery
INDEX_SLACK_MIN = 7


def check_discharge(session: Session, policy: Policy, now: datetime, discharge: Discharge | None = None) -> Assessed:
    """Whether the patient may go now. ``discharge`` is the one proposed, where the session has none yet."""
    leaving = discharge or session.discharge
    findings: list[Finding] = [] if session.sign_out else [found("discharge.no-sign-out")]
    if session.recovery:
        last = max(session.recovery, key=lambda one: one.at)
        findings += _legs(last, _minutes(session, last, now), policy)
        findings += _vitals(last.vitals, policy)
        if last.site_dry.answer is not Answer.YES:
            findings.append(found("discharge.site", answer=last.site_dry.answer))
    else:
        findings.append(found("discharge.no-check"))
    findings += _physician(session, leaving, policy)
    findings += _time(session, policy, now)
    sedated = session.order.sedation is not Sedation.NONE
    escort = leaving.escort_seen.answer if leaving else Answer.NOT_ASKED
    if (policy.driver == "always" or sedated) and escort is not Answer.YES:
        findings.append(found("discharge.no-escort", answer=escort))
    sheet = leaving.sheet_given.answer if leaving else Answer.NOT_ASKED
    if sheet is not Answer.YES:
        findings.append(found("discharge.no-sheet", answer=sheet))
    if session.order.kind is OrderKind.DIAGNOSTIC:
        findings += _index_asked(session)
    return assessed(findings)


def _minutes(session: Session, check: RecoveryCheck, now: datetime) -> int:
    given = injected_at(session.procedure)
    return check.minutes if given is None else int((now - given) / timedelta(minutes=1))


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


def _vitals(vitals: Vitals, policy: Policy) -> list[Finding]:
    limits = (
        ("systolic pressure", vitals.systolic, policy.discharge_systolic_minimum, policy.systolic_maximum - 1),
        ("diastolic pressure", vitals.diastolic, 0, policy.diastolic_maximum - 1),
        ("pulse", vitals.pulse, policy.discharge_pulse_minimum, policy.discharge_pulse_maximum),
        ("oxygen saturation", vitals.spo2, policy.discharge_spo2_minimum, 100),
    )
    return [
        found("discharge.vitals", of=what, what=what.capitalize(), value=value, limits=f"{low} to {high}")
        for what, value, low, high in limits
        if not low <= value <= high
    ]


def _time(session: Session, policy: Policy, now: datetime) -> list[Finding]:
    """Without a drug the time runs from the end of the procedure; the last sedative is taken to precede the drug."""
    procedure = session.procedure
    since = injected_at(procedure) or (procedure.ended_at if procedure else None)
    if since is None:
        return []
    minutes = int((now - since) / timedelta(minutes=1))
    if minutes >= policy.recovery_minutes:
        return []
    findings = [found("discharge.too-early", minutes=minutes, needed=policy.recovery_minutes)]
    if session.order.sedation is not Sedation.NONE:
        findings.append(found("discharge.sedation", needed=policy.recovery_minutes))
    return findings


def _index_asked(session: Session) -> list[Finding]:
    asked = [one.minutes for one in session.recovery if one.index_nrs is not None]
    return [
        found("discharge.index-missing", of=str(minutes), minutes=minutes)
        for minutes in INDEX_MINUTES
        if not any(abs(one - minutes) <= INDEX_SLACK_MIN for one in asked)
    ]
