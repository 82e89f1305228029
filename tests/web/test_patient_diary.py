"""The diary by a signed link: who may open it, what an answer says at once, and how often it is kept."""

import json
import re
from datetime import timedelta

import pytest
from patient_course import (
    BIRTH_YEAR,
    EPISODE,
    another_patient,
    course_on,
    four_answers,
    home_with_a_diary,
    link_for,
    opened,
)

from sijoint.clinic.diary_links import take_back_diary_link
from sijoint.model import Answer, Person, Role
from sijoint.records import Purpose

SCRIPT = {"accept": "application/json"}


@pytest.fixture
def site(tmp_path, clock):
    return home_with_a_diary(tmp_path, clock)


@pytest.fixture
def course(site, clock):
    """Home for half an hour: the question after an hour is open."""
    course = course_on(site, clock)
    course.clock.forward(minutes=24)
    return course


def entries(site):
    return site.store.episode(EPISODE).sessions[-1].entries


def open_question(site):
    now = site.clock()
    return next(one for one in site.store.episode(EPISODE).sessions[-1].prompts if one.opens <= now <= one.closes)


def test_a_link_asks_for_the_year_of_birth_and_shows_nothing_before(course, site, browser):
    phone, address = browser(), link_for(site)
    page = phone.get(address)
    assert page.status_code == 200
    assert "In which year were you born?" in page.text
    assert "injection" not in page.text
    wrong = phone.post(f"{address}/birth-year", data={"birth_year": "1963"})
    assert wrong.status_code == 422
    assert "not the year that we know" in wrong.text
    assert "four digits" in phone.post(f"{address}/birth-year", data={"birth_year": "196²"}).text
    assert phone.post(address, data=four_answers(), headers=SCRIPT).status_code == 401
    assert phone.post(address, data=four_answers()).text == phone.get(address).text
    assert entries(site) == ()


def test_years_cannot_be_guessed_for_long(course, site, browser):
    phone, address = browser(), link_for(site)
    told = [phone.post(f"{address}/birth-year", data={"birth_year": str(1900 + n)}).status_code for n in range(12)]
    assert told[:10] == [422] * 10
    assert told[10:] == [429] * 2


def test_a_forged_an_old_and_a_taken_back_link_open_nothing(course, site, browser):
    phone, address = opened(browser, site)
    assert phone.get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 404
    assert phone.get("/d/nothing").status_code == 404
    take_back_diary_link(site.store, address.split("/")[2].partition(".")[0], by=Role.NURSE.value, at=site.clock())
    assert phone.get(address).status_code == 404
    phone, address = opened(browser, site)
    course.clock.forward(days=201)
    assert phone.get(address).status_code == 404


def test_an_answer_is_kept_with_its_clocks_and_comes_back_with_a_receipt(course, site, browser):
    phone, address = opened(browser, site)
    page = phone.get(address)
    assert "It is time: <strong>1 h after the injection" in page.text
    question, before = open_question(site), site.clock()
    sent = phone.post(address, data=four_answers(prompt=question.id))
    assert (sent.status_code, sent.headers["location"]) == (303, f"{address}/kept/0123456789abcdef")
    (entry,) = entries(site)
    assert (entry.index_nrs, entry.rest_nrs, entry.prompt_id) == (2, 1, question.id)
    assert (entry.answered, entry.received) == (before, before)
    assert entry.leg_weak.answer is Answer.NO, "none of these is a no to each sign shown"
    receipt = phone.get(sent.headers["location"])
    assert "Your answer has arrived" in receipt.text
    assert "ABCDEF" in receipt.text
    assert "Nothing to answer now" in phone.get(address).text


def test_the_same_form_sent_twice_is_one_answer(course, site, browser):
    phone, address = opened(browser, site)
    form = four_answers(prompt=open_question(site).id)
    first = phone.post(address, data=form)
    course.clock.forward(seconds=5)
    assert phone.post(address, data=form).headers["location"] == first.headers["location"]
    assert len(entries(site)) == 1


def test_a_phone_that_did_not_hear_of_the_arrival_sends_again_and_it_is_kept_once(course, site, browser):
    phone, address = opened(browser, site)
    answered = site.clock()
    form = four_answers(
        prompt=open_question(site).id, opened=answered.isoformat(), answered=answered.isoformat(), leg_weak="yes"
    )
    told = []
    for seconds in (0, 3, 3600):
        course.clock.forward(seconds=seconds)
        form["sent"] = site.clock().isoformat()
        told.append(phone.post(address, data=form, headers=SCRIPT))
    assert [one.status_code for one in told] == [200] * 3
    assert len({json.dumps(one.json(), sort_keys=True) for one in told}) == 1, "the receipt is the same each time"
    assert len(entries(site)) == 1
    changed = phone.post(address, data={**form, "index": "9"}, headers=SCRIPT)
    assert changed.status_code == 422
    assert "an entry with this id is kept already" in changed.json()["refused"].lower()


def test_a_late_answer_is_kept_and_told_not_to_count(course, site, browser):
    phone, address = opened(browser, site)
    question = open_question(site)
    course.clock.forward(hours=1)
    assert "Too late: 1 h after the injection" in phone.get(address).text
    sent = phone.post(address, data=four_answers(prompt=question.id), headers=SCRIPT).json()
    assert sent["in_time"] is False
    assert "does not count" in sent["notes"][0]["patient"]
    assert len(entries(site)) == 1


