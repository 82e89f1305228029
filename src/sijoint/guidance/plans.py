"""A plan: one way of the needle from the skin to the target, bent as it bends, the views that go with it, and why it was chosen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy import structure_in_words
from sijoint.frames import (
    CArmModel,
    CArmPose,
    Detector,
    ProjectionGeometry,
    ReceptorTilt,
    Side,
    angle_between_deg,
    unit,
)
from sijoint.guidance.thirds import JointThird
from sijoint.model import Target

Point = NDArray[np.float64]  # (3,), LPS mm


class NoPlan(ValueError):
    """No way exists under the limits given; the text says what stands in the way."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One way to the target. Positions in LPS millimetres; the best of several comes first."""

    side: Side
    target: Target
    target_mm: Point  # where the tip is to come to rest
    entry_mm: Point  # on the skin
    direction: Point  # unit, from the skin entry straight to the target: the needle is a dot from there
    direction_at_skin: Point  # unit: where the hand points the needle, so that it bends onto the target
    bevel_clock_deg: float  # 0: opening towards the head, 90: to the onlooker's right behind the needle
    path_mm: NDArray[np.float64]  # (n, 3) the bent way from entry to target
    depth_mm: float  # skin to target along the straight direction
    needle: str  # code in the formulary
    needle_gauge: int
    needle_length_mm: float
    receptor: ReceptorTilt  # trajectory view: the needle is seen as a dot
    straight: ReceptorTilt  # PA view
    lateral: ReceptorTilt  # safety view from the side
    bone_clearance_mm: float  # least distance of the needle's surface to bone from the skin to the opening
    opening_clearance_mm: float  # the same in the last stretch, between the bones
    plane_angle_deg: float  # between the direction and the cleft; 0 slides in without touching
    height_mm: float  # of the target above the inferior end of the joint
    inside_mm: float  # tip beyond the dorsal border of the target
    robustness: (
        float  # share of sampled executions of an uncorrected hand that end inside: it ranks, no rate of success
    )
    score: float
    third: JointThird | None  # of the joint, for a target in the cleft
    margins_mm: Mapping[str, float]  # least distance of the bent way's surface to each structure at risk
    found_by: Mapping[str, str]  # how each of them was found: "label" or "landmark"
    room_ahead_mm: float  # cleft straight ahead of the tip; NaN for the ligament
    bone_ahead_mm: float  # way from the tip to the next bone straight ahead, at most 40
    reasons: tuple[str, ...]

    def pose(self, tilt: ReceptorTilt, carm: CArmModel) -> CArmPose:
        """The C-arm with its isocentre on the target and the receptor at ``tilt``: in the trajectory view the source
        then lies on the needle's line, so that hub and tip fall on one pixel."""
        return carm.pose(tilt.direction, self.target_mm)

    @property
    def bevel_words(self) -> str:
        """For people: the bevel's opening on a clock with 12 towards the head."""
        return f"bevel opening at {round(self.bevel_clock_deg / 30) % 12 or 12} o'clock"

    def with_reasons(self) -> "Plan":
        """The same plan with its numbers told in sentences."""
        return replace(self, reasons=_reasons(self))


@dataclass(frozen=True)
class TipOffset:
    """How far a tip is from the planned target, in the planned needle's own directions."""

    along_mm: float  # deeper than planned: positive
    left_mm: float  # across the needle, towards the patient's left
    cephalad_mm: float  # across the needle, towards the head

    @property
    def across_mm(self) -> float:
        return float(np.hypot(self.left_mm, self.cephalad_mm))

    @property
    def words(self) -> str:
        """For people, e.g. ``2.1 mm too deep, 3.0 mm to the patient's left, 0.4 mm caudad of the plan``."""
        parts = [
            _amount(self.along_mm, "too deep", "short"),
            _amount(self.left_mm, "to the patient's left", "to the patient's right"),
            _amount(self.cephalad_mm, "cephalad", "caudad"),
        ]
        told = ", ".join(part for part in parts if part)
        return f"{told} of the plan" if told else "on the planned target"


