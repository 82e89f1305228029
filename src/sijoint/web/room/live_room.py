"""The server's side of one room: its process, its questions, its log, and the pages that sit in it."""

import contextlib
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any

from sijoint.model import Finding
from sijoint.model.wire import from_wire, to_wire
from sijoint.room import PermissionRequest
from sijoint.room.commands import Command, During, InjectContrast, InjectDrug, Press
from sijoint.room.events import Event, Refused
from sijoint.room.replay import PermissionLine
from sijoint.room.room_folder import RoomFolder
from sijoint.room.truth_moment import append_moment
from sijoint.web.room.kept import Kept
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.on_screen import strip_rows
from sijoint.web.room.process import RoomOrder, run_room
from sijoint.web.room.seat import Picture, Seat
from sijoint.web.room.shared_pictures import SharedPictures
from sijoint.web.room.wire import PictureHeader, written

LOOK_AFTER_EVERY_S = 0.5
CLOSING_S = 5.0
CRASHES = 3  # in a row, without a command done between them: then the room stays stopped

DIED = (
    "The room's process stopped. Everything that was answered is kept; it is being played again. "
    "What was under way is kept as far as it had come."
)
GIVEN_UP = "The room stopped again and again: open a new one. Everything that was answered is kept."
NOT_READY = "The room is being made ready: this was not done; do it again in a moment."
LOST = "The room stopped before this was done: do it again."


