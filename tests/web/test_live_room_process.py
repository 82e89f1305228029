"""The room as a process of its own, as `sij serve` has it: prepared, killed, and found again as it was answered."""

import os
import signal

import pytest
from live_rooms_of_tests import ROWS, Page

from sijoint.cohort.rehearsal import RehearsalChoice
from sijoint.frames import Side
from sijoint.model import Person, Role, Target
from sijoint.web.room.registry import LiveRooms

TRAINEE = Person("trainee", "Trainee of tests", Role.TRAINEE, None)
PREPARED_S = 300.0  # on a machine that is busy


@pytest.mark.deep
def test_a_killed_process_is_replaced_by_one_that_knows_everything_that_was_answered(site, browser):
    rooms = site.rooms = LiveRooms(site)
    room_id = rooms.open_rehearsal(TRAINEE, RehearsalChoice(Side.LEFT, Target.INTRA_ARTICULAR, seed=3), rows=ROWS)
    room = rooms.room(room_id)
    try:
        with browser(Role.TRAINEE).websocket_connect(f"ws://localhost/rooms/{room_id}/live") as line:
            page = Page(line)
            page.wait(lambda: page.words[-1:] and page.words[-1].get("phase") == "ready", PREPARED_S)
            shares = [one["share"] for one in page.words if one.get("phase") == "preparing"]
            assert shares == sorted(shares)
            assert len(set(shares)) > 3
            plan = page.words[-1]["plan"]
            page.do("position", left_deg=5, cephalad_deg=0, isocentre_mm=plan["isocentre_mm"])
            answer = page.do("pulse", pulses=3, purpose="scout")
            before, events, first = (
                page.state(lambda state: state["phase"] == "ready"),
                room.folder.events,
                room.process,
            )
            press = page.say("pedal", down=True, purpose="scout")
            page.wait(lambda: page.words[-1].get("phase") == "pressing" and len(page.pictures) > 4)
            os.kill(first.pid, signal.SIGKILL)
            page.wait(lambda: [one for one in page.words if "process stopped" in one.get("sentence", "")])
            exposed = page.wait(lambda: page.answers(press), PREPARED_S)[0]["events"][0]
            page.wait(lambda: page.words[-1].get("phase") == "ready", PREPARED_S)
            assert room.process.pid != first.pid
            assert room.folder.events[: len(events)] == events
            assert page.words[-1]["dose"]["pulses"] == before["dose"]["pulses"] + exposed["pulses"]
            page.say("pulse", pulses=3, purpose="scout", id=answer["command_id"])
            page.wait(lambda: len(page.answers(answer["command_id"])) == 2)
            assert page.answers(answer["command_id"])[1] == answer
    finally:
        rooms.close_all()
    assert not room.running
