"""The virtual operator: a practised hand with errors, who looks at frames alone and may be wrong.

It knows the plan and what a person in the room could see and feel (events and frames), never the fluid's or the needle's
true place. Its contrast judgement is `guidance`'s reading of the images.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.cohort.habits import HABITS
from sijoint.cohort.scenario import Offset
from sijoint.fluoroscopy import Frame
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import ReceptorTilt, Side
from sijoint.guidance import ArthrogramReading, ContrastRun, Plan, read_arthrogram
from sijoint.model import ContrastPattern, Recipe, Target, ViewPurpose
from sijoint.needle import aim
from sijoint.room import Session
from sijoint.room.commands import (
    AdvanceNeedle,
    ChooseNeedle,
    Collimate,
    Command,
    EndProcedure,
    InjectContrast,
    InjectDrug,
    InjectSkin,
    InsertNeedle,
    JudgeContrast,
    PositionCArm,
    Pulse,
    RedirectNeedle,
    WithdrawNeedle,
)
from sijoint.room.events import Event, Exposed, GateAnswered, NeedleMoved, Refused

Say = Callable[[str], None]


@dataclass(frozen=True)
class Performance:
    """What the operator did, in its own words: readings by attempt and whether the drug was given."""

    readings: tuple[ArthrogramReading, ...]
    drug_given: bool
    gave_up: str = ""


class VirtualOperator:
    """One operator at one table. ``give`` keeps every command for the log."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        body: Body,
        side: Side,
        recipe: Recipe,
        first_aim_error_mm: Offset,
        rng: Generator,
        keep: Callable[[Command], None],
        say: Say,
    ) -> None:
        self.session, self.plan, self.body, self.side, self.recipe = session, plan, body, side, recipe
        self.error = np.array(first_aim_error_mm, dtype=np.float64)
        self.rng, self._keep, self.say = rng, keep, say
        self._count = 0
        self.axes = offset_axes(plan, side)

    def perform(self) -> Performance:
        """Scout to withdrawal."""
        plan = self.plan
        self._do(ChooseNeedle, code=plan.needle)
        self._look(plan.straight, ViewPurpose.SCOUT, HABITS.scout_pulses)
        half = HABITS.field_half_mm
        self._do(Collimate, half_width_mm=half, half_height_mm=half)
        self._look(plan.receptor, ViewPurpose.TRAJECTORY, HABITS.scout_pulses)
        self._do(InjectSkin, volume_ml=self.recipe.skin.volume_ml)
        readings: list[ArthrogramReading] = []
        given = False
        deepen_from: float | None = None
        for attempt in range(HABITS.attempts):
            if deepen_from is None:
                self._place(self.error * HABITS.correction**attempt if attempt else self.error)
            else:
                self._deepen(deepen_from)
            reading = self._test_contrast()
            readings.append(reading)
            self.say(f"contrast reads: {reading.pattern.value} ({reading.probability:.0%}, calibrated on simulation)")
            gate = self._judge(reading.pattern)
            if gate.allowed:
                given = self._give_drug()
                break
            self.say("the gate holds the drug back: " + "; ".join(finding.clinician for finding in gate.findings))
            deepen_from = self._depth() if self._stopped_short(reading.pattern) else None
        if self.session.needle is not None:
            self._do(WithdrawNeedle, distance_mm=self.session.needle.depth_mm + 1.0)
        gave_up = "" if given else "the tip could not be shown at the target; no drug was given"
        self._do(EndProcedure, abandoned_because=gave_up)
        return Performance(tuple(readings), given, gave_up)

    # the hand

    def _place(self, error_mm: NDArray[np.float64]) -> None:
        """Skin to where it gives: insert, advance, walk off bone, with the present idea of where the target is."""
        if self.session.needle is not None:
            self._do(WithdrawNeedle, distance_mm=self.session.needle.depth_mm + 1.0)
        entry = self._insert(error_mm)
        for walk in range(HABITS.walks + 1):
            stopped_by = self._advance_to_end()
            if stopped_by != "bone" or self._depth() > self.plan.depth_mm - HABITS.seat_mm:
                return
            if walk < HABITS.walks:
                self._redirect(entry, error_mm)
        self.say("bone again and again: contrast will show where the tip is")

    def _redirect(self, entry: NDArray[np.float64], error_mm: NDArray[np.float64]) -> None:
        """Back to under the skin and on at another angle: the way a needle is walked off bone."""
        self._do(WithdrawNeedle, distance_mm=max(self._depth() - HABITS.turn_depth_mm, 0.1))
        self._do(RedirectNeedle, direction=self._towards(entry, error_mm))

    def _insert(self, error_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        plan = self.plan
        sideways = error_mm * [1, 1, 0] + self.rng.normal(0, HABITS.entry_sd_mm, 3) * [1, 1, 0]
        beside = plan.entry_mm + self.axes @ sideways
        entry = self._on_skin(beside)
        direction = self._towards(entry, error_mm)
        self._do(InsertNeedle, entry_mm=_triple(entry), direction=direction, bevel_clock_deg=plan.bevel_clock_deg)
        return entry

    def _towards(self, entry: NDArray[np.float64], error_mm: NDArray[np.float64]) -> tuple[float, float, float]:
        """Where the needle is pointed from this entry, so that with the planned bevel it bends onto what the hand aims at."""
        needle = needle_by_code(self.plan.needle)
        aimed = self._aimed(error_mm)
        return _triple(aim(needle, entry, aimed, self.plan.bevel_clock_deg, body=self.body))

    def _aimed(self, error_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where the hand aims now: the target, the error of judgement, and a little of its own each time."""
        return self.plan.target_mm + self.axes @ (error_mm + self.rng.normal(0, HABITS.aim_sd_mm, 3) * [1, 1, 0])

    def _on_skin(self, point: NDArray[np.float64]) -> NDArray[np.float64]:
        """The skin point over a place, found by laying the needle's tip on the skin there."""
        inside = point + 20.0 * self.plan.direction
        out = self.body.skin_exit_mm(inside, -self.plan.direction)
        return point if np.isnan(out) else inside - float(out) * self.plan.direction

    def _advance_to_end(self) -> str:
        """Forward until it gives, meets bone or is as deep as a hand would go; what stopped it."""
        plan, target_depth = self.plan, self.plan.depth_mm
        checked = False
        while True:
            depth = self._depth()
            far = depth < target_depth - HABITS.near_mm
            if not far and not checked:
                self._look(plan.receptor, ViewPurpose.NEEDLE, HABITS.check_pulses)
                checked = True
            if depth >= target_depth + HABITS.overshoot_mm:
                return "depth"
            step = min(HABITS.far_step_mm, target_depth - HABITS.near_mm - depth + 0.01) if far else HABITS.near_step_mm
            moved = self._moved(self._do(AdvanceNeedle, distance_mm=step))
            if any(felt.what == "bone" for felt in moved.felt):
                return "bone"
            if self._gave(moved) and not far:
                self._do(AdvanceNeedle, distance_mm=HABITS.seat_mm)
                return "give"

    def _deepen(self, from_mm: float) -> None:
        """The tip stopped short of the joint: on along the same line, past the give that misled."""
        self.say("redirect: further along the same line, the give was felt too early")
        while self._depth() < self.plan.depth_mm + HABITS.overshoot_mm:
            moved = self._moved(self._do(AdvanceNeedle, distance_mm=HABITS.near_step_mm))
            if any(felt.what == "bone" for felt in moved.felt):
                return
            if self._gave(moved) and self._depth() > from_mm + HABITS.near_step_mm:
                self._do(AdvanceNeedle, distance_mm=HABITS.seat_mm)
                return

    def _gave(self, moved: NeedleMoved) -> bool:
        if self.plan.target is Target.LIGAMENT:
            return moved.depth_mm >= self.plan.depth_mm
        return any(felt.what == "give" and felt.force_n >= HABITS.give_n for felt in moved.felt)

    # the eye

    def _look(self, tilt: ReceptorTilt, purpose: ViewPurpose, pulses: int) -> tuple[Event, ...]:
        """Bring the C-arm there and press the pedal. From the side the centre goes ventral, or half the field is air."""
        ventral = HABITS.lateral_ventral_mm if tilt is self.plan.lateral else 0.0
        events = self._do(
            PositionCArm,
            left_deg=tilt.left_deg,
            cephalad_deg=tilt.cephalad_deg,
            isocentre_mm=_triple(self.plan.target_mm - [0.0, ventral, 0.0]),
        )
        return events + self._do(Pulse, pulses=pulses, purpose=purpose)

    def _test_contrast(self) -> ArthrogramReading:
        """Lateral before, a run in the trajectory view, lateral after: read from these images alone."""
        plan = self.plan
        before = self._frame(self._look(plan.lateral, ViewPurpose.LATERAL, HABITS.check_pulses))
        self._look(plan.receptor, ViewPurpose.NEEDLE, HABITS.check_pulses)
        events = self._do(
            InjectContrast,
            volume_ml=self.recipe.contrast.volume_ml,
            rate_ml_s=HABITS.contrast_rate_ml_s,
            watch_s=HABITS.contrast_watch_s,
        )
        runs: list[ContrastRun] = list(self.session.runs)
        for refused in (event for event in events if isinstance(event, Refused)):
            self.say(f"refused: {refused.sentence}")
        after = self._frame(self._look(plan.lateral, ViewPurpose.AFTER_CONTRAST, HABITS.check_pulses))
        if runs:
            runs.append(ContrastRun(before, (), (after,), runs[0].injected_ml, runs[0].iodine_mg_ml))
        return read_arthrogram(runs, self.body, self.side, plan.target_mm)

    def _judge(self, pattern: ContrastPattern) -> GateAnswered:
        events = self._do(JudgeContrast, pattern=pattern, by=self.session.setting.operator)
        return next(event for event in events if isinstance(event, GateAnswered))

    def _stopped_short(self, pattern: ContrastPattern) -> bool:
        short = self._depth() < self.plan.depth_mm - 2 * HABITS.near_step_mm
        outside = pattern in (ContrastPattern.LIGAMENT, ContrastPattern.PERIARTICULAR, ContrastPattern.MUSCLE)
        return short and outside and self.plan.target is Target.INTRA_ARTICULAR

    def _give_drug(self) -> bool:
        drawn = sum((line.volume_ml for line in self.recipe.drug), Decimal(0))
        events = self._do(InjectDrug, volume_ml=drawn, rate_ml_s=HABITS.drug_rate_ml_s)
        return not any(isinstance(event, Refused) for event in events)

    # the session

    def _do(self, kind: type, /, **what: object) -> tuple[Event, ...]:
        self._count += 1
        command = kind(
            id=f"{self.session.setting.procedure_id}-{self._count:03d}", at_s=round(self.session.now_s, 3), **what
        )
        self._keep(command)
        return self.session.do(command)

    def _depth(self) -> float:
        return 0.0 if self.session.needle is None else self.session.needle.depth_mm

    def _moved(self, events: tuple[Event, ...]) -> NeedleMoved:
        return next(event for event in events if isinstance(event, NeedleMoved))

    def _frame(self, events: tuple[Event, ...]) -> Frame:
        """The image that held after these events."""
        exposed = next(event for event in events if isinstance(event, Exposed))
        return self.session.frames[exposed.images[-1].sha256]


def offset_axes(plan: Plan, side: Side) -> NDArray[np.float64]:
    """(3, 3) columns lateral, cephalad and deep, in LPS: the frame in which scenarios state offsets."""
    deep = plan.direction
    head = np.array([0.0, 0.0, 1.0])
    cephalad = head - np.dot(head, deep) * deep
    cephalad /= np.linalg.norm(cephalad)
    lateral = np.cross(cephalad, deep)
    lateral *= side.x_sign * (1.0 if lateral[0] >= 0 else -1.0)
    return np.column_stack([lateral, cephalad, deep])


def _triple(point: NDArray[np.float64]) -> tuple[float, float, float]:
    """Rounded to a micrometre, so that the log is short and replays the same."""
    return (round(float(point[0]), 3), round(float(point[1]), 3), round(float(point[2]), 3))
