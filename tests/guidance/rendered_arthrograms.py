"""Arthrograms of known causes on the bundled pelvis, rendered through the whole chain, for tests and for training.

Only this generator knows the truth; the reader gets the frames. Run as a script it prints a confusion table:
``python tests/guidance/rendered_arthrograms.py --seeds 4``.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from sijoint.anatomy import Body, Tissue, body_of, bundled_pelvis
from sijoint.fluoroscopy import (
    CapsuleChain,
    Collimator,
    LayerGrid,
    LineIntegrals,
    Projector,
    Scene,
    average,
    chain_areal_density,
    expose,
    layer_areal_density,
    regulate,
    starting_technique,
    volume_from_hu,
)
from sijoint.formulary import needle
from sijoint.frames import (
    CArmPose,
    PatientPosition,
    ProjectionGeometry,
    Side,
    joints_for_direction,
    load_carm_model,
    pose_from_joints,
    rigid,
    rotation_about,
    transform_points,
    unit,
)
from sijoint.guidance import ContrastRun, Plan, plan, read_arthrogram
from sijoint.injectate import Compartment, Fluid, FluidBody, LeakPath, RefusedInjection, Vessel, draw_capacity_ml
from sijoint.model import ContrastPattern, Target

KINDS = ("joint", "ligament", "rim", "muscle", "vessel", "mixed", "foramen", "ventral", "ligament target", "sciatic")
CARM = load_carm_model()


class NoSuchCase(ValueError):
    """This seed finds no place of this kind."""


@dataclass(eq=False)
class World:
    """The pelvis with what is dear to make: its projector and the anatomy of poses already seen."""

    body: Body
    projector: Projector
    anatomy: dict[CArmPose, LineIntegrals]
    plans: dict[tuple[Side, Target], Plan]

    def way(self, side, kind):
        return self.plans[side, Target.LIGAMENT if kind == "ligament target" else Target.INTRA_ARTICULAR]

    def line_integrals(self, pose, detector):
        if pose not in self.anatomy:
            self.anatomy[pose] = self.projector.project(ProjectionGeometry.of(pose, detector))
        return self.anatomy[pose]


@cache
def world() -> World:
    body = body_of(bundled_pelvis())
    ct = body.patient.ct
    plans = {(side, target): plan(body, side, target, CARM)[0] for side in body.joints for target in Target}
    return World(body, Projector(volume_from_hu(ct.grid, ct.hu)), {}, plans)


@dataclass(frozen=True, eq=False)
class Case:
    kind: str
    side: Side
    seed: int
    tip_mm: np.ndarray
    believed_tip_mm: np.ndarray
    runs: tuple[ContrastRun, ...]
    volumes: dict[Compartment, float]
    label: str


def label_of(volumes, rim: bool) -> str:
    """The class that the true volumes make."""
    total = sum(volumes.values())
    share = {where: ml / total for where, ml in volumes.items()}
    vessel = share[Compartment.VESSEL] + share[Compartment.WASHED_AWAY]
    if vessel >= 0.6:
        return "vascular"
    if vessel >= 0.1:
        return "mixed_with_vascular"
    if share[Compartment.FORAMEN] >= 0.12:
        return "foraminal"
    if share[Compartment.VENTRAL] + share[Compartment.SCIATIC] >= 0.12:
        return "ventral_leak"
    if share[Compartment.JOINT] >= 0.5:
        return "intra_articular"
    if rim:
        return "periarticular"
    return "ligament" if share[Compartment.LIGAMENT] >= share[Compartment.MUSCLE] else "muscle"


def place_tip(w: World, side: Side, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A tip of this kind near the planned way. Raises NoSuchCase."""
    joint, way = w.body.joints[side], w.way(side, kind)
    for _ in range(200):
        if kind in ("joint", "foramen", "ventral", "sciatic"):
            tip = way.target_mm + rng.normal(0, [1.0, 1.5, 3.0])
            good = joint.contains(tip)
        elif kind == "ligament":
            border = way.target_mm - way.inside_mm * way.direction
            tip = border - rng.uniform(5, 10) * way.direction + rng.normal(0, [2.0, 1.0, 4.0])
            good = w.body.tissue_at(tip[None])[0] == Tissue.LIGAMENT and away_from_cleft(joint, tip) > 4.5
        elif kind == "ligament target":
            tip = way.target_mm + rng.normal(0, [1.0, 1.5, 1.5])
            good = w.body.tissue_at(tip[None])[0] == Tissue.LIGAMENT and away_from_cleft(joint, tip) > 4.5
        elif kind == "rim":
            border = way.target_mm - way.inside_mm * way.direction
            tip = border - rng.uniform(0.8, 3) * way.direction + rng.normal(0, [1.0, 1.0, 3.0])
            good = not joint.contains(tip, slack_mm=0.5) and w.body.tissue_at(tip[None])[0] in (
                Tissue.LIGAMENT,
                Tissue.CAPSULE,
            )
        elif kind == "muscle":
            tip = way.target_mm - rng.uniform(10, 20) * way.direction + rng.normal(0, [6.0, 0.0, 8.0])
            good = w.body.tissue_at(tip[None])[0] in (Tissue.MUSCLE, Tissue.FAT)
        else:  # in a vessel, behind or below the joint
            tip = (
                way.target_mm
                - rng.uniform(-2, 8) * way.direction
                + np.array([rng.normal(0, 3), 0, rng.uniform(-14, 4)])
            )
            good = kind == "vessel" or np.linalg.norm(tip - way.target_mm) > 8
        if good and w.body.bone_distance_mm(tip[None])[0] > 0.1:
            return tip
    raise NoSuchCase(f"{kind} {side}")


