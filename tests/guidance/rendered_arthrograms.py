"""Injections of known causes in one pelvis, rendered through the whole imaging chain, for tests, training and evaluation.

Only this generator knows the truth; a reader gets the frames of a ``Case`` and nothing else of it.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from arthrogram_kinds import KINDS, NoSuchCase, causes_of, place_tip
from true_pattern import Truth, true_class

from sijoint.anatomy import Body, PatientCT, UnsuitableAnatomy, body_of, bundled_pelvis
from sijoint.fluoroscopy import (
    CapsuleChain,
    Collimator,
    KeptViews,
    LayerGrid,
    Projector,
    Technique,
    average,
    expose,
    regulate,
    starting_technique,
    volume_from_hu,
)
from sijoint.formulary import needle
from sijoint.frames import (
    CArmPose,
    Imperfection,
    PatientPosition,
    PatientShift,
    Side,
    joints_for_direction,
    load_breathing,
    load_carm_model,
    pose_from_joints,
    rigid,
    rotation_about,
    transform_points,
    true_geometry,
    unit,
)
from sijoint.guidance import ContrastRun, NoPlan, Plan, plan
from sijoint.injectate import (
    Fluid,
    FluidBody,
    RefusedInjection,
)
from sijoint.model import ContrastPattern, Target

CARM = load_carm_model()
POSITION = PatientPosition.HFP
MOST_PUSHES, WATCH_S = 12, 6.0
LATERAL_VENTRAL_MM = 35.0  # as the operators of the room centre the lateral, or half of it would be air


@dataclass(frozen=True)
class Setting:
    """How an injection is made and imaged. ``dose`` scales the tube charge, ``moved_mm`` is a shift of the patient in the run."""

    volume_ml: float = 0.5
    rate_ml_s: float = 0.1
    strength_mg_ml: float = 240.0
    kvp_offset: float = 0.0
    dose: float = 1.0
    moved_mm: float = 0.0
    breathing: bool = False
    rows: int = 256


def drawn_setting(rng: np.random.Generator, rows: int = 256) -> Setting:
    """One as varied as clinics are; ranges assumed."""
    return Setting(
        volume_ml=float(rng.uniform(0.3, 0.8)),
        rate_ml_s=float(rng.uniform(0.05, 0.15)),
        strength_mg_ml=float(rng.choice([180.0, 240.0, 300.0])),
        kvp_offset=float(rng.choice([0.0, rng.uniform(-15, 15)])),
        dose=float(np.exp(rng.uniform(np.log(0.35), np.log(1.5)))),
        moved_mm=float(rng.choice([0.0, rng.uniform(0, 2)])),
        breathing=bool(rng.random() < 0.3),
        rows=rows,
    )


@dataclass(eq=False)
class World:
    """A pelvis with what is dear to make: its plans and the anatomy of the last views."""

    body: Body
    views: KeptViews
    plans: dict[tuple[Side, Target], Plan]

    def way(self, side, kind):
        found = self.plans.get((side, Target.LIGAMENT if kind == "ligament target" else Target.INTRA_ARTICULAR))
        if found is None:
            raise NoSuchCase(f"{kind} {side}: no plan")
        return found


def world_of(patient: PatientCT) -> World:
    """Raises UnsuitableAnatomy when the pelvis shows no joint."""
    body = body_of(patient)
    plans = {}
    for side in body.joints:
        for target in Target:
            try:
                plans[side, target] = plan(body, side, target, CARM)[0]
            except (NoPlan, UnsuitableAnatomy):
                continue
    ct = patient.ct
    return World(body, KeptViews(Projector(volume_from_hu(ct.grid, ct.hu)), 24), plans)


@cache
def world() -> World:
    return world_of(bundled_pelvis())


@dataclass(frozen=True, eq=False)
class Case:
    kind: str
    side: Side
    seed: int
    setting: Setting
    tip_mm: np.ndarray
    believed_tip_mm: np.ndarray
    runs: tuple[ContrastRun, ...]
    truth: Truth
    label: str


def make_case(kind: str, side: Side, seed: int, setting: Setting | None = None, w: World | None = None) -> Case:
    """One injection as the room makes it: mask, run of up to 12 pulses, 6 s watched, lateral before and after.

    Raises NoSuchCase.
    """
    w, setting = w or world(), setting or Setting()
    rng = np.random.default_rng([seed, KINDS.index(kind), list(Side).index(side)])
    way, tip = w.way(side, kind), place_tip(w, side, kind, rng)
    joint = causes_of(w, side, kind, tip, setting.volume_ml, rng)
    of_capacity = {"full joint": (0.7, 1.15), "overfilled joint": (1.2, 1.7)}.get(kind)
    volume = setting.volume_ml if of_capacity is None else joint.capacity_ml * float(rng.uniform(*of_capacity))
    fluids = FluidBody(w.body, side, capacity_ml=joint.capacity_ml, vessels=joint.vessels, leaks=joint.leaks, rng=rng)
    strength = 0.0 if kind == "nothing" else setting.strength_mg_ml  # the wrong syringe: what the reader is told stays
    spinal, fluid = needle(way.needle), Fluid("contrast", 5.8, strength)
    camera = _Camera(w, way, setting, tip, rng)
    during, after, t = [], [], 0.0
    pushes = int(np.clip(volume / setting.rate_ml_s / 0.5, 3, MOST_PUSHES))
    step_s = volume / setting.rate_ml_s / pushes
    inside, turn = (place_tip(w, side, "joint", rng), rng.uniform(0.2, 0.8)) if kind == "mixed" else (tip, 1.0)
    try:
        for n in range(pushes):
            into = inside if n >= pushes * turn else tip
            fluids.inject(into, spinal, fluid, volume / pushes, setting.rate_ml_s)
            t += step_s
            during.append(camera.pulse("trajectory", t, fluids))
        for _ in range(8):
            fluids.wait(WATCH_S / 8)
            t += WATCH_S / 8
            after.append(camera.pulse("trajectory", t, fluids))
        truth = Truth.of(fluids, w.body.joints[side])
        fluids.wait(8.0)
    except RefusedInjection as refused:
        raise NoSuchCase(str(refused)) from refused
    lateral = average([camera.pulse("lateral", t + 8 + 0.25 * n, fluids) for n in range(4)])
    runs = (
        ContrastRun(camera.masks["trajectory"], tuple(during), tuple(after), volume, setting.strength_mg_ml),
        ContrastRun(camera.masks["lateral"], (), (lateral,), volume, setting.strength_mg_ml),
    )
    return Case(kind, side, seed, setting, tip, way.target_mm, runs, truth, true_class(truth))


class _Camera:
    """The C-arm at the two views of one injection; the technique of each view is locked before contrast."""

    def __init__(self, w: World, way: Plan, setting: Setting, tip_mm, rng) -> None:
        self._w, self._rng = w, rng
        self._detector = CARM.detector.binned_to(setting.rows)
        away = unit(rng.normal(size=3)) * setting.moved_mm
        shifts = (PatientShift(float(rng.uniform(0, 6)), tuple(away)),) if setting.moved_mm else ()
        self._moves = Imperfection(breathing=load_breathing() if setting.breathing else None, shifts=shifts)
        spinal = needle(way.needle)
        entry = way.entry_mm + (tip_mm - way.target_mm)
        self._steel = CapsuleChain(np.stack([entry, tip_mm]), spinal.outer_mm, spinal.bore_mm)
        front = way.target_mm - np.array([0.0, LATERAL_VENTRAL_MM, 0.0])
        self.poses = {"lateral": _pose(way.lateral, front), "trajectory": _pose(way.receptor, way.target_mm)}
        self._techniques, self.masks = {}, {}
        for view in self.poses:
            self._techniques[view] = self._settled(view, setting)
            self.masks[view] = average([self.pulse(view, -1.0 + 0.125 * n, None) for n in range(4)])

    def pulse(self, view: str, time_s: float, fluids: FluidBody | None, technique: Technique | None = None):
        iodine = None
        if fluids is not None:
            grid, mg = fluids.iodine()
            iodine = LayerGrid(grid, mg) if mg.any() else None
        pose = self.poses[view]
        geometry = true_geometry(pose, self._detector, POSITION, self._moves, time_s)
        scene = self._w.views.scene(geometry, (self._steel,), iodine)
        technique = technique or self._techniques[view]
        return expose(scene, pose, self._detector, technique, CARM, self._rng, time_s=time_s)

    def _settled(self, view: str, setting: Setting) -> Technique:
        """Brightness control until it stays; then the asked change of voltage at the same signal, and of dose."""
        technique = replace(starting_technique(), collimator=Collimator(62.0, 62.0))
        for _ in range(5):
            frame = self.pulse(view, -2.0, None, technique)
            technique = regulate(frame)
        if setting.kvp_offset:
            wanted = frame.field_signal
            technique = replace(technique, kvp=float(np.clip(technique.kvp + setting.kvp_offset, 55, 120)))
            signal = self.pulse(view, -2.0, None, technique).field_signal
            technique = replace(technique, ma=technique.ma * wanted / signal)
        return replace(technique, ma=min(technique.ma * setting.dose, 100.0))


def _pose(tilt, centre_mm) -> CArmPose:
    return pose_from_joints(joints_for_direction(tilt.direction, POSITION, CARM), POSITION, CARM, centre_mm)


def misregistered(runs, rng, shift_mm: float, turn_deg: float):
    """The same frames with poses as a registration would give them: all turned and shifted together."""
    axis, away = unit(rng.normal(size=3)), rng.normal(size=3)
    turn = rotation_about("x", turn_deg * axis[0]) @ rotation_about("y", turn_deg * axis[1])
    turn = turn @ rotation_about("z", turn_deg * axis[2])
    moved, about = [], np.asarray(runs[0].before.pose.isocentre_mm)
    matrix = rigid(turn, about - turn @ about + shift_mm * unit(away))
    for run in runs:
        pose = run.before.pose
        wrong = CArmPose.towards(
            turn @ pose.direction,
            transform_points(matrix, np.asarray(pose.isocentre_mm)),
            pose.source_detector_mm,
            pose.source_isocentre_mm,
            pose.roll_deg,
        )
        frames = [replace(frame, pose=wrong) for frame in (run.before, *run.during, *run.after)]
        n = len(run.during)
        moved.append(replace(run, before=frames[0], during=tuple(frames[1 : n + 1]), after=tuple(frames[n + 1 :])))
    return tuple(moved)


def class_of(pattern: ContrastPattern) -> str:
    """The pattern with the intra-articular ones as one."""
    return pattern.name.lower() if not pattern.name.startswith("IA_") else "intra_articular"
