"""What is drawn up: from which vial, whether it may be given, and the label on it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sijoint.formulary import IngredientKind, incompatible
from sijoint.model import (
    Answer,
    Assessed,
    DrawnLine,
    Finding,
    LabelLine,
    Order,
    Recipe,
    RecipeLine,
    Session,
    Severity,
    Syringe,
    SyringeLabel,
    SyringeUse,
    Vial,
    VialKind,
)
from sijoint.pathway.doses import known_agent
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy


def ordered_lines(recipe: Recipe, use: SyringeUse) -> tuple[RecipeLine, ...]:
    """What the recipe has for one kind of syringe."""
    return {SyringeUse.SKIN: (recipe.skin,), SyringeUse.CONTRAST: (recipe.contrast,), SyringeUse.DRUG: recipe.drug}[use]


def check_syringe(syringe: Syringe, order: Order, policy: Policy, now: datetime) -> Assessed:
    """Whether this syringe may be given: in date, labelled, clear, as ordered, from a vial of this patient.

    What is under review becomes a note once a clinician has decided on it with a reason.
    """
    what, findings = syringe.use, list[Finding]()
    if syringe.labelled.answer is not Answer.YES:
        findings.append(found("syringe.unlabelled", of=syringe.id, what=what, answer=syringe.labelled.answer))
    if not syringe.drawn_by.strip():
        findings.append(found("syringe.no-initials", of=syringe.id, what=what))
    clear = syringe.clear_of_precipitate.answer
    if clear is not Answer.YES:
        findings.append(found("syringe.precipitate", of=syringe.id, what=what, answer=clear))
    if syringe.side is not None and syringe.side != order.side:
        findings.append(found("syringe.side", of=syringe.id, syringe=syringe.side, order=order.side))
    if now - syringe.drawn_at > timedelta(hours=policy.syringe_hours):
        at = policy.clock(syringe.drawn_at)
        findings.append(found("syringe.drawn-long-ago", of=syringe.id, what=what, at=at, hours=policy.syringe_hours))
    for line in syringe.lines:
        findings += _vial(line.vial, policy, now)
    findings += _mixed(syringe)
    findings += _as_ordered(syringe, order)
    return assessed(_decided(one, syringe) for one in findings)


def check_syringes(session: Session, use: SyringeUse, policy: Policy, now: datetime) -> Assessed:
    """Whether all that is ordered for one use is drawn up and may be given. Emptied and discarded syringes do not count."""
    closed = {one.syringe_id for one in session.syringe_accounts}
    here = [one for one in session.syringes if one.use is use and one.id not in closed]
    if not here:
        return assessed([found("syringe.none", of=use, what=use)])
    findings = [finding for one in here for finding in check_syringe(one, session.order, policy, now).findings]
    drawn = {line.vial.agent for one in here for line in one.lines}
    for line in ordered_lines(session.order.recipe, use):
        if line.agent not in drawn:
            findings.append(found("syringe.agent-missing", of=line.agent, agent=_name(line.agent), what=use))
    return assessed(findings)


def syringe_labels(session: Session, policy: Policy) -> tuple[SyringeLabel, ...]:
    """One label for each syringe drawn up, in the order of drawing."""
    return tuple(_label(one, policy) for one in sorted(session.syringes, key=lambda one: (one.drawn_at, one.id)))


def _vial(vial: Vial, policy: Policy, now: datetime) -> list[Finding]:
    known = known_agent(vial.agent)
    if known is None:
        return [found("syringe.unknown-agent", of=vial.agent, agent=vial.agent)]
    findings = []
    lot = vial.lot.strip() or "not recorded"
    if not vial.lot.strip():
        findings.append(found("syringe.no-lot", of=vial.agent, agent=known.name))
    if vial.expires is None:
        findings.append(found("syringe.no-expiry", of=vial.agent, agent=known.name, lot=lot))
    elif vial.expires < policy.day(now):
        findings.append(found("syringe.expired", of=vial.agent, agent=known.name, lot=lot, expires=vial.expires))
    return findings + _opened(vial, known.name, lot, policy, now)


def _opened(vial: Vial, name: str, lot: str, policy: Policy, now: datetime) -> list[Finding]:
    words: dict[str, Any] = {"of": vial.agent, "agent": name, "lot": lot}
    if vial.kind is VialKind.UNKNOWN:
        return [found("syringe.vial-kind", **words)]
    if vial.kind is VialKind.SINGLE_DOSE:
        shared = vial.opened_for_this_patient.answer
        return [] if shared is Answer.YES else [found("syringe.shared-vial", **words, answer=shared)]
    if vial.opened_at is None:
        return [found("syringe.multi-dose-opening", **words)]
    if now - vial.opened_at > timedelta(days=policy.multi_dose_days):
        opened = policy.day(vial.opened_at)
        return [found("syringe.multi-dose-old", **words, opened=opened, days=policy.multi_dose_days)]
    return []


def _mixed(syringe: Syringe) -> list[Finding]:
    """A pair that is only under review was decided on with the order, which is not given until that is clear."""
    agents = [(one, line.vial) for line in syringe.lines if (one := known_agent(line.vial.agent))]
    findings = [
        found(
            "syringe.incompatible",
            of="-".join(sorted(rule.pair)),
            severity=Severity.ABSOLUTE if rule.severity is Severity.ABSOLUTE else Severity.NOTE,
            first=sorted(rule.pair)[0],
            second=sorted(rule.pair)[1],
            finding=rule.finding,
            instead=rule.instead,
        )
        for rule in incompatible(one for one, _ in agents)
    ]
    suspensions = [one for one, _ in agents if one.kind is IngredientKind.STEROID and one.particulate]
    for one, vial in agents:
        answer = vial.preservative.answer
        if suspensions and one.anaesthetic is not None and answer is not Answer.NO:
            steroid = suspensions[0].name
            words: dict[str, Any] = {"anaesthetic": one.name, "steroid": steroid, "answer": answer}
            findings.append(found("syringe.preservative", of=one.code, **words))
    return findings


def _decided(finding: Finding, syringe: Syringe) -> Finding:
    if finding.severity is not Severity.REVIEW or not (syringe.accepted_by and syringe.accepted_because):
        return finding
    decided = f"{finding.clinician} Accepted by {syringe.accepted_by}: {syringe.accepted_because}"
    return replace(finding, severity=Severity.NOTE, clinician=decided)


def _as_ordered(syringe: Syringe, order: Order) -> list[Finding]:
    """Contrast is drawn up for several runs, so more of it than one run needs says nothing."""
    ordered = {line.agent: line.volume_ml for line in ordered_lines(order.recipe, syringe.use)}
    findings = []
    for agent, drawn in _by_agent(syringe.lines).items():
        if agent not in ordered:
            findings.append(found("syringe.not-ordered", of=agent, agent=_name(agent), what=syringe.use))
        elif drawn > ordered[agent] and syringe.use is not SyringeUse.CONTRAST:
            words: dict[str, Any] = {"agent": _name(agent), "drawn": drawn, "ordered": ordered[agent]}
            findings.append(found("syringe.more-than-ordered", of=agent, **words))
    return findings


def _label(syringe: Syringe, policy: Policy) -> SyringeLabel:
    total = syringe.drawn_ml
    lines = []
    for line in syringe.lines:
        known = known_agent(line.vial.agent)
        dose = known.strength_mg_ml * line.volume_ml if known else Decimal(0)
        mixed = dose / total if total else Decimal(0)
        name = known.name if known else line.vial.agent
        lines.append(LabelLine(name, line.volume_ml, dose, mixed, line.vial.lot, line.vial.expires))
    agents = [known_agent(line.vial.agent) for line in syringe.lines]
    return SyringeLabel(
        syringe_id=syringe.id,
        use=syringe.use,
        side=syringe.side,
        lines=tuple(lines),
        total_ml=total,
        drawn_at=syringe.drawn_at,
        initials=syringe.drawn_by,
        use_until=syringe.drawn_at + timedelta(hours=policy.syringe_hours),
        particulate=any(one.particulate for one in agents if one),
    )


def _by_agent(lines: tuple[DrawnLine, ...]) -> dict[str, Decimal]:
    drawn: dict[str, Decimal] = {}
    for line in lines:
        drawn[line.vial.agent] = drawn.get(line.vial.agent, Decimal(0)) + line.volume_ml
    return drawn


def _name(code: str) -> str:
    known = known_agent(code)
    return known.name if known else code
