"""Ids that belong to somebody else open nothing, and are answered exactly like ids that nobody has."""

import re

import pytest
from site_of_tests import keep_patient

from sijoint.clinic import RequestAppointment, handle
from sijoint.frames import Side
from sijoint.model import AppointmentRequest, BodyZone, RequestedBy, Role
from sijoint.web.access import access_of, routes_of
from sijoint.web.sign_links import sign_diary_link

OTHER = "p-other"
GAP = re.compile(r"\{(\w+)(?::\w+)?\}")


@pytest.fixture
def others(site, clock):
    """Somebody else's episode, account and link, by the name that routes give such an id."""
    keep_patient(site.store, OTHER)
    asked = AppointmentRequest(RequestedBy.PATIENT, clock(), Side.LEFT, "pain", (BodyZone.BUTTOCK, BodyZone.HIP))
    command = RequestAppointment(
        id="r-other", by="visitor", episode_id="e-other", patient=site.store.patient(OTHER), request=asked
    )
    answer = handle(command, site.store, site.policies, clock, site.role_of)
    assert answer.accepted, answer.refusal
    token = sign_diary_link(site, "e-other", clock().replace(year=2027), by="nurse")
    return {"episode_id": "e-other", "patient_id": OTHER, "code": "nurse", "link": token}


def addresses(route, others):
    """The route with another's ids, and with ids that nobody has."""
    unknown = dict.fromkeys(others, "nobody") | {"link": "AAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBBBBBBB"}
    return tuple(GAP.sub(lambda gap, ids=ids: ids.get(gap[1], "1"), route.path) for ids in (others, unknown))


def with_ids(app, others):
    """Routes that name somebody, by whom each method takes."""
    for route in routes_of(app):
        if set(GAP.findall(route.path)) & set(others):
            for method in sorted(getattr(route, "methods", ())):
                yield route, method


@pytest.mark.parametrize("role", [Role.PATIENT, Role.REFERRER, Role.RESEARCHER, Role.AUDITOR, None], ids=str)
def test_whoever_has_no_business_with_it_cannot_tell_another_patients_id_from_one_that_nobody_has(
    app, browser, others, role
):
    client, asked = browser(role), 0
    for route, method in with_ids(app, others):
        (access,) = access_of(route)
        if "link" in GAP.findall(route.path) or role in (access.roles or ()):
            continue
        there, nowhere = (client.request(method, one) for one in addresses(route, others))
        asked += 1
        where = f"{method} {route.path}"
        assert there.status_code == nowhere.status_code, where
        assert there.text.replace("e-other", "nobody") == nowhere.text, where
        if role is not None:
            assert there.status_code in (403, 404), where
    assert asked > 3


@pytest.mark.parametrize("role", [Role.PHYSICIAN, Role.NURSE, Role.RADIOGRAPHER, Role.FRONT_DESK, Role.BILLER], ids=str)
def test_an_episode_that_is_not_there_is_not_there_for_staff_either(app, browser, others, role):
    client = browser(role)
    for route, method in with_ids(app, others):
        (access,) = access_of(route)
        if "episode_id" not in GAP.findall(route.path) or role not in (access.roles or ()):
            continue
        _, nowhere = addresses(route, others)
        assert client.request(method, nowhere).status_code == 404, f"{method} {route.path}"


def test_a_patient_opens_nothing_of_anothers_diary_without_the_year_of_birth(app, browser, others):
    """The link itself is the key to the question alone."""
    client = browser(Role.PATIENT)
    for route, method in with_ids(app, others):
        if "link" not in GAP.findall(route.path) or method != "GET":
            continue
        there, nowhere = addresses(route, others)
        assert client.get(nowhere).status_code == 404, route.path
        assert "Family" not in client.get(there).text, route.path


@pytest.mark.parametrize("change", ["id", "signature", "other", "empty", "long"])
def test_a_forged_link_is_like_none(browser, others, change):
    identity, _, signature = others["link"].partition(".")
    forged = {
        "id": f"{identity[:-1]}A.{signature}",
        "signature": f"{identity}.{signature[:-1]}",
        "other": f"{identity}.{'A' * len(signature)}",
        "empty": identity,
        "long": f"{identity}.{signature}.{signature}",
    }[change]
    client = browser()
    assert client.get(f"/d/{forged}").status_code == 404
    assert client.get(f"/d/{forged}").text == client.get("/d/nobody.nothing").text
