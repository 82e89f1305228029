"""The own record by login: plain words, own curve, own papers, own data, and nobody else's."""

import csv
import io
import json

import pytest
from patient_course import EPISODE, another_patient, course_on, home_with_a_diary
from PIL import Image

from sijoint.clinic import JudgeBlock
from sijoint.exchange import read_episode_text
from sijoint.model import Person, Role
from sijoint.records import Purpose

PAGES = (
    "/me",
    "/me/injections/1/home/en",
    "/me/injections/1/home/en/pdf",
    "/me/injections/1/preparation/en",
    "/me/injections/1/preparation/de",
    "/me/injections/1/calendar-diary.ics",
    "/me/injections/1/diary.svg",
    "/me/injections/1/picture.png",
    "/me/data",
    "/me/data/record.pdf",
    "/me/data/diary.csv",
    "/me/data/episode-1.json",
)


@pytest.fixture
def site(tmp_path, clock):
    return home_with_a_diary(tmp_path, clock)


@pytest.fixture
def course(site, clock):
    return course_on(site, clock)


def answered(course, site, browser, *nrs):
    """The next questions answered in time, one after the other."""
    phone = browser("own")
    for number in nrs:
        waiting = [
            one
            for one in site.store.episode(EPISODE).sessions[-1].prompts
            if one.due > site.clock() and one.label.endswith(" h")
        ]
        course.clock.forward(seconds=(waiting[0].due - site.clock()).total_seconds())
        form = {"entry_id": f"entry-{waiting[0].label}-{number}".replace(" ", "-"), "prompt": waiting[0].id}
        told = {"index": str(number), "rest": "0", "analgesic": "no", "resting": "no", "signs": "none"}
        assert phone.post("/d/own", data={**form, **told}).status_code == 303
    return phone


def test_the_result_stands_in_plain_words_and_is_no_proof(course, site, browser):
    phone = answered(course, site, browser, 1, 1, 1, 6, 7)
    assert "Your test was" not in phone.get("/me").text
    course.clock.forward(days=1)
    course.accepted(JudgeBlock)
    page = browser("own").get("/me").text
    assert "Your test was positive." in page
    assert "It is no proof: about 1 in 8" in page
    assert "the sacroiliac joint on your left side" in page
    assert "is the source" not in page


def test_the_curve_is_a_picture_with_the_same_numbers_as_a_table(course, site, browser):
    phone = answered(course, site, browser, 2, 5)
    page = phone.get("/me").text
    assert page.count('<td class="number">5</td>') == 1
    picture = phone.get("/me/injections/1/diary.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert b"while the numbing medicine works" in picture.content


def test_the_own_picture_has_its_caption_and_says_that_it_is_simulated(course, browser):
    phone = browser("own")
    page = phone.get("/me").text
    assert "This is your own X-ray picture with the needle in place." in page
    assert "made by a computer from a virtual body" in page
    picture = phone.get("/me/injections/1/picture.png")
    assert (picture.headers["content-type"], picture.headers["cache-control"]) == ("image/png", "no-store")
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert shown.height > shown.width, "with its strip of marks"
    assert phone.get("/me/injections/2/picture.png").status_code == 404


def test_the_sheets_are_the_patients_own_in_three_languages(course, browser):
    phone = browser("own")
    home = phone.get("/me/injections/1/home/en").text
    assert "After your injection" in home
    assert "call 112 (911 in North America) at once if" in home
    assert phone.get("/me/injections/1/home/en/pdf").content.startswith(b"%PDF")
    german = phone.get("/me/injections/1/home/de").text
    assert '<html lang="de"' in german
    assert "How to prepare for your injection" in phone.get("/me/injections/1/preparation/en").text
    spanish = phone.get("/me/injections/1/preparation/es").text
    assert '<html lang="es"' in spanish
    assert "notice warn" in spanish, "no clinician has reviewed it, and it says so"
    assert phone.get("/me/injections/1/preparation/xx").status_code == 404


def test_calendar_entries_name_nobody(course, browser):
    entry = browser("own").get("/me/injections/1/calendar-diary.ics")
    assert entry.headers["content-type"].startswith("text/calendar")
    assert b"BEGIN:VALARM" in entry.content
    assert b"Virtual" not in entry.content
    assert b"injection" not in entry.content.lower()
    assert browser("own").get("/me/injections/1/calendar-nothing.ics").status_code == 404


def test_everything_can_be_taken_along(course, site, browser):
    phone = answered(course, site, browser, 2, 5)
    assert phone.get("/me/data/record.pdf").content.startswith(b"%PDF")
    head, *rows = csv.reader(io.StringIO(phone.get("/me/data/diary.csv").text))
    assert head[:3] == ["injection", "question", "due (UTC)"]
    assert [(row[6], row[7]) for row in rows] == [("yes", "2"), ("yes", "5")]
    file = phone.get("/me/data/episode-1.json")
    assert "attachment" in file.headers["content-disposition"]
    assert read_episode_text(file.text).episode == site.store.episode(EPISODE)
    assert json.loads(file.text)["patient"]["family_name"] == course.patient().family_name
    assert phone.get("/me/data/episode-2.json").status_code == 404


def test_every_look_is_on_the_record_as_one_at_the_own_record(course, site, browser):
    phone = browser("own")
    for page in PAGES:
        before = len(site.store.accesses())
        assert phone.get(page).status_code in (200, 404), page
        looks = site.store.accesses()[before:]
        assert looks, page
        assert {(one.by, one.purpose) for one in looks} == {("own", Purpose.OWN_RECORD)}, page


def test_the_patient_sees_who_has_looked_and_why(course, site, browser):
    with site.store.read_as("nurse", Purpose.CARE, site.clock()) as viewing:
        viewing.episode(EPISODE)
    phone = browser("own")
    phone.get("/me")
    page = phone.get("/me/data").text
    assert "Nurse of tests, nurse, for your treatment" in page
    assert "you, your own record" in page
    assert page.count("your own record</li>") == 1, "each person once a day"


def test_nobody_elses_record_is_there(course, site, browser):
    another_patient(course)
    site.people.add(Person("other", "Another Patient", Role.PATIENT, "patient-2"))
    stranger, nobody, nurse = browser("other"), browser(), browser(Role.NURSE)
    for page in PAGES:
        assert nobody.get(page).headers["location"].startswith("/sign-in"), page
        assert nurse.get(page).status_code == 403, page
        if "injections" in page:
            assert stranger.get(page).status_code == 404, page
    assert "We have your request" in stranger.get("/me").text
    assert "left side" not in stranger.get("/me").text


def test_every_page_is_kept_out_of_caches_and_its_title_names_nobody(course, browser):
    phone = browser("own")
    for page in PAGES:
        answer = phone.get(page)
        assert answer.headers["cache-control"] == "no-store", page
        if answer.headers["content-type"].startswith("text/html"):
            assert course.patient().family_name not in answer.text.split("</title>")[0], page
