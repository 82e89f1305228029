"""The way that a pushed tip takes: an arc bent by bevel and tissue, a little wandering, along bone where it skids."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.needle.bending import DEFLECTION_MEASURED_AT_MM, arc_direction, bends_in, curvature_per_mm, yielding
from sijoint.needle.body_map import TissueMap, tissue_names
from sijoint.needle.bone_contact import first_contact, skid
from sijoint.needle.grain import Grain
from sijoint.needle.mechanics import mechanics
from sijoint.needle.state import NeedleState

Vector = NDArray[np.float64]
_CLEAR_MM = 1.0  # so far without bone the shaft has sprung back


@dataclass(frozen=True, eq=False)
class WayAhead:
    """Samples in front of the tip, the tip itself first: (n, 3) points, directions and openings, (n,) depths.

    `scraped` (n,) marks samples reached along bone; `stopped` says that bone ended the way.
    """

    points_mm: Vector
    depths_mm: Vector
    directions: Vector
    openings: Vector
    scraped: NDArray[np.bool_]
    stopped: bool
    flexed_mm: float


@dataclass
class _Tip:
    """The moving tip while a way is being made."""

    points: list[Vector]
    directions: list[Vector]
    openings: list[Vector]
    scraped: list[bool]

    def goes(self, point: Vector, direction: Vector, opening: Vector, *, scrapes: bool) -> None:
        self.points.append(point)
        self.directions.append(direction)
        square = opening - (opening @ direction) * direction
        self.openings.append(square / math.sqrt(square @ square))
        self.scraped.append(scrapes)


def way_ahead(
    state: NeedleState, distance_mm: float, body: TissueMap, grain: Grain, turn_deg: float, rng: Generator
) -> WayAhead:
    """The way of this length, shorter where bone stops it; the bevel turns evenly by `turn_deg` over all of it."""
    rules = mechanics()
    steps = _steps(distance_mm, rules.feel_step_mm)
    # A direction that walks at random by s per root millimetre is s * sqrt(L³/3) aside after L.
    wander = rules.scatter_of(state.needle.tip) * np.sqrt(3 / DEFLECTION_MEASURED_AT_MM**3)
    turns = rng.normal(0.0, 1.0, (len(steps), 2)) * (wander * np.sqrt(steps))[:, None]
    spin = np.radians(turn_deg) * steps / distance_mm if distance_mm else steps
    contact, yields = rules.bone.contact_share * state.needle.outer_mm / 2, yielding(state.needle)
    tip = _Tip([state.tip_mm], [state.direction], [state.opening], [False])
    done, flexed, stopped = 0, state.flexed_mm, False
    while done < len(steps):
        free = _arc(state, tip, steps[done:], turns[done:], spin[done:], body, grain)
        clearance = np.asarray(body.bone_distance_mm(np.array([tip.points[-1], *free.points])), dtype=np.float64)
        clear = first_contact(clearance, contact)
        for k in range(clear):
            tip.goes(free.points[k], free.directions[k], free.openings[k], scrapes=False)
        done += clear
        if clear * rules.feel_step_mm >= _CLEAR_MM:
            flexed = 0.0
        if done == len(steps):
            break
        slid = skid(tip.points[-1], tip.directions[-1], float(steps[done]), body, contact, flexed, yields)
        if slid is None:
            stopped = True
            break
        flexed += slid.pushed_mm
        tip.goes(slid.tip_mm, slid.direction, tip.openings[-1], scrapes=True)
        done += 1
    depths = state.depth_mm + np.concatenate([[0.0], np.cumsum(steps[:done])])
    return WayAhead(
        np.array(tip.points),
        depths,
        np.array(tip.directions),
        np.array(tip.openings),
        np.array(tip.scraped),
        stopped,
        flexed,
    )


def _steps(distance_mm: float, step_mm: float) -> Vector:
    count = int(np.ceil(distance_mm / step_mm - 1e-9))
    steps = np.full(count, step_mm)
    if count:
        steps[-1] = distance_mm - step_mm * (count - 1)
    return steps


def _arc(
    state: NeedleState,
    tip: _Tip,
    steps: Vector,
    turns: Vector,
    spin: Vector,
    body: TissueMap,
    grain: Grain,
) -> _Tip:
    """The way on without bone: bent first as in gel, then by the tissues found along that way."""
    in_gel = curvature_per_mm(state.needle)
    gel = _bent(tip, steps, turns, spin, np.full(len(steps), in_gel))
    middles = (np.array([tip.points[-1], *gel.points[:-1]]) + np.array(gel.points)) / 2
    return _bent(tip, steps, turns, spin, in_gel * bends_in(tissue_names(body, middles, grain)))


def _bent(tip: _Tip, steps: Vector, turns: Vector, spin: Vector, curvatures: Sequence[float] | Vector) -> _Tip:
    made = _Tip([], [], [], [])
    point, along, opening = tip.points[-1], tip.directions[-1], tip.openings[-1]
    for step, (aside, across), turned, curvature in zip(steps, turns, spin, curvatures, strict=True):
        side = _cross(along, opening)
        middle, _ = arc_direction(along, opening, curvature, step / 2)
        point = point + step * middle
        along, opening = arc_direction(along, opening, curvature, step)
        along = along + aside * opening + across * side
        along = along / math.sqrt(along @ along)
        if turned:
            opening = np.cos(turned) * opening + np.sin(turned) * _cross(along, opening)
        made.goes(point, along, opening, scrapes=False)
        opening = made.openings[-1]
    return made


def _cross(a: Vector, b: Vector) -> Vector:
    """Cross product of two vectors (3,); many times as fast as numpy's for single ones."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
