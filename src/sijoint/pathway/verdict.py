"""The answer of a diagnostic block: positive, negative or indeterminate for this target, with its arithmetic.

Default rule: relief on the index movement at or above the threshold at two consecutive on-time answers inside the window
of the anaesthetic that was given; it begins no later than the drug's latest onset and lasts as long as the drug explains.
"""

from datetime import datetime

from sijoint.model import (
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
from sijoint.pathway.block_course import Course, course_of, verdict_by_course
from sijoint.pathway.block_rule import changed_since, rule_of
from sijoint.pathway.doses import steroid_agents
from sijoint.pathway.injections import given_agents, injected_at
from sijoint.pathway.policy import Policy
from sijoint.pathway.relief import baseline_nrs, outside_their_time, relief_lines
from sijoint.pathway.spoilt_blocks import drug_patterns, scale_of, spoilt
from sijoint.pathway.verdict_words import STEROID_SENTENCE, card, counted_in_words, frozen_sentence


class NothingToJudge(ValueError):
    """There is no block of a patient here that could have a verdict."""


def judge_block(session: Session, policy: Policy, now: datetime, today: Policy | None = None) -> Verdict:
    """The verdict on a diagnostic session, by the rule frozen with its order. Raises NothingToJudge.

    ``policy`` fills up what an old order did not freeze; ``today`` is the policy in force now, where it is another one: what
    has changed since stands on the card.
    """
    procedure, given = _block(session)
    rule = rule_of(session.order.rule, policy)
    window = rule.window_of(procedure)
    minutes = (0, window.longest_min) if window else None
    baseline = baseline_nrs(session)
    lines = relief_lines(session, minutes, given, rule.analgesic_hides_hours, scale_of(session), now)
    reasons = tuple(spoilt(session, procedure, baseline, window, rule, policy))
    value, duration = VerdictValue.INDETERMINATE, "not judged"
    course: Course | None = None
    if window is not None and baseline:
        course = course_of(lines, rule.threshold_percent, rule.consecutive_entries, window)
        read = verdict_by_course(course, lines, rule.threshold_percent, rule.consecutive_entries, window, now - given)
        duration = read.duration
        if reasons:  # what the answers would have said is shown, and is no reason any more
            reasons = (*reasons, *(one if one.startswith("note: ") else f"note: {one}" for one in read.reasons))
        else:
            value, reasons = read.value, read.reasons
    reasons = (*reasons, *_notes(session, procedure, lines))
    frozen = frozen_sentence(session.order.rule, changed_since(session.order.rule, today or policy))
    reasons = (*reasons, *(f"note: {one}" for one in frozen))
    return Verdict(
        verdict=value,
        target=str(session.order.target),
        side=str(session.order.side),
        reasons=reasons,
        arithmetic=lines,
        card=card(value, session, reasons, frozen, policy),
        threshold_percent=rule.threshold_percent,
        window_minutes=minutes,
        relief_duration=duration,
        policy_id=session.order.rule.policy_id,
        at=now,
        relieved_until_min=course.last_relieved_min if course else None,
        gone_by_min=course.gone_min if course else None,
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


def _notes(session: Session, procedure: Procedure, lines: tuple[ReliefLine, ...]) -> tuple[str, ...]:
    """What is said beside the verdict and does not change it."""
    notes = []
    if ContrastPattern.IA_CAPSULAR_LEAK in drug_patterns(procedure) and session.order.target is Target.INTRA_ARTICULAR:
        notes.append("note: capsular leak")
    if steroid_agents(session.order) or any(one.steroid is not None for one, _ in given_agents(procedure)):
        notes.append(STEROID_SENTENCE)
    late = outside_their_time(session)
    if late:
        notes.append(f"note: {counted_in_words(late, 'answer')} came outside the time asked for, not counted")
    paper = sum(one.paper and one.counted for one in lines)
    if paper:
        notes.append(f"note: {counted_in_words(paper, 'answer')} counted from paper, where no clock shows when")
    return tuple(notes)
