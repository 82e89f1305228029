"""An episode's visit and diary as calendar files, in the words of a language; they name nobody."""

from datetime import timedelta

from sijoint.exchange.calendar import AppointmentNotice, UnprintableBooking, calendar_file, diary_file
from sijoint.model import Booking, BookingEvent, Episode, Session
from sijoint.pathway import Language

VISIT = timedelta(
    hours=2
)  # how long a visit blocks a calendar: arriving, getting ready, the injection, half an hour after
REMINDER = timedelta(days=1)


def visit_entry(episode: Episode, number: int, told: Language) -> bytes:
    """The visit of a session (from 1) with a reminder the day before, or its cancellation. Raises UnprintableBooking."""
    session = _session(episode, number)
    visit = session.booking or _cancelled(session)
    if visit is None:
        raise UnprintableBooking("there is no visit for a calendar: book first")
    notice = AppointmentNotice(
        episode.id,
        number - 1,
        episode.version,
        told.word("papers", "calendar_visit"),
        cancelled=session.booking is None,
        remind_before=REMINDER,
    )
    return calendar_file(visit, VISIT, notice)


def diary_entry(episode: Episode, number: int, told: Language) -> bytes:
    """The questions of a session's diary that come at home. Raises UnprintableBooking before the drug was given."""
    session = _session(episode, number)
    left = session.discharge.at if session.discharge else None
    at_home = [one for one in session.prompts if left is None or one.due > left]  # the nurse asks the others
    summary, note = told.word("papers", "calendar_diary"), told.word("papers", "calendar_note")
    notice = AppointmentNotice(episode.id, number - 1, episode.version, summary, note=note)
    made_at = session.procedure.started_at if session.procedure else episode.request.at
    return diary_file(at_home, made_at, notice)


def _session(episode: Episode, number: int) -> Session:
    if not 1 <= number <= len(episode.sessions):
        raise UnprintableBooking(f"there is no session {number}: the episode has {len(episode.sessions)}")
    return episode.sessions[number - 1]


def _cancelled(session: Session) -> Booking | None:
    """The visit that was cancelled last and not booked again: its entry takes the old one out of the calendar."""
    last = session.booking_changes[-1] if session.booking_changes else None
    if last is None or last.event is not BookingEvent.CANCELLED:
        return None
    return Booking(last.appointment, last.at, last.by)
