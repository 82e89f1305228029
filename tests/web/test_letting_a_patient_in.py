"""Staff give a patient a link or an account, and take them back; each is on the record, and the look as well."""

import re

import pytest
from argon2 import PasswordHasher
from site_of_tests import keep_patient

from sijoint.clinic import RequestAppointment, handle
from sijoint.clinic.people import account
from sijoint.frames import Side
from sijoint.model import AppointmentRequest, BodyZone, RequestedBy, Role
from sijoint.records import Tag

WHO = "p-new"
PAGE = "/episodes/e-new/patient-access"
GOOD = "four quiet lanterns"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    monkeypatch.setattr("sijoint.clinic.passwords._hasher", PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def desk(site, clock, browser):
    """The front desk, with an episode of somebody new."""
    keep_patient(site.store, WHO)
    asked = AppointmentRequest(RequestedBy.PATIENT, clock(), Side.LEFT, "pain", (BodyZone.BUTTOCK,))
    command = RequestAppointment(
        id="r-new", by="visitor", episode_id="e-new", patient=site.store.patient(WHO), request=asked
    )
    assert handle(command, site.store, site.policies, clock, site.role_of).accepted
    return browser(Role.FRONT_DESK)


def link_on(page) -> str:
    (found,) = re.findall(r"http://localhost(/d/[\w.-]+)", page.text)
    return found


def test_a_link_is_given_opens_the_question_and_is_taken_back(desk, browser, site):
    assert "No link is given out" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/links", data={"until": "2026-09-01"}).status_code == 303
    page = desk.get(PAGE)
    address = link_on(page)
    assert browser().get(address).status_code == 200
    (back,) = re.findall(r'action="([^"]*/take-back)"', page.text)
    assert desk.post(back).status_code == 303
    assert browser().get(address).status_code == 404
    assert "No link is given out" in desk.get(PAGE).text
    tags = [one.line.tag for one in site.store.story("e-new")]
    assert tags.count(Tag.DIARY_LINK_MADE) == tags.count(Tag.DIARY_LINK_TAKEN_BACK) == 1


def test_a_link_is_over_after_its_last_day(desk, browser, clock):
    desk.post(f"{PAGE}/links", data={"until": "2026-03-03"})
    address = link_on(desk.get(PAGE))
    clock.now = clock.now.replace(day=3, hour=21)
    assert browser().get(address).status_code == 200
    clock.now = clock.now.replace(day=5)
    assert browser().get(address).status_code == 404


@pytest.mark.parametrize("until", ["", "soon", "2026-03-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_in_one_sentence(desk, until):
    answer = desk.post(f"{PAGE}/links", data={"until": until})
    assert answer.status_code == 422
    assert "One thing needs attention" in answer.text


def test_a_link_of_another_episode_is_not_taken_back_from_here(desk, site):
    desk.post(f"{PAGE}/links", data={"until": "2026-09-01"})
    (back,) = re.findall(r'action="[^"]*/links/([^"]*)/take-back"', desk.get(PAGE).text)
    assert desk.post(f"/episodes/e-other/patient-access/links/{back}/take-back").status_code == 404
    assert "No link is given out" not in desk.get(PAGE).text


def test_a_patient_gets_an_account_signs_in_and_loses_it(desk, browser, site):
    weak = desk.post(f"{PAGE}/account", data={"code": "lantern-7", "password": "short"})
    assert (weak.status_code, account(site.store, "lantern-7")) == (422, None)
    assert desk.post(f"{PAGE}/account", data={"code": "lantern-7", "password": GOOD}).status_code == 303
    kept = account(site.store, "lantern-7")
    assert (kept.person.role, kept.person.patient_id, kept.by) == (Role.PATIENT, WHO, "front-desk")
    phone = browser()
    assert phone.post("/sign-in", data={"code": "lantern-7", "password": GOOD}).headers["location"] == "/me"
    assert desk.post(f"{PAGE}/account/close").status_code == 303
    assert phone.get("/account").status_code == 303
    assert desk.post(f"{PAGE}/account/close").status_code == 404


def test_looking_at_the_page_is_on_the_record(desk, site):
    desk.get(PAGE)
    assert [one.by for one in site.store.accesses("e-new")] == ["front-desk"]


def test_no_code_of_the_account_is_asked_again_for_a_new_password(desk, site):
    desk.post(f"{PAGE}/account", data={"code": "lantern-7", "password": GOOD})
    desk.post(f"{PAGE}/account", data={"code": "another", "password": "a heron on the roof"})
    assert account(site.store, "another") is None
    assert account(site.store, "lantern-7").version == 1
