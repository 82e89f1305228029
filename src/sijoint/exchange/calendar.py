"""The appointment as an iCalendar file (RFC 5545) that says nothing about the patient.

A calendar is read by phones, employers and families: the entry names a visit and a place, never a person, a body part, a
side or a medicine. ``UID`` is made from ids, so a moved visit replaces the old entry and a cancelled one removes it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from sijoint.model import Booking

PRODUCT = "-//SIJoint//appointment//EN"


class UnprintableBooking(ValueError):
    """A booking that cannot become a calendar entry."""


@dataclass(frozen=True)
class AppointmentNotice:
    """What a calendar may say. ``sequence`` grows with every change of the same visit.

    ``summary``, ``place`` and ``note`` are the clinic's words and hold no patient data.
    """

    episode_id: str
    session_index: int
    sequence: int = 0
    summary: str = "Appointment"
    place: str = ""
    note: str = ""
    cancelled: bool = False
    remind_before: timedelta | None = None


def calendar_file(booking: Booking, duration: timedelta, notice: AppointmentNotice) -> bytes:
    """The booking as an .ics file in UTC. Same input, same bytes. Raises UnprintableBooking.

    The stamp is the moment at which the booking was made.
    """
    for name, moment in (("visit", booking.at), ("booking", booking.made_at)):
        if moment.tzinfo is None:
            raise UnprintableBooking(f"the time of the {name} has no time zone; give it in UTC")
    if duration <= timedelta(0):
        raise UnprintableBooking("the visit must last longer than no time; give its length")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if notice.cancelled else "PUBLISH")
    calendar.add_component(_event(booking, duration, notice))
    content: bytes = calendar.to_ical()
    return content


def _event(booking: Booking, duration: timedelta, notice: AppointmentNotice) -> Event:
    start = _utc(booking.at)
    event = Event()
    event.add("uid", f"{notice.episode_id}-{notice.session_index}@sijoint")
    event.add("dtstamp", _utc(booking.made_at))
    event.add("dtstart", start)
    event.add("dtend", start + duration)
    event.add("sequence", notice.sequence)
    event.add("summary", notice.summary)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("status", "CANCELLED" if notice.cancelled else "CONFIRMED")
    if notice.place:
        event.add("location", notice.place)
    if notice.note:
        event.add("description", notice.note)
    if notice.remind_before is not None and not notice.cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", notice.summary)
        alarm.add("trigger", -notice.remind_before)
        event.add_component(alarm)
    return event


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
