"""The clinic's call list: the call after an injection, diary questions that nobody answered, red flags nobody spoke about.

An entry that staff made with the patient (``DiaryEntry.by_staff``) is the record of a call.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sijoint.model import DiaryEntry, Episode, EpisodeState, ProcedureKind, Session, Severity
from sijoint.pathway.diary import missed_prompts
from sijoint.pathway.policy import Policy
from sijoint.pathway.red_flags import red_flags


class CallReason(StrEnum):
    RED_FLAG = "red flag"
    AFTER_INJECTION = "after the injection"
    MISSED_DIARY = "missed diary"


@dataclass(frozen=True)
class Call:
    """A call to make. ``reminders`` counts how often a red flag has come back unanswered; ``about`` says what to ask for."""

    reason: CallReason
    order_id: str
    opens: datetime
    closes: datetime
    overdue: bool
    about: tuple[str, ...]
    reminders: int = 0


def calls_due(episode: Episode, policy: Policy, now: datetime) -> tuple[Call, ...]:
    """Every call that is to be made now, red flags first, then the one due longest.

    A closed episode keeps its red flags and no other call.
    """
    calls: list[Call] = []
    for session in episode.sessions:
        if session.procedure is None or session.procedure.kind is not ProcedureKind.PERFORMED:
            continue
        calls += _flagged(session, policy, now)
        if episode.state is not EpisodeState.CLOSED:
            calls += _after_injection(session, policy, now)
            calls += _missed(session, policy, now)
    return tuple(sorted(calls, key=lambda one: (one.reason is not CallReason.RED_FLAG, one.closes)))


def _flagged(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """One call for each entry with a flag that no later talk with staff has answered."""
    interval = timedelta(minutes=policy.red_flag_call_minutes)
    for entry in _known(session, now):
        if entry.by_staff:
            continue
        flags = [one for one in red_flags(entry, session, policy) if one.severity.rank >= Severity.STOP.rank]
        if not flags or _spoken_since(session, entry.received, now):
            continue
        reminders = int((now - entry.received) / interval)
        closes = entry.received + interval
        about = tuple(one.clinician for one in flags)
        yield Call(
            CallReason.RED_FLAG, session.order.id, entry.received, closes, now > closes, about, reminders=reminders
        )


def _after_injection(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    if session.discharge is None:
        return
    opens = session.discharge.at + timedelta(hours=policy.home_call_from_hours)
    closes = session.discharge.at + timedelta(hours=policy.home_call_until_hours)
    if now >= opens and not _spoken_since(session, opens, now):
        about = ("how the patient is, leg, fever, the site",)
        yield Call(CallReason.AFTER_INJECTION, session.order.id, opens, closes, now > closes, about)


def _missed(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """Questions that closed unanswered since the patient was last heard of; what came before the discharge is the nurse's."""
    if session.discharge is None:
        return
    known = _known(session, now)
    heard = max([session.discharge.at, *(one.received for one in known)])
    silent = [one for one in missed_prompts(session.prompts, known, now) if one.closes > heard]
    if silent:
        opens = min(one.closes for one in silent)
        closes = opens + timedelta(hours=policy.missed_call_hours)
        about = tuple(one.label for one in silent)
        yield Call(CallReason.MISSED_DIARY, session.order.id, opens, closes, now > closes, about)


def _spoken_since(session: Session, since: datetime, now: datetime) -> bool:
    return any(one.by_staff and one.answered >= since for one in _known(session, now))


def _known(session: Session, now: datetime) -> tuple[DiaryEntry, ...]:
    return tuple(one for one in session.entries if one.received <= now)
