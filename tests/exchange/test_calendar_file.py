"""A visit leaves the house as a calendar entry that names nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from sijoint.exchange.calendar import AppointmentNotice, UnprintableBooking, calendar_file, diary_file
from sijoint.model import Booking, DiaryPrompt

VISIT = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)
MADE = datetime(2026, 1, 21, 9, 0, tzinfo=UTC)
NOTICE = AppointmentNotice("E-2026-0001", 0, place="Day clinic", note="Please bring your list.")


def event_of(content: bytes):
    events = Calendar.from_ical(content).walk("VEVENT")
    assert len(events) == 1
    return events[0]


def test_another_reader_finds_the_same_visit_in_utc():
    event = event_of(calendar_file(Booking(VISIT, MADE, "front desk"), timedelta(minutes=90), NOTICE))
    assert event.decoded("dtstart") == VISIT
    assert event.decoded("dtend") == VISIT + timedelta(minutes=90)
    assert event.decoded("dtstamp") == MADE
    assert b"DTSTART:20260203T090000Z" in calendar_file(Booking(VISIT, MADE, "x"), timedelta(minutes=90), NOTICE)


def test_a_visit_given_in_local_time_is_the_same_moment():
    local = VISIT.astimezone(timezone(timedelta(hours=5, minutes=45)))
    here = calendar_file(Booking(local, MADE, "front desk"), timedelta(hours=1), NOTICE)
    assert here == calendar_file(Booking(VISIT, MADE, "front desk"), timedelta(hours=1), NOTICE)


def test_the_entry_says_nothing_of_the_person_or_who_booked():
    content = calendar_file(Booking(VISIT, MADE, "Irene Marlow"), timedelta(hours=1), NOTICE)
    event = event_of(content)
    assert str(event["summary"]) == "Appointment"
    assert event["class"] == "PRIVATE"
    for word in (b"Marlow", b"sacroiliac", b"injection", b"left", b"ORGANIZER", b"ATTENDEE"):
        assert word not in content


def test_a_moved_visit_replaces_the_old_entry():
    first = event_of(calendar_file(Booking(VISIT, MADE, "x"), timedelta(hours=1), NOTICE))
    moved = Booking(VISIT + timedelta(days=7), MADE + timedelta(days=1), "x")
    second = event_of(calendar_file(moved, timedelta(hours=1), AppointmentNotice("E-2026-0001", 0, sequence=1)))
    assert first["uid"] == second["uid"]
    assert second["sequence"] > first["sequence"]


def test_two_sessions_are_two_entries():
    booking = Booking(VISIT, MADE, "x")
    one = event_of(calendar_file(booking, timedelta(hours=1), AppointmentNotice("E-1", 0)))
    two = event_of(calendar_file(booking, timedelta(hours=1), AppointmentNotice("E-1", 1)))
    assert one["uid"] != two["uid"]


def test_a_cancelled_visit_says_so_and_rings_no_bell():
    notice = AppointmentNotice("E-1", 0, sequence=2, cancelled=True, remind_before=timedelta(days=1))
    content = calendar_file(Booking(VISIT, MADE, "x"), timedelta(hours=1), notice)
    assert Calendar.from_ical(content)["method"] == "CANCEL"
    assert event_of(content)["status"] == "CANCELLED"
    assert not Calendar.from_ical(content).walk("VALARM")


def test_a_reminder_rings_before_the_visit():
    notice = AppointmentNotice("E-1", 0, remind_before=timedelta(days=1))
    content = calendar_file(Booking(VISIT, MADE, "x"), timedelta(hours=1), notice)
    (alarm,) = Calendar.from_ical(content).walk("VALARM")
    assert alarm.decoded("trigger") == -timedelta(days=1)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
def test_any_words_of_the_clinic_come_back_and_open_no_new_line(words: str):
    content = calendar_file(Booking(VISIT, MADE, "x"), timedelta(hours=1), AppointmentNotice("E-1", 0, note=words))
    event = event_of(content)
    assert str(event.get("description", "")) == words
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(UnprintableBooking, match="time zone"):
        calendar_file(Booking(datetime(2026, 2, 3, 9), MADE, "x"), timedelta(hours=1), NOTICE)


def test_a_visit_of_no_length_is_refused():
    with pytest.raises(UnprintableBooking, match="longer"):
        calendar_file(Booking(VISIT, MADE, "x"), timedelta(0), NOTICE)


def prompts():
    due = VISIT + timedelta(hours=2)
    later = VISIT + timedelta(days=3)
    return (
        DiaryPrompt("q1", "2 h", due, due - timedelta(minutes=20), due + timedelta(minutes=29)),
        DiaryPrompt("q2", "day 3", later, later - timedelta(hours=10), later + timedelta(hours=6)),
    )


def test_every_question_of_the_diary_rings_when_it_is_due_and_blocks_no_time():
    events = Calendar.from_ical(diary_file(prompts(), VISIT, NOTICE)).walk("VEVENT")
    for event, prompt in zip(events, prompts(), strict=True):
        assert event.decoded("dtstart") == prompt.due
        assert event.decoded("dtend") == prompt.closes
        assert str(event["transp"]) == "TRANSPARENT"
        (alarm,) = event.walk("VALARM")
        assert alarm.decoded("trigger") == timedelta(0)


def test_questions_keep_their_names_so_that_a_new_file_replaces_them():
    def names(sequence):
        notice = replace(NOTICE, sequence=sequence)
        return [
            (str(one["uid"]), one["sequence"])
            for one in Calendar.from_ical(diary_file(prompts(), VISIT, notice)).walk("VEVENT")
        ]

    assert [uid for uid, _ in names(1)] == [uid for uid, _ in names(2)]
    assert len({uid for uid, _ in names(1)}) == 2
    assert {count for _, count in names(2)} == {2}


def test_a_diary_without_questions_or_zone_is_refused():
    with pytest.raises(UnprintableBooking, match="once the drug was given"):
        diary_file((), VISIT, NOTICE)
    with pytest.raises(UnprintableBooking, match="time zone"):
        diary_file((replace(prompts()[0], due=datetime(2026, 2, 3, 9)),), VISIT, NOTICE)
