"""Appointments: made, moved, cancelled, missed. Each time everything that hangs on the day is void and made anew."""

from dataclasses import replace

from sijoint.clinic.appointments import noted
from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.clearance import clearance, with_session
from sijoint.clinic.commands import Book, CancelBooking, RecordNoShow
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear, stepped
from sijoint.model import Booking, BookingChange, BookingEvent, BookingWish, Session
from sijoint.pathway import Step, booking_moved, check_authorisation, next_state, together
from sijoint.records import Tag


@carry_out.register
def _(command: Book, now: Situation) -> Change:
    """A first appointment or another one; moving it voids the sheet, what was checked on the day, and consent grown too old."""
    state = next_state(now.episode.state, Step.BOOK, now.session)
    if command.at < now.now:
        raise CommandRefused("the appointment would be in the past: choose a time to come")
    booked = Booking(command.at, now.now, command.by)
    moved = booking_moved(now.session, booked, now.policy)
    judged = clearance(now, with_session(now.episode, moved), moved)  # for the day that is asked for
    if now.session.screening is None:
        raise CommandRefused("the order has not been screened: answer the screening questions first")
    require_clear("not cleared for booking", together(judged.order, judged.screening))
    event = BookingEvent.MADE if now.session.booking is None else BookingEvent.MOVED
    change = BookingChange(event, command.at, now.now, command.by, command.wished_by, command.reason)
    session = noted(moved, change)
    episode = replace(with_session(now.episode, session), state=state)
    tag = Tag.BOOKING_MADE if event is BookingEvent.MADE else Tag.BOOKING_MOVED
    authorised = check_authorisation(episode, now.policy.day(command.at), now.policy)
    return Change(episode, tag, (*judged.screening.findings, *authorised.findings))


@carry_out.register
def _(command: CancelBooking, now: Situation) -> Change:
    if not command.reason.strip():
        raise CommandRefused("say why the appointment is cancelled")
    session = _without(now, BookingEvent.CANCELLED, command.by, command.wished_by, command.reason)
    return Change(stepped(now, Step.CANCEL, session), Tag.BOOKING_CANCELLED)


@carry_out.register
def _(command: RecordNoShow, now: Situation) -> Change:
    next_state(now.episode.state, Step.NO_SHOW, now.session)
    if now.session.booking is not None and now.now < now.session.booking.at:
        raise CommandRefused("the time of the appointment has not come yet: cancel it, or wait for the patient")
    session = _without(now, BookingEvent.MISSED, command.by, BookingWish.PATIENT, command.reason)
    return Change(stepped(now, Step.NO_SHOW, session), Tag.BOOKING_MISSED)


def _without(now: Situation, event: BookingEvent, by: str, wished_by: BookingWish, reason: str) -> Session:
    booking = now.session.booking
    if booking is None:
        raise CommandRefused("nothing is booked: there is no appointment to take away")
    change = BookingChange(event, booking.at, now.now, by, wished_by, reason)
    return noted(booking_moved(now.session, None, now.policy), change)
