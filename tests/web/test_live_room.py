"""One line between a page and its room: what is said twice is done once, what is wrong is one sentence, what went in is known."""

import json
from hashlib import sha256

import pytest
from live_rooms_of_tests import CHOICE, ROWS, eventually, kinds, tilt, to_the_joint
from starlette.websockets import WebSocketDisconnect

from sijoint.cohort.case import Case
from sijoint.cohort.rehearsal import causes_named, rehearsed_recipe
from sijoint.cohort.setting import room_setting
from sijoint.fluoroscopy import encode
from sijoint.model import ProcedureKind, Role
from sijoint.model.wire import to_wire
from sijoint.room.replay import replay
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.wire import Flag

# what is told


def test_hello_is_answered_with_the_state_in_words(page):
    state = page.ready()
    assert state["procedure"] == {
        "kind": "rehearsal", "side": "left", "target": "intra-articular", "operator": "trainee",
    }  # fmt: skip
    assert "receptor straight behind the patient" in state["pose"]["words"]
    assert state["picture"] is None
    assert not state["gate"]["allowed"]
    assert {finding["code"] for finding in state["gate"]["findings"]} >= {"gate.no-needle", "gate.no-contrast"}
    assert state["choices"]["needles"]
    assert state["settings"]["choices"]["pulses_per_s"]


def test_a_press_shows_every_pulse_it_can_and_is_answered_once(page):
    page.do("settings", pulses_per_s=15)
    press = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: len(page.pictures) >= 4)
    page.say("pedal", down=False, id=press)
    exposed = page.answer(press)["events"][0]
    page.wait(lambda: Flag.HELD in page.pictures[-1][0].flags)
    headers = [header for header, _ in page.pictures]
    assert [one.sequence for one in headers] == sorted({one.sequence for one in headers})
    doses = [one.kerma_reference_mgy for one in headers]
    assert doses == sorted(doses)
    assert doses[-1] == pytest.approx(exposed["kerma_reference_mgy"], rel=1e-4)
    assert headers[-1].fluoroscopy_seconds == pytest.approx(exposed["seconds"], abs=1e-3)
    state = page.state(lambda state: state["phase"] == "ready")
    assert state["dose"]["pulses"] == exposed["pulses"]
    assert len(state["images"]) == len(exposed["images"]) == 1
    header, pixels = page.pictures[-1]
    assert (header.width, header.height) == (ROWS, ROWS + state["picture"]["strip_rows"])
    assert len(set(pixels)) > 50
    assert len(page.answers(press)) == 1


def test_the_c_arm_moves_under_the_pedal(page):
    page.do("settings", pulses_per_s=15)
    press = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: page.pictures)
    assert kinds(page.do("move", left_deg=10, cephalad_deg=0)) == []
    page.wait(lambda: any(Flag.TURNING in header.flags for header, _ in page.pictures))
    assert page.state(lambda state: state["pose"]["turning"])["phase"] == "pressing"
    page.say("let go")
    assert "C-arm moved" in kinds(page.answer(press))
    assert page.state(lambda state: state["phase"] == "ready")["pose"]["left_deg"] == pytest.approx(10, abs=0.1)


def test_under_the_pedal_only_what_a_hand_can_do_then_is_done(page):
    press = page.say("pedal", down=True, purpose="scout")
    refused = page.do("choose needle", code="quincke_22g_90mm")
    assert "let go of the pedal first" in refused["sentence"]
    page.say("pedal", down=False)
    assert page.answer(press)["kind"] == "events"


def test_the_skin_is_marked_by_a_click_and_the_needle_goes_in_down_the_beam(page):
    first = page.do("mark skin", column=60, row=60)
    assert "press the pedal first" in first["sentence"]
    page.do("pulse", pulses=1, purpose="scout")
    marked = page.do("mark skin", column=60, row=70)
    entry = marked["events"][0]["at_mm"]
    page.do("choose needle", code=page.ready()["plan"]["needle"])
    page.do("insert needle")
    needle = page.state(lambda state: state["needle"]["in_skin"])["needle"]
    assert needle["entry_mm"] == pytest.approx(entry, abs=0.01)
    assert "column" not in str(page.answers("none"))
    outside = page.do("mark skin", column=-500, row=10)
    assert outside["kind"] == "refused"


