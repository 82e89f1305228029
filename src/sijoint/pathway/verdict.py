"""The answer of a diagnostic block: positive, negative or indeterminate for this target, with its arithmetic.

Default rule: relief on the index movement at or above the threshold at two consecutive on-time answers inside the window
of the anaesthetic that was given; it begins no later than the drug's latest onset and lasts as long as the drug explains.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sijoint.formulary import ActionWindow
from sijoint.model import (
    Answer,
    ContrastPattern,
    OrderKind,
    Procedure,
    ProcedureKind,
    ReliefLine,
    Session,
    Target,
    Verdict,
    VerdictValue,
)
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.injections import action_window, given_agents, injected_at, leg_weakness
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import OUTSIDE, baseline_nrs, relief_lines
from sijoint.pathway.verdict_words import STEROID_SENTENCE, card, hours

LEAKS = frozenset({ContrastPattern.FORAMINAL, ContrastPattern.VENTRAL_LEAK})
VASCULAR = frozenset({ContrastPattern.VASCULAR, ContrastPattern.MIXED_WITH_VASCULAR})


class NothingToJudge(ValueError):
    """There is no block of a patient here that could have a verdict."""


@dataclass(frozen=True)
class Course:
    """How relief ran inside the window, minutes after the injection.

    ``gone_min`` is the first counted answer below the threshold after relief; None where relief was still there at the
    last answer. ``began_min`` is None where no consecutive answers reached the threshold. ``could_have_been`` says that
    answers which are missing or do not count might have made such a run: then it is not negative either.
    """

    began_min: int | None
    last_relieved_min: int | None
    gone_min: int | None
    asked_by_onset: bool
    early_answers: int
    could_have_been: bool


def judge_block(session: Session, policy: Policy, now: datetime) -> Verdict:
    """The verdict on a diagnostic session. Raises NothingToJudge."""
    procedure, given = _block(session)
    window = action_window(procedure)
    minutes = (0, window.longest_min) if window else None
    baseline = baseline_nrs(session)
    lines = relief_lines(session, baseline or 0, minutes, given, policy, now)
    threshold, needed = session.order.rule.threshold_percent, session.order.rule.consecutive_entries
    spoiled = _spoiled(session, procedure, baseline, window, policy)
    value, reasons, duration = VerdictValue.INDETERMINATE, spoiled, "not judged"
    if window is not None and baseline:
        course = _course(lines, threshold, needed, window)
        value, why, duration = _by_course(course, lines, threshold, needed, window, now - given, baseline)
        reasons = list(why)
        if spoiled:  # what the answers would have said is shown, and is no reason any more
            value, reasons = VerdictValue.INDETERMINATE, [*spoiled, *(f"note: {one}" for one in why)]
    reasons = [*reasons, *_notes(session, procedure, policy)]
    return Verdict(
        verdict=value,
        target=str(session.order.target),
        side=str(session.order.side),
        reasons=tuple(reasons),
        arithmetic=lines,
        card=card(value, session, tuple(reasons), policy),
        threshold_percent=threshold,
        window_minutes=minutes,
        relief_duration=duration,
        policy_id=session.order.rule.policy_id,
        at=now,
    )


def _block(session: Session) -> tuple[Procedure, datetime]:
    procedure = session.procedure
    if session.order.kind is not OrderKind.DIAGNOSTIC:
        raise NothingToJudge("a therapeutic injection is no test: ask whether it may be repeated instead")
    if procedure is None:
        raise NothingToJudge("there is no procedure in this session yet")
    if procedure.kind is not ProcedureKind.PERFORMED:
        raise NothingToJudge("a rehearsal has no verdict")
    given = injected_at(procedure)
    if given is None:
        raise NothingToJudge("no drug was given, so there is no block to judge")
    return procedure, given


def _spoiled(
    session: Session, procedure: Procedure, baseline: int | None, window: ActionWindow | None, policy: Policy
) -> list[str]:
    """Why this block can be no more than indeterminate."""
    reasons = []
    if window is None:
        reasons.append("no local anaesthetic was given")
    if baseline is None:
        reasons.append("no pain on the index movement was recorded before the injection")
    elif baseline < policy.baseline_nrs:
        reasons.append(f"pain before was {baseline} of 10, below {policy.baseline_nrs}: too little to measure")
    if session.order.sedation != "none" and policy.sedated_is_indeterminate:
        reasons.append(f"{session.order.sedation} sedation: at most indeterminate")
    reasons += _contrast_reasons(procedure)
    if any(one.leg_numb.answer is Answer.YES for one in session.recovery):
        reasons.append("the leg was numb: the anaesthetic probably reached a nerve")
    if _leg_was_weak(session, procedure):
        reasons.append("the leg was weak: the anaesthetic probably reached a nerve")
    if session.confirmation is not None and session.confirmation.rescue_analgesic_within_6_h.answer is Answer.YES:
        reasons.append("a rescue painkiller was taken before the block")
    return reasons


def _leg_was_weak(session: Session, procedure: Procedure) -> bool:
    """In recovery, or in the diary while the anaesthetic could have reached a nerve."""
    given, drug = injected_at(procedure), leg_weakness(procedure)
    until = given + timedelta(minutes=drug[1]) if given and drug else procedure.started_at
    in_diary = any(one.leg_weak.answer is Answer.YES and one.answered <= until for one in session.entries)
    return in_diary or any(one.leg_power_at_baseline.answer is Answer.NO for one in session.recovery)


def _contrast_reasons(procedure: Procedure) -> list[str]:
    """Judgements at the needle position at which a drug was given."""
    positions = {one.after_movement for one in procedure.administrations if one.use == "drug"}
    patterns = {one.pattern for one in procedure.judgements if one.after_movement in positions}
    reasons = []
    if not patterns:
        reasons.append("no judged contrast run at the place where the drug was given")
    if patterns & VASCULAR:
        reasons.append("part of the contrast was vascular")
    if patterns & LEAKS:
        reasons.append("contrast leaked to a foramen or in front of the joint")
    return reasons


def _course(lines: tuple[ReliefLine, ...], threshold: Decimal, needed: int, window: ActionWindow) -> Course:
    counted = [one for one in lines if one.counted and one.relief_percent is not None]
    early = sum(one.minutes <= window.latest_onset_min + window.shortest_min for one in counted)
    by_onset = any(one.minutes <= window.latest_onset_min for one in counted)
    asked = _one_a_moment(lines)
    relieved = [one.counted and one.relief_percent is not None and one.relief_percent >= threshold for one in asked]
    start = next(iter(_runs(relieved, needed)), None)
    if start is None:
        perhaps = [yes or not one.counted for yes, one in zip(relieved, asked, strict=True)]
        could = any(
            asked[i].minutes <= window.latest_onset_min or any(relieved[i : i + needed]) for i in _runs(perhaps, needed)
        )
        return Course(None, None, None, by_onset, early, could)
    began = asked[start].minutes
    end = began
    for one in counted:
        if one.minutes > began:
            if one.relief_percent is None or one.relief_percent < threshold:
                break
            end = one.minutes
    # What ends relief may lie beyond the window: an on-time answer the next morning closes an open end.
    after = [
        one.minutes
        for one in lines
        if one.minutes > end and one.relief_percent is not None and one.relief_percent < threshold
        if one.counted or one.why_not == OUTSIDE
    ]
    still = [
        one.minutes
        for one in lines
        if one.minutes > end and one.relief_percent is not None and one.relief_percent >= threshold
        if one.why_not == OUTSIDE and (not after or one.minutes < min(after))
    ]
    last = max([end, *still])
    return Course(began, last, min(after, default=None), by_onset, early, True)


def _one_a_moment(lines: tuple[ReliefLine, ...]) -> list[ReliefLine]:
    """The lines inside the window, one for each question: the counted one where there is one."""
    best: dict[str, ReliefLine] = {}
    for one in lines:
        if one.inside_window and (one.label not in best or one.counted):
            best[one.label] = one
    return list(best.values())


def _runs(flags: list[bool], needed: int) -> list[int]:
    """Where runs of so many true flags begin."""
    return [i for i in range(len(flags) - needed + 1) if all(flags[i : i + needed])]


def _by_course(
    course: Course,
    lines: tuple[ReliefLine, ...],
    threshold: Decimal,
    needed: int,
    window: ActionWindow,
    elapsed: timedelta,
    baseline: int,
) -> tuple[VerdictValue, list[str], str]:
    readable = window.latest_onset_min + window.shortest_min
    if elapsed < timedelta(minutes=readable):
        why = f"asked {int(elapsed / timedelta(minutes=1))} min after the injection: the block is read from {readable} min on"
        return VerdictValue.INDETERMINATE, [why], "not judged"
    if course.early_answers < needed or not course.asked_by_onset:
        why = (
            f"fewer than {needed} on-time answers while the anaesthetic must act (up to {hours(readable)}, "
            f"one of them by {window.latest_onset_min} min)"
        )
        return VerdictValue.INDETERMINATE, [why], "not judged"
    if course.began_min is None or course.last_relieved_min is None:
        if course.could_have_been:
            why = f"{threshold} % was not shown at {needed} consecutive moments, and answers between them are missing or do not count"
            return VerdictValue.INDETERMINATE, [why], "not judged"
        best = max(
            (one.relief_percent for one in lines if one.counted and one.relief_percent is not None), default=None
        )
        why = f"relief never reached {threshold} % at {needed} consecutive on-time answers (best {_plain(best)} %)"
        return VerdictValue.NEGATIVE, [why], "none"
    duration = _duration(course)
    if course.began_min > window.latest_onset_min:
        why = f"relief began at {hours(course.began_min)}, later than the anaesthetic explains ({window.latest_onset_min} min)"
        return VerdictValue.INDETERMINATE, [f"discordant: {why}"], duration
    if course.gone_min is not None and course.gone_min < window.shortest_min:
        why = f"relief was gone by {hours(course.gone_min)}, sooner than the anaesthetic explains ({hours(window.shortest_min)})"
        return VerdictValue.INDETERMINATE, [f"discordant: {why}"], duration
    reasons = [f"relief of {threshold} % or more at {needed} consecutive on-time answers inside the window: {duration}"]
    if course.last_relieved_min > window.longest_min:
        reasons.append(f"concordant-prolonged: longer than the anaesthetic explains ({hours(window.longest_min)})")
    return VerdictValue.POSITIVE, reasons, duration


def _plain(percent: Decimal | None) -> str:
    """A percentage without trailing zeros."""
    return "no" if percent is None else f"{percent.normalize():f}"


def _duration(course: Course) -> str:
    """Still relieved at the last answer is "at least", not prolonged for ever."""
    if course.last_relieved_min is None:
        return "none"
    if course.gone_min is None:
        return f"at least {hours(course.last_relieved_min)}"
    return f"between {hours(course.last_relieved_min)} and {hours(course.gone_min)}"


def _notes(session: Session, procedure: Procedure, policy: Policy) -> list[str]:
    """What is said beside the verdict and does not change it."""
    notes = []
    positions = {one.after_movement for one in procedure.administrations if one.use == "drug"}
    patterns = {one.pattern for one in procedure.judgements if one.after_movement in positions}
    if ContrastPattern.IA_CAPSULAR_LEAK in patterns and session.order.target is Target.INTRA_ARTICULAR:
        notes.append("note: capsular leak")
    given = [one for one, _ in given_agents(procedure) if one.steroid is not None]
    if given or steroid_agents(session.order):
        notes.append(STEROID_SENTENCE)
    late = [one for one in session.entries if _late(one.prompt_id, one.answered, session)]
    if late:
        notes.append(f"note: {len(late)} answers came outside their time and were not counted")
    rule = session.order.rule
    if (rule.threshold_percent, rule.consecutive_entries) != (policy.relief_percent, policy.consecutive_entries):
        notes.append(
            f"note: judged by the rule frozen with the order ({rule.threshold_percent} %), which has changed since"
        )
    return notes


def _late(prompt_id: str, answered: datetime, session: Session) -> bool:
    prompt = next((one for one in session.prompts if one.id == prompt_id), None)
    return prompt is not None and not prompt.opens <= answered <= prompt.closes
