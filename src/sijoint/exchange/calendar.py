"""The appointment, and the times of the diary, as iCalendar files (RFC 5545) that say nothing about the patient.

A calendar is read by phones, employers and families: the entry names a visit and a place, never a person, a body part, a
side or a medicine. ``UID`` is made from ids, so a moved visit replaces the old entry and a cancelled one removes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from sijoint.model import Booking, DiaryPrompt

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
    return _file([_event(booking, duration, notice)], notice)


def diary_file(prompts: Sequence[DiaryPrompt], made_at: datetime, notice: AppointmentNotice) -> bytes:
    """Every question of the diary at its time, with an alarm when it is due; it ends when the question closes.

    Raises UnprintableBooking where there is no question, or a time without a zone.
    """
    if not prompts:
        raise UnprintableBooking("the diary asks nothing yet: its times are known once the drug was given")
    if any(moment.tzinfo is None for one in prompts for moment in (one.due, one.closes)) or made_at.tzinfo is None:
        raise UnprintableBooking("a time of the diary has no time zone; give it in UTC")
    return _file([_question(one, made_at, notice) for one in prompts], notice)


def _file(events: Sequence[Event], notice: AppointmentNotice) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if notice.cancelled else "PUBLISH")
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _question(prompt: DiaryPrompt, made_at: datetime, notice: AppointmentNotice) -> Event:
    """It blocks no time: the patient is free while it waits."""
    event = Event()
    event.add("uid", f"{notice.episode_id}-{notice.session_index}-{prompt.id}@sijoint")
    event.add("dtstamp", _utc(made_at))
    event.add("dtstart", _utc(prompt.due))
    event.add("dtend", max(_utc(prompt.closes), _utc(prompt.due) + timedelta(minutes=1)))
    event.add("sequence", notice.sequence)
    event.add("summary", notice.summary)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if notice.note:
        event.add("description", notice.note)
    event.add_component(_alarm(notice, timedelta(0)))
    return event


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
        event.add_component(_alarm(notice, notice.remind_before))
    return event


def _alarm(notice: AppointmentNotice, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", notice.summary)
    alarm.add("trigger", -before)
    return alarm


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
