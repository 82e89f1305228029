"""A line that is slow or lost, a process that dies, a server that starts again: nothing that was answered is lost."""

import time
from dataclasses import replace

import pytest
from live_rooms_of_tests import CHOICE, ROWS, TRAINEE, beginner, eventually, kinds, to_the_joint

from sijoint.web.room import live_room
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.registry import LiveRooms
from sijoint.web.room.wire import Flag


def test_a_page_that_draws_nothing_gets_two_pictures_and_then_the_newest(enter):
    page = enter(lazy=True)
    page.ready()
    page.do("settings", pulses_per_s=30)
    press = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: len(page.pictures) == LIMITS.in_flight)
    page.wait(lambda: page.words[-1]["kind"] == "state" and page.words[-1]["dose"]["pulses"] > 12)
    page.say("let go")
    page.answer(press)
    page.state(lambda state: state["phase"] == "ready")
    assert len(page.pictures) == LIMITS.in_flight
    page.send(kind="ack", sequence=page.pictures[-1][0].sequence)
    page.wait(lambda: len(page.pictures) == LIMITS.in_flight + 1)
    newest, seen = page.pictures[-1][0], page.pictures[-2][0]
    assert newest.sequence > seen.sequence + 3
    assert Flag.HELD in newest.flags


def test_a_lost_line_stops_the_injection_and_the_next_one_says_what_went_in(enter, rooms, room_id):
    page = enter()
    to_the_joint(page)
    told = page.say("inject contrast", volume_ml="0.5", rate_ml_s=0.1, watch_s=20)
    page.wait(lambda: len([one for one in page.words if one["kind"] == "plunger"]) >= 2)
    page.leave()
    again = enter()
    state = again.wait(
        lambda: [
            one for one in again.words if one["kind"] == "state" and one["syringes"]["contrast"]["given_ml"] != "0"
        ]
    )[-1]
    given = float(state["syringes"]["contrast"]["given_ml"])
    assert 0.1 <= given < 0.5
    again.say("inject contrast", volume_ml="0.5", rate_ml_s=0.1, watch_s=20, id=told)  # the page's own repeat
    exposed, injected, *_ = again.answer(told)["events"]
    assert (exposed["kind"], injected["kind"]) == ("exposed", "injected")
    assert float(injected["volume_ml"]) == given
    assert len([one for one in rooms.room(room_id).folder.events if one.kind == "injected"]) == 1


@pytest.mark.parametrize("thought_s", [0.0, 1.0])
def test_a_lost_line_lifts_the_pedal(enter, rooms, room_id, thought_s):
    """Also after a pause, in which the room lets time pass by a command of its own."""
    page = enter()
    page.ready()
    time.sleep(thought_s)
    press = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: page.pictures)
    again = page.say("pedal", down=True, purpose="scout")
    assert "let go of the pedal first" in page.answer(again)["sentence"]
    page.leave()
    eventually(lambda: [one for one in rooms.room(room_id).folder.events if one.kind == "exposed"])
    again = enter()
    again.say("pedal", down=True, purpose="scout", id=press)
    assert kinds(again.answer(press)) == ["exposed"]


def test_a_page_that_says_nothing_any_more_has_no_hand_on_the_pedal(enter, monkeypatch):
    monkeypatch.setattr(live_room, "LIMITS", replace(LIMITS, silent_s=0.5))
    page = enter(lazy=True)
    page.ready()
    assert kinds(page.do("pedal", down=True, purpose="scout")) == ["exposed"]


def test_a_crash_is_one_sentence_and_everything_answered_is_there_again(page, rooms, room_id):
    to_the_joint(page)
    page.do("inject contrast", volume_ml="0.2", rate_ml_s=0.2, watch_s=0.5)
    judged = page.do("judge contrast", pattern="ligament")
    before, room = page.state(lambda state: state["phase"] == "ready"), rooms.room(room_id)
    events = room.folder.events
    room.process.kill()
    page.wait(lambda: [one for one in page.words if "process stopped" in one.get("sentence", "")])
    after = page.wait(
        lambda: [
            one for one in page.words[-1:] if one["kind"] == "state" and one["phase"] == "ready" and one is not before
        ]
    )[0]
    assert room.folder.events == events
    same = ("version", "needle", "syringes", "gate", "images", "pose", "technique", "settings", "ended")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["dose"]["kerma_reference_mgy"] == pytest.approx(before["dose"]["kerma_reference_mgy"], abs=1e-6)
    page.say("judge contrast", pattern="muscle", id=judged["command_id"])
    page.wait(lambda: len(page.answers(judged["command_id"])) == 2)
    assert page.answers(judged["command_id"])[1] == judged
    page.wait(lambda: page.pictures[-1][0].sequence > before["picture"]["sequence"])


