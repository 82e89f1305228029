"""Signing in: equal answers, slow guessing, tokens that nobody could have known before, sessions that end when they should."""

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from site_of_tests import OWN_PAGE
from starlette.testclient import TestClient

from sijoint.clinic.people import close_person, set_password
from sijoint.model import Person, Role
from sijoint.web import create_app, open_site
from sijoint.web.register import SHIFT

GOOD, OTHER = "four quiet lanterns", "a heron on the roof"
KNOWN = {"code": "n-b", "password": GOOD}


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    monkeypatch.setattr("sijoint.clinic.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def nurse(site):
    site.people.add(Person("n-b", "Nurse B", Role.NURSE), GOOD)


def sign_in(client, **fields):
    return client.post("/sign-in", data=KNOWN | fields)


def test_a_nurse_signs_in_begins_with_the_day_and_signs_out(browser, nurse):
    client = browser()
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/today")
    assert "Nurse B" in client.get("/account").text
    token = client.cookies["sij"]
    assert client.post("/sign-out").status_code == 303
    client.cookies.set("sij", token)
    assert client.get("/account").status_code == 303


def test_the_cookie_is_for_this_host_alone_and_no_script_reads_it(browser, nurse):
    cookie = sign_in(browser()).headers["set-cookie"].lower()
    assert cookie.startswith("sij=")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip() for part in cookie.split(";")}


def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(site, clock, nurse):
    tls = open_site(site.store, secret=site.secret, clock=clock, secure=True, hosts=frozenset({"clinic.example"}))
    headers = OWN_PAGE | {"origin": "https://clinic.example"}
    client = TestClient(create_app(tls), base_url="https://clinic.example", headers=headers, follow_redirects=False)
    answer = sign_in(client)
    assert answer.headers["set-cookie"].startswith("__Host-sij=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_an_unknown_code_and_a_wrong_password_get_the_same_answer(browser, nurse):
    wrong = sign_in(browser(), password="not this one at all")
    unknown = sign_in(browser(), code="n-x")
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.text.replace("n-b", "n-x") == unknown.text
    assert "set-cookie" not in wrong.headers


def test_an_unknown_code_costs_as_much_work_as_a_wrong_password(browser, nurse, monkeypatch):
    compared = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *all: compared.append(all[1]) or real(*all))
    sign_in(browser(), code="n-x")
    sign_in(browser(), password="not this one at all")
    assert len(compared) == 2
    assert all(re.match(r"\$argon2id\$", one) for one in compared)


@pytest.mark.parametrize("code", ["n-b", "n-x"])
def test_guessing_stops_after_five_tries_and_goes_on_later(browser, clock, nurse, code):
    client = browser()
    for _ in range(5):
        assert sign_in(client, code=code, password="not this one at all").status_code == 422
    stopped = sign_in(client, code=code)
    assert stopped.status_code == 429
    assert "wait 15 minutes" in stopped.text
    assert stopped.headers["retry-after"] == "900"
    clock.now += timedelta(minutes=16)
    assert sign_in(client).status_code == 303


def test_one_address_cannot_try_one_password_on_everybody(browser, nurse):
    client = browser()
    answers = [sign_in(client, code=f"n-{number}").status_code for number in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_whole_shift_behind_one_address_signs_in(browser, nurse):
    assert [sign_in(browser()).status_code for _ in range(35)] == [303] * 35


def test_who_guesses_does_not_win_tries_by_knowing_one_password(browser, nurse):
    client, answers = browser(), []
    for number in range(32):
        answers.append(sign_in(client, code=f"n-{number}").status_code)
        sign_in(client)
    assert answers == [422] * 30 + [429] * 2


def test_a_session_that_somebody_planted_is_not_the_one_that_opens(browser, nurse):
    """Session fixation: a token that was there before signing in is worth nothing afterwards."""
    client = browser()
    client.cookies.set("sij", "planted")
    sign_in(client)
    first = client.cookies.get("sij", domain="localhost.local") or client.cookies.get("sij", domain="")
    client.cookies.clear()
    client.cookies.set("sij", "planted")
    assert client.get("/account").status_code == 303
    assert first != "planted"


def test_signing_in_again_ends_the_session_that_the_browser_held(browser, nurse):
    client = browser()
    sign_in(client)
    old = client.cookies["sij"]
    sign_in(client)
    assert client.cookies["sij"] != old
    other = browser()
    other.cookies.set("sij", old)
    assert other.get("/account").status_code == 303


def test_a_session_lasts_a_shift_however_quiet_and_no_longer(browser, clock):
    client = browser(Role.NURSE)
    clock.now += SHIFT - timedelta(minutes=1)
    assert client.get("/account").status_code == 200
    clock.now += timedelta(minutes=1)
    assert client.get("/account").headers["location"] == "/sign-in?next=/account"


def test_the_store_never_holds_a_token(site, browser):
    token = site.people.open_session("nurse")
    assert token.encode() not in site.store.path.read_bytes()
    assert site.people.signed_in(token).code == "nurse"


def test_signing_out_everywhere_else_leaves_this_browser(browser):
    here, there = browser(Role.NURSE), browser(Role.NURSE)
    assert here.post("/account/sign-out-others").status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_a_new_password_takes_the_present_one_and_ends_every_other_session(browser, nurse):
    here, there = browser("n-b"), browser("n-b")
    changed = {"old": GOOD, "new": OTHER, "again": OTHER}
    assert here.post("/account/password", data=changed | {"old": "not this one at all"}).status_code == 422
    assert here.post("/account/password", data=changed | {"again": GOOD}).status_code == 422
    assert there.get("/account").status_code == 200
    assert here.post("/account/password", data=changed).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert sign_in(browser()).status_code == 422
    assert sign_in(browser(), password=OTHER).status_code == 303


def test_a_closed_account_is_out_at_once_and_cannot_come_back(site, browser, clock, nurse):
    client = browser("n-b")
    close_person(site.store, "n-b", by="administrator", at=clock())
    assert client.get("/account").status_code == 303
    assert sign_in(browser()).status_code == 422
    assert site.role_of("n-b") is None


def test_an_administrators_new_password_signs_the_person_out(site, browser, clock, nurse):
    client = browser("n-b")
    set_password(site.store, "n-b", OTHER, by="administrator", at=clock())
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""])
def test_nobody_is_sent_to_another_site_after_signing_in(browser, nurse, to):
    assert sign_in(browser(), next=to).headers["location"] == "/today"


def test_a_page_that_needed_a_sign_in_is_where_it_ends(browser, nurse):
    assert sign_in(browser(), next="/account").headers["location"] == "/account"


def test_nobody_enters_by_the_demos_door_where_no_demo_runs(site, browser):
    assert browser().post("/sign-in/demo", data={"code": "physician"}).status_code == 404
    site.demo = True
    client = browser()
    assert client.post("/sign-in/demo", data={"code": "physician"}).status_code == 303
    assert client.get("/account").status_code == 200
    assert browser().post("/sign-in/demo", data={"code": "n-x"}).status_code == 404