def _amount(value_mm: float, positive: str, negative: str) -> str:
    if abs(value_mm) < 0.25:
        return ""
    return f"{abs(value_mm):.1f} mm {positive if value_mm > 0 else negative}"


def needle_axes(direction: ArrayLike) -> tuple[Point, Point, Point]:
    """Unit vectors along the needle, across it to the patient's left, and across it towards the head."""
    along = unit(direction)
    head = np.array([0.0, 0.0, 1.0])
    cephalad = unit(head - np.dot(head, along) * along)
    left = np.cross(along, cephalad)
    return along, left if left[0] >= 0 else -left, cephalad


def tip_offset(plan: Plan, tip_mm: ArrayLike) -> TipOffset:
    """Where a tip lies relative to the plan's target, along and across the planned needle."""
    away = np.asarray(tip_mm, dtype=np.float64) - plan.target_mm
    along, left, cephalad = needle_axes(plan.direction)
    return TipOffset(float(away @ along), float(away @ left), float(away @ cephalad))


def project_tip(tip_mm: ArrayLike, pose: CArmPose, detector: Detector) -> tuple[float, float]:
    """Column and row at which a tip is seen; NaN when it is not in front of the source."""
    column, row = ProjectionGeometry.of(pose, detector).project(tip_mm)
    return float(column), float(row)


@dataclass(frozen=True, eq=False)
class PlanGeometry:
    """What a three-dimensional picture of a plan needs, in LPS millimetres."""

    path_mm: NDArray[np.float64]  # (n, 3): the bent way from skin entry to target
    beyond_mm: NDArray[np.float64]  # (2, 3): target and 20 mm further, where an overshoot would go
    target_mm: Point
    labels: tuple[tuple[str, tuple[float, float, float]], ...]  # words and where they stand


def plan_geometry(plan: Plan, overshoot_mm: float = 20.0) -> PlanGeometry:
    """Lines and labels of a plan for a picture; the bones and the cleft come from the body."""
    beyond = plan.target_mm + overshoot_mm * plan.direction
    labels = (
        (f"entry, {plan.depth_mm:.0f} mm to target", _triple(plan.entry_mm)),
        (f"{plan.target.value} target", _triple(plan.target_mm)),
    )
    return PlanGeometry(plan.path_mm, np.stack([plan.target_mm, beyond]), plan.target_mm, labels)


def _triple(point_mm: Point) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in point_mm)
    return x, y, z


def _reasons(plan: Plan) -> tuple[str, ...]:
    words = [
        f"clears bone by {plan.bone_clearance_mm:.1f} mm on the way",
        f"{plan.opening_clearance_mm:.1f} mm between needle and bone in the opening"
        if plan.opening_clearance_mm > 0
        else "touches the bone in the opening",
        f"{plan.depth_mm:.0f} mm deep: {plan.needle_gauge} G, {plan.needle_length_mm:.0f} mm needle, {plan.bevel_words}",
        f"pointed {angle_between_deg(plan.direction, plan.direction_at_skin):.0f}° beside the target, the needle bends back onto it",
        f"trajectory view: {plan.receptor.words}",
        f"lateral view: {plan.lateral.words}",
        f"{plan.robustness:.0%} of sampled executions by an assumed hand, without any correction, end inside",
    ]
    if plan.target is Target.INTRA_ARTICULAR:
        words.insert(
            1,
            f"runs within {plan.plane_angle_deg:.0f}° of the cleft and ends {plan.inside_mm:.0f} mm inside it, "
            f"{plan.height_mm:.0f} mm above the inferior end",
        )
        words.append(f"{plan.room_ahead_mm:.0f} mm of cleft ahead of the tip")
    if plan.margins_mm:
        name = min(plan.margins_mm, key=lambda each: plan.margins_mm[each])
        known = " (by landmark)" if plan.found_by.get(name) == "landmark" else ""
        words.append(f"nearest structure at risk: {structure_in_words(name)}{known}, {plan.margins_mm[name]:.0f} mm")
    return tuple(words)
