"""Why a block can be no more than indeterminate, whatever relief it brought. Unknown spoils as yes does."""

from collections.abc import Iterator
from datetime import timedelta

from sijoint.formulary import ActionWindow
from sijoint.model import (
    Answer,
    ContrastPattern,
    Fact,
    PainScale,
    Procedure,
    RecoveryCheck,
    Sedation,
    SedativeRoute,
    Session,
    SyringeUse,
)
from sijoint.pathway.block_rule import BlockRule
from sijoint.pathway.gate import accepted_patterns
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.policy import Policy

LEAKS = frozenset({ContrastPattern.FORAMINAL, ContrastPattern.VENTRAL_LEAK})
VASCULAR = frozenset({ContrastPattern.VASCULAR, ContrastPattern.MIXED_WITH_VASCULAR})


def spoilt(
    session: Session,
    procedure: Procedure,
    baseline: int | None,
    window: ActionWindow | None,
    rule: BlockRule,
    policy: Policy,
) -> list[str]:
    """Every reason why this block is not read, each a sentence; empty where it may be."""
    return [
        *_drug(window),
        *_baseline(session, baseline, rule),
        *_sedation(session, rule),
        *_conditions(session),
        *_contrast(session, procedure, policy),
        *_leg(session, procedure),
        *_painkiller_before(session),
    ]


def drug_patterns(procedure: Procedure) -> tuple[ContrastPattern, ...]:
    """What the contrast showed at every place of the needle at which a drug was given, each once."""
    places = {one.after_movement for one in procedure.administrations if one.use is SyringeUse.DRUG}
    return tuple(dict.fromkeys(one.pattern for one in procedure.judgements if one.after_movement in places))


def scale_of(session: Session) -> PainScale:
    """The scale of the pain before."""
    return PainScale.NRS if session.test_conditions is None else session.test_conditions.baseline_scale


def _drug(window: ActionWindow | None) -> Iterator[str]:
    if window is None:
        yield "no local anaesthetic was given"


def _baseline(session: Session, baseline: int | None, rule: BlockRule) -> Iterator[str]:
    top = 100 if scale_of(session) is PainScale.VAS else 10
    least = rule.baseline_nrs * top // 10
    if baseline is None:
        yield "no pain on the index movement was recorded before the injection"
    elif not 0 <= baseline <= top:
        yield f"pain before is recorded as {baseline}, which is no number from 0 to {top}"
    elif baseline == 0:
        yield f"pain before was 0 of {top}: there was nothing to relieve, and no share of nothing"
    elif baseline < least:
        yield f"pain before was {baseline} of {top}, below {least}: too little to measure"


def _sedation(session: Session, rule: BlockRule) -> Iterator[str]:
    """By order, by what was recorded as given, and by what was asked after the block."""
    if not rule.sedated_is_indeterminate:
        return
    if session.order.sedation is not Sedation.NONE:
        yield f"{session.order.sedation} sedation: at most indeterminate"
    given = [one.name for one in session.sedatives if one.route is SedativeRoute.INTRAVENOUS]
    told = [] if session.test_conditions is None else [session.test_conditions.intravenous_sedative_or_opioid.answer]
    if given:
        yield f"given by vein: {', '.join(dict.fromkeys(given))}: at most indeterminate"
    elif Answer.YES in told:
        yield "an intravenous sedative or opioid was given: at most indeterminate"
    elif told and Answer.NO not in told:
        yield "whether an intravenous sedative or opioid was given is not known"


def _conditions(session: Session) -> Iterator[str]:
    conditions, day = session.test_conditions, session.confirmation
    if conditions is None:
        yield "nobody recorded whether a sedative, a steroid beforehand or another injection came with the block"
    told = [one.steroid_premedication.answer for one in (conditions, day) if one is not None]
    if Answer.YES in told:
        yield "a steroid was given beforehand against a contrast reaction"
    elif conditions is not None and (Answer.UNKNOWN in told or Answer.NO not in told):
        yield "whether a steroid was given beforehand is not known"
    if conditions is None:
        return
    if conditions.other_injection_same_day.answer is Answer.YES:
        yield "another injection for pain was given on the same day"
    elif conditions.other_injection_same_day.answer is not Answer.NO:
        yield "whether another injection was given on the same day is not known"


def _contrast(session: Session, procedure: Procedure, policy: Policy) -> Iterator[str]:
    patterns = set(drug_patterns(procedure))
    if not patterns:
        yield "no judged contrast run at the place where the drug was given"
    if patterns & VASCULAR:
        yield "part of the contrast was vascular"
    if patterns & LEAKS:
        yield "contrast leaked to a foramen or in front of the joint"
    target = session.order.target
    outside = patterns - VASCULAR - LEAKS - set(accepted_patterns(target, policy))
    if outside:
        seen = ", ".join(sorted(outside))
        yield f"the contrast was not in the target alone ({target}): {seen}"
    places = {(one.side, one.target) for one in procedure.administrations if one.use is SyringeUse.DRUG}
    if places - {(session.order.side, target)}:
        yield "the drug was given at another side or target than ordered"


def _leg(session: Session, procedure: Procedure) -> Iterator[str]:
    if said(session.recovery, "leg_numb", Answer.YES):
        yield "the leg was numb: the anaesthetic probably reached a nerve"
    elif said(session.recovery, "leg_numb", Answer.UNKNOWN) or never_asked(session.recovery, "leg_numb"):
        yield "whether the leg was numb in recovery is not known"
    if _weak(session, procedure, Answer.YES) or said(session.recovery, "leg_power_at_baseline", Answer.NO):
        yield "the leg was weak: the anaesthetic probably reached a nerve"
    elif (
        _weak(session, procedure, Answer.UNKNOWN)
        or said(session.recovery, "leg_power_at_baseline", Answer.UNKNOWN)
        or never_asked(session.recovery, "leg_power_at_baseline")
    ):
        yield "whether the leg was weak is not known"


def _weak(session: Session, procedure: Procedure, answer: Answer) -> bool:
    """In the diary, while the anaesthetic could have reached a nerve."""
    given, drug = injected_at(procedure), leg_weakness(procedure)
    until = given + timedelta(minutes=drug[1]) if given and drug else procedure.started_at
    return any(one.leg_weak.answer is answer and one.answered <= until for one in session.entries)


def _painkiller_before(session: Session) -> Iterator[str]:
    if session.confirmation is None:
        return
    answer = session.confirmation.rescue_analgesic_within_6_h.answer
    if answer is Answer.YES:
        yield "a rescue painkiller was taken before the block"
    elif answer is not Answer.NO:
        yield "whether a rescue painkiller was taken before the block is not known"


def said(checks: tuple[RecoveryCheck, ...], name: str, answer: Answer) -> bool:
    """Whether any check gave this answer to a question."""
    facts: list[Fact] = [getattr(one, name) for one in checks]
    return any(one.answer is answer for one in facts)


def never_asked(checks: tuple[RecoveryCheck, ...], name: str) -> bool:
    """Checks were made, and none of them asked."""
    return bool(checks) and all(getattr(one, name).answer is Answer.NOT_ASKED for one in checks)
