"""A procedure of a virtual store, performed in a live room: permitted by stored facts, recorded as it happens."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from live_rooms_of_tests import ROWS, Page, beginner
from site_of_tests import BASE, OWN_PAGE
from starlette.testclient import TestClient

from sijoint.model import EpisodeState, Person, Role
from sijoint.web import create_app, open_site
from sijoint.web.room.registry import LiveRooms, NoProcedureHere

sys.path.insert(0, str(Path(__file__).parent.parent / "clinic"))

from clinic_course import EPISODE, Course, course_in

OPERATOR = Person("dr-a", "Operator of tests", Role.PHYSICIAN, None)


@pytest.fixture
def course(tmp_path) -> Course:
    return course_in(tmp_path).in_procedure()


@pytest.fixture
def site(course, live_anatomy):
    site = open_site(course.store, secret=b"a secret of tests, and of no site", clock=course.clock)
    site.people.add(OPERATOR)
    site.people.add(Person("nurse-of-tests", "Nurse of tests", Role.NURSE, None))
    site.rooms = LiveRooms(site, beginner(*live_anatomy))
    yield site
    site.rooms.close_all()


@pytest.fixture
def page(site):
    room_id = site.rooms.open_performed(OPERATOR, EPISODE, rows=ROWS)
    assert site.rooms.open_performed(OPERATOR, EPISODE, rows=ROWS) == room_id  # the same room as long as it lasts
    client = TestClient(create_app(site), base_url=BASE, headers=OWN_PAGE)
    client.cookies.set("sij", site.people.open_session(OPERATOR.code))
    with client.websocket_connect(f"ws://localhost/rooms/{room_id}/live") as line:
        page = Page(line)
        page.ready()
        yield page


def procedure(site):
    return site.store.episode(EPISODE).sessions[-1].procedure


def aimed(told):
    return {name: told[name] for name in ("left_deg", "cephalad_deg")}


def test_what_is_done_is_in_the_record_before_it_is_answered(page, site):
    plan = page.ready()["plan"]
    assert page.ready()["procedure"]["kind"] == "performed"
    page.do("position", **aimed(plan["receptor"]), isocentre_mm=plan["isocentre_mm"])
    exposed = page.do("pulse", pulses=3, purpose="scout")["events"][0]
    assert [one.pulses for one in procedure(site).exposures] == [3]
    assert site.store.images.holds(exposed["images"][0]["sha256"])
    page.do("inject skin", volume_ml="2.0")
    page.do("choose needle", code=plan["needle"])
    page.do("insert needle", entry_mm=plan["entry_mm"], **aimed(plan["aim"]), bevel_clock_deg=plan["bevel_clock_deg"])
    page.do("advance", distance_mm=plan["depth_mm"])
    assert procedure(site).movements == 2
    refused = page.do("inject drug", volume_ml="1.0", rate_ml_s=0.2)
    assert "gate.no-contrast" in {finding["code"] for finding in refused["findings"]}
    assert [str(one.use) for one in procedure(site).administrations] == ["skin anaesthetic"]


def test_a_crash_leaves_the_record_as_it_is_and_records_nothing_twice(page, site):
    page.do("pulse", pulses=2, purpose="scout")
    page.do("pulse", pulses=1, purpose="scout")
    before = site.store.episode(EPISODE)
    room = site.rooms.room(page.ready()["room"])
    room.process.kill()
    page.wait(lambda: [one for one in page.words if "process stopped" in one.get("sentence", "")])
    page.wait(lambda: page.words[-1].get("phase") == "ready")
    assert site.store.episode(EPISODE) == before
    page.do("pulse", pulses=1, purpose="scout")
    assert [one.pulses for one in procedure(site).exposures] == [2, 1, 1]


def test_the_end_in_the_room_is_the_end_in_the_record(page, site):
    page.do("end", abandoned_because="the patient wants to stop")
    assert procedure(site).abandoned_because == "the patient wants to stop"
    assert site.store.episode(EPISODE).state is not EpisodeState.IN_PROCEDURE
    assert "has ended" in page.do("pulse", pulses=1, purpose="scout")["sentence"]


def test_the_room_is_opened_by_the_operator_of_a_procedure_that_has_begun(site, course, tmp_path):
    with pytest.raises(NoProcedureHere, match="operator"):
        site.rooms.open_performed(Person("nurse-of-tests", "Nurse", Role.NURSE, None), EPISODE)
    other = tmp_path / "other"
    other.mkdir()
    waiting = course_in(other).timed_out()
    not_begun = open_site(waiting.store, secret=b"a secret of tests, and of no site", clock=waiting.clock)
    with pytest.raises(NoProcedureHere, match="begin it"):
        LiveRooms(not_begun).open_performed(OPERATOR, EPISODE)


def test_what_a_virtual_operator_has_begun_is_not_gone_on_with(site, monkeypatch):
    begun, recipe = site.rooms._procedure(EPISODE)
    monkeypatch.setattr(site.rooms, "_procedure", lambda _: (replace(begun, virtual_operator=True), recipe))
    with pytest.raises(NoProcedureHere, match="virtual operator"):
        site.rooms.open_performed(OPERATOR, EPISODE)
