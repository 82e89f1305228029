"""The server's side of one room: its process, and the pages that sit in it."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from sijoint.room.events import Event
from sijoint.room.room_folder import RoomFolder
from sijoint.web.room.answers import Answers, answer_words, findings_told, refusal_words
from sijoint.web.room.kept import Kept
from sijoint.web.room.limits import LIMITS
from sijoint.web.room.room_keeping import RoomKeeping
from sijoint.web.room.room_pages import RoomPages, picture_told
from sijoint.web.room.room_start import Begin, Behind, MakeOrder, Phase, Process, spawned
from sijoint.web.room.seat import Picture, Seat
from sijoint.web.room.wire import PictureHeader, written

log = logging.getLogger("sijoint.web")

LOOK_AFTER_EVERY_S = 0.5
CLOSING_S = 5.0
CRASHES = 3  # in a row, without a command done between them: then the room stays stopped
QUESTIONS = frozenset({"permit", "record", "keep"})

DIED = (
    "The room's process stopped. Everything that was answered is kept and is being played again; "
    "what was under way is kept as far as it had come."
)
GIVEN_UP = "The room stopped again and again: open a new one. Everything that was answered is kept."
NOT_READY = "The room is being made ready: this was not done; do it again in a moment."
NOT_KEPT = (
    "The room was stopped, for what happens could not be kept: ask the site's support. What was answered is kept."
)
LOST = "The room stopped before this was done: do it again."


class LiveRoom:
    """Any thread may call it. ``now`` counts seconds that only go forward."""

    def __init__(
        self,
        room_id: str,
        order: MakeOrder,
        folder: RoomFolder,
        kept: Kept,
        *,
        begin: Begin = spawned,
        sequence: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.id, self.folder, self.kept, self.about = room_id, folder, kept, folder.about
        self._order, self._begin, self._now = order, begin, now
        self._lock = threading.RLock()
        self._pages = RoomPages()
        self._answers = Answers()
        self._keeping = RoomKeeping(folder, kept)
        self._held_by: Seat | None = None  # pedal or plunger
        self._holding = ""  # the command that the hand holds
        self._sequence = sequence
        self._picture: Picture | None = None
        self._header: PictureHeader | None = None
        self._told: dict[str, Any] = {"gate": {"allowed": False, "findings": []}}
        self.phase, self._share, self._sentence = Phase.PARKED, 0.0, ""
        self._crashes = 0
        self._closing: tuple[Phase, str] | None = None  # why the process ends, when it is our wish
        self._last_seen = self._heard = self._now()
        self._behind: Behind | None = None
        self._thread: threading.Thread | None = None

    # its process

    def start(self) -> None:
        """Start the process, or start it again with everything that was done."""
        with self._lock:
            if self._behind is not None:
                return
            self._enter_phase(Phase.PREPARING, share=0.0)
            order = self._order(self._sequence, self.folder.log)
            self.kept.again()
            self._closing = None
            behind = self._behind = Behind(self._begin, order)
            self._last_seen = self._heard = self._now()
            self._thread = threading.Thread(target=self._listen, args=(behind,), name=f"room {self.id}", daemon=True)
            self._thread.start()

    def begin_to_close(self) -> None:
        """Tell the process to end; ``park`` waits for it."""
        with self._lock:
            self._close(Phase.PARKED)

    def park(self) -> None:
        """End the process; the log stays, and the room is resumed when somebody comes."""
        with self._lock:
            behind, thread = self._behind, self._thread
            if behind is None or thread is None:
                return
            self._close(Phase.PARKED)
        thread.join(CLOSING_S)
        if thread.is_alive():
            behind.process.kill()
            thread.join(CLOSING_S)

    @property
    def running(self) -> bool:
        with self._lock:
            return self._behind is not None

    @property
    def process(self) -> Process | None:
        """Behind the room, while it runs."""
        return None if self._behind is None else self._behind.process

    @property
    def empty(self) -> bool:
        """Nobody is in it."""
        with self._lock:
            return self._pages.none

    # pages

    def enter(self, seat: Seat) -> None:
        """A page comes in."""
        with self._lock:
            self._pages.seats.append(seat)
            self._last_seen = self._now()
            self._send("watched", True)

    def leave(self, seat: Seat) -> None:
        """A page is gone: a hand that held something is off it."""
        with self._lock:
            if seat in self._pages.seats:
                self._pages.seats.remove(seat)
            self._last_seen = self._now()
            if seat is self._held_by:
                self._hands_off()
            if self._pages.none:
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
        with self._lock:
            self._heard_from(seat)
            if self.phase is Phase.PARKED:
                self.start()
            if self.phase is Phase.PREPARING:
                seat.tell(refusal_words(message["id"], NOT_READY))
                return
            if self.phase is Phase.STOPPED:
                seat.tell(refusal_words(message["id"], self._sentence or GIVEN_UP))
                return
            known = self._answers.taken_before(message)
            if known is not None:
                for words in known:
                    seat.tell(words)
                return
            holds = message["kind"] in ("inject contrast", "inject drug") or message.get("down") is True
            if holds and self._held_by is None:  # a second one is refused and takes nobody's hand off
                self._held_by, self._holding = seat, message["id"]
            self._send("message", message, seat.by)

    def state(self) -> dict[str, Any]:
        """What pages are told now."""
        with self._lock:
            picture = None if self._header is None else picture_told(self._header)
            words = {
                "room": self.id,
                "phase": str(self.phase),
                "share": round(self._share, 3),
                "sentence": self._sentence,
            }
            return {**words, "steers": True, "picture": picture, **self._told}

    # the thread that listens to the process

    def _listen(self, behind: Behind) -> None:
        connection, process = behind.connection, behind.process
        looked = self._now()
        with contextlib.suppress(EOFError, OSError):
            while True:
                if connection.poll(LOOK_AFTER_EVERY_S):
                    what, *facts = connection.recv()
                    with self._lock:
                        self._hear_or_stop(what, facts)
                elif not process.is_alive() and not connection.poll(0):
                    break
                if self._now() - looked >= LOOK_AFTER_EVERY_S:
                    looked = self._now()
                    with self._lock:
                        self._look_after()
        process.join(CLOSING_S)
        with self._lock:
            self._ended(behind)

    def _hear_or_stop(self, what: str, facts: list[Any]) -> None:
        try:
            self._hear(what, facts)
        except (OSError, ValueError) as fault:  # a full disk, for one: what cannot be kept does not go on
            log.error("a live room was stopped: %s", type(fault).__name__)
            self._closing = (Phase.STOPPED, NOT_KEPT)
            self._pages.tell(refusal_words("", NOT_KEPT))
            if self._behind is not None:
                self._behind.process.kill()

    def _hear(self, what: str, facts: list[Any]) -> None:
        keeping = self._keeping
        if what in QUESTIONS:
            number, *asked = facts
            self._send("answer", number, *keeping.answer(what, tuple(asked)))
            return
        match what:
            case "picture":
                self._show(*facts)
            case "plunger":
                self._tell_plunger(*facts)
            case "state":
                self._take_state(*facts)
            case "begun":
                keeping.begun(*facts)
            case "done":
                keeping.done(*facts)
                self._crashes = 0
            case "answered":
                self._answer(*facts)
            case "refused":
                self._refuse(*facts)
            case "truth":
                keeping.truth(*facts)
            case "preparing":
                self._enter_phase(Phase.PREPARING, facts[1], share=facts[0])
            case "ready":
                self._told |= dict(zip(("procedure", "choices", "plan"), facts, strict=True))
                self._give_up_unanswered()
                if self._pages.none:
                    self._send("watched", False)
            case "failed":
                self._closing = (Phase.STOPPED, facts[0])
                self._pages.tell(refusal_words("", facts[0]))

    def _show(self, header: PictureHeader, pulses: int) -> None:
        self._sequence = header.sequence
        self._keeping.made(pulses)
        pixels = self._behind.pixels(header) if self._behind is not None else None
        if pixels is None:
            return  # a newer one has taken its place
        self._header, self._picture = header, (header.sequence, header.packed() + pixels)
        self._pages.show(self._picture)

    def _tell_plunger(
        self, command_id: str, use: str, intervals: int, given_ml: float, pressure_kpa: float, session_ms: int
    ) -> None:
        self._keeping.pushed(intervals)
        pushed = {"use": use, "given_ml": round(given_ml, 3), "pressure_kpa": round(pressure_kpa, 2)}
        self._pages.tell(written("plunger", command_id=command_id, **pushed, session_ms=session_ms))

    def _take_state(self, phase: str, told: dict[str, Any]) -> None:
        self._told |= told
        if phase in (Phase.READY, Phase.ENDED):
            answer = self.kept.gate(told["session_ms"] / 1000)
            self._told["gate"] = {"allowed": answer.allowed, "findings": findings_told(answer.findings)}
        self._enter_phase(Phase(phase))

    def _answer(self, command_id: str, events: tuple[Event, ...], again: bool) -> None:
        """``again``: told once more while a log is played; only who still waits is told."""
        self._keeping.answered(command_id)
        if command_id == self._holding:
            self._held_by = None  # not by what the room did before, such as letting time pass until the press
        words = answer_words(command_id, events)
        if self._answers.answered(command_id, words):
            for one in words:
                self._pages.tell(one)

    def _refuse(self, command_id: str, sentence: str) -> None:
        words = refusal_words(command_id, sentence)
        self._answers.answered(command_id, [words])
        if command_id == self._holding:
            self._held_by = None
        self._pages.tell(words)

    def _ended(self, behind: Behind) -> None:
        """The process is no more: by our wish, by its own word, or by a crash."""
        self._behind = self._thread = self._held_by = None
        behind.clear_away()
        closing = self._closing
        self._keeping.died()
        if closing is None:
            self._crashes += 1
            if self._crashes < CRASHES and not self._pages.none:
                self._pages.tell(refusal_words("", DIED))
                self.start()
                return
            closing = (Phase.STOPPED, GIVEN_UP) if self._crashes >= CRASHES else (Phase.PARKED, "")
        self._enter_phase(*closing)
        self._give_up_unanswered()

    # looking after it

    def _look_after(self) -> None:
        now = self._now()
        if self._held_by is not None and now - self._heard > LIMITS.silent_s:
            self._hands_off()
        if not self._pages.none:
            self._last_seen = now
        elif now - self._last_seen > 60 * LIMITS.idle_minutes and self._keeping.under_way is None:
            self._close(Phase.PARKED)

    def _close(self, phase: Phase) -> None:
        if self._closing is None:
            self._closing = (phase, "")
            self._send("close")

    def _hands_off(self) -> None:
        self._held_by = None
        self._send("hands off")

    def _heard_from(self, seat: Seat) -> None:
        if self._held_by in (None, seat):
            self._heard = self._now()

    def _give_up_unanswered(self) -> None:
        """After a stop: what was not answered was not done."""
        for name in self._answers.give_up():
            self._pages.tell(refusal_words(name, LOST))

    # words

    def _enter_phase(self, phase: Phase, sentence: str = "", share: float = 1.0) -> None:
        self.phase, self._share, self._sentence = phase, share, sentence
        self._pages.tell_state(self._state_words())

    def _state_words(self) -> str:
        return written("state", **self.state())

    def _send(self, what: str, *facts: Any) -> None:
        if self._behind is not None:
            self._behind.send(what, *facts)
