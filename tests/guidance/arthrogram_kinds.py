"""The kinds of injections that arthrograms are rendered of: where the tip is, which vessels and leaks there are."""

import numpy as np

from sijoint.anatomy import Tissue
from sijoint.frames import Side, unit
from sijoint.injectate import Compartment, JointCauses, LeakPath, Vessel, draw_capacity_ml, draw_joint_causes

KINDS = (
    "joint",
    "ligament",
    "rim",
    "muscle",
    "vessel",
    "mixed",
    "foramen",
    "ventral",
    "ligament target",
    "sciatic",
    "full joint",
    "nothing",
    "overfilled joint",
)


class NoSuchCase(ValueError):
    """This seed finds no place of this kind."""


def place_tip(w, side: Side, kind: str, rng: np.random.Generator) -> np.ndarray:
    """A tip of this kind near the planned way. Raises NoSuchCase."""
    joint, way = w.body.joints[side], w.way(side, kind)
    border = way.target_mm - way.inside_mm * way.direction
    for _ in range(200):
        if kind in ("joint", "full joint", "overfilled joint", "foramen", "ventral", "sciatic", "nothing"):
            tip = way.target_mm + rng.normal(0, [1.0, 1.5, 3.0])
            good = joint.contains(tip)
        elif kind == "ligament":  # anywhere behind the lower two thirds of the dorsal border
            line = joint.dorsal_border_mm
            tip = line[int(rng.integers(2 * len(line) // 3))] - rng.uniform(2, 30) * joint.chart.axis_a
            tip = tip + rng.normal(0, 2.0, 3)
            good = w.body.tissue_at(tip[None])[0] == Tissue.LIGAMENT and away_from_cleft(joint, tip) > 3
        elif kind == "ligament target":
            tip = way.target_mm + rng.normal(0, 2.0, 3)
            good = w.body.tissue_at(tip[None])[0] == Tissue.LIGAMENT
        elif kind == "rim":
            tip = border - rng.uniform(0.5, 4) * way.direction + rng.normal(0, [1.0, 1.0, 3.0])
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


def causes_of(w, side: Side, kind: str, tip, volume_ml: float, rng) -> JointCauses:
    """The joint of this case: one of the population, with a vessel or a leak where the kind asks for it."""
    joint, capacity = w.body.joints[side], draw_capacity_ml(rng)
    if kind in ("joint", "full joint", "overfilled joint"):
        return draw_joint_causes(rng, joint, w.body, side)
    if kind in ("vessel", "mixed"):
        course = unit(
            np.array([0.3 * side.x_sign, rng.uniform(-0.5, 0.5), rng.choice([-1.0, 1.0])]) + rng.normal(0, 0.3, 3)
        )
        points = tip + np.linspace(-20, 60, 41)[:, None] * course
        vessel = Vessel(points, rng.uniform(1, 3) if kind == "vessel" else 1.0, rng.uniform(15, 45))
        return JointCauses(capacity, (), (vessel,))
    to = {"foramen": Compartment.FORAMEN, "ventral": Compartment.VENTRAL, "sciatic": Compartment.SCIATIC}.get(kind)
    if to is None:
        return JointCauses(capacity, (), ())
    if kind == "foramen":
        at = w.body.landmark(f"foramen_s{rng.integers(1, 3)}", side).point_mm
    elif kind == "ventral":
        border = joint.ventral_border_mm[int(rng.uniform(0.3, 0.8) * len(joint.ventral_border_mm))]
        at = border + 4 * joint.chart.axis_a
    else:
        at = w.body.landmark("sciatic_notch", side).point_mm + np.array([0.0, 4.0, 2.0])
    leak = LeakPath(to, np.asarray(at), rng.uniform(0.05, 0.5) * volume_ml, rng.uniform(0.2, 0.9))
    return JointCauses(capacity, (leak,), ())
