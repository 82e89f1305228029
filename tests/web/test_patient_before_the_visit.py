"""The own record before the injection: what comes next, and no paper before it is made."""

import re
from datetime import timedelta

from patient_course import EPISODE, course_on, four_answers, opened

from sijoint.clinic import Book, Prepare
from sijoint.model import Activity, BookingEvent, BookingWish, Person, Role


def test_before_the_visit_the_record_says_what_comes_next(site, clock, browser):
    course = course_on(site, clock).booked()
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    phone = browser("own")
    assert "Your visit is on Monday 9 March 2026" in phone.get("/me").text
    assert "not made yet" in phone.get("/me/injections/1/preparation/en").text
    visit = phone.get("/me/injections/1/calendar-visit.ics")
    assert b"SUMMARY:Clinic visit" in visit.content
    assert phone.get("/me/injections/1/calendar-diary.ics").status_code == 404
    assert phone.get("/me/injections/1/diary.svg").status_code == 404
    assert phone.get("/me/injections/1/picture.png").status_code == 404
    course.accepted(Prepare)
    assert "How to prepare" in phone.get("/me").text
    assert "Come on Monday 9 March 2026" in phone.get("/me/injections/1/preparation/en").text


def test_a_patient_without_any_request_is_shown_the_way(site, clock, browser):
    course_on(site, clock).requested()
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    assert "We have your request" in browser("own").get("/me").text


def test_before_the_injection_there_is_nothing_to_answer(site, clock, browser):
    course_on(site, clock).booked()
    phone, address = opened(browser, site)
    assert "Your diary begins with the injection" in phone.get(address).text
    assert (
        "no questions yet"
        in phone.post(address, data=four_answers(), headers={"accept": "application/json"}).json()["refused"]
    )


def test_daily_life_before_the_injection_is_told_once(site, clock, browser):
    course_on(site, clock).booked()
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    phone = browser("own")
    assert "how daily life goes" in phone.get("/me").text
    scales = ("peg_pain", "peg_enjoyment", "peg_activity", *(f"activity_{one.name.lower()}" for one in Activity))
    form = {**dict.fromkeys(scales, "4"), "peg_pain": "7", "command_id": "0123456789ab"}
    missing = phone.post("/me/daily-life", data={**form, "activity_stairs": ""})
    assert missing.status_code == 422
    assert 'href="#activity_stairs"' in missing.text
    assert phone.post("/me/daily-life", data=form).status_code == 303
    assert phone.post("/me/daily-life", data=form).headers["location"] == "/me", "pressed twice"
    baseline = site.store.episode(EPISODE).sessions[-1].function_baseline
    assert (str(baseline.function.peg), len(baseline.function.activities), baseline.by) == ("5.0", 6, "own")
    assert "how daily life goes" not in phone.get("/me").text


def test_a_patient_who_cannot_come_is_told_about_paused_medicines_first(site, clock, browser):
    course = course_on(site, clock).booked()
    site.people.add(Person("own", "Virtual Patient", Role.PATIENT, "patient-1"))
    phone = browser("own")
    page = phone.get("/me/visit/cancel").text
    assert "Have you paused a medicine for this visit?" in page
    form = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("command_id", "seen_version")}
    assert phone.post("/me/visit/cancel", data={**form, "reason": "ill"}).headers["location"] == "/me"
    assert phone.post("/me/visit/cancel", data=form).headers["location"] == "/me", "pressed twice"
    change = site.store.episode(EPISODE).sessions[-1].booking_changes[-1]
    assert (change.event, change.by, change.wished_by, change.reason) == (
        BookingEvent.CANCELLED,
        "own",
        BookingWish.PATIENT,
        "ill",
    )
    assert "Your visit was cancelled" in phone.get("/me").text
    course.accepted(Book, at=course.clock() + timedelta(days=9))
    old = phone.post("/me/visit/cancel", data={"command_id": "another-id", "seen_version": form["seen_version"]})
    assert old.status_code == 422, "the visit on this page was another one"