def away_from_cleft(joint, tip):
    inside = joint.chart.nodes_mm[joint.synovial]
    return float(np.linalg.norm(inside - tip, axis=1).min())


def make_case(
    kind: str, side: Side, seed: int, rows: int = 256, volume_ml: float = 0.5, strength: float = 240.0
) -> Case:
    """One injection as the room makes it: mask, run at 2 pulses/s with 6 s watched, lateral before and after."""
    w, rng = world(), np.random.default_rng([seed, KINDS.index(kind), list(Side).index(side)])
    way = w.way(side, kind)
    tip = place_tip(w, side, kind, rng)
    body, joint = w.body, w.body.joints[side]
    vessels, leaks = (), ()
    if kind in ("vessel", "mixed"):
        course = unit(
            np.array([0.3 * side.x_sign, rng.uniform(-0.5, 0.5), rng.choice([-1.0, 1.0])]) + rng.normal(0, 0.3, 3)
        )
        points = tip + np.linspace(-20, 60, 41)[:, None] * course
        vessels = (Vessel(points, rng.uniform(1, 3) if kind == "vessel" else 1.0, rng.uniform(15, 45)),)
    if kind == "foramen":
        at = body.landmark(f"foramen_s{rng.integers(1, 3)}", side).point_mm
        leaks = (LeakPath(Compartment.FORAMEN, at, 0.15 * volume_ml, rng.uniform(0.4, 0.8)),)
    if kind == "ventral":
        border = joint.ventral_border_mm[len(joint.ventral_border_mm) // 2 + int(rng.integers(-10, 10))]
        leaks = (
            LeakPath(Compartment.VENTRAL, border + 4 * joint.chart.axis_a, 0.15 * volume_ml, rng.uniform(0.4, 0.8)),
        )
    if kind == "sciatic":
        at = body.landmark("sciatic_notch", side).point_mm + np.array([0.0, 4.0, 2.0])
        leaks = (LeakPath(Compartment.SCIATIC, at, 0.15 * volume_ml, rng.uniform(0.4, 0.8)),)
    fluids = FluidBody(body, side, capacity_ml=draw_capacity_ml(rng), vessels=vessels, leaks=leaks, rng=rng)
    spinal = needle(way.needle)
    fluid = Fluid("contrast", 5.8, strength)
    entry = way.entry_mm + (tip - way.target_mm)
    steel = CapsuleChain(np.stack([entry, tip]), spinal.outer_mm, spinal.bore_mm)
    detector = CARM.detector.binned_to(rows)

    trajectory, lateral = (pose_of(each, way) for each in (way.receptor, way.lateral))
    side_before, side_technique = _settled(w, lateral, detector, steel, rng)
    mask, technique = _settled(w, trajectory, detector, steel, rng)
    during, after, t, rate, step_s = [], [], 0.0, 0.1, 0.5
    pushes = round(volume_ml / rate / step_s)
    inside = tip if kind != "mixed" else _other_tip(w, side, rng)
    try:
        for n in range(pushes):
            into = inside if kind == "mixed" and n >= pushes * 0.5 else tip
            fluids.inject(into, spinal, fluid, volume_ml / pushes, rate)
            t += step_s
            during.append(_pulse(w, trajectory, detector, technique, steel, fluids, rng, t))
        for _ in range(12):
            fluids.wait(step_s)
            t += step_s
            after.append(_pulse(w, trajectory, detector, technique, steel, fluids, rng, t))
        fluids.wait(8.0)
    except RefusedInjection as refused:
        raise NoSuchCase(str(refused)) from refused
    side_after = [_pulse(w, lateral, detector, side_technique, steel, fluids, rng, t + 8 + 0.25 * n) for n in range(4)]
    runs = (
        ContrastRun(mask, tuple(during), tuple(after), volume_ml, strength),
        ContrastRun(side_before, (), (average(side_after),), volume_ml, strength),
    )
    volumes = fluids.volumes_ml()
    return Case(kind, side, seed, tip, way.target_mm, runs, volumes, label_of(volumes, kind == "rim"))


def _other_tip(w, side, rng):
    return place_tip(w, side, "joint", rng)


def pose_of(tilt, way):
    joints = joints_for_direction(tilt.direction, PatientPosition.HFP, CARM)
    return pose_from_joints(joints, PatientPosition.HFP, CARM, way.target_mm)


def _settled(w, pose, detector, steel, rng):
    """Brightness control until it stays, then the mean of four pulses and their technique."""
    technique = replace(starting_technique(), collimator=Collimator(62.0, 62.0))
    for _ in range(5):
        frame = _pulse(w, pose, detector, technique, steel, None, rng, -2.0)
        technique = regulate(frame)
    return average([_pulse(w, pose, detector, technique, steel, None, rng, -1.0) for _ in range(4)]), technique


def _pulse(w, pose, detector, technique, steel, fluids, rng, time_s):
    geometry = ProjectionGeometry.of(pose, detector)
    iodine = None
    if fluids is not None:
        grid, mg = fluids.iodine()
        if mg.any():
            iodine = layer_areal_density(LayerGrid(grid, mg), geometry)
    scene = Scene(w.line_integrals(pose, detector), chain_areal_density(steel, geometry), iodine)
    return expose(scene, pose, detector, technique, CARM, rng, time_s=time_s)


def misregistered(runs, rng, shift_mm: float, turn_deg: float):
    """The same frames with poses as a registration would give them: all turned and shifted together."""
    axis, away = unit(rng.normal(size=3)), rng.normal(size=3)
    turn = rotation_about("x", turn_deg * axis[0]) @ rotation_about("y", turn_deg * axis[1])
    turn = turn @ rotation_about("z", turn_deg * axis[2])
    moved = []
    for run in runs:
        pose = run.before.pose
        centre = np.asarray(pose.isocentre_mm)
        matrix = rigid(turn, centre - turn @ centre + shift_mm * unit(away))
        wrong = CArmPose.towards(
            turn @ pose.direction,
            transform_points(matrix, centre),
            pose.source_detector_mm,
            pose.source_isocentre_mm,
            pose.roll_deg,
        )
        frames = [replace(frame, pose=wrong) for frame in (run.before, *run.during, *run.after)]
        n = len(run.during)
        moved.append(replace(run, before=frames[0], during=tuple(frames[1 : n + 1]), after=tuple(frames[n + 1 :])))
    return tuple(moved)


def class_of(pattern: ContrastPattern) -> str:
    return {
        ContrastPattern.IA_TYPE_I: "intra_articular",
        ContrastPattern.IA_TYPE_II: "intra_articular",
        ContrastPattern.IA_CAPSULAR_LEAK: "intra_articular",
    }.get(pattern, pattern.name.lower())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=3)
    options.add_argument("--first", type=int, default=1000)
    options.add_argument("--kinds", nargs="*", default=KINDS)
    options.add_argument("--views", type=int, default=2)
    options.add_argument("--shift-mm", type=float, default=0.0)
    options.add_argument("--turn-deg", type=float, default=0.0)
    options.add_argument("--rows", type=int, default=256)
    options.add_argument("--verbose", action="store_true")
    asked = options.parse_args()
    table: Counter[tuple[str, str]] = Counter()
    for kind in asked.kinds:
        for side in Side:
            for seed in range(asked.first, asked.first + asked.seeds):
                try:
                    case = make_case(kind, side, seed, rows=asked.rows)
                except NoSuchCase as none:
                    print("no case", none)
                    continue
                runs = case.runs[: asked.views]
                if asked.shift_mm or asked.turn_deg:
                    runs = misregistered(runs, np.random.default_rng(seed), asked.shift_mm, asked.turn_deg)
                started = time.time()
                reading = read_arthrogram(runs, world().body, side, case.believed_tip_mm)
                table[case.label, class_of(reading.pattern)] += 1
                if asked.verbose:
                    held = {where.value: round(ml, 2) for where, ml in case.volumes.items() if ml > 0.005}
                    shown = " ".join(f"{name}={value:.2f}" for name, value in reading.features.items())
                    print(
                        f"{kind} {side} {seed} {case.label} -> {reading.pattern.name} {reading.probability:.2f}", held
                    )
                    print("   ", shown, f"{time.time() - started:.2f} s")
    labels, reads = sorted({key[0] for key in table}), sorted({key[1] for key in table})
    print("\ntrue \\ read".ljust(24), *(name[:12].rjust(13) for name in reads))
    for label in labels:
        print(label.ljust(23), *(str(table[label, name]).rjust(13) for name in reads))


if __name__ == "__main__":
    main()
