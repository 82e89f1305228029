"""Before a sedative: an empty stomach, somebody to go home with, and what was taken at home."""

from datetime import datetime, timedelta

from sijoint.model import Answer, Assessed, Finding, Order, Sedation, SedationReadiness
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy


def check_sedation(ready: SedationReadiness | None, order: Order, policy: Policy, now: datetime) -> Assessed:
    """Whether the ordered sedation may be given now; nothing is asked where none was ordered."""
    if order.sedation is Sedation.NONE:
        return assessed([])
    if ready is None:
        return assessed([found("sedation.not-asked", level=order.sedation)])
    return assessed([*_fasting(ready, policy, now), *_own_sedative(ready, policy, now), *_escort(ready)])


def _fasting(ready: SedationReadiness, policy: Policy, now: datetime) -> list[Finding]:
    taken = {
        "clear drink": (ready.last_clear_drink_at, policy.fasting_clear_hours),
        "light meal": (ready.last_light_meal_at, policy.fasting_light_hours),
        "heavy or fatty meal": (ready.last_heavy_meal_at, policy.fasting_heavy_hours),
    }
    findings = []
    for what, (at, hours) in taken.items():
        if at is None:
            findings.append(found("sedation.fasting-unknown", of=what, what=what))
        elif at > now:
            findings.append(found("sedation.impossible-time", of=what, what=what))
        elif now - at < timedelta(hours=hours):
            findings.append(found("sedation.not-fasting", of=what, what=what, hours=hours))
    return findings


def _own_sedative(ready: SedationReadiness, policy: Policy, now: datetime) -> list[Finding]:
    answer, at = ready.took_own_sedative.answer, ready.last_own_sedative_at
    if answer is Answer.NO:
        return []
    if answer is not Answer.YES or at is None:
        return [found("sedation.own-sedative-unknown", answer=answer)]
    if at > now:
        return [found("sedation.impossible-time", of="sedative", what="sedative of one's own")]
    return [found("sedation.own-sedative", at=policy.day(at), time=policy.clock(at))]


def _escort(ready: SedationReadiness) -> list[Finding]:
    answer = ready.escort_named.answer
    return [] if answer is Answer.YES else [found("sedation.no-escort", answer=answer)]