def test_the_gate_stands_in_plain_sight_and_refuses_with_its_reasons(page):
    to_the_joint(page)
    refused = page.do("inject drug", volume_ml="1.0", rate_ml_s=0.2)
    assert refused["kind"] == "refused"
    assert {"gate.no-contrast", "gate.no-judgement"} <= {finding["code"] for finding in refused["findings"]}
    assert refused["sentence"] == "; ".join(finding["sentence"] for finding in refused["findings"])


def test_settings_of_the_screen_change_the_picture_that_is_there(page):
    page.do("pulse", pulses=2, purpose="scout")
    page.wait(lambda: page.pictures and Flag.HELD in page.pictures[-1][0].flags)
    before = page.pictures[-1]
    page.do("settings", inverted=True, mirror=True)
    page.wait(lambda: page.pictures[-1][0].sequence > before[0].sequence)
    assert page.pictures[-1][1] != before[1]
    assert page.pictures[-1][0].kerma_reference_mgy == pytest.approx(before[0].kerma_reference_mgy, abs=1e-6)


# nothing done twice, nothing believed


def test_the_same_id_twice_is_done_once_and_answered_twice(page):
    plan = page.ready()["plan"]
    page.do("choose needle", code=plan["needle"])
    page.do("insert needle", entry_mm=plan["entry_mm"], **tilt(plan["aim"]))
    first = page.do("advance", distance_mm=10, id="again")
    page.say("advance", distance_mm=10, id="again")
    page.wait(lambda: len(page.answers("again")) == 2)
    assert page.answers("again")[1] == first
    assert page.do("advance", distance_mm=1)["events"][0]["depth_mm"] == pytest.approx(11)


def test_a_late_end_of_an_earlier_press_does_not_lift_a_later_one(page):
    first = page.say("pedal", down=True, purpose="scout")
    page.say("pedal", down=False, id=first)
    page.answer(first)
    second = page.say("pedal", down=True, purpose="scout")
    page.wait(lambda: [one for one in page.words if one["kind"] == "state" and one["phase"] == "pressing"])
    page.send(kind="pedal", down=False, id=first)
    made = len(page.pictures)
    page.wait(lambda: len(page.pictures) > made + 2)
    assert not page.answers(second)
    page.say("pedal", down=False)
    page.answer(second)


FORGED = [
    "", "[]", "null", "{", "7", '{"kind": 3, "id": "x"}', '{"kind": "advance", "distance_mm": 1}',
    '{"kind": "advance", "id": "has space", "distance_mm": 1}', '{"kind": "explode", "id": "f1"}',
    '{"kind": "advance", "id": "f2", "distance_mm": "far"}', '{"kind": "advance", "id": "f3", "distance_mm": NaN}',
    '{"kind": "position", "id": "f4", "left_deg": 1e999, "cephalad_deg": 0}', '{"kind": "press", "id": "f5", "pulses": 9}',
    '{"kind": "pedal", "id": "f6"}', '{"kind": "pedal", "id": "f7", "down": true, "purpose": "nonsense"}',
    '{"kind": "wait", "id": "f8", "seconds": 1e7}', '{"kind": "ack", "sequence": -1}', '{"kind": "ack", "sequence": "9"}',
    '{"kind": "inject contrast", "id": "f9", "volume_ml": "lots", "rate_ml_s": 1, "watch_s": 1}',
    '{"kind": "mark skin", "id": "f10", "column": "a", "row": null}', '{"kind": "pulse", "id": "f11", "pulses": 1000000, "purpose": "scout"}',
    '{"kind": "insert needle", "id": "f12"}', '{"kind": "redirect", "id": "f13", "left_deg": 3}', "[" * 5000,
    json.dumps({"kind": "end", "id": "f14", "abandoned_because": "x" * 9000}),
]  # fmt: skip


def test_whatever_is_wrong_is_one_sentence_and_nothing_is_done(page):
    before = page.ready()
    for forged in FORGED:
        told = len([one for one in page.words if one["kind"] == "refused"])
        page.line.send_text(forged)
        page.wait(lambda told=told: len([one for one in page.words if one["kind"] == "refused"]) == told + 1)
    for one in page.words:
        if one["kind"] == "refused":
            assert 10 < len(one["sentence"]) < 400
            assert "Traceback" not in one["sentence"]
    page.line.send_bytes(b"SIJ1")
    page.wait(lambda: "speaks in text" in page.words[-1].get("sentence", ""))
    page.do("collimate", half_width_mm=60, half_height_mm=60)
    after = page.state(lambda state: state["phase"] == "ready")
    assert after["needle"] == before["needle"]
    assert after["dose"]["pulses"] == 0


