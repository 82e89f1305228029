"""What one joint of a population brings with it: how much it takes, where its capsule is weak, which vessels run there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.frames import Side
from sijoint.injectate.asked_of_anatomy import Joint
from sijoint.injectate.capacity import draw_capacity_ml
from sijoint.injectate.causes import CapsularPath, Compartment, Vessel
from sijoint.injectate.flow_rules import flow_rules

Vector = NDArray[np.float64]

BEYOND_RIM_MM = 4.0  # where fluid comes out when no landmark says where it goes
VESSEL_STEP_MM = 1.0
RUNS = 100  # tried before a joint is given up


@dataclass(frozen=True, eq=False)
class JointCauses:
    """What `FluidBody` takes besides the body and its side."""

    capacity_ml: float
    leaks: tuple[CapsularPath, ...]
    vessels: tuple[Vessel, ...]


def draw_joint_causes(
    rng: np.random.Generator, joint: Joint, body: Body | None = None, side: Side | None = None
) -> JointCauses:
    """Draw a joint of the population; the body's landmarks, where given, say where the foramina lie.

    Capacity as published; the opening pressures of the known paths are fitted to leaks at arthrography; Doppler flow round and
    in the joint is as frequent as published, its calibre and run assumed (`flow.toml`).
    """
    capacity = draw_capacity_ml(rng)
    return JointCauses(capacity, draw_paths(rng, joint, body, side), draw_vessels(rng, joint))


def draw_paths(
    rng: np.random.Generator, joint: Joint, body: Body | None = None, side: Side | None = None
) -> tuple[CapsularPath, ...]:
    """The five known weak places, each with its own opening pressure: dorsal foramina S1-S3, L5 sheath, ventral.

    Source: Fortin, AJNR 1999;20:1429.
    """
    rules = flow_rules().leak
    dorsal, ventral = (np.asarray(line, dtype=np.float64) for line in (joint.dorsal_border_mm, joint.ventral_border_mm))
    chart = joint.chart
    ends: list[tuple[Compartment, Vector, Vector]] = []
    for number, height in enumerate(landmark_number("foramen_height_share"), start=1):
        rim = _at_height(dorsal, height)
        at = rim - BEYOND_RIM_MM * chart.axis_a
        if body is not None and side is not None:
            at = np.asarray(body.landmark(f"foramen_s{number}", side).point_mm)
        ends.append((Compartment.FORAMEN, rim, at))
    top = _at_height(ventral, 1.0)
    ends.append((Compartment.FORAMEN, top, top + BEYOND_RIM_MM * (chart.axis_a + chart.axis_b) / np.sqrt(2)))
    middle = _at_height(ventral, float(rng.uniform(0.3, 0.8)))
    ends.append((Compartment.VENTRAL, middle, middle + BEYOND_RIM_MM * chart.axis_a))
    opens = rules.opens_median_kpa * np.exp(rules.opens_log_sd * rng.normal(size=len(ends)))
    return tuple(CapsularPath(to, rim, at, float(kpa)) for (to, rim, at), kpa in zip(ends, opens, strict=True))


def draw_vessels(rng: np.random.Generator, joint: Joint) -> tuple[Vessel, ...]:
    """Veins behind the joint and small vessels in its fold, as often as Doppler shows flow (Jee, APMR 2014;95:330)."""
    rules = flow_rules().vessel
    shares = np.array([rules.none_share, rules.around_share, rules.inside_share])
    kind = int(np.searchsorted(np.cumsum(shares), rng.random()))  # 3: both
    vessels = []
    if kind in (1, 3):
        vessels.append(_vessel_around(rng, joint))
    if kind in (2, 3):
        vessels.append(_vessel_inside(rng, joint))
    return tuple(vessels)


def _vessel_around(rng: np.random.Generator, joint: Joint) -> Vessel:
    """A vein along the dorsal border, some millimetres behind it, that runs up or down."""
    rules = flow_rules().vessel
    runs = (_run_behind(rng, joint) for _ in range(RUNS))
    points = next((run for run in runs if len(run)), None)
    if points is None:
        raise ValueError("no vein finds a way along this joint's dorsal border; its extraction is no joint")
    points = points[::-1] if rng.random() < 0.5 else points
    return Vessel(points, float(rng.uniform(*rules.around_radius_mm)), float(rng.uniform(*rules.flow_mm_s)))


def _run_behind(rng: np.random.Generator, joint: Joint) -> Vector:
    """Points (n, 3) of a run behind the dorsal border; none where it would lie in the joint all along."""
    rules = flow_rules().vessel
    dorsal = np.asarray(joint.dorsal_border_mm, dtype=np.float64)
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(dorsal, axis=0), axis=1))])
    length = min(float(rng.uniform(*rules.length_mm)), float(way[-1]))
    along = np.arange(0, length + VESSEL_STEP_MM, VESSEL_STEP_MM) + rng.uniform(0, max(way[-1] - length, 1e-6))
    points = np.column_stack([np.interp(along, way, dorsal[:, k]) for k in range(3)])
    outwards = np.cross(np.gradient(points, axis=0), joint.chart.normal)
    outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-9)
    outwards[joint.contains(points + 1.5 * outwards, slack_mm=2.0)] *= -1
    points += rng.uniform(*rules.around_away_mm) * outwards + rng.normal(0, 2.0) * joint.chart.normal
    return _longest_stretch(points, ~joint.contains(points))  # where the border turns in, a vein does not follow it


def _longest_stretch(points_mm: Vector, kept: NDArray[np.bool_]) -> Vector:
    """The longest run of points that are kept; none when there are not three in a row."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]])))
    starts, stops = ends[::2], ends[1::2]
    if not len(starts) or (stops - starts).max() < 3:
        return points_mm[:0]
    longest = int(np.argmax(stops - starts))
    return points_mm[starts[longest] : stops[longest]]


def _vessel_inside(rng: np.random.Generator, joint: Joint) -> Vessel:
    """A small vessel in the synovial fold of the dorsal rim that drains backwards out of the joint."""
    rules = flow_rules().vessel
    dorsal = np.asarray(joint.dorsal_border_mm, dtype=np.float64)
    chart = joint.chart
    a, b, _ = chart.coordinates(dorsal[int(rng.integers(len(dorsal)))])
    inwards = np.arange(0.5 * rng.uniform(*rules.length_mm), -VESSEL_STEP_MM, -VESSEL_STEP_MM) - 5.0
    points = np.asarray(chart.world(a + inwards, b + 0.3 * inwards * rng.normal()))
    return Vessel(points, float(rng.uniform(*rules.inside_radius_mm)), float(rng.uniform(*rules.flow_mm_s)))


def _at_height(line_mm: Vector, share: float) -> Vector:
    """The point of a border nearest to this share of its height, 0 caudal and 1 cranial."""
    height = line_mm[:, 2]
    return line_mm[int(np.argmin(np.abs(height - (height.min() + share * np.ptp(height)))))]