def test_a_crash_under_the_pedal_keeps_the_dose_that_was_given(page, rooms, room_id):
    page.do("settings", pulses_per_s=15)
    press = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: len(page.pictures) > 4)
    page.do("move", left_deg=3, cephalad_deg=0)
    made = page.pictures[-1][0]
    rooms.room(room_id).process.kill()
    exposed = page.answer(press)["events"][0]
    assert exposed["pulses"] >= 5
    assert exposed["kerma_reference_mgy"] >= made.kerma_reference_mgy * 0.999


def test_a_parked_room_is_found_again_as_it_was_left(enter, rooms, room_id):
    page = enter()
    to_the_joint(page)
    left = page.state(lambda state: state["phase"] == "ready" and state["needle"]["in_skin"])
    page.leave()
    rooms.close(room_id)
    assert not rooms.room(room_id).running
    found = enter().ready()
    assert (found["needle"], found["version"]) == (left["needle"], left["version"])


def test_after_a_restart_of_the_server_the_room_is_there(enter, rooms, room_id, site, live_anatomy):
    page = enter()
    page.ready()
    press = page.do("pulse", pulses=2, purpose="scout")
    page.leave()
    rooms.close_all()
    site.rooms = LiveRooms(site, beginner(*live_anatomy))
    again = enter()
    assert again.ready()["dose"]["pulses"] == 2
    again.say("pulse", pulses=2, purpose="scout", id=press["command_id"])
    assert again.answer(press["command_id"]) == press
    site.rooms.close_all()


def test_rooms_are_few_and_empty_ones_give_way(rooms, enter, monkeypatch):
    from sijoint.web.room import registry

    monkeypatch.setattr(registry, "LIMITS", replace(LIMITS, rooms=1))
    page = enter()
    page.ready()
    with pytest.raises(registry.TooManyRooms):
        rooms.open_rehearsal(TRAINEE, CHOICE, rows=ROWS)
    page.leave()
    eventually(lambda: all(room.empty for room in rooms._rooms.values()))
    assert rooms.open_rehearsal(TRAINEE, CHOICE, rows=ROWS)
    assert len(rooms.list(TRAINEE)) == 2


def test_what_cannot_be_recorded_stops_the_room(page, rooms, room_id, monkeypatch):
    room = rooms.room(room_id)

    def full(event):
        raise OSError(28, "No space left on device", "a file of this machine")

    page.do("pulse", pulses=1, purpose="scout")
    events = room.folder.events
    monkeypatch.setattr(room.kept, "record", full)
    page.say("pulse", pulses=1, purpose="scout")
    stopped = page.wait(lambda: [one for one in page.words if "could not be recorded" in one.get("sentence", "")])[0]
    assert "file of this machine" not in stopped["sentence"]
    page.wait(lambda: page.words[-1].get("phase") == "stopped" or page.words[-2].get("phase") == "stopped")
    assert room.folder.events == events
    assert "could not be recorded" in page.do("pulse", pulses=1, purpose="scout")["sentence"]


def test_a_log_of_another_program_is_not_played_as_if_it_were_this_one(page, rooms, room_id, enter):
    page.do("pulse", pulses=1, purpose="scout")
    page.leave()
    rooms.close(room_id)
    log = rooms.room(room_id).folder.path / "log.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"action":"exposure"', '"action":"drug"'), encoding="utf-8")
    again = enter()
    refused = again.wait(lambda: [one for one in again.words if one["kind"] == "refused"])[0]
    assert "another version" in refused["sentence"]
