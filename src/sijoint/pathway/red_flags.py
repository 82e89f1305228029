"""Warning signs in a diary answer, each with the sentence that the patient reads at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import Answer, DiaryEntry, Finding, Session
from sijoint.pathway.findings import found
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.policy import Policy

LEG_ASKED_FOR = timedelta(days=1)  # while an anaesthetic could act the leg is asked about in every entry


def red_flags(entry: DiaryEntry, session: Session, policy: Policy) -> tuple[Finding, ...]:
    """Red flags of one answer, worst first; empty where there is none."""
    numbers: dict[str, Any] = {"emergency": policy.emergency_phone, "clinic": policy.clinic_phone}
    findings: list[Finding] = []
    if entry.bladder_bowel_or_saddle_change.answer is Answer.YES:
        findings.append(found("redflag.cauda-equina", **numbers))
    if entry.weakness_worse_or_both_legs.answer is Answer.YES:
        findings.append(found("redflag.leg-both-or-worse", **numbers))
    if entry.breathing_trouble_or_chest_pain.answer is Answer.YES:
        findings.append(found("redflag.breathing", **numbers))
    findings += _leg(entry, session, numbers)
    if entry.temperature_c is not None and entry.temperature_c >= policy.fever_c:
        findings.append(found("redflag.fever", value=entry.temperature_c, **numbers))
    if entry.site_red_swollen_or_leaking.answer is Answer.YES:
        findings.append(found("redflag.site", **numbers))
    limit = policy.discharge_glucose_call_mg_dl
    if entry.glucose_mg_dl is not None and entry.glucose_mg_dl > limit:
        findings.append(found("redflag.glucose", value=entry.glucose_mg_dl, limit=limit, **numbers))
    findings += _blood_pressure(entry, policy, numbers)
    return tuple(sorted(findings, key=lambda one: -one.severity.rank))


def _blood_pressure(entry: DiaryEntry, policy: Policy, numbers: dict[str, Any]) -> list[Finding]:
    """Either number alone is enough."""
    systolic, diastolic = entry.blood_pressure_systolic, entry.blood_pressure_diastolic
    high = systolic is not None and systolic >= policy.systolic_maximum
    if not high and (diastolic is None or diastolic < policy.diastolic_maximum):
        return []
    value = f"{systolic if systolic is not None else '?'}/{diastolic if diastolic is not None else '?'}"
    limit = f"{policy.systolic_maximum}/{policy.diastolic_maximum}"
    return [found("redflag.blood-pressure", value=value, limit=limit, **numbers)]


def _leg(entry: DiaryEntry, session: Session, numbers: dict[str, Any]) -> list[Finding]:
    if entry.leg_weak.answer is Answer.NO:
        return []
    given = injected_at(session.procedure)
    after = timedelta(0) if given is None else entry.answered - given
    if entry.leg_weak.answer is not Answer.YES:
        return [found("redflag.leg-unknown", **numbers)] if after <= LEG_ASKED_FOR else []
    drug = leg_weakness(session.procedure) if session.procedure else None
    name, limit = drug or ("no anaesthetic", 0)
    code = "redflag.leg-weak-early" if given and after <= timedelta(minutes=limit) else "redflag.leg-weak"
    hours = (Decimal(after // timedelta(minutes=1)) / 60).quantize(Decimal("0.1"))
    return [found(code, hours=hours, agent=name, limit=limit // 60, **numbers)]
