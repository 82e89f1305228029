"""One payer's policy on one injection: what it still lacks before, and what the record proves after."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time

from sijoint.frames import Side
from sijoint.model import (
    Episode,
    Gap,
    Met,
    Order,
    OrderKind,
    PayerCheck,
    Requirement,
    Session,
    Target,
    Verdict,
)
from sijoint.pathway.block_rule import frozen_rule
from sijoint.pathway.consent import check_consent
from sijoint.pathway.findings import allows
from sijoint.pathway.injections import drug_given
from sijoint.pathway.payer_requirements import before_requirements, requirement
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import baseline_nrs
from sijoint.pathway.repeats import may_repeat
from sijoint.pathway.spoilt_blocks import drug_patterns
from sijoint.pathway.verdict import NothingToJudge, judge_block

FIRST_OF_ALL = "repeat.no-session"  # the answer to a first injection, which is no gap


def payer_check(
    episode: Episode,
    policy: Policy,
    on: date,
    kind: OrderKind,
    side: Side | None = None,
    target: Target | None = None,
    earlier: tuple[Episode, ...] = (),
) -> PayerCheck:
    """What this payer's policy asks for before an injection on a day, and the list of what is lacking.

    Without side or target, those of the last order, else of the assessment. Blocks are judged again by the payer's own
    threshold; ``earlier`` are the patient's other episodes.
    """
    order = episode.sessions[-1].order if episode.sessions else None
    side = side or _side(episode, order)
    target = target or (order.target if order else Target.INTRA_ARTICULAR)
    rows = [*before_requirements(episode, order, side, target, policy, on)]
    rows += _repeat(episode, policy, on, kind, side, target, earlier)
    return _check(policy, on, kind, side, target, rows)


def proof_check(episode: Episode, session: Session, policy: Policy, before: PayerCheck) -> PayerCheck:
    """The check from before the injection with what the record of it proves."""
    rows = [*before.requirements, *_proof(session, policy)]
    return _check(policy, before.on, before.kind, before.side, before.target, rows)


def inside_the_joint(session: Session, policy: Policy) -> bool:
    """Whether contrast lay inside the joint cavity, in patterns that the policy accepts, wherever the drug was given."""
    patterns = drug_patterns(session.procedure) if session.procedure else ()
    return bool(patterns) and all(one in policy.accepted_intra_articular for one in patterns)


def by_payers_rule(session: Session, policy: Policy) -> Verdict | None:
    """A block's verdict by the payer's threshold and statistic, on the day it was judged; None where there is none."""
    if session.verdict is None:
        return None
    windows = session.order.rule.windows
    rule = replace(frozen_rule(policy), windows=windows) if windows else frozen_rule(policy)
    try:
        return judge_block(replace(session, order=replace(session.order, rule=rule)), policy, session.verdict.at)
    except NothingToJudge:
        return None


def _side(episode: Episode, order: Order | None) -> Side:
    if order is not None:
        return order.side
    stated = episode.assessment.side if episode.assessment else None
    return stated or episode.request.side or Side.LEFT


def _repeat(
    episode: Episode,
    policy: Policy,
    on: date,
    kind: OrderKind,
    side: Side,
    target: Target,
    earlier: tuple[Episode, ...],
) -> Iterator[Requirement]:
    """The repeat answer under the payer's rule. A first test needs none; a first treatment needs a positive block."""
    judged = tuple(replace(one, verdict=by_payers_rule(one, policy)) for one in episode.sessions)
    answer = may_repeat(replace(episode, sessions=judged), policy, on, kind, side, target, earlier)
    for gap in answer.gaps:
        if gap.code == FIRST_OF_ALL:
            if kind is OrderKind.DIAGNOSTIC:
                yield requirement("payer.repeat", Met.YES, policy, shows="No injection before this one.")
            elif policy.positive_block_first:
                words = "A positive block comes before treatment; none is on record."
                yield requirement("payer.repeat", Met.NO, policy, "positive_block_first", shows=words)
        else:
            yield replace(requirement("payer.repeat", Met.NO, policy, shows=gap.text), source=gap.source)
    if answer.eligible:
        counted = ", ".join(f"{what} {count}" for what, count in answer.counters)
        yield requirement("payer.repeat", Met.YES, policy, shows=f"By this policy it may be repeated ({counted}).")


def _proof(session: Session, policy: Policy) -> Iterator[Requirement]:
    procedure = session.procedure
    images = [one for one in procedure.images if one.sha256] if procedure else []
    after = sum(one.after_contrast for one in images)
    enough = len(images) >= policy.views and after > 0
    shows = f"{len(images)} kept, {after} after contrast"
    yield requirement("payer.views", Met.YES if enough else Met.NO, policy, "views", needed=policy.views, shows=shows)
    if session.order.target is Target.INTRA_ARTICULAR:
        seen = ", ".join(drug_patterns(procedure)) if procedure else ""
        met = Met.YES if inside_the_joint(session, policy) else Met.NO if seen else Met.NOT_SHOWN
        yield requirement("payer.inside", met, policy, shows=seen or "no judged contrast")
    yield _pain_after(session, policy)
    given = session.consent
    told = "none" if given is None else f"{given.side or 'no side'}, {given.target}, {given.kind}"
    # Judged as of the day it was given: a consent does not grow old afterwards.
    stands = given is not None and allows(check_consent(given, session, policy, drug_given(session) or given.at))
    yield requirement("payer.consent", Met.YES if stands else Met.NO, policy, shows=told)
    signed = session.note.signed_at if session.note else None
    words = "no signed note" if signed is None else f"a note signed on {policy.day(signed)}"
    yield requirement("payer.signed", Met.NOT_SHOWN if signed is None else Met.YES, policy, shows=words)


def _pain_after(session: Session, policy: Policy) -> Requirement:
    before = baseline_nrs(session)
    given = drug_given(session) or datetime.combine(date.min, time(), UTC)
    answers = sum(one.index_nrs is not None and one.answered > given for one in session.entries)
    answers += sum(one.index_nrs is not None and one.at > given for one in session.recovery)
    scales = {one.scale for one in session.entries if one.index_nrs is not None}
    if session.test_conditions is not None:
        scales.add(session.test_conditions.baseline_scale)
    shows = f"before {'not recorded' if before is None else before}, {answers} answers after"
    if len(scales) > 1:
        return requirement("payer.pain-after", Met.NO, policy, shows=f"{shows}, on two scales")
    shown = before is not None and answers > 0
    return requirement("payer.pain-after", Met.YES if shown else Met.NOT_SHOWN, policy, shows=shows)


def _check(
    policy: Policy, on: date, kind: OrderKind, side: Side, target: Target, rows: list[Requirement]
) -> PayerCheck:
    lacking = [one for one in rows if one.met is not Met.YES]
    gaps = tuple(Gap(one.code, one.sentence, one.source) for one in lacking)
    return PayerCheck(policy.id, policy.effective, kind, side, target, on, tuple(rows), gaps, not gaps)
