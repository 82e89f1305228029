"""Pushing the needle forward: it bends, crosses layers, may give, skids along bone, and stops at bone or at its hub."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from sijoint.needle.bending import bevel_opening
from sijoint.needle.body_map import TissueMap, tissue_names
from sijoint.needle.feel import FalseGive, Feel, ForceTrace, Touch
from sijoint.needle.grain import drawn_grain
from sijoint.needle.layers import LayerWalk, shaft_friction_n
from sijoint.needle.mechanics import mechanics
from sijoint.needle.state import NeedleState, RefusedMovement
from sijoint.needle.way_ahead import WayAhead, way_ahead

Vector = NDArray[np.float64]
HUB_SLACK_MM = 0.01  # the stored path is a chain of chords, hardly shorter than the arc


@dataclass(frozen=True, eq=False)
class Pushed:
    """A needle after a push, what the hand felt, what the tip came into, and the resistance along the way."""

    state: NeedleState
    feels: tuple[Feel, ...]
    touches: tuple[Touch, ...]
    trace: ForceTrace


def advance(
    state: NeedleState,
    distance_mm: float,
    body: TissueMap,
    *,
    false_give: FalseGive | None = None,
    target_mm: ArrayLike | None = None,
    rng: Generator,
) -> tuple[NeedleState, tuple[Feel, ...]]:
    """The needle pushed by this distance or until bone or its hub stops it, and what was felt, in order; see `push`."""
    pushed = push(state, distance_mm, body, false_give=false_give, target_mm=target_mm, rng=rng)
    return pushed.state, pushed.feels


def push(
    state: NeedleState,
    distance_mm: float,
    body: TissueMap,
    *,
    turn_deg: float = 0.0,
    false_give: FalseGive | None = None,
    target_mm: ArrayLike | None = None,
    rng: Generator,
) -> Pushed:
    """The needle pushed by this distance or until bone or its hub stops it, its bevel turned evenly by `turn_deg` meanwhile.

    A withdrawn needle follows its own track first. A false give lies `before_target_mm` before `target_mm` along the needle.
    Raises RefusedMovement for a negative distance, a needle out of the skin, or one that is in to its hub.
    """
    if distance_mm < 0:
        raise RefusedMovement("An advance is a positive distance in millimetres; withdraw the needle instead.")
    if not state.in_skin:
        raise RefusedMovement("The needle is out of the skin; insert it again before advancing.")
    room_mm = state.needle.length_mm - state.depth_mm
    if room_mm < HUB_SLACK_MM and distance_mm > 0:
        raise RefusedMovement("The needle is in to its hub; choose a longer needle.")
    distance = min(distance_mm, room_mm)
    grain = state.grain or drawn_grain(rng)
    start = replace(state, grain=grain)
    followed, trace = _along_track(start, distance)
    left = distance - (followed.depth_mm - start.depth_mm)
    if left <= 1e-9:
        return Pushed(followed, (), (), trace)
    way = way_ahead(followed, left, body, grain, turn_deg, rng)
    walk = LayerWalk(followed, rng)
    names = tissue_names(body, _looked_ahead(way), grain)
    walk.along(way.depths_mm, names, grain.unevenness(way.points_mm), way.scraped)
    if way.stopped:
        walk.stops_at_bone()
    walk.feels += _false_gives(way, false_give, target_mm, rng)
    feels = tuple(sorted(walk.feels, key=lambda feel: feel.depth_mm))
    clock = (followed.bevel_clock_deg + turn_deg * (way.depths_mm[-1] - way.depths_mm[0]) / left) % 360.0
    moved = replace(
        followed,
        path_mm=_joined(followed.path_mm, way),
        direction=way.directions[-1],
        opening=way.openings[-1],
        bevel_clock_deg=clock if turn_deg else followed.bevel_clock_deg,
        tissue=walk.tissue,
        layers=tuple(walk.layers),
        tip_n=walk.tip_n,
        layer_n=walk.layer_n,
        flexed_mm=way.flexed_mm,
        on_bone=way.stopped,
        bone_contacts=followed.bone_contacts + (way.stopped and not (followed.on_bone and len(way.points_mm) == 1)),
        gives_felt=followed.gives_felt + sum(feel.kind == "give" for feel in feels),
    )
    return Pushed(moved, feels, tuple(walk.touches), _one_after(trace, walk.force_trace))


def _along_track(state: NeedleState, distance_mm: float) -> tuple[NeedleState, ForceTrace]:
    """As far as the needle's old track goes: nothing is cut there and nothing gives, only the shaft rubs."""
    end = state.track
    depths = np.array([state.depth_mm])
    here = state
    if end is not None:
        reach = min(end.depth_mm, state.depth_mm + distance_mm)
        whole = reach >= end.depth_mm - 1e-9
        there = end if whole else end.cut_to(reach)
        turned = state.bevel_clock_deg != end.bevel_clock_deg
        here = replace(
            there,
            bevel_clock_deg=state.bevel_clock_deg,
            opening=bevel_opening(there.direction, state.bevel_clock_deg) if turned else there.opening,
            passes=state.passes,
            redirections=state.redirections,
            bone_contacts=state.bone_contacts,
            gives_felt=state.gives_felt,
            grain=state.grain,
            tip_n=0.0,
            on_bone=False,
            track=None if whole else end,
        )
        depths = np.append(np.arange(state.depth_mm, reach, mechanics().feel_step_mm), reach)
    friction = np.array([shaft_friction_n(here.cut_to(depth) if depth > 0 else here) for depth in depths[:-1]])
    friction = np.append(friction, shaft_friction_n(here))
    return here, ForceTrace(depths, friction, friction)


