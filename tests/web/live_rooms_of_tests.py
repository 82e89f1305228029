"""Live rooms whose process is a thread of the test, with small pictures; and a page that listens to its line."""

import json
import os
import socket
import threading
import time
from itertools import count

from sijoint.cohort.case import Case
from sijoint.cohort.rehearsal import ReadyRoom, RehearsalChoice, causes_named
from sijoint.cohort.setting import room_setting
from sijoint.frames import Side
from sijoint.model import Person, Role, Target
from sijoint.web.room.process import live_in_room
from sijoint.web.room.wire import read_picture

PATIENCE_S = 30.0
ROWS = 128

CHOICE = RehearsalChoice(Side.LEFT, Target.INTRA_ARTICULAR, seed=7)
TRAINEE = Person("trainee", "Trainee of tests", Role.TRAINEE, None)


class ThreadProcess:
    """What the room's process does, in a thread; ``crash`` is its sudden death."""

    def __init__(self, connection, order, make_ready):
        self._connection = connection
        self._thread = threading.Thread(target=self._live, args=(connection, order, make_ready), daemon=True)
        self._thread.start()
        self._killed = False

    def _live(self, connection, order, make_ready):
        live_in_room(connection, order, make_ready)
        self._hang_up()

    def is_alive(self):
        return self._thread.is_alive() and not self._killed

    def join(self, timeout=None):
        if not self._killed:
            self._thread.join(timeout)

    def kill(self):
        self._killed = True
        self._hang_up()

    def _hang_up(self):
        with socket.socket(fileno=os.dup(self._connection.fileno())) as pipe:
            pipe.shutdown(socket.SHUT_RDWR)  # both ends hear of it, as when a process dies


def beginner(body, volume, chosen, carm):
    """Begins room processes on anatomy that is at hand."""
    case = Case(body.patient, body, volume, carm)

    def make_ready(choice, *, procedure_id, kind, operator, recipe, rows, progress):
        progress(0.5, "at hand")
        setting = room_setting(
            case,
            causes_named(choice.causes),
            chosen,
            recipe,
            procedure_id=procedure_id,
            kind=kind,
            operator=operator,
            virtual_operator=False,
            rows=rows,
        )
        return ReadyRoom(setting, chosen, case)

    return lambda connection, order: ThreadProcess(connection, order, make_ready)


class Page:
    """Everything that comes over a line, in order; every picture is acknowledged unless ``lazy``."""

    numbers = count(1)

    def __init__(self, line, *, lazy=False, last_sequence=0):
        self.line, self.lazy = line, lazy
        self.words, self.pictures, self.closed = [], [], None
        self._changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        self.send(kind="hello", last_sequence=last_sequence)

    def send(self, **message):
        self.line.send_text(json.dumps(message))

    def say(self, kind, **what):
        """A command with an id of its own, which is returned."""
        what.setdefault("id", f"t{next(self.numbers)}")
        self.send(kind=kind, **what)
        return what["id"]

    def do(self, kind, **what):
        """Say it and wait for the answer: its events, or the refusal."""
        return self.answer(self.say(kind, **what))

    def answer(self, command_id):
        return self.wait(lambda: self._answers(command_id))[0]

    def answers(self, command_id):
        return self._answers(command_id)

    def state(self, fits=lambda state: True):
        """The newest state that fits, waited for."""
        return self.wait(lambda: [one for one in self.words[-1:] or [] if one["kind"] == "state" and fits(one)])[0]

    def ready(self):
        return self.wait(lambda: [one for one in self.words if one["kind"] == "state" and one["phase"] == "ready"])[-1]

    def wait(self, found, patience_s=PATIENCE_S):
        with self._changed:
            assert self._changed.wait_for(lambda: found() or self.closed, patience_s), (
                "the room said nothing of the kind"
            )
            result = found()
        assert result, f"the line was closed: {self.closed}"
        return result

    def leave(self):
        self.line.close()

    def _answers(self, command_id):
        kinds = ("events", "refused")
        return [one for one in self.words if one["kind"] in kinds and one.get("command_id") == command_id]

    def _listen(self):
        try:
            while True:
                message = self.line.receive()
                with self._changed:
                    if message["type"] == "websocket.close":
                        self.closed = (message["code"], message.get("reason", ""))
                    elif message.get("text") is not None:
                        self.words.append(json.loads(message["text"]))
                    else:
                        self.pictures.append(read_picture(message["bytes"]))
                    self._changed.notify_all()
                if self.closed:
                    return
                if message.get("bytes") is not None and not self.lazy:
                    self.send(kind="ack", sequence=self.pictures[-1][0].sequence)
        except Exception as gone:
            with self._changed:
                self.closed = self.closed or (0, repr(gone))
                self._changed.notify_all()


def eventually(true, patience_s=PATIENCE_S):
    end = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def to_the_joint(page):
    """C-arm on the plan, the needle as deep as the plan says."""
    plan = page.ready()["plan"]
    page.do("position", **tilt(plan["receptor"]), isocentre_mm=plan["isocentre_mm"])
    page.do("choose needle", code=plan["needle"])
    inserted = page.do(
        "insert needle", entry_mm=plan["entry_mm"], **tilt(plan["aim"]), bevel_clock_deg=plan["bevel_clock_deg"]
    )
    assert inserted["kind"] == "events"
    page.do("advance", distance_mm=plan["depth_mm"])
    return plan


def tilt(told):
    return {name: told[name] for name in ("left_deg", "cephalad_deg")}


def kinds(answer):
    return [event["kind"] for event in answer["events"]]
