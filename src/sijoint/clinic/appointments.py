"""An appointment taken away because of what was found: kept in the history of bookings like any other change."""

from dataclasses import replace

from sijoint.clinic.situation import Situation
from sijoint.model import BookingChange, BookingEvent, BookingWish, Episode, Session
from sijoint.pathway import booking_moved


def noted(session: Session, change: BookingChange) -> Session:
    """The session with one more line in the history of its appointments."""
    return replace(session, booking_changes=(*session.booking_changes, change))


def without_appointment(episode: Episode, by: str, reason: str, now: Situation) -> Episode:
    """The episode without the appointment of an order that waits; nothing changes where none is booked."""
    session = episode.sessions[-1] if episode.sessions else None
    if session is None or session.procedure is not None or session.booking is None:
        return episode
    change = BookingChange(
        BookingEvent.CANCELLED, session.booking.at, now.now, by, BookingWish.CLINIC, reason or "not accepted"
    )
    return replace(episode, sessions=(*episode.sessions[:-1], noted(booking_moved(session, None, now.policy), change)))
