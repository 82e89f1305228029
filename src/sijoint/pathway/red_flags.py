"""Warning signs in a diary answer, each with the sentence that the patient reads at once.

Asked and answered "not known" counts as yes until somebody has spoken with the patient. Not asked says nothing, except
for the leg on the first day.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sijoint.model import Answer, DiaryEntry, Finding, PainScale, Session
from sijoint.pathway.findings import explain, found
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.plausible import plausible
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import baseline_nrs

LEG_ASKED_FOR = timedelta(days=1)  # while an anaesthetic could act the leg is asked about in every entry
ASKED = (  # the question, its code where it is answered yes, and what it is about
    ("bladder_bowel_or_saddle_change", "redflag.cauda-equina", "bladder, bowel or numbness between the legs"),
    ("weakness_worse_or_both_legs", "redflag.leg-both-or-worse", "a leg that gets weaker, or both legs"),
    ("breathing_trouble_or_chest_pain", "redflag.breathing", "breathing or chest pain"),
    ("headache_severe_or_worse_upright", "redflag.headache", "headache"),
    ("site_red_swollen_or_leaking", "redflag.site", "the place of the injection"),
    ("ketones_raised", "redflag.ketones", "ketones"),
)


def red_flags(entry: DiaryEntry, session: Session, policy: Policy) -> tuple[Finding, ...]:
    """Red flags of one answer, worst first; empty where there is none."""
    numbers: dict[str, Any] = {"emergency": policy.emergency_phone, "clinic": policy.clinic_phone}
    findings: list[Finding] = []
    for name, code, subject in ASKED:
        answer = getattr(entry, name).answer
        if answer is Answer.YES:
            findings.append(found(code, **numbers))
        elif answer is Answer.UNKNOWN:
            findings.append(found("redflag.unknown", of=name, severity=explain(code).severity, what=subject, **numbers))
    findings += _leg(entry, session, numbers)
    if entry.temperature_c is not None and _fever(entry.temperature_c, policy):
        findings.append(found("redflag.fever", value=entry.temperature_c, **numbers))
    limit = policy.discharge_glucose_call_mg_dl
    if entry.glucose_mg_dl is not None and entry.glucose_mg_dl > limit:
        findings.append(found("redflag.glucose", value=entry.glucose_mg_dl, limit=limit, **numbers))
    findings += _blood_pressure(entry, policy, numbers)
    findings += _more_pain(entry, session, policy, numbers)
    return tuple(sorted(findings, key=lambda one: -one.severity.rank))


def _fever(temperature_c: Decimal, policy: Policy) -> bool:
    """A reading that cannot be in °C is another rule's (``diary.unit``), which asks for it today."""
    return plausible("temperature_c", temperature_c) and temperature_c >= policy.fever_c


def _blood_pressure(entry: DiaryEntry, policy: Policy, numbers: dict[str, Any]) -> Iterator[Finding]:
    """Either number alone is enough."""
    systolic, diastolic = entry.blood_pressure_systolic, entry.blood_pressure_diastolic
    high = systolic is not None and systolic >= policy.systolic_maximum
    if not high and (diastolic is None or diastolic < policy.diastolic_maximum):
        return
    value = f"{systolic if systolic is not None else '?'}/{diastolic if diastolic is not None else '?'}"
    limit = f"{policy.systolic_maximum}/{policy.diastolic_maximum}"
    yield found("redflag.blood-pressure", value=value, limit=limit, **numbers)


def _leg(entry: DiaryEntry, session: Session, numbers: dict[str, Any]) -> Iterator[Finding]:
    answer = entry.leg_weak.answer
    if answer is Answer.NO:
        return
    given = injected_at(session.procedure)
    after = timedelta(0) if given is None else entry.answered - given
    drug = leg_weakness(session.procedure) if session.procedure else None
    name, limit = drug or ("no anaesthetic", 0)
    code = "redflag.leg-weak-early" if given and after <= timedelta(minutes=limit) else "redflag.leg-weak"
    if answer is Answer.YES:
        hours = (Decimal(after // timedelta(minutes=1)) / 60).quantize(Decimal("0.1"))
        yield found(code, hours=hours, agent=name, limit=limit // 60, **numbers)
    elif answer is Answer.UNKNOWN:
        yield found("redflag.leg-unknown", severity=explain(code).severity, **numbers)
    elif after <= LEG_ASKED_FOR:
        yield found("redflag.leg-unknown", **numbers)


def _more_pain(entry: DiaryEntry, session: Session, policy: Policy, numbers: dict[str, Any]) -> Iterator[Finding]:
    """Clearly worse than before the injection once the days of a sore place are over, at the top of the scale too."""
    given, before, now = injected_at(session.procedure), baseline_nrs(session), entry.index_nrs
    if given is None or before is None or now is None or entry.scale is not PainScale.NRS:
        return
    if entry.answered - given <= timedelta(days=policy.soreness_days_to):
        return
    if before < now and now >= min(before + policy.flare_points, 10):
        yield found("redflag.more-pain", before=before, now=now, days=policy.soreness_days_to, **numbers)
