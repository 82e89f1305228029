"""What was done otherwise than ordered or allowed. A drug that was given is always recorded, and then carries these."""

from decimal import Decimal
from typing import Any

from sijoint.model import Finding, Order, Procedure, Severity, SyringeUse, Target
from sijoint.pathway.doses import known_agent
from sijoint.pathway.findings import found
from sijoint.pathway.policy import Policy
from sijoint.pathway.syringes import ordered_lines


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
    findings += _volumes(procedure, order)
    contrast = [one.volume_ml for one in procedure.administrations if one.use is SyringeUse.CONTRAST]
    if sum(contrast, Decimal(0)) > policy.contrast_maximum_ml:
        limit = policy.contrast_maximum_ml
        findings.append(found("deviation.contrast-volume", given=sum(contrast, Decimal(0)), limit=limit))
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
    findings: list[Finding] = []
    if not answers or not answers[-1].allowed:
        against = (
            [one.clinician for one in answers[-1].findings if one.severity is not Severity.NOTE] if answers else []
        )
        why = " ".join(against) or "The gate was not asked."
        findings.append(found("deviation.gate-not-open", at=f"{at_s:g}", why=why))
    contrast = [one for one in procedure.administrations if one.use is SyringeUse.CONTRAST and one.at_s <= at_s]
    if contrast and contrast[-1].after_movement != movement:
        findings.append(found("deviation.needle-moved"))
    kept = [one for one in procedure.images if one.sha256 or one.kept_as]
    views = sum(one.after_movement == movement and one.at_s <= at_s for one in kept)
    if views < policy.views:
        findings.append(found("deviation.few-views", views=views))
    return findings


def _volumes(procedure: Procedure, order: Order) -> list[Finding]:
    """By syringe: agents that were not ordered, more than was ordered, and drugs that were ordered and not given.

    Contrast has the policy's limit over all runs, not the order's volume for one.
    """
    findings = []
    for use in SyringeUse:
        ordered = {line.agent: line.volume_ml for line in ordered_lines(order.recipe, use)}
        given: dict[str, Decimal] = {}
        for one in procedure.administrations:
            if one.use is use:
                given[one.agent] = given.get(one.agent, Decimal(0)) + one.volume_ml
        for agent, volume in given.items():
            if agent not in ordered:
                findings.append(found("deviation.not-ordered", of=agent, agent=_name(agent), what=use))
            elif volume > ordered[agent] and use is not SyringeUse.CONTRAST:
                words: dict[str, Any] = {"agent": _name(agent), "given": volume, "ordered": ordered[agent]}
                findings.append(found("deviation.volume", of=agent, **words))
        if use is SyringeUse.DRUG:
            missing = [agent for agent in ordered if agent not in given]
            findings += [found("deviation.not-given", of=agent, agent=_name(agent)) for agent in missing]
    return findings


def _name(code: str) -> str:
    known = known_agent(code)
    return known.name if known else code
