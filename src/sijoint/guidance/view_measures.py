"""What each receptor direction shows of one joint, for many directions at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.fluoroscopy import AttenuationVolume
from sijoint.frames import (
    CArmModel,
    LyingPatient,
    PatientPosition,
    ReceptorTilt,
    Side,
    UnreachablePose,
    clearances,
    collision,
    joints_for_direction,
)
from sijoint.guidance.beams import bone_before_mm, free_of_bone, truncated_shares, water_equivalent_mm
from sijoint.guidance.goals import goals_in_cleft
from sijoint.guidance.joint_lines import BEHIND, line_separation_mm
from sijoint.guidance.plans import Plan
from sijoint.guidance.rule import Search, load_planner_rule
from sijoint.guidance.view_rule import ViewRule

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Looked:
    """What is looked at, and with what: the joint of one side with the isocentre on a target."""

    body: Body
    side: Side
    target_mm: Values  # (3,)
    volume: AttenuationVolume
    carm: CArmModel
    position: PatientPosition
    lying: LyingPatient


@dataclass(frozen=True)
class Seen:
    """One view. Lengths in mm at the joint itself, shares 0..1."""

    receptor: ReceptorTilt
    reachable: bool  # in reach of the C-arm's joints, and no part of it through the patient
    gap_mm: float  # least gap of the C-arm to the patient; NaN out of reach or for a C-arm without housings
    separation_mm: float  # posterior to anterior joint line: positive with the posterior line medial, zero overlapping
    open_share: float  # of the levels of the inferior window where a ray reaches into the cleft free of bone
    bone_before_mm: float  # between receptor and target
    off_needle_deg: float  # between the view and the planned needle, which is a dot at zero; NaN without a plan
    truncated_share: float  # of the working field whose rays meet body that the CT does not show
    relative_dose: float  # reference-point kerma under brightness control over that of the straight view

    @property
    def lines_words(self) -> str:
        """How the joint lines lie, for people."""
        if abs(self.separation_mm) < 1:
            return "posterior and anterior joint lines overlap"
        which = "medial" if self.separation_mm > 0 else "lateral"
        return f"posterior joint line {abs(self.separation_mm):.0f} mm {which} of the anterior one"


@dataclass(frozen=True, eq=False)
class ViewMeasures:
    """The numbers of ``Seen`` for many directions, as columns (n,)."""

    left_deg: Values
    cephalad_deg: Values
    reachable: NDArray[np.bool_]
    gap_mm: Values
    separation_mm: Values
    open_share: Values
    bone_before_mm: Values
    off_needle_deg: Values
    truncated_share: Values
    relative_dose: Values

    def __len__(self) -> int:
        return len(self.left_deg)

    def __post_init__(self) -> None:
        for value in vars(self).values():
            value.setflags(write=False)

    def at(self, row: int) -> Seen:
        receptor = ReceptorTilt(float(self.left_deg[row]), float(self.cephalad_deg[row]))
        return Seen(
            receptor,
            bool(self.reachable[row]),
            float(self.gap_mm[row]),
            float(self.separation_mm[row]),
            float(self.open_share[row]),
            float(self.bone_before_mm[row]),
            float(self.off_needle_deg[row]),
            float(self.truncated_share[row]),
            float(self.relative_dose[row]),
        )

    def and_then(self, other: "ViewMeasures") -> "ViewMeasures":
        """These directions followed by others."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return ViewMeasures(*(np.concatenate(pair) for pair in pairs))


def view_measures(looked: Looked, tilts: Values, plan: Plan | None, rule: ViewRule) -> ViewMeasures:
    """What receptors at ``tilts`` (n, 2: to the patient's left, to the head, in degrees) show."""
    left, cephalad = np.ascontiguousarray(tilts[:, 0]), np.ascontiguousarray(tilts[:, 1])
    receptors = np.array([ReceptorTilt(a, b).direction for a, b in tilts])
    joint = looked.body.joints[looked.side]
    reached, gap = _reach(looked, receptors)
    water = water_equivalent_mm(
        looked.body.patient.ct,
        looked.target_mm,
        np.concatenate([receptors, BEHIND[None]]),
        rule.beam,
        rule.field.half_mm / 3,
    )
    off = np.full(len(tilts), np.nan)
    if plan is not None:
        off = np.degrees(np.arccos(np.clip(-receptors @ plan.direction, -1, 1)))
    return ViewMeasures(
        left,
        cephalad,
        reached,
        gap,
        line_separation_mm(joint, receptors, rule.lines),
        open_shares(looked.body, looked.side, receptors, load_planner_rule().search),
        bone_before_mm(looked.body, looked.target_mm, receptors, rule.beam),
        off,
        truncated_shares(looked.volume, looked.target_mm, receptors, looked.carm, rule.field),
        np.exp(rule.kerma_per_cm * (water[:-1] - water[-1]) / 10),
    )


def open_shares(body: Body, side: Side, receptors: Values, search: Search) -> Values:
    """Share (n,) of the levels of the inferior window where a ray from a receptor (n, 3) reaches 2-4 mm into the cleft
    free of bone; zero everywhere for a joint without a cleft."""
    joint = body.joints[side]
    goals = goals_in_cleft(joint, search, search.lower_mm)
    if not len(goals):
        return np.zeros(len(receptors))
    points = np.tile(goals.tip_mm, (len(receptors), 1))
    towards = np.repeat(receptors, len(goals), axis=0)
    free = free_of_bone(body, points, towards, search.path_mm).reshape(len(receptors), len(goals))
    levels = [free[:, goals.height_mm == level].any(axis=1) for level in np.unique(goals.height_mm)]
    return np.asarray(np.mean(levels, axis=0))


def _reach(looked: Looked, receptors: Values) -> tuple[NDArray[np.bool_], Values]:
    """Whether the C-arm gets there (n,), and its least gap to the patient (n,)."""
    reached, gaps = np.zeros(len(receptors), dtype=bool), np.full(len(receptors), np.nan)
    for row, receptor in enumerate(receptors):
        try:
            joints = joints_for_direction(receptor, looked.position, looked.carm)
        except UnreachablePose:
            continue
        near = clearances(joints, looked.target_mm, looked.carm, looked.lying)
        reached[row] = not collision(near)
        gaps[row] = min((each.gap_mm for each in near if each.obstacle == "the patient"), default=np.nan)
    return reached, gaps
