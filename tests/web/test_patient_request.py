"""Asking for an appointment: a topic a page, nothing lost on the way, sent once, urgent signs answered at once."""

import re
from datetime import timedelta

import pytest

from sijoint.frames import Side
from sijoint.model import ConservativeKind, Person, RequestedBy, Role
from sijoint.pathway.request_signs import sign_codes
from sijoint.web.patient.request_topics import TOPICS

SIGNS = {f"sign_{code}": "no" for code in sign_codes()}
PAGES = {
    "signs": SIGNS,
    "where": {"area": ["buttock-left", "tail-bone"], "side": "left"},
    "since": {"reason": "I cannot sit for long", "since_count": "8", "since_unit": "months"},
    "tried": {"care_ice": "yes", "care_ice_began": "2025-11-01", "care_ice_ended": "2025-12-01"},
    "causes": {"cause": ["trauma", "arthritis"]},
    "you": {
        "given_name": "Mara",
        "family_name": "Invented",
        "birth_date": "1980-02-29",
        "sex": "female",
        "contact": "555 0100",
    },
}


def fill(phone, **changed):
    """Every page up to the last one; answers where the phone was sent to."""
    to = "/request/signs"
    for key, fields in PAGES.items():
        answer = phone.post(f"/request/{key}", data={**fields, **changed.get(key, {})})
        assert answer.status_code == 303, answer.text
        to = answer.headers["location"]
        if to == "/request/urgent":
            assert phone.get(to).status_code == 200
    return to


def only_episode(site):
    (header,) = site.store.headers()
    return site.store.episode(header.id)


def test_from_the_first_page_to_the_receipt(site, browser):
    phone = browser()
    assert phone.get("/request").status_code == 200
    assert fill(phone) == "/request/check"
    page = phone.get("/request/check").text
    assert "I cannot sit for long" in page
    assert "the buttock, left; the tail bone" in page
    assert phone.post("/request/check").headers["location"] == "/request/sent"
    episode = only_episode(site)
    assert episode.request.side is Side.LEFT
    assert [(one.region, one.side) for one in episode.request.areas] == [("buttock", Side.LEFT), ("tail-bone", None)]
    assert episode.request.pain_since == (site.clock() - timedelta(days=240)).date()
    assert [one.kind for one in episode.request.conservative_care] == [ConservativeKind.ICE]
    patient = site.store.patient(episode.patient_id)
    assert (patient.given_name, patient.virtual) == ("Mara", True)
    receipt = phone.get("/request/sent").text
    assert episode.id.removeprefix("episode-")[:6].upper() in receipt
    assert "Mara" not in receipt


def test_pressing_send_twice_is_one_request(site, browser):
    phone = browser()
    fill(phone)
    cookies = dict(phone.cookies)
    phone.post("/request/check")
    again = browser()
    for name, value in cookies.items():
        again.cookies.set(name, value, path="/request")
    assert again.post("/request/check").headers["location"] == "/request/sent"
    assert len(site.store.headers()) == 1


def test_back_and_a_page_left_half_filled_lose_nothing(browser):
    phone = browser()
    phone.post("/request/signs", data=SIGNS)
    half = phone.post("/request/since", data={"reason": "halfway", "since_unit": "weeks", "go": "back"})
    assert half.headers["location"] == "/request/where"
    assert "halfway" in phone.get("/request/since").text
    kept = phone.post("/request/since", data={"reason": "typed on", "since_unit": "weeks", "go": "keep"})
    assert (kept.status_code, kept.text) == (204, "")
    page = phone.get("/request/since").text
    assert "typed on" in page
    assert re.search(r"<option selected>weeks", page)
    assert "Go on where you stopped" in phone.get("/request").text
    assert phone.get("/request/check").headers["location"] == "/request/where", "the first page that is not done"


def test_a_page_with_something_missing_says_so_on_top_with_links(browser):
    page = browser().post("/request/where", data={"area": ["buttock-left", "no-such-place"]})
    assert page.status_code == 422
    summary = page.text[page.text.index("error-summary") : page.text.index("<h1>")]
    assert 'href="#area"' in summary
    assert 'href="#side"' in summary
    assert re.search(r'value="buttock-left"\s+checked', page.text), "what was typed stands there again"


