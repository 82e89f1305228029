"""The study's operator at the table: places the needle with the plan's errors, sees frames and feels gives, tries again.

It never reads where the tip or the fluid truly are. The needle's tip it sees in the trajectory view, across the view only; the
depth it knows from the needle's length.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.cohort.habits import HABITS
from sijoint.cohort.validation.plan_file import Hand
from sijoint.fluoroscopy import Frame
from sijoint.frames import ReceptorTilt, unit
from sijoint.guidance import ArthrogramReading, ContrastRun, Plan, read_arthrogram
from sijoint.guidance.plans import needle_axes
from sijoint.model import ViewPurpose
from sijoint.room import Session
from sijoint.room.commands import (
    AdvanceNeedle,
    ChooseNeedle,
    Collimate,
    InjectContrast,
    InjectDrug,
    InsertNeedle,
    PositionCArm,
    Pulse,
    RedirectNeedle,
    WithdrawNeedle,
)
from sijoint.room.events import Event, Exposed, NeedleMoved

STEP_MM = 1.0  # the needle goes on by so much at a time while the hand waits for a give


@dataclass(frozen=True)
class Placement:
    """How one placement went, as the hand knows it."""

    depth_mm: float
    gave: bool  # a give was felt near the planned depth
    on_bone: bool


class StudyOperator:
    """One operator at one table for one plan."""

    def __init__(self, session: Session, plan: Plan, body: Body, hand: Hand, rng: Generator) -> None:
        self.session, self.plan, self.body, self.hand, self.rng = session, plan, body, hand, rng
        self._count = 0
        self._do(ChooseNeedle, code=plan.needle)
        self._do(Collimate, half_width_mm=HABITS.field_half_mm, half_height_mm=HABITS.field_half_mm)

    def place(self, error: float = 1.0) -> Placement:
        """Skin to where the hand stops; ``error`` scales the hand's errors. Walks off bone that is met too early."""
        if self.session.needle is not None:
            self._do(WithdrawNeedle, distance_mm=self.session.needle.depth_mm + 1.0)
        hand, plan = self.hand, self.plan
        clock = plan.bevel_clock_deg + float(self.rng.normal(0, hand.bevel_sd_deg))
        entry = self._entry(hand.entry_sd_mm * error)
        direction = self._turned(plan.direction_at_skin, hand.angle_sd_deg * error)
        self._do(InsertNeedle, entry_mm=_triple(entry), direction=_triple(direction), bevel_clock_deg=clock)
        stop = plan.depth_mm + float(self.rng.normal(0, hand.depth_sd_mm * error))
        placed = self._advance(stop)
        for _ in range(hand.walks):
            if not placed.on_bone or placed.depth_mm > plan.depth_mm - 4.0:
                break
            placed = self._walk(stop)
        return placed

    def contrast(self) -> ArthrogramReading:
        """Lateral, a run in the trajectory view, lateral: read from these images alone."""
        hand, plan = self.hand, self.plan
        before = self._frame(self._look(plan.lateral, ViewPurpose.LATERAL))
        self._look(plan.receptor, ViewPurpose.NEEDLE)
        self._do(
            InjectContrast,
            volume_ml=Decimal(str(hand.contrast_ml)),
            rate_ml_s=hand.contrast_rate_ml_s,
            watch_s=HABITS.contrast_watch_s,
        )
        runs: list[ContrastRun] = list(self.session.runs)
        after = self._frame(self._look(plan.lateral, ViewPurpose.AFTER_CONTRAST))
        if runs:
            runs.append(ContrastRun(before, (), (after,), runs[0].injected_ml, runs[0].iodine_mg_ml))
        return read_arthrogram(runs, self.body, plan.side, plan.target_mm)

    def drug(self, volume_ml: float) -> None:
        self._do(InjectDrug, volume_ml=Decimal(str(volume_ml)), rate_ml_s=HABITS.drug_rate_ml_s)

    def _entry(self, sd_mm: float) -> NDArray[np.float64]:
        """A place on the skin near the planned one."""
        plan = self.plan
        _, left, head = needle_axes(plan.direction)
        off = self.rng.normal(0, sd_mm, 2)
        inside = plan.entry_mm + off[0] * left + off[1] * head + 20.0 * plan.direction
        out = self.body.skin_exit_mm(inside, -plan.direction)
        return inside - (20.0 if np.isnan(out) else float(out)) * plan.direction

    def _turned(self, direction: NDArray[np.float64], sd_deg: float) -> NDArray[np.float64]:
        _, left, head = needle_axes(direction)
        off = np.tan(np.radians(self.rng.normal(0, sd_deg, 2)))
        return unit(direction + off[0] * left + off[1] * head)

    def _advance(self, stop_mm: float) -> Placement:
        """Forward until it gives near the planned depth, meets bone, or is as deep as meant."""
        while True:
            room = stop_mm - self._depth()
            if room <= 0.05:
                return Placement(self._depth(), False, False)
            events = self._do(AdvanceNeedle, distance_mm=min(STEP_MM, room))
            moved = next((event for event in events if isinstance(event, NeedleMoved)), None)
            if moved is None:  # in to its hub
                return Placement(self._depth(), False, False)
            near = [felt for felt in moved.felt if abs(felt.depth_mm - self.plan.depth_mm) <= self.hand.give_window_mm]
            if any(felt.what == "give" for felt in near):
                return Placement(self._depth(), True, False)
            if any(felt.what == "bone" for felt in moved.felt):
                return Placement(self._depth(), False, True)

    def _walk(self, stop_mm: float) -> Placement:
        """Back a little, turned towards the target as the trajectory view shows it, and forward again."""
        hand, plan = self.hand, self.plan
        self._do(WithdrawNeedle, distance_mm=max(min(hand.withdraw_mm, self._depth() - 1.0), 0.1))
        ray = plan.receptor.direction
        tip = self.session.held_needle.tip_mm
        # across the view the tip is seen; along it the hand only knows how deep the needle is
        seen = tip - (tip @ ray) * ray
        along = plan.entry_mm + self._depth() * plan.direction
        believed = seen + (along @ ray) * ray
        direction = self._turned(unit(plan.target_mm - believed), hand.walk_turn_deg)
        self._do(RedirectNeedle, direction=_triple(direction))
        return self._advance(stop_mm)

    def _look(self, tilt: ReceptorTilt, purpose: ViewPurpose) -> tuple[Event, ...]:
        ventral = HABITS.lateral_ventral_mm if tilt is self.plan.lateral else 0.0
        events = self._do(
            PositionCArm,
            left_deg=tilt.left_deg,
            cephalad_deg=tilt.cephalad_deg,
            isocentre_mm=_triple(self.plan.target_mm - [0.0, ventral, 0.0]),
        )
        return events + self._do(Pulse, pulses=HABITS.check_pulses, purpose=purpose)

    def _frame(self, events: Sequence[Event]) -> Frame:
        exposed = next(event for event in events if isinstance(event, Exposed))
        return self.session.frames[exposed.images[-1].sha256]

    def _depth(self) -> float:
        return 0.0 if self.session.needle is None else self.session.needle.depth_mm

    def _do(self, kind: type, /, **what: object) -> tuple[Event, ...]:
        self._count += 1
        command = kind(id=f"study-{self._count:03d}", at_s=round(self.session.now_s, 3), **what)
        return self.session.do(command)


def _triple(point: NDArray[np.float64]) -> tuple[float, float, float]:
    return (round(float(point[0]), 3), round(float(point[1]), 3), round(float(point[2]), 3))
