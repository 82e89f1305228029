"""Complications: recorded once, followed until they are closed, and never changed behind what was written."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import FollowComplication, RecordComplication
from sijoint.clinic.situation import Change, CommandRefused, Situation
from sijoint.model import Complication, Finding, Session
from sijoint.pathway import Step, complication_findings, next_state
from sijoint.records import Tag


@carry_out.register
def _(command: RecordComplication, now: Situation) -> Change:
    """What happened, with its grade, onset, action and outcome so far."""
    one = command.complication
    if one.onset > now.now or one.recorded_at > now.now:
        raise CommandRefused("the complication comes from the future: enter when it began and when it was written down")
    if one.onset > one.recorded_at:
        raise CommandRefused("the complication was written down before it began: check the two times")
    if one.follow_ups:
        raise CommandRefused("a new complication has no follow-up yet: record it first, then follow it")
    if any(known.id == one.id for session in now.episode.sessions for known in session.complications):
        raise CommandRefused(
            "a complication with this id is recorded already: follow it, or give the new one its own id"
        )
    number = _session_of(command, now)
    return _with(now, number, (*now.episode.sessions[number].complications, one), one, Tag.COMPLICATION_RECORDED)


@carry_out.register
def _(command: FollowComplication, now: Situation) -> Change:
    """One look at it later. One that was closed may open again: what comes back is the same complication."""
    follow_up = command.follow_up
    if follow_up.at > now.now:
        raise CommandRefused("the follow-up comes from the future: enter when it was made")
    for number, session in enumerate(now.episode.sessions):
        one = next((known for known in session.complications if known.id == command.complication_id), None)
        if one is None:
            continue
        before = one.follow_ups[-1].at if one.follow_ups else one.recorded_at
        if follow_up.at < before:
            raise CommandRefused("the follow-up lies before the one that is recorded: check its time")
        followed = replace(one, follow_ups=(*one.follow_ups, follow_up))
        others = tuple(followed if known.id == one.id else known for known in session.complications)
        return _with(now, number, others, followed, Tag.COMPLICATION_FOLLOWED)
    raise CommandRefused("no complication of this id is recorded: record it first")


def _session_of(command: RecordComplication, now: Situation) -> int:
    sessions = now.episode.sessions
    numbers = [n for n, one in enumerate(sessions) if one.order.id == command.order_id or not command.order_id]
    begun = [n for n in numbers if sessions[n].procedure is not None]
    if begun:
        return begun[-1]
    if command.order_id and numbers:
        raise CommandRefused("that order has no procedure yet: there is nothing that could have gone wrong")
    if command.order_id:
        raise CommandRefused("there is no such order in this episode: choose one that has a procedure")
    raise CommandRefused("no procedure has begun in this episode: there is nothing that could have gone wrong")


def _with(now: Situation, number: int, complications: tuple[Complication, ...], told: Complication, tag: Tag) -> Change:
    state = next_state(now.episode.state, Step.RECORD_COMPLICATION)
    sessions: list[Session] = list(now.episode.sessions)
    sessions[number] = replace(sessions[number], complications=complications)
    findings: tuple[Finding, ...] = complication_findings(told, sessions[number])
    return Change(replace(now.episode, state=state, sessions=tuple(sessions)), tag, findings)
