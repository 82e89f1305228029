"""The clinic's call list: red flags, weak legs, complications, pain that is back, the call after an injection, silence.

A call is answered by an entry that staff made with the patient (``DiaryEntry.by_staff``, not from paper) or by a call of its
reason that reached the patient (``CallMade``). A red flag is answered by such an entry, or by a clinician's word on it
(``FlagAnswer``); one that says "not reached" starts the waiting anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sijoint.formulary import medicine
from sijoint.model import (
    Answer,
    CallOutcome,
    CallReason,
    DiaryEntry,
    Episode,
    EpisodeState,
    Finding,
    FlagOutcome,
    ProcedureKind,
    Session,
    Severity,
)
from sijoint.pathway.complications import SERIOUS, grade_now, is_open, next_follow_up
from sijoint.pathway.diary import missed_prompts
from sijoint.pathway.diary_notes import diary_notes
from sijoint.pathway.injections import injected_at, leg_weakness
from sijoint.pathway.pain_back import pain_back_entries
from sijoint.pathway.pauses_told import pauses_void, void_since
from sijoint.pathway.policy import Policy
from sijoint.pathway.red_flags import red_flags

SORE = "redflag.sore-long"
NOTHING_TOLD = ("", "none", "no", "-")  # what sign-out says where nothing went wrong


@dataclass(frozen=True)
class Call:
    """A call to make. ``reminders`` counts how often a red flag has come back unanswered; ``about`` says what to ask for.

    ``physician``: it is the physician's now. ``entry_id`` names the diary entry that a red flag stands in.
    """

    reason: CallReason
    order_id: str
    opens: datetime
    closes: datetime
    overdue: bool
    about: tuple[str, ...]
    reminders: int = 0
    physician: bool = False
    entry_id: str = ""


def calls_due(episode: Episode, policy: Policy, now: datetime) -> tuple[Call, ...]:
    """Every call that is to be made now, by reason, then the one due longest.

    A closed episode keeps its red flags, weak legs, open complications and pauses that no longer stand, and no other call.
    """
    calls = list(_pause_changed(episode, policy, now))
    for session in episode.sessions:
        if session.procedure is None or session.procedure.kind is not ProcedureKind.PERFORMED:
            continue
        calls += _flagged(session, policy, now)
        calls += _weak_leg(session, policy, now)
        calls += _left_early(session, now)
        calls += _complications(session, policy, now)
        calls += _still_sore(session, policy, now)
        if episode.state is not EpisodeState.CLOSED:
            calls += _pain_back(session, episode, policy, now)
            calls += _after_injection(session, policy, now)
            calls += _missed(session, policy, now)
    order = list(CallReason)
    return tuple(sorted(calls, key=lambda one: (order.index(one.reason), one.closes)))


def flags_of(entry: DiaryEntry, session: Session, policy: Policy) -> tuple[Finding, ...]:
    """What in an entry somebody has to answer: red flags, and a reading whose unit is in doubt."""
    findings = (*red_flags(entry, session, policy), *diary_notes(entry, session, policy))
    return tuple(one for one in findings if one.severity.rank >= Severity.STOP.rank)


def _pause_changed(episode: Episode, policy: Policy, now: datetime) -> Iterator[Call]:
    """A patient who was told to pause, and for whom it no longer holds, is told so by a person: the sheet is in their hand."""
    interval = timedelta(hours=policy.pause_call_hours)
    for told in pauses_void(episode, policy):
        session, since = episode.sessions[-1], void_since(told, episode, now)
        if _spoken_since(session, since, now, CallReason.PAUSE_CHANGED):
            continue
        listed = medicine(told.agent)
        closes = max(since, min(since + interval, told.last_dose_by)) if told.last_dose_by > since else since + interval
        about = (
            f"the pause of {listed.name if listed else told.agent} that was told no longer stands: what to take now",
        )
        yield Call(CallReason.PAUSE_CHANGED, session.order.id, since, closes, now > closes, about)


def _flagged(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """One call for each entry with a flag that nobody has answered."""
    interval = timedelta(minutes=policy.red_flag_call_minutes)
    for entry in _known(session, now):
        if _talk(entry):
            continue
        flags = flags_of(entry, session, policy)
        answers = [one for one in session.flag_answers if one.entry_id == entry.id and one.at <= now]
        done = any(one.outcome is not FlagOutcome.NOT_REACHED for one in answers)
        if not flags or done or _spoken_since(session, entry.received, now):
            continue
        since = max([entry.received, *(one.at for one in answers)])
        yield Call(
            CallReason.RED_FLAG,
            session.order.id,
            entry.received,
            since + interval,
            now > since + interval,
            tuple(one.clinician for one in flags),
            reminders=int((now - since) / interval),
            physician=int((now - entry.received) / interval) >= policy.red_flag_physician_after,
            entry_id=entry.id,
        )


def _weak_leg(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """A leg that was weak while the drug explained it is asked after when the drug no longer does."""
    given, drug = injected_at(session.procedure), leg_weakness(session.procedure) if session.procedure else None
    if session.discharge is None or given is None:
        return
    until = given + timedelta(minutes=drug[1] if drug else 0)
    weak = [one.answered for one in _known(session, now) if one.leg_weak.answer in (Answer.YES, Answer.UNKNOWN)]
    checks = sorted(session.recovery, key=lambda one: one.at)
    if checks and checks[-1].leg_power_at_baseline.answer is not Answer.YES:
        weak.append(checks[-1].at)
    if not weak:
        return
    strong = [one.answered for one in _known(session, now) if one.leg_weak.answer is Answer.NO]
    opens = max(until, session.discharge.at)
    if now < opens or any(one > max(weak) for one in strong) or _spoken_since(session, opens, now, CallReason.WEAK_LEG):
        return
    closes = opens + timedelta(minutes=policy.red_flag_call_minutes)
    about = ("whether the leg is strong again: the anaesthetic no longer explains a weak one",)
    yield Call(CallReason.WEAK_LEG, session.order.id, opens, closes, now > closes, about)


def _left_early(session: Session, now: datetime) -> Iterator[Call]:
    """Who left before the plan was over is called the same day, about what was outstanding."""
    left = session.left_early
    if (
        left is None
        or left.call_by is None
        or left.at > now
        or _spoken_since(session, left.at, now, CallReason.LEFT_EARLY)
    ):
        return
    about = tuple(one.clinician for one in left.outstanding)
    yield Call(CallReason.LEFT_EARLY, session.order.id, left.at, left.call_by, now > left.call_by, about)


def _complications(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    for one in session.complications:
        opens = next_follow_up(one, policy)
        if not is_open(one) or opens is None or now < opens:
            continue
        closes = opens + timedelta(hours=policy.missed_call_hours)
        serious = grade_now(one) in SERIOUS
        about = (f"{one.kind}, {grade_now(one)}: how it is, and whether it is closed",)
        yield Call(CallReason.COMPLICATION, session.order.id, opens, closes, now > closes, about, physician=serious)
    told = session.sign_out.complications.strip() if session.sign_out else ""
    if session.sign_out and told.casefold() not in NOTHING_TOLD and not session.complications:
        opens = session.sign_out.at
        closes = opens + timedelta(hours=policy.missed_call_hours)
        about = ("a complication told at sign-out has no record of its own: grade, action and outcome",)
        yield Call(CallReason.COMPLICATION, session.order.id, opens, closes, now > closes, about)


def _still_sore(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """One call for a place that is sore for longer than it usually is, from the first answer that says so."""
    for entry in _known(session, now):
        found = [one for one in red_flags(entry, session, policy) if one.code == SORE]
        if not found or _talk(entry) or _spoken_since(session, entry.received, now, CallReason.SORE):
            continue
        closes = entry.received + timedelta(hours=policy.sore_call_hours)
        about = tuple(f"{one.clinician} ({one.source}; {one.grade})" for one in found)
        yield Call(CallReason.SORE, session.order.id, entry.received, closes, now > closes, about, entry_id=entry.id)
        return


def _pain_back(session: Session, episode: Episode, policy: Policy, now: datetime) -> Iterator[Call]:
    """One call for the last press of the button, until somebody has spoken with the patient or ordered what comes next."""
    pressed = [one for one in pain_back_entries(session) if one.received <= now]
    if not pressed:
        return
    last = pressed[-1]
    ordered = any(last.answered < one.order.at <= now for one in episode.sessions)  # also where it was sent later
    if ordered or _talk(last) or _spoken_since(session, last.received, now, CallReason.PAIN_BACK):
        return
    closes = last.received + timedelta(hours=policy.pain_back_call_hours)
    about = ("the pain is back: how it is, and what comes next",)
    yield Call(CallReason.PAIN_BACK, session.order.id, last.received, closes, now > closes, about)


def _after_injection(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    if session.discharge is None:
        return
    opens = session.discharge.at + timedelta(hours=policy.home_call_from_hours)
    closes = session.discharge.at + timedelta(hours=policy.home_call_until_hours)
    if now >= opens and not _spoken_since(session, opens, now, CallReason.AFTER_INJECTION):
        about = ("how the patient is, leg, fever, the site",)
        yield Call(CallReason.AFTER_INJECTION, session.order.id, opens, closes, now > closes, about)


def _missed(session: Session, policy: Policy, now: datetime) -> Iterator[Call]:
    """Questions that closed unanswered since the patient was last heard of; what came before the discharge is the nurse's."""
    if session.discharge is None:
        return
    known = _known(session, now)
    spoken = (one.at for one in session.calls_made if one.outcome is CallOutcome.REACHED and one.at <= now)
    heard = max([session.discharge.at, *(one.received for one in known), *spoken])
    silent = [one for one in missed_prompts(session.prompts, known, now) if one.closes > heard]
    if silent:
        opens = min(one.closes for one in silent)
        closes = opens + timedelta(hours=policy.missed_call_hours)
        about = tuple(one.label for one in silent)
        yield Call(CallReason.MISSED_DIARY, session.order.id, opens, closes, now > closes, about)


def _talk(entry: DiaryEntry) -> bool:
    """Whether staff spoke with the patient; a sheet of paper typed in is no talk."""
    return entry.by_staff and not entry.paper


def _spoken_since(session: Session, since: datetime, now: datetime, reason: CallReason | None = None) -> bool:
    """Whether staff spoke with the patient: in a diary entry, or in a call about this reason."""
    reached = (one for one in session.calls_made if one.reason is reason and one.outcome is CallOutcome.REACHED)
    return any(since <= one.at <= now for one in reached) or any(
        _talk(one) and one.answered >= since for one in _known(session, now)
    )


def _known(session: Session, now: datetime) -> tuple[DiaryEntry, ...]:
    return tuple(one for one in session.entries if one.received <= now)
