"""Two people, two tabs, two clicks and the back button: one thing happens once, and nobody's words are lost."""

from datetime import UTC, datetime, timedelta

import pytest
from by_hand import fill, send, told

from sijoint.records import open_store


@pytest.fixture
def episode(server):
    def kept(name):
        store = open_store(server.store)
        try:
            return store.episode(server.episode(name))
        finally:
            store.close()

    return kept


def tomorrow(hour: int) -> str:
    return (datetime.now(UTC) + timedelta(days=1)).strftime(f"%Y-%m-%dT{hour:02d}:00")


def test_the_second_of_two_clinicians_sees_what_the_first_did_and_keeps_what_was_typed(
    page_of, server, episode, shot, watch
):
    path = f"/episodes/{server.episode('Clara Moreau')}/do/Book"
    first, second = page_of("d-berg"), page_of("n-duarte")
    first.goto(path)
    second.goto(path)
    fill(first, {"at": tomorrow(9), "reason": "asked for by telephone"})
    fill(second, {"at": tomorrow(11), "reason": "wants to come later"})
    send(first)
    send(second)
    words = told(second)
    assert "changed this episode while your form stood open" in words
    assert second.locator('[name="reason"]').input_value() == "wants to come later"
    assert second.locator('[name="at"]').input_value() == tomorrow(11)
    shot(second, "two-clinicians")
    booked = episode("Clara Moreau").sessions[-1]
    assert booked.booking.at.hour == 9
    assert len(booked.booking_changes) == 1
    send(second)  # having looked: now it holds
    assert episode("Clara Moreau").sessions[-1].booking.at.hour == 11


def test_two_clicks_are_one_request(page_of, server):
    page = page_of("d-berg")
    page.goto("/requests/new")
    fill(
        page,
        {
            "patient.family_name": "Twice",
            "patient.given_name": "Clicked",
            "patient.birth_date": "1970-01-02",
            "patient.sex": "male",
            "request.requested_by": "patient",
            "request.reason": "pain on the right",
            "request.side": "right",
        },
    )
    store = open_store(server.store)
    before = len(store.headers())
    with page.expect_navigation():
        page.evaluate(
            "const button = document.querySelector('main form button.primary'); button.click(); button.click();"
        )
    page.wait_for_load_state("networkidle")
    assert len(store.headers()) == before + 1
    store.close()


def test_the_back_button_repeats_nothing_and_the_same_form_twice_is_once(page_of, server, episode):
    page = page_of("n-duarte")
    page.goto(f"/episodes/{server.episode('Owen Price')}")
    page.goto(f"/episodes/{server.episode('Owen Price')}/do/LogConservativeCare")
    fill(page, {"care.kind": "massage", "care.began": "2026-03-01", "care.helped": "no", "care.note": "ten times"})
    page.evaluate(
        "sessionStorage.same = new URLSearchParams(new FormData(document.querySelector('main form'))).toString()"
    )
    send(page)
    page.go_back()
    page.wait_for_load_state()
    status = page.evaluate(
        "fetch(location.href, {method: 'POST', body: new URLSearchParams(sessionStorage.same)}).then(one => one.status)"
    )
    assert status == 200
    assert [care.kind.value for care in episode("Owen Price").care_log] == ["massage"]


def test_two_tabs_of_one_person_stand_beside_each_other(page_of, server, episode):
    one = page_of("n-duarte")
    path = f"/episodes/{server.episode('Yumi Tanaka')}/do/LogConservativeCare"
    other = one.context.new_page()
    for tab, kind in ((one, "ice"), (other, "heat")):
        tab.goto(path)
        fill(tab, {"care.kind": kind, "care.began": "2026-02-01", "care.helped": "no"})
    send(other)
    send(one)
    kinds = [care.kind.value for care in episode("Yumi Tanaka").care_log]
    assert sorted(kinds) == ["heat", "ice"], "adding to the record is no conflict"


def test_nothing_of_a_patient_stands_in_addresses_or_titles(page_of, server):
    page = page_of("dr-lind")
    page.goto(f"/episodes/{server.episode('Marcus Bell')}")
    assert "Bell" in told(page)
    for text in (page.url, page.title()):
        assert "Bell" not in text
        assert "Marcus" not in text