@pytest.mark.parametrize(
    ("key", "fields", "sentence"),
    [
        ("signs", {"sign_saddle": ""}, "choose yes or no"),
        ("since", {"reason": " "}, "is missing"),
        ("since", {"since_count": "0"}, "at least 1"),
        ("since", {"since_unit": "moons"}, "weeks, months or years"),
        ("tried", {"care_ice_began": "2099-01-01"}, "still to come"),
        ("tried", {"care_ice_ended": "2025-01-01"}, "before the first"),
        ("tried", {"care_ice_began": "long ago"}, "is not a date"),
        ("causes", {"cause": "the moon"}, "choices shown"),
        ("you", {"birth_date": "1580-01-01"}, "check the year"),
        ("you", {"family_name": "x" * 101}, "longer than 100"),
        ("you", {"sex": "unknown"}, "choices shown"),
    ],
)
def test_bad_input_is_one_clear_sentence(browser, key, fields, sentence):
    page = browser().post(f"/request/{key}", data={**PAGES[key], **fields})
    assert page.status_code == 422
    assert sentence in page.text


def test_an_urgent_sign_shows_the_emergency_number_before_anything_else(site, browser):
    phone = browser()
    told = phone.post("/request/signs", data={**SIGNS, "sign_saddle": "yes", "sign_fever": "yes"})
    assert told.headers["location"] == "/request/urgent"
    page = phone.get("/request/urgent").text
    assert "Call the emergency number now: 112" in page
    fill(phone, signs={"sign_saddle": "yes"})
    phone.post("/request/check")
    request = only_episode(site).request
    assert request.areas[0].region == "saddle"
    assert request.reason.startswith("Answered yes: you cannot hold")
    assert "Call the emergency number now" in phone.get("/request/sent").text


def test_a_draft_can_be_read_by_its_own_browser_alone_and_ends_after_a_day(site, clock, browser):
    phone = browser()
    phone.post("/request/since", data=PAGES["since"])
    (draft,) = (site.data / "drafts").iterdir()
    assert b"sit" not in draft.read_bytes()
    assert "sit for long" not in browser().get("/request/since").text
    assert "sit for long" in phone.get("/request/since").text
    clock.now += timedelta(days=1)
    assert "sit for long" not in phone.get("/request/since").text
    assert list((site.data / "drafts").iterdir()) == []


def test_what_was_typed_can_be_taken_back(site, browser):
    phone = browser()
    phone.post("/request/since", data=PAGES["since"])
    assert phone.post("/request/forget").headers["location"] == "/request"
    assert list((site.data / "drafts").iterdir()) == []
    assert "sit for long" not in phone.get("/request/since").text


def test_a_draft_that_is_too_large_is_refused_and_the_kept_one_stays(browser):
    phone = browser()
    phone.post("/request/since", data=PAGES["since"])
    answer = phone.post("/request/since", data={**PAGES["since"], "reason": "y" * 40000, "go": "keep"})
    assert answer.status_code == 413
    assert "sit for long" in phone.get("/request/since").text


def test_the_front_desk_asks_for_a_practice_and_a_patient_for_themselves(site, clock, browser):
    desk = browser(Role.FRONT_DESK)
    assert "Who asks?" in desk.get("/request/you").text
    fill(desk, you={"asked_by": "referrer", "referrer": "Practice Invented"})
    desk.post("/request/check")
    episode = only_episode(site)
    assert episode.request.requested_by is RequestedBy.REFERRER
    assert episode.request.referrer.name == "Practice Invented"
    site.people.add(Person("own", "Mara Invented", Role.PATIENT, episode.patient_id))
    patient = browser("own")
    assert patient.get("/request/you").status_code == 404, "who is signed in is known"
    for key in ("signs", "where", "since", "tried", "causes"):
        patient.post(f"/request/{key}", data=PAGES[key])
    assert patient.post("/request/check").headers["location"] == "/request/sent"
    assert [one.patient_id for one in site.store.headers()] == [episode.patient_id] * 2


def test_requests_cannot_be_sent_without_end(site, browser):
    phone = browser()
    fill(phone)
    for _ in range(30):
        site.throttles.addresses.count("request testclient")
    told = phone.post("/request/check")
    assert told.status_code == 429
    assert "wait" in told.text
    assert phone.get("/request/check").status_code == 200, "what was typed is still there"


def test_nothing_of_the_patient_stands_in_an_address_or_a_title(browser):
    phone = browser()
    for key in (one.key for one in TOPICS):
        page = phone.post(f"/request/{key}", data={**PAGES[key], "go": "back"})
        assert "?" not in page.headers["location"]
    fill(phone)
    assert "<title>Ask for an appointment – SIJoint</title>" in phone.get("/request/check").text
    assert phone.get("/request/check").headers["cache-control"] == "no-store"


def test_an_address_that_is_no_topic_is_not_there(browser):
    assert browser().get("/request/nothing").status_code == 404
    assert browser().post("/request/nothing").status_code == 404