def test_an_answer_given_offline_counts_by_the_moment_it_was_given(course, site, browser):
    phone, address = opened(browser, site)
    question, answered = open_question(site), site.clock()
    course.clock.forward(hours=9)
    ahead = timedelta(minutes=30)  # the phone's clock is fast
    said = {name: (answered + ahead).isoformat() for name in ("opened", "answered")}
    form = four_answers(prompt=question.id, sent=(site.clock() + ahead).isoformat(), **said)
    sent = phone.post(address, data=form, headers=SCRIPT).json()
    assert sent["in_time"] is True
    assert "30 minutes off" in sent["notes"][0]["patient"]
    (entry,) = entries(site)
    assert entry.answered == answered
    assert entry.device_answered == answered + ahead


def test_a_warning_sign_is_answered_with_the_emergency_number(course, site, browser):
    phone, address = opened(browser, site)
    form = four_answers(
        prompt=open_question(site).id, signs="some", bladder_bowel_or_saddle_change="yes", leg_weak="no"
    )
    sent = phone.post(address, data=form)
    page = phone.get(sent.headers["location"]).text
    assert "Call the emergency number now: 112" in page
    assert "This diary is not watched live" in page


def test_the_button_my_pain_is_back_asks_further_questions(course, site, browser):
    phone, address = opened(browser, site)
    before = len(site.store.episode(EPISODE).sessions[-1].prompts)
    assert phone.post(address, data=four_answers(prompt="back")).status_code == 303
    session = site.store.episode(EPISODE).sessions[-1]
    assert session.entries[0].pain_is_back.answer is Answer.YES
    assert len(session.prompts) > before


def test_daily_life_and_readings_are_kept_in_the_units_of_the_record(course, site, browser):
    phone, address = opened(browser, site)
    more = {"peg_pain": "4", "peg_enjoyment": "5", "peg_activity": "5", "activity_stairs": "7"}
    readings = {"temperature": "37,2", "glucose": "10", "glucose_unit": "mmol/L", "systolic": "130", "diastolic": "80"}
    phone.post(address, data=four_answers(prompt=open_question(site).id, **more, **readings, percent="60"))
    (entry,) = entries(site)
    assert str(entry.function.peg) == "4.7"
    assert [(one.activity.value, one.limited) for one in entry.function.activities] == [("climbing stairs", 7)]
    assert (str(entry.temperature_c), entry.patient_stated_percent) == ("37.2", 60)
    assert 175 <= entry.glucose_mg_dl <= 185
    assert (entry.blood_pressure_systolic, entry.blood_pressure_diastolic) == (130, 80)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"index": ""}, "Pain on your worst movement: choose a number from 0 to 10."),
        ({"index": "11"}, "must be at least 0 and at most 10"),
        ({"analgesic": "maybe"}, "Painkiller: choose one of the answers shown."),
        ({"signs": "some"}, "say which one it is"),
        ({"signs": ""}, "say whether one of them is true"),
        ({"prompt": "another"}, "The diary did not ask this question"),
        ({"entry_id": "../../etc"}, "too old to send"),
        ({"answered": "yesterday"}, "cannot be read"),
        ({"answered": "0001-01-01T00:00:00+00:00"}, "cannot be read"),
        ({"temperature": "hot"}, "is not a number"),
    ],
)
def test_a_half_filled_form_comes_back_with_everything_that_was_typed(course, site, browser, changes, sentence):
    phone, address = opened(browser, site)
    page = phone.post(address, data={**four_answers(prompt=open_question(site).id, rest="7"), **changes})
    assert page.status_code == 422
    assert sentence in page.text
    assert re.search(r'name="rest" value="7"\s+checked', page.text) or "rest" in changes
    assert entries(site) == ()


def test_the_own_login_opens_the_same_diary_and_nobody_elses(course, site, browser):
    another_patient(course)
    site.people.add(Person("other", "Another Patient", Role.PATIENT, "patient-2"))
    assert "It is time" in browser("own").get("/d/own").text
    assert "Your diary begins" in browser("other").get("/d/own").text
    assert browser(Role.NURSE).get("/d/own").headers["location"].startswith("/sign-in")
    assert browser().get("/d/own").headers["location"].startswith("/sign-in")


def test_every_look_is_on_the_record_as_a_look_at_the_own_record(course, site, browser):
    phone, address = opened(browser, site)
    phone.get(address)
    last = site.store.accesses(EPISODE)[-1]
    assert (last.by, last.purpose) == ("diary link", Purpose.OWN_RECORD)


def test_nothing_of_the_patient_is_in_the_empty_page_the_card_or_a_cache(course, site, browser):
    phone, address = opened(browser, site)
    page = phone.get(address)
    assert page.headers["cache-control"] == "no-store"
    card = json.loads(re.search(r'<script type="application/json" id="card">(.*?)</script>', page.text, re.DOTALL)[1])
    for text in (json.dumps(card), phone.get("/d/shell").text, phone.get("/d/worker.js").text):
        assert not re.search(rf"Virtual Patient|{BIRTH_YEAR}|patient-1", text)
    assert "standing up" not in phone.get("/d/shell").text
    worker = phone.get("/d/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert all(phone.get(one).status_code == 200 for one in re.findall(r'"(/static/[^"]+)"', worker.text))
