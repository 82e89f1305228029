"""What watches a running room for the page: every pulse onto the screen, the newest first, at the pace of the session's clock."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sijoint.fluoroscopy import Frame, last_image_hold
from sijoint.model import SyringeUse
from sijoint.model.wire import to_wire
from sijoint.room import Session
from sijoint.room.commands import Command, InjectContrast, RoomCommand
from sijoint.room.events import Exposed
from sijoint.room.settings import RoomSettings
from sijoint.room.timing import TIMING
from sijoint.web.room.live_hand import is_up
from sijoint.web.room.on_screen import OnScreen
from sijoint.web.room.room_line import RoomLine, ServerGone
from sijoint.web.room.shared_pictures import SharedPictures
from sijoint.web.room.wire import Flag, PictureHeader

Clock = Callable[[], float]  # seconds that only go forward
MASK_PULSES = TIMING.last_image_frames
MOST_BEHIND_S = 0.05


@dataclass(frozen=True, eq=False)
class _Waiting:
    frame: Frame
    settings: RoomSettings
    mask: Frame | None
    flags: Flag
    session_ms: int
    seconds: float
    kerma_mgy: float
    area_mgy_cm2: float


class RoomEye:
    """An onlooker. A thread of its own makes pictures ready while the next pulse is exposed; it drops those it is too slow for."""

    def __init__(
        self, line: RoomLine, pictures: SharedPictures, clock: Clock, first_sequence: int, threads: int
    ) -> None:
        self._line, self._pictures, self._clock = line, pictures, clock
        self._sequence = first_sequence
        self._screen = OnScreen(threads)
        self._changed = threading.Condition()
        self._waiting: _Waiting | None = None
        self._busy = False
        self.session: Session | None = None
        self.silent = True  # while a log is played again nobody is shown anything
        self.while_pulsing: Callable[[], None] = lambda: None  # called after every pulse
        self.pulses, self.seconds, self.kerma_mgy, self.area_mgy_cm2 = 0, 0.0, 0.0, 0.0
        self.frame: Frame | None = None  # on the screen, or soon
        self.told_done = False
        self._settled = (0, 0.0, 0.0, 0.0)  # as told by the exposures so far
        self._mask: Frame | None = None
        self._recent: deque[Frame] = deque(maxlen=MASK_PULSES)
        self._began: tuple[float, float] | None = None  # by the clock, and by the session's
        self._command: RoomCommand | None = None
        threading.Thread(target=self._show, name="screen", daemon=True).start()

    def begin(self, command: RoomCommand) -> None:
        """A command begins: its pulses are paced from its first one on."""
        self._began, self._command, self.told_done = None, command, False
        self._recent.clear()

    def exposed(self, event: Exposed) -> None:
        """The exposure is over: from here on its own sums count."""
        pulses, seconds, kerma, area = self._settled
        self._settled = (
            pulses + event.pulses,
            seconds + event.seconds,
            kerma + event.kerma_reference_mgy,
            area + event.dose_area_product_mgy_cm2,
        )
        self.pulses, self.seconds, self.kerma_mgy, self.area_mgy_cm2 = self._settled

    # what the room tells

    def pulse(self, frame: Frame, *, sharp: bool) -> None:
        session = self.session
        assert session is not None
        run = isinstance(self._command, InjectContrast)
        self.pulses += 1
        self.seconds += 1.0 / (TIMING.run_pulses_per_s if run else session.settings.pulses_per_s)
        self.kerma_mgy += frame.kerma_reference_mgy or 0.0
        self.area_mgy_cm2 += frame.dose_area_product_mgy_cm2 or 0.0
        self._recent.append(frame)
        self._put(frame, Flag.SHARP if sharp else Flag.TURNING)
        self.while_pulsing()
        self._pace(session.now_s)

    def held(self, frame: Frame) -> None:
        self._put(frame, Flag.SHARP | Flag.HELD)

    def plunger(self, use: SyringeUse, intervals: int, given_ml: float, plunger_kpa: float) -> None:
        session = self.session
        assert session is not None
        if use is SyringeUse.CONTRAST and intervals == 1:
            before = list(self._recent)[:-1]  # the last one has contrast in it
            self._mask = last_image_hold(before) if before else None
        if not self.silent:
            name = self._command.id if self._command else ""
            self._tell("plunger", name, str(use), intervals, given_ml, plunger_kpa, round(1000 * session.now_s))
        self._pace(session.now_s)

    def let_go(self, command: RoomCommand) -> None:
        if not self.silent:
            self._line.tell("done", to_wire(command, Command))
            self.told_done = True

    def show_again(self) -> None:
        """The picture that is there already, as the settings are now, or after a log was played again."""
        if self.frame is not None:
            self._put(self.frame, Flag.SHARP | Flag.HELD)

    def finished(self) -> None:
        """Wait until the newest picture is on its way."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is None and not self._busy, timeout=2.0)

    # the screen

    def _put(self, frame: Frame, flags: Flag) -> None:
        self.frame = frame
        session = self.session
        if self.silent or session is None:
            return
        made = _Waiting(
            frame, session.settings, self._mask, flags, round(1000 * session.now_s),
            self.seconds, self.kerma_mgy, self.area_mgy_cm2,
        )  # fmt: skip
        with self._changed:
            self._waiting = made
            self._changed.notify_all()

    def _show(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting is not None)
                made, self._waiting, self._busy = self._waiting, None, True
            assert made is not None
            moving = Flag.TURNING in made.flags
            shown, extra = self._screen.shown(made.frame, made.settings, made.mask, moving=moving)
            self._sequence += 1
            self._pictures.write(self._sequence, shown)
            rows, columns = shown.shape
            header = PictureHeader(
                self._sequence, made.session_ms, columns, rows, made.flags | extra,
                made.seconds, made.kerma_mgy, made.area_mgy_cm2,
            )  # fmt: skip
            self._tell("picture", header, self.pulses)

    def _pace(self, now_s: float) -> None:
        """Rest until the session's time has come by the clock; a hand that lets go is heard at once."""
        if self.silent:
            return
        if self._began is None:
            self._began = (self._clock(), now_s)
            return
        ahead = self._began[0] + now_s - self._began[1] - self._clock()
        if ahead > 0:
            self._line.rest(ahead, is_up)
        elif ahead < -MOST_BEHIND_S:  # too slow a machine: what was missed is not made up for in a rush
            self._began = (self._clock(), now_s)

    def _tell(self, what: str, *facts: Any) -> None:
        try:
            self._line.tell(what, *facts)
        except ServerGone:
            self.silent = True  # nobody is there to be shown anything; the hand is off at the next pulse
