"""The process of one room: it prepares, plays an earlier log again, and then does what it is told until it is closed."""

import contextlib
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from sijoint.cohort.rehearsal import ImpossibleRehearsal, ReadyRoom, RehearsalChoice, made_ready
from sijoint.fluoroscopy import Frame, encode
from sijoint.model import ProcedureKind, Recipe
from sijoint.model.wire import to_wire
from sijoint.room import Permission, PermissionRequest, Session
from sijoint.room.commands import ChangeSettings, Command, RoomCommand, Wait
from sijoint.room.events import Event, Exposed
from sijoint.room.hand import Hand
from sijoint.room.replay import CommandLog, LogDiffers, PermissionLine
from sijoint.room.timing import TIMING
from sijoint.room.truth_moment import true_moment
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.live_hand import LiveHand
from sijoint.web.room.room_eye import RoomEye
from sijoint.web.room.room_line import NotKept, RoomLine, ServerGone
from sijoint.web.room.shared_pictures import RingShape, SharedPictures
from sijoint.web.room.told_commands import Mark, press, room_command
from sijoint.web.room.told_state import Seen, choices_told, plan_told, procedure_told, session_told
from sijoint.web.room.warm_up import warm_up
from sijoint.web.room.wire import BadMessage

PREPARED = 0.78  # share of the preparing that is done when the room stands; the rest is warming up
REPLAYED_FROM = 0.9
STATE_EVERY_S = 0.25  # while pulses run
IDLE_COUNTS_S = 0.1
FRAMES_KEPT = 4
OTHER_PROGRAM = "This room cannot be played again: another version of the program made its log. What it left is kept."
ENDED = "the procedure has ended: nothing more is done in it"


@dataclass(frozen=True)
class RoomOrder:
    """What a room's process is told at its start. ``contrast_ml`` is drawn up for more than one run. ``log`` is played again; ``sequence`` is of the last picture before."""

    choice: RehearsalChoice
    procedure_id: str
    kind: ProcedureKind
    operator: str
    recipe: Recipe
    contrast_ml: Decimal
    rows: int
    ring: RingShape
    sequence: int = 0
    log: CommandLog | None = None


MakeReady = Callable[..., ReadyRoom]


