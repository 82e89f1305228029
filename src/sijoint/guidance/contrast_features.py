"""What the images of contrast tell, as named numbers: how much is seen, whether it stays, where it lies, what shape it has."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.frames import Side, angle_between_deg
from sijoint.guidance.arthrogram_rule import ArthrogramRule
from sijoint.guidance.contrast_run import ContrastRun
from sijoint.guidance.iodine_map import IodineMap
from sijoint.guidance.placement import placed_iodine
from sijoint.guidance.shadow_shape import depth_cm, raggedness, share_in_footprint, stroke_mm, thinness
from sijoint.guidance.time_course import TimeCourse, time_course
from sijoint.guidance.zones import Zone, ZoneLattice, zone_lattice

Point = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ContrastEvidence:
    """The features by name, the maps they come from, and the placed iodine."""

    values: dict[str, float]
    maps: tuple[IodineMap, ...]
    lattice: ZoneLattice
    placed: NDArray[np.float64]  # (n,) at the lattice points


def contrast_evidence(
    runs: Sequence[ContrastRun], body: Body, side: Side, tip_mm: Point, rule: ArthrogramRule
) -> ContrastEvidence:
    """The features of one injection from its views; the first run with frames during injection tells about wash-out."""
    courses = tuple(time_course(run, tip_mm, rule.subtraction) for run in runs)
    maps = tuple(course.settled for course in courses)
    lattice = zone_lattice(body, side, tip_mm, rule.zones)
    placed = placed_iodine(maps, lattice, np.ones(len(lattice.zone)), rule.zones.rounds)
    main = next((number for number, run in enumerate(runs) if run.during), 0)
    nodes = body.joints[side].chart.nodes_mm[body.joints[side].synovial]
    values = {
        **_amounts(courses, runs, main),
        **_places(lattice, placed, courses[main].washed_share, tip_mm, rule),
        **_shapes(maps, main, runs[main].iodine_mg_ml, nodes, rule),
        "views": float(_directions(runs, rule.second_view_deg)),
    }
    return ContrastEvidence({name: float(value) for name, value in values.items()}, maps, lattice, placed)


def _amounts(courses: Sequence[TimeCourse], runs: Sequence[ContrastRun], main: int) -> dict[str, float]:
    course, injected = courses[main], runs[main].injected_mg
    others = [each.settled.mass_mg for number, each in enumerate(courses) if number != main]
    return {
        "peak_share": course.peak_mg / injected,  # iodine seen at its most over iodine injected
        "seen_share": course.late.mass_mg / injected,  # and at the end
        "later_share": max(others, default=course.late.mass_mg) / injected,  # and in the other view, later
        "washed_share": course.washed_share,
        "fading": course.fading,
        "lagging": course.lagging,
        "widening": course.widening,
    }


def _places(
    lattice: ZoneLattice, placed: NDArray[np.float64], washed: float, tip_mm: Point, rule: ArthrogramRule
) -> dict[str, float]:
    """Shares of the iodine at its peak by where it stays, and lengths in cm; with what washed away the shares sum to one."""
    shares = (1 - washed) * np.bincount(lattice.zone, placed, len(Zone))
    out = np.where(lattice.zone == Zone.CLEFT, 0.0, placed)
    ventral = shares[Zone.VENTRAL] + shares[Zone.BELOW]
    return {
        "cleft": shares[Zone.CLEFT],
        "rim": shares[Zone.RIM],
        "ligament": shares[Zone.LIGAMENT],
        "muscle": shares[Zone.MUSCLE],
        "foramen": shares[Zone.FORAMEN],
        "ventral": ventral,
        "below": shares[Zone.BELOW],
        "foramen_sign": min(1.0, shares[Zone.FORAMEN] / rule.sure_leak_share),  # up to a leak beyond doubt
        "ventral_sign": min(1.0, ventral / rule.sure_leak_share),
        "cephalad": _quantile(lattice.height_share, placed, 0.95),
        "middle_height": _quantile(lattice.height_share, placed, 0.5),
        "behind": float((placed * lattice.behind_mm).sum()) / 10,
        "away": float((placed * lattice.away_mm).sum()) / 10,
        "away_half": _quantile(lattice.away_mm, placed, 0.5) / 10,
        "out_half": _quantile(lattice.away_mm, out, 0.5) / 10,
        "off": float(np.sqrt((placed * lattice.off_mm**2).sum())) / 10,
        "near": float(placed[(lattice.zone != Zone.CLEFT) & (lattice.away_mm < 5)].sum()),
        "spread": float(np.sqrt((placed * ((lattice.points_mm - tip_mm) ** 2).sum(axis=1)).sum())) / 10,
    }


def _shapes(
    maps: Sequence[IodineMap], main: int, iodine_mg_ml: float, nodes_mm: NDArray[np.float64], rule: ArthrogramRule
) -> dict[str, float]:
    view = maps[main]
    other = next((each for number, each in enumerate(maps) if number != main), view)
    thin, width, length = thinness(view)
    wider = rule.zones.cleft_half_mm
    return {
        "thin": thin,
        "width": width / 10,
        "length": length / 10,
        "stroke": stroke_mm(view) / 10,
        "ragged": raggedness(view),
        "depth": depth_cm(view, iodine_mg_ml),
        "sheet": _log_ratio(other.area_mm2, view.area_mm2),
        "on_line": share_in_footprint(view, nodes_mm, wider),
        "on_face": share_in_footprint(other, nodes_mm, wider),
    }


def _log_ratio(one: float, other: float) -> float:
    return float(np.log((one + 10.0) / (other + 10.0)))


def _directions(runs: Sequence[ContrastRun], least_deg: float) -> int:
    """How many of the views see from truly different directions: two looks along one line tell no depth."""
    kept: list[Point] = []
    for run in runs:
        assert run.before.pose is not None  # checked before
        towards = run.before.pose.direction
        angles = [angle_between_deg(towards, other) for other in kept]
        if all(min(angle, 180 - angle) >= least_deg for angle in angles):
            kept.append(towards)
    return len(kept)


def _quantile(values: NDArray[np.float64], weights: NDArray[np.float64], share: float) -> float:
    if weights.sum() <= 0:
        return 0.0
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, share * reached[-1])])
