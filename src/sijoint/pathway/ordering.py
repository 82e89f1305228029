"""The order and its recipe: dose, volume, mixture, allergy, and the policy's rule on steroid in a first shot."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sijoint.formulary import IngredientKind, incompatible
from sijoint.model import (
    Assessed,
    Episode,
    Finding,
    FrozenRule,
    Order,
    OrderKind,
    Patient,
    ProcedureKind,
    Recipe,
    RecipeLine,
    Referral,
    Target,
    VerdictValue,
)
from sijoint.pathway.allergies import allergy_findings
from sijoint.pathway.doses import (
    agents_of,
    all_lines,
    anaesthetic_shares,
    dosing_weight_kg,
    drug_volume_ml,
    known_agent,
    steroid_agents,
)
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.repeats import given_sessions, may_repeat

PLAUSIBLE_KG = (Decimal(25), Decimal(350))  # outside, a mixed-up unit is likelier than the person
PLAUSIBLE_CM = (Decimal(110), Decimal(240))


def order_rule(kind: OrderKind, target: Target, policy: Policy) -> FrozenRule:
    """What the verdict will be judged by, frozen with the order."""
    return FrozenRule(policy.relief_percent, policy.consecutive_entries, policy.id, policy.effective.isoformat())


def check_order(order: Order, episode: Episode, patient: Patient, policy: Policy, now: datetime) -> Assessed:
    """Whether this order may stand. Stops and absolutes refuse it."""
    findings = _assessment(order, episode)
    unknown = [line.agent for line in all_lines(order.recipe) if known_agent(line.agent) is None]
    findings += [found("order.unknown-agent", of=code, agent=code) for code in unknown]
    for line in all_lines(order.recipe):
        if line.volume_ml <= 0:
            findings.append(found("order.volume-not-positive", of=line.agent, agent=line.agent, volume=line.volume_ml))
    findings += _places(order.recipe)
    findings += _anaesthetic(order, given_before(episode, policy, now), patient, policy)
    findings += _mixture(order.recipe)
    findings += _volume(order, policy)
    if episode.screening_answers is not None:
        findings += allergy_findings(episode.screening_answers, order)
    findings += _steroid_by_policy(order, episode, policy, now)
    return assessed(findings)


def _assessment(order: Order, episode: Episode) -> list[Finding]:
    assessment = episode.assessment
    if assessment is None or assessment.referral is not Referral.ACCEPT:
        return [found("order.not-assessed")]
    if assessment.side is not None and assessment.side != order.side:
        return [found("order.side-differs", order=order.side, other=assessment.side)]
    return []


def _places(recipe: Recipe) -> list[Finding]:
    findings = []
    skin, contrast = known_agent(recipe.skin.agent), known_agent(recipe.contrast.agent)
    if skin is not None and skin.kind is not IngredientKind.LOCAL_ANAESTHETIC:
        findings.append(found("order.agent-wrong-place", of="skin", agent=skin.name, what="a local anaesthetic"))
    if contrast is not None and contrast.iodine_mg_ml == 0:
        findings.append(found("order.gadolinium-or-air"))
    drugs = agents_of(recipe.drug)
    if not any(one.anaesthetic for one in drugs):
        findings.append(found("order.no-anaesthetic"))
    for one in drugs:
        if one.kind is IngredientKind.CONTRAST:
            findings.append(found("order.agent-wrong-place", of="drug", agent=one.name, what="a drug"))
    return findings


def given_before(episode: Episode, policy: Policy, now: datetime) -> tuple[RecipeLine, ...]:
    """What this patient was given in the policy's hours before now: toxicity adds up over sides and sessions."""
    since = now - timedelta(hours=policy.anaesthetic_hours)
    procedures = [one.procedure for one in episode.sessions if one.procedure is not None]
    return tuple(
        RecipeLine(given.agent, given.volume_ml)
        for one in procedures
        for given in one.administrations
        if one.kind is ProcedureKind.PERFORMED and one.started_at + timedelta(seconds=given.at_s) > since
    )


def _anaesthetic(order: Order, before: tuple[RecipeLine, ...], patient: Patient, policy: Policy) -> list[Finding]:
    """The sum of dose over maximum: skin, drug and what was given before, on the lower of actual and ideal weight."""
    weight = dosing_weight_kg(patient, policy)
    if weight is None:
        return [found("order.no-weight")]
    actual, height = patient.weight_kg, patient.height_cm
    wrong_weight = actual is not None and not PLAUSIBLE_KG[0] <= actual <= PLAUSIBLE_KG[1]
    wrong_height = height is not None and not PLAUSIBLE_CM[0] <= height <= PLAUSIBLE_CM[1]
    if wrong_weight or wrong_height or weight <= 0:
        return [found("order.implausible-size", weight=actual, height=height)]
    findings = [found("order.no-height", weight=weight)] if height is None else []
    shares = anaesthetic_shares((*before, *all_lines(order.recipe)), weight)
    total = sum((share for _, _, share in shares), Decimal(0))
    arithmetic = " + ".join(f"{name} {dose.normalize():f} mg = {_percent(share)} %" for name, dose, share in shares)
    code = "order.anaesthetic-too-much" if total > 1 else "order.anaesthetic"
    kilos = weight.quantize(Decimal("0.1"))
    return [*findings, found(code, percent=_percent(total), weight=kilos, arithmetic=arithmetic or "none")]


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _mixture(recipe: Recipe) -> list[Finding]:
    return [
        found(
            "order.incompatible",
            of="-".join(sorted(rule.pair)),
            severity=rule.severity,
            first=sorted(rule.pair)[0],
            second=sorted(rule.pair)[1],
            finding=rule.finding,
            instead=rule.instead,
        )
        for rule in incompatible(agents_of(recipe.drug))
    ]


def _volume(order: Order, policy: Policy) -> list[Finding]:
    drug, contrast = drug_volume_ml(order.recipe), order.recipe.contrast.volume_ml
    if order.target is Target.LIGAMENT:
        if drug > policy.ligament_volume_maximum_ml:
            return [found("order.ligament-volume-too-much", volume=drug, maximum=policy.ligament_volume_maximum_ml)]
        return []
    total = drug + contrast
    if total > policy.ia_volume_maximum_ml:
        limit = policy.ia_volume_maximum_ml
        return [found("order.ia-volume-too-much", volume=total, contrast=contrast, drug=drug, maximum=limit)]
    if total > policy.ia_volume_warning_ml:
        return [found("order.ia-volume-large", volume=total, warning=policy.ia_volume_warning_ml)]
    return []


def _steroid_by_policy(order: Order, episode: Episode, policy: Policy, now: datetime) -> list[Finding]:
    steroids = steroid_agents(order)
    findings = []
    tested = any(
        one.verdict is not None
        and one.verdict.verdict is VerdictValue.POSITIVE
        and one.order.side == order.side
        and one.order.target == order.target
        for one in episode.sessions
    )
    first = order.kind is OrderKind.DIAGNOSTIC or not tested
    if steroids and first and policy.first_shot_steroid == "refuse":
        names = " and ".join(one.name for one in steroids)
        findings.append(found("order.steroid-in-first-shot", steroid=names, kind=order.kind))
    if steroids and order.kind is OrderKind.DIAGNOSTIC:
        findings.append(found("order.steroid-in-test"))
    if order.kind is OrderKind.THERAPEUTIC and not steroids:
        findings.append(found("order.therapeutic-without-steroid"))
    if given_sessions(episode):
        answer = may_repeat(episode, policy, now.date(), order.kind)
        findings += [found("order.repeat-not-due", of=gap.code, why=gap.text) for gap in answer.gaps]
    return findings
