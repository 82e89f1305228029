"""What was done otherwise than ordered or allowed. A drug that was given is always recorded, and then carries these."""

from decimal import Decimal

from sijoint.model import Administration, Finding, Order, Procedure, SyringeUse, Target
from sijoint.pathway.doses import known_agent
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy


def deviations(procedure: Procedure, order: Order, policy: Policy) -> tuple[Finding, ...]:
    """Every difference between the order, the gate's answers and what was done."""
    drugs = [one for one in procedure.administrations if one.use is SyringeUse.DRUG]
    findings: list[Finding] = []
    if procedure.abandoned_because:
        findings.append(found("deviation.abandoned", why=procedure.abandoned_because))
    for at_s, movement in sorted({(one.at_s, one.after_movement) for one in drugs}):
        findings += _gate(procedure, at_s, movement, policy)
    for one in procedure.administrations:
        if (one.side, one.target) != (order.side, order.target):
            given, ordered = f"{one.side} {one.target}", f"{order.side} {order.target}"
            name = _name(one.agent)
            findings.append(found("deviation.side-or-target", of=one.agent, agent=name, given=given, ordered=ordered))
    findings += _volumes(drugs, order)
    if order.target is Target.INTRA_ARTICULAR and drugs:
        here = [
            one.volume_ml
            for one in procedure.administrations
            if one.use is not SyringeUse.SKIN and one.after_movement == drugs[-1].after_movement
        ]
        total = sum(here, Decimal(0))
        if total > policy.ia_volume_maximum_ml:
            findings.append(found("deviation.ia-volume", volume=total, maximum=policy.ia_volume_maximum_ml))
    return tuple(dict.fromkeys(findings))


def _gate(procedure: Procedure, at_s: float, movement: int, policy: Policy) -> list[Finding]:
    answers = [one for one in procedure.gate_answers if one.at_s <= at_s and one.after_movement == movement]
    findings = [] if answers and answers[-1].allowed else [found("deviation.gate-not-open", at=f"{at_s:g}")]
    contrast = [one for one in procedure.administrations if one.use is SyringeUse.CONTRAST and one.at_s <= at_s]
    if contrast and contrast[-1].after_movement != movement:
        findings.append(found("deviation.needle-moved"))
    views = sum(one.after_movement == movement and one.at_s <= at_s for one in procedure.images)
    if views < policy.views:
        findings.append(found("deviation.few-views", views=views))
    return findings


def _volumes(drugs: list[Administration], order: Order) -> list[Finding]:
    findings = []
    ordered = {line.agent: line.volume_ml for line in order.recipe.drug}
    given: dict[str, Decimal] = {}
    for one in drugs:
        given[one.agent] = given.get(one.agent, Decimal(0)) + one.volume_ml
    for agent, volume in given.items():
        if agent not in ordered:
            findings.append(found("deviation.not-ordered", of=agent, agent=_name(agent)))
        elif volume > ordered[agent]:
            findings.append(
                found("deviation.volume", of=agent, agent=_name(agent), given=volume, ordered=ordered[agent])
            )
    for agent in ordered:
        if agent not in given:
            findings.append(found("deviation.not-given", of=agent, agent=_name(agent)))
    return findings


def _name(code: str) -> str:
    known = known_agent(code)
    return known.name if known else code