class Phase(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    PRESSING = "pressing"
    INJECTING = "injecting"
    ENDED = "ended"
    PARKED = "parked"
    STOPPED = "stopped"


@dataclass
class _Running:
    """The command that the process is carrying out, as far as it has come."""

    command: Any
    pulses: int = 0  # of a press: made so far
    intervals: int = 0  # of a plunger
    during: list[During] = field(default_factory=list)
    pulses_before: int = 0
    done: bool = False

    def as_far_as_it_came(self) -> Any | None:
        """What is kept of it when the process dies now; None for what leaves nothing."""
        if self.done:
            return None
        if isinstance(self.command, Press) and (self.pulses or self.during):
            last = max((one.after_pulses for one in self.during), default=0)
            return replace(self.command, pulses=max(self.pulses, last, 1), during=tuple(self.during))
        if isinstance(self.command, InjectContrast | InjectDrug) and self.intervals:
            stopped = replace(self.command, stopped_after=self.intervals)
            return replace(stopped, watched=0) if isinstance(stopped, InjectContrast) else stopped
        return None


class LiveRoom:
    """Any thread may call it. ``monotonic`` counts seconds that only go forward."""

    def __init__(
        self,
        room_id: str,
        order: Callable[..., RoomOrder],
        folder: RoomFolder,
        kept: Kept,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id, self.folder, self.kept = room_id, folder, kept
        self.about = folder.about
        self._order, self._now = order, monotonic
        self._lock = threading.RLock()
        self._seats: list[Seat] = []
        self._answers: dict[str, list[str] | None] = {}  # by command id; None: not answered yet
        self._running: _Running | None = None
        self._pressed_by: Seat | None = None
        self._picture: Picture | None = None
        self._header: PictureHeader | None = None
        self._pulses = 0
        self._state: dict[str, Any] = {}
        self._fixed: dict[str, Any] = {}
        self._gate: dict[str, Any] = {"allowed": False, "findings": []}
        self.phase, self._share, self._sentence = Phase.PARKED, 0.0, ""
        self._crashes = 0
        self._closing: tuple[Phase, str] | None = None  # why the process ends, when it is our wish
        self._last_seen = self._heard = self._now()
        self._connection: Connection | None = None
        self._process: Any = None
        self._ring: SharedPictures | None = None
        self._thread: threading.Thread | None = None

    # its process

    def start(self) -> None:
        """Start the process, or start it again with everything that was done."""
        with self._lock:
            if self._process is not None:
                return
            self._begin_phase(Phase.PREPARING, share=0.0)
            log = self.folder.log
            self.kept.again()
            rows = LIMITS.rows
            order = self._order(sequence=0 if self._picture is None else self._picture[0], log=log)
            rows = order.rows
            self._ring = SharedPictures.made(2 * (rows + strip_rows(rows)) * rows)
            order = replace(order, ring=self._ring.shape)
            self._replay = log
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(target=run_room, args=(theirs, order), name="sijoint room", daemon=True)
            self._process.start()
            theirs.close()
            self._last_seen = self._heard = self._now()
            self._thread = threading.Thread(target=self._listen, name=f"room {self.id}", daemon=True)
            self._thread.start()

    def park(self, phase: Phase = Phase.PARKED, sentence: str = "") -> None:
        """End the process; the log stays, and the room is resumed when somebody comes."""
        with self._lock:
            thread = self._thread
            if self._process is None:
                return
            self._closing = (phase, sentence)
            self._send("close")
        if thread is not None and thread is not threading.current_thread():
            thread.join(CLOSING_S)
            with self._lock:
                if self._process is not None and self._process.is_alive():
                    self._process.kill()
            thread.join(CLOSING_S)

    @property
    def running(self) -> bool:
        with self._lock:
            return self._process is not None

    @property
    def empty(self) -> bool:
        """Nobody is in it."""
        with self._lock:
            return not self._seats

    # pages

    def enter(self, seat: Seat) -> None:
        """A page comes in."""
        with self._lock:
            self._seats.append(seat)
            self._last_seen = self._now()
            if len(self._seats) == 1:
                self._send("watched", True)

    def leave(self, seat: Seat) -> None:
        """A page is gone: a hand that held something is off it."""
        with self._lock:
            if seat in self._seats:
                self._seats.remove(seat)
            self._last_seen = self._now()
            if seat is self._pressed_by:
                self._hands_off()
            if not self._seats:
                self._send("watched", False)

    def greet(self, seat: Seat, last_sequence: int) -> None:
        """The state, and the newest picture when the page has not seen it."""
        with self._lock:
            self._heard_from(seat)
            seat.greeted = True
            seat.tell_state(self._state_words())
            if self._picture is not None and self._picture[0] > last_sequence:
                seat.show(self._picture)

    def drawn(self, seat: Seat, sequence: int) -> None:
        with self._lock:
            self._heard_from(seat)
        seat.drawn(sequence)

    def say(self, seat: Seat, message: dict[str, Any]) -> None:
        """A command of a page. The same id again is answered as the first time."""
        name, up = message["id"], message["kind"] == "pedal" and message.get("down") is False
        with self._lock:
            self._heard_from(seat)
            key = f"{name}/up" if up and name in self._answers else name
            if key in self._answers:
                for words in self._answers[key] or ():
                    seat.tell(words)
                return
            if self.phase in (Phase.PREPARING, Phase.PARKED):
                seat.tell(written("refused", command_id=name, sentence=NOT_READY, findings=[]))
                return
            if self.phase is Phase.STOPPED:
                seat.tell(written("refused", command_id=name, sentence=self._sentence or GIVEN_UP, findings=[]))
                return
            if key != name:  # the end of a press that has an answer of its own
                self._answers[key] = []
                if self._answers[name] is not None:
                    return  # too late: that press is over
            else:
                self._answers[name] = None
            if message["kind"] in ("pedal", "inject contrast", "inject drug") and not up:
                self._pressed_by = seat
            self._send("message", message, seat.by)

    # what is kept of it for others

    def truth_path(self) -> Any:
        return self.folder.path / "track.jsonl"

    def state(self) -> dict[str, Any]:
        """What pages are told now."""
        with self._lock:
            return self._told()

    # the thread that listens to the process

    def _listen(self) -> None:
        connection, process = self._connection, self._process
        assert connection is not None
        self._closing = None
        try:
            looked = self._now()
            while True:
                if connection.poll(LOOK_AFTER_EVERY_S):
                    what, *facts = connection.recv()
                    with self._lock:
                        getattr(self, f"_hear_{what}")(*facts)
                elif not process.is_alive() and not connection.poll(0):
                    break
                if self._now() - looked >= LOOK_AFTER_EVERY_S:
                    looked = self._now()
                    self._look_after()
        except (EOFError, OSError):
            pass
        process.join(CLOSING_S)
        with self._lock:
            self._ended()

    def _ended(self) -> None:
        """The process is no more: by our wish, by its own word, or by a crash."""
        connection, ring, closing = self._connection, self._ring, self._closing
        self._process = self._connection = self._ring = self._thread = None
        if connection is not None:
            connection.close()
        if ring is not None:
            ring.close(remove=True)
        self._pressed_by = None
        unfinished, self._running = self._running, None
        if unfinished is not None and (told := unfinished.as_far_as_it_came()) is not None:
            self.folder.done(told)
        if closing is not None:
            self._begin_phase(*closing)
            self._forget_unanswered()
            return
        self._crashes += 1
        if self._crashes >= CRASHES:
            self._begin_phase(Phase.STOPPED, GIVEN_UP)
            self._forget_unanswered()
            return
        for seat in self._seats:
            seat.tell(written("refused", command_id="", sentence=DIED, findings=[]))
        if self._seats:
            self.start()
        else:
            self._begin_phase(Phase.PARKED)

    def _hear_preparing(self, share: float, words: str) -> None:
        self._begin_phase(Phase.PREPARING, words, share=share)

    def _hear_ready(self, procedure: Any, choices: Any, plan: Any) -> None:
        self._fixed = {"procedure": procedure, "choices": choices, "plan": plan}
        self._forget_unanswered()
        if not self._seats:
            self._send("watched", False)

    def _hear_permit(self, number: int, request: PermissionRequest) -> None:
        try:
            answer = self.kept.permit(request)
            self.folder.permitted(PermissionLine(request.action, request.at_s, answer.allowed, answer.findings))
        except Exception as refusal:  # whatever it is: without an answer nothing is done
            self._send("answer", number, False, str(refusal))
            return
        self._send("answer", number, True, answer)

    def _hear_record(self, number: int, event: Event) -> None:
        try:
            self.kept.record(event)
        except Exception as refusal:  # whatever it is: what is not recorded does not happen
            self._send("answer", number, False, str(refusal))
            return
        self._send("answer", number, True, None)

    def _hear_keep(self, number: int, content: bytes, sidecar: dict[str, Any]) -> None:
        try:
            kept = self.kept.keep_image(content, sidecar)
        except Exception as refusal:  # whatever it is: an image that is not kept is named by nothing
            self._send("answer", number, False, str(refusal))
            return
        self._send("answer", number, True, kept)

    def _hear_begun(self, command: dict[str, Any], after_pulses: int | None) -> None:
        told: Any = from_wire(Command, command)
        self.folder.begun(told, after_pulses)
        if after_pulses is None or self._running is None:
            self._running = _Running(told, pulses_before=self._pulses)
        else:
            self._running.during.append(During(after_pulses, told))

    def _hear_done(self, command: dict[str, Any]) -> None:
        self.folder.done(from_wire(Command, command))
        if self._running is not None:
            self._running.done = True
        self._crashes = 0

    def _hear_answered(self, command_id: str, events: tuple[Event, ...], again: bool) -> None:
        if self._running is not None and self._running.command.id == command_id:
            self._running = self._pressed_by = None
        words = _answer_words(command_id, events)
        known = command_id in self._answers
        unanswered = known and self._answers[command_id] is None
        self._answers[command_id] = words
        if unanswered or (known and not again):
            for one in words:
                self._tell_all(one)

    def _hear_refused(self, command_id: str, sentence: str) -> None:
        words = written("refused", command_id=command_id, sentence=sentence, findings=[])
        if command_id in self._answers:
            self._answers[command_id] = [words]
        if self._pressed_by is not None and self._running is None:
            self._pressed_by = None
        self._tell_all(words)

    def _hear_truth(self, truth: Any, moment: Any) -> None:
        self.folder.keep_truth(truth)
        append_moment(self.truth_path(), moment)

    def _hear_picture(self, header: PictureHeader, pulses: int) -> None:
        self._pulses = pulses
        if self._running is not None:
            self._running.pulses = pulses - self._running.pulses_before
        pixels = self._ring.read(header.sequence, header.width * header.height) if self._ring else None
        if pixels is None:
            return  # a newer one has taken its place
        self._header, self._picture = header, (header.sequence, header.packed() + pixels)
        for seat in self._seats:
            if seat.greeted:
                seat.show(self._picture)

    def _hear_plunger(
        self, command_id: str, use: str, intervals: int, given_ml: float, pressure_kpa: float, session_ms: int
    ) -> None:
        if self._running is not None:
            self._running.intervals = intervals
        self._tell_all(
            written(
                "plunger",
                command_id=command_id,
                use=use,
                given_ml=round(given_ml, 3),
                pressure_kpa=round(pressure_kpa, 2),
                session_ms=session_ms,
            )
        )

    def _hear_state(self, phase: str, told: dict[str, Any]) -> None:
        self._state = told
        if phase in (Phase.READY, Phase.ENDED):
            answer = self.kept.gate(told["session_ms"] / 1000)
            self._gate = {"allowed": answer.allowed, "findings": _findings(answer.findings)}
        self._begin_phase(Phase(phase))

    def _hear_failed(self, sentence: str) -> None:
        self._closing = (Phase.STOPPED, sentence)
        for seat in self._seats:
            seat.tell(written("refused", command_id="", sentence=sentence, findings=[]))

    # looking after it

    def _look_after(self) -> None:
        with self._lock:
            now = self._now()
            if self._pressed_by is not None and now - self._heard > LIMITS.silent_s:
                self._hands_off()
            if self._seats:
                self._last_seen = now
            elif now - self._last_seen > 60 * LIMITS.idle_minutes and self._running is None and not self._closing:
                self._closing = (Phase.PARKED, "")
                self._send("close")

    def _hands_off(self) -> None:
        self._pressed_by = None
        self._send("hands off")

    def _heard_from(self, seat: Seat) -> None:
        if seat is self._pressed_by or self._pressed_by is None:
            self._heard = self._now()

    def _forget_unanswered(self) -> None:
        """After a stop: what was not answered was not done, and may be asked for again."""
        for name in [name for name, words in self._answers.items() if words is None]:
            del self._answers[name]
            self._tell_all(written("refused", command_id=name, sentence=LOST, findings=[]))

    # words

    def _begin_phase(self, phase: Phase, sentence: str = "", share: float = 1.0) -> None:
        self.phase, self._share, self._sentence = phase, share, sentence
        words = self._state_words()
        for seat in self._seats:
            if seat.greeted:
                seat.tell_state(words)

    def _told(self) -> dict[str, Any]:
        header = self._header
        picture = header and {
            "sequence": header.sequence,
            "width": header.width,
            "height": header.height,
            "strip_rows": strip_rows(header.width),
            "flags": int(header.flags),
        }
        return {
            "room": self.id,
            "phase": str(self.phase),
            "share": round(self._share, 3),
            "sentence": self._sentence,
            "steers": True,
            "picture": picture,
            "gate": self._gate,
            **self._fixed,
            **self._state,
        }

    def _state_words(self) -> str:
        return written("state", **self._told())

    def _tell_all(self, words: str) -> None:
        for seat in self._seats:
            seat.tell(words)

    def _send(self, what: str, *facts: Any) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, ValueError):  # it is dying: whoever listens hears of it
                self._connection.send((what, *facts))


def _answer_words(command_id: str, events: tuple[Event, ...]) -> list[str]:
    refused = [event for event in events if isinstance(event, Refused)]
    done = [event for event in events if not isinstance(event, Refused)]
    words = []
    if done or not refused:
        words.append(written("events", command_id=command_id, events=[to_wire(one, Event) for one in done]))
    words += [
        written("refused", command_id=command_id, sentence=one.sentence, findings=_findings(one.findings))
        for one in refused
    ]
    return words


def _findings(findings: tuple[Finding, ...]) -> list[dict[str, str]]:
    return [{"code": one.code, "severity": str(one.severity), "sentence": one.clinician} for one in findings]