def _one_after(first: ForceTrace, then: ForceTrace) -> ForceTrace:
    return ForceTrace(
        *(
            np.concatenate([getattr(first, name)[:-1], getattr(then, name)])
            for name in ("depth_mm", "resistance_n", "friction_n")
        )
    )


def _looked_ahead(way: WayAhead) -> Vector:
    """The way's points and, straight on, those that tell whether a layer that begins is thick enough to be felt."""
    rules = mechanics()
    far = max(rules.tissue_change_mm, rules.grain.fascia_between_mm)
    beyond = rules.feel_step_mm * np.arange(1, round(far / rules.feel_step_mm) + 1)
    return np.vstack([way.points_mm, way.points_mm[-1] + beyond[:, None] * way.directions[-1]])


def _false_gives(
    way: WayAhead, false_give: FalseGive | None, target_mm: ArrayLike | None, rng: Generator
) -> list[Feel]:
    if false_give is None or target_mm is None:
        return []
    target = np.asarray(target_mm, dtype=np.float64)
    left = np.einsum("ij,ij->i", target - way.points_mm, way.directions)
    crossed = np.flatnonzero((left[:-1] > false_give.before_target_mm) & (left[1:] <= false_give.before_target_mm))
    drop = false_give.strength * mechanics().give_drop.drawn(rng)
    if not len(crossed) or drop < mechanics().felt_above_n:
        return []
    return [Feel("give", float(way.depths_mm[crossed[0] + 1]), drop)]


def _joined(path_mm: Vector, way: WayAhead) -> Vector:
    """The old path with the new samples thinned to the path's spacing, the new tip last."""
    spacing = mechanics().path_step_mm
    points = list(path_mm)
    # A tip closer to the vertex before it than the spacing was only a resting place, not a bend.
    if len(points) > 2 and np.linalg.norm(points[-1] - points[-2]) < spacing - 1e-6:
        points.pop()
    for point in way.points_mm[1:-1]:
        if np.linalg.norm(point - points[-1]) >= spacing - 1e-6:
            points.append(point)
    points.append(way.points_mm[-1])
    return np.array(points)