def test_what_only_the_server_knows_is_not_taken_from_a_page(page):
    to_the_joint(page)
    page.do("inject contrast", volume_ml="0.1", rate_ml_s=0.1, watch_s=0, stopped_after=1, watched=0, at_s=1e5)
    judged = page.do("judge contrast", pattern="ligament", by="somebody else", at_s=-5)["events"][0]
    assert judged["by"] == "trainee"
    assert judged["at_s"] < 1000


def test_nothing_is_done_before_hello(browser, room_id):
    with browser(Role.TRAINEE).websocket_connect(f"ws://localhost/rooms/{room_id}/live") as line:
        line.send_text(json.dumps({"kind": "pulse", "id": "early", "pulses": 1, "purpose": "scout"}))
        assert "hello first" in line.receive_json()["sentence"]


def test_too_many_messages_are_not_read_and_far_too_many_end_the_line(page):
    for _ in range(LIMITS.messages_per_s * 3):
        try:
            page.send(kind="ack", sequence=0)
        except Exception:
            break
    page.wait(lambda: page.closed or [one for one in page.words if "messages a second" in one.get("sentence", "")])
    eventually(lambda: page.closed)
    assert page.closed[0] == 4429


# who may


def test_a_room_is_its_own_person_s_and_the_instructor_s(enter, browser, room_id):
    assert enter(Role.PHYSICIAN).ready()["procedure"]["operator"] == "trainee"
    with browser(Role.NURSE).websocket_connect(f"ws://localhost/rooms/{room_id}/live") as line:
        closed = line.receive()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)
    with browser(Role.TRAINEE).websocket_connect("ws://localhost/rooms/no-such-room/live") as line:
        assert line.receive()["code"] == 4404


@pytest.mark.parametrize("who", [None, Role.PATIENT, Role.FRONT_DESK])
def test_nobody_else_is_let_in(browser, room_id, who):
    with pytest.raises(WebSocketDisconnect), browser(who).websocket_connect(f"ws://localhost/rooms/{room_id}/live"):
        pass


def test_a_page_of_another_site_is_not_let_in(browser, room_id):
    for wrong in ({"origin": "https://elsewhere.example"}, {"origin": ""}, {"sec-fetch-site": "cross-site"}):
        line = browser(Role.TRAINEE).websocket_connect(f"ws://localhost/rooms/{room_id}/live", headers=wrong)
        with pytest.raises(WebSocketDisconnect) as refused, line:
            pass
        assert refused.value.code == 4403


# what is kept of it


def test_the_log_of_a_rehearsal_gives_the_same_events_again(page, rooms, room_id, live_anatomy):
    to_the_joint(page)
    press = page.say("pedal", down=True, purpose="needle on target")
    page.wait(lambda: page.pictures)
    page.do("advance", distance_mm=1)
    page.do("move", left_deg=4, cephalad_deg=0)
    page.say("let go")
    page.answer(press)
    injecting = page.say("inject contrast", volume_ml="0.5", rate_ml_s=0.1, watch_s=10)
    page.wait(lambda: [one for one in page.words if one["kind"] == "plunger"])
    page.say("let go")
    page.say("let go")
    page.answer(injecting)
    page.do("judge contrast", pattern="ligament")
    page.do("end", abandoned_because="enough")
    folder = rooms.room(room_id).folder
    causes, (body, volume, plan, carm) = causes_named(CHOICE.causes), live_anatomy
    setting = room_setting(
        Case(body.patient, body, volume, carm), causes, plan, rehearsed_recipe(causes),
        procedure_id=folder.about.procedure_id, kind=ProcedureKind.REHEARSAL, operator="trainee",
        virtual_operator=False, rows=ROWS,
    )  # fmt: skip
    again = replay(setting, folder.log, lambda frame: sha256(encode(frame)[0]).hexdigest())
    assert to_wire(again) == to_wire(folder.events)
    assert folder.truth.injections
    images = [image for event in again if event.kind == "exposed" for image in event.images]
    assert all(folder.image(image.sha256) is not None for image in images)
    assert any(one.kind == "exposed" for one in again)


def test_nothing_of_a_rehearsal_enters_the_store(page, site):
    to_the_joint(page)
    page.do("inject contrast", volume_ml="0.1", rate_ml_s=0.2, watch_s=0)
    assert site.store.images.kept() == ()
    assert site.store.episodes() == ()