def run_room(connection: Connection, order: RoomOrder) -> None:
    """The whole life of a room's process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server says when it is over
    live_in_room(connection, order, made_ready)


def live_in_room(connection: Connection, order: RoomOrder, make_ready: MakeReady) -> None:
    """Prepare by ``make_ready`` and obey until closed; whatever goes wrong is one sentence to the server."""
    line = RoomLine(connection)
    try:
        LiveRoomProcess(line, order, make_ready).run()
    except ServerGone:
        pass
    except NotKept as why:
        _last_word(line, f"The room has stopped, for what happened could not be recorded: {why}")
    except (ImpossibleRehearsal, LogDiffers) as why:
        _last_word(line, str(why))
    except Exception as fault:
        traceback.print_exc(file=sys.stderr)
        planned = type(fault).__name__ in ("NoPlan", "UnsuitableAnatomy")
        _last_word(line, str(fault) if planned else "The room has stopped by a fault of its own.")


def _last_word(line: RoomLine, sentence: str) -> None:
    with contextlib.suppress(ServerGone):
        line.tell("failed", sentence)


class LiveRoomProcess:
    """Single-threaded but for the line and the screen."""

    def __init__(self, line: RoomLine, order: RoomOrder, make_ready: MakeReady) -> None:
        self.line, self.order, self._make_ready = line, order, make_ready
        self.seen, self.mark = Seen(order.contrast_ml), Mark()
        self._clock = time.perf_counter
        self._answers: Iterator[PermissionLine] = iter(())
        self._replaying = False
        self._watched = True
        self._idle_since = self._clock()
        self._state_at = 0.0
        self._waits = 0

    def run(self) -> None:
        order = self.order
        ready = self._make_ready(
            order.choice,
            procedure_id=order.procedure_id,
            kind=order.kind,
            operator=order.operator,
            recipe=order.recipe,
            rows=order.rows,
            progress=lambda share, words: self.line.tell("preparing", PREPARED * share, words),
        )
        self.line.tell("preparing", PREPARED, "warming up the tube")
        warm_up(ready)
        self._begin(ready)
        self._play_again()
        self.line.tell("ready", procedure_told(self.session), choices_told(), plan_told(ready.plan))
        self.tell_state("ended" if self.session.ended else "ready")
        self.eye.show_again()
        self._idle_since = self._clock()
        self._obey_until_closed()
        self.eye.finished()

    def _begin(self, ready: ReadyRoom) -> None:
        threads = ready.setting.threads
        pictures = SharedPictures.joined(self.order.ring)
        self.eye = RoomEye(self.line, pictures, self._clock, self.order.sequence, threads)
        self.eye.while_pulsing = self._state_while_pulsing
        self.session = Session(
            ready.setting,
            seed=self.order.choice.seed,
            permit=self._permit,
            keep_image=self._keep_image,
            on_event=self._on_event,
            onlooker=self.eye,
        )
        self.eye.session = self.session
        self.session.start()

    def _play_again(self) -> None:
        log = self.order.log
        if log is None or not log.commands:
            self._do_ourselves(ChangeSettings(id="usual settings", at_s=0.0, pulses_per_s=TIMING.live_pulses_per_s))
        else:
            self._replaying, self._answers = True, iter(log.permissions)
            for number, command in enumerate(log.commands):
                share = REPLAYED_FROM + (1 - REPLAYED_FROM) * number / len(log.commands)
                self.line.tell("preparing", share, "playing again what was done")
                self.eye.begin(command)
                self.session.do(command)
                self._after(command.id)
            self._waits = len(log.commands)
            self._replaying = False
        self.eye.silent = False

    # the room's questions and reports

    def _permit(self, request: PermissionRequest) -> Permission:
        line = next(self._answers, None)
        if line is not None:
            if line.action is not request.action:
                raise LogDiffers(OTHER_PROGRAM)
            return Permission(line.allowed, line.findings)
        answer: Permission = self.line.ask("permit", request)
        return answer

    def _on_event(self, event: Event) -> None:
        self.line.ask("record", event)
        self.seen.take(event)
        if isinstance(event, Exposed):
            self.eye.exposed(event)

    def _keep_image(self, frame: Frame) -> str:
        kept: str = self.line.ask("keep", *encode(frame))
        return kept

    # what the page says

    def _obey_until_closed(self) -> None:
        while True:
            what, *facts = self.line.next()
            if what == "close":
                return
            if what == "watched":
                self._count_idle()
                self._watched = facts[0]
            elif what == "message":
                said, by = facts
                try:
                    self._obey(said, by)
                except BadMessage as wrong:
                    self.refused(wrong.command_id, wrong.sentence)

    def _obey(self, said: dict[str, Any], by: str) -> None:
        name = said["id"]
        if said["kind"] == "let go" or (said["kind"] == "pedal" and said.get("down") is False):
            self.nothing_done(name)
            return
        if said["kind"] == "pedal" and said.get("down") is not True:
            raise BadMessage("the pedal is down or up: nothing was done", name)
        if self.session.ended:  # the record takes nothing more of it, not even a refusal
            raise BadMessage(ENDED, name)
        self._idle()
        if said["kind"] == "pedal":
            self._carry_out(press(said, self._now_s()), LiveHand(self, name), "pressing")
            return
        command = self.command_of(said, by)
        phase = "injecting" if said["kind"] in ("inject contrast", "inject drug") else ""
        self._carry_out(command, LiveHand(self, name), phase)

    def _carry_out(self, command: RoomCommand, hand: Hand | None, phase: str = "") -> None:
        self.begun(command)
        self._phase = phase
        if phase:
            self.tell_state(phase)
        self.eye.begin(command)
        self.session.do(command, hand)
        self._phase = ""
        if not self.eye.told_done:
            self.line.tell("done", to_wire(self.session.as_done, Command))
        self.answered(command.id)

    def command_of(self, said: dict[str, Any], by: str) -> RoomCommand:
        """Raises BadMessage."""
        return room_command(said, self.session, self.mark, self.eye.frame, by, self._now_s())

    def begun(self, command: RoomCommand, after_pulses: int | None = None) -> None:
        self.line.tell("begun", to_wire(command, Command), after_pulses)

    def answered(self, command_id: str) -> None:
        """Everything that the command led to has been told; its last picture is there before the state that tells of it."""
        self._after(command_id)
        if self.session.pressed:
            self.tell_state(self._phase)
            return
        if any(event.kind == "settings changed" for event in self.session.done[command_id]):
            self.eye.show_again()
        self.eye.finished()
        self.tell_state("ended" if self.session.ended else "ready")
        self._idle_since = self._clock()

    def _after(self, command_id: str) -> None:
        events = self.session.done[command_id]
        for event in events:
            if event.kind == "entry marked" and event.at_mm is not None:
                self.mark.at_mm = event.at_mm
        self.line.tell("answered", command_id, events, self._replaying)
        if not self._replaying:
            self.line.tell("truth", self.session.truth, true_moment(self.session))
        while len(self.session.frames) > FRAMES_KEPT:
            self.session.frames.pop(next(iter(self.session.frames)))

    def nothing_done(self, command_id: str) -> None:
        self.line.tell("answered", command_id, (), False)

    def refused(self, command_id: str, sentence: str) -> None:
        self.line.tell("refused", command_id, sentence)

    # state and time

    def tell_state(self, phase: str) -> None:
        told = session_told(self.session, self.seen, self.mark.at_mm)
        told["dose"] = {
            "pulses": self.eye.pulses,
            "fluoroscopy_seconds": round(self.eye.seconds, 3),
            "kerma_reference_mgy": round(self.eye.kerma_mgy, 6),
            "dose_area_product_mgy_cm2": round(self.eye.area_mgy_cm2, 6),
        }
        self.line.tell("state", phase, told)
        self._state_at = self._clock()

    def _state_while_pulsing(self) -> None:
        if not self._replaying and self._phase and self._clock() - self._state_at > STATE_EVERY_S:
            self.tell_state(self._phase)

    def _now_s(self) -> float:
        return round(self.session.now_s, 3)

    def _count_idle(self) -> float:
        """Seconds that somebody has looked on since the last command."""
        now = self._clock()
        idle = now - self._idle_since if self._watched else 0.0
        self._idle_since = now
        return idle

    def _idle(self) -> None:
        """Time passes between commands as well: contrast washes out while somebody thinks."""
        idle = min(round(self._count_idle(), 2), LIMITS.longest_wait_s)
        if idle < IDLE_COUNTS_S or self.session.ended:
            return
        self._waits += 1
        self._do_ourselves(Wait(id=f"time passes {self._waits}", at_s=self._now_s(), seconds=idle))

    def _do_ourselves(self, command: RoomCommand) -> None:
        """What no page has said; its id has a space in it, as no page's has."""
        self.begun(command)
        self.session.do(command)
        self.line.tell("done", to_wire(command, Command))
        self.line.tell("answered", command.id, (), False)
