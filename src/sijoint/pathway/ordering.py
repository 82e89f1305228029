"""The order and its recipe: dose, volume, mixture, allergy, and the policy's rule on steroid in a first shot."""

from datetime import datetime

from sijoint.model import (
    Assessed,
    Episode,
    Finding,
    FrozenRule,
    Order,
    OrderKind,
    Patient,
    Referral,
    Target,
    VerdictValue,
)
from sijoint.pathway.allergies import allergy_findings
from sijoint.pathway.block_rule import frozen_rule
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.findings import assessed, found
from sijoint.pathway.policy import Policy
from sijoint.pathway.recipes import given_before, recipe_sheet
from sijoint.pathway.referral import sides_assessed
from sijoint.pathway.relief_courses import given_sessions
from sijoint.pathway.repeats import may_repeat

# An order of today is for another day, and a first one in an episode needs none before it.
NO_BAR_TO_AN_ORDER = frozenset({"repeat.same-day", "repeat.no-session"})


def order_rule(kind: OrderKind, target: Target, policy: Policy) -> FrozenRule:
    """What the verdict will be judged by, frozen with the order."""
    return frozen_rule(policy)


def check_order(
    order: Order,
    episode: Episode,
    patient: Patient,
    policy: Policy,
    now: datetime,
    others: tuple[Episode, ...] = (),
) -> Assessed:
    """Whether this order may stand. Stops and absolutes refuse it.

    ``others`` are the patient's other episodes: an anaesthetic given there counts as one given here.
    """
    findings = _assessment(order, episode)
    sheet = recipe_sheet(
        order.recipe,
        order.target,
        patient,
        policy,
        now,
        before=given_before((episode, *others), policy, now),
        answers=episode.screening_answers,
    )
    findings += sheet.findings
    if episode.screening_answers is not None:
        findings += allergy_findings(episode.screening_answers, order)
    findings += _steroid_by_policy(order, episode, policy) + _not_due(order, episode, policy, now, others)
    return assessed(findings)


def _assessment(order: Order, episode: Episode) -> list[Finding]:
    assessment = episode.assessment
    if assessment is None or assessment.referral is not Referral.ACCEPT:
        return [found("order.not-assessed")]
    sides = sides_assessed(assessment)
    if sides and order.side not in sides:
        return [found("order.side-differs", order=order.side, other=sides[0])]
    return []


def _steroid_by_policy(order: Order, episode: Episode, policy: Policy) -> list[Finding]:
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
    return findings


def _not_due(
    order: Order, episode: Episode, policy: Policy, now: datetime, others: tuple[Episode, ...]
) -> list[Finding]:
    """What the repeat rule says against it, counted over all episodes of the patient."""
    if not any(given_sessions(one, policy) for one in (episode, *others)):
        return []
    answer = may_repeat(episode, policy, policy.day(now), order.kind, order.side, order.target, others)
    return [
        found("order.repeat-not-due", of=gap.code, why=gap.text)
        for gap in answer.gaps
        if gap.code not in NO_BAR_TO_AN_ORDER
    ]
