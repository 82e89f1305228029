"""Pushing the needle forward: it bends, crosses layers, may give, and stops at cortical bone or at its hub."""

from dataclasses import replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy import Tissue
from sijoint.frames import unit
from sijoint.needle.bending import DEFLECTION_MEASURED_AT_MM, arc_direction, curvature_per_mm
from sijoint.needle.feel import FalseGive, Feel
from sijoint.needle.mechanics import ForceSpread, Mechanics, mechanics
from sijoint.needle.state import NeedleState, RefusedMovement

Vector = NDArray[np.float64]
HUB_SLACK_MM = 0.01  # the stored path is a chain of chords, hardly shorter than the arc
GAUGE_22_OUTER_MM = 0.718  # ISO 9626; the force table is for this needle


class TissueMap(Protocol):
    """What advancing asks of the body: the tissue at points and the distance from bone."""

    def tissue_at(self, points_mm: Vector) -> NDArray[np.uint8]: ...
    def bone_distance_mm(self, points_mm: Vector) -> Vector: ...


def advance(
    state: NeedleState,
    distance_mm: float,
    body: TissueMap,
    *,
    false_give: FalseGive | None = None,
    target_mm: ArrayLike | None = None,
    rng: np.random.Generator,
) -> tuple[NeedleState, tuple[Feel, ...]]:
    """The needle pushed by this distance or until bone or its hub stops it, and what was felt, in order.

    A false give lies `before_target_mm` before `target_mm` along the needle. Raises RefusedMovement for a negative
    distance, a needle out of the skin, or one that is in to its hub.
    """
    rules = mechanics()
    if distance_mm < 0:
        raise RefusedMovement("An advance is a positive distance in millimetres; withdraw the needle instead.")
    if not state.in_skin:
        raise RefusedMovement("The needle is out of the skin; insert it again before advancing.")
    room_mm = state.needle.length_mm - state.depth_mm
    if room_mm < HUB_SLACK_MM and distance_mm > 0:
        raise RefusedMovement("The needle is in to its hub; choose a longer needle.")
    ahead = _wandering_arc(state, min(distance_mm, room_mm), rules, rng)
    if len(ahead.points_mm) < 2:
        return state, ()

    clearance = np.asarray(body.bone_distance_mm(ahead.points_mm), dtype=np.float64)
    last = _last_free(clearance, rules.bone_contact_share * state.needle.outer_mm / 2)
    tissues = [Tissue(int(t)).name.lower() for t in body.tissue_at(ahead.points_mm[: last + 1])]
    feels, tissue = _layers(state, ahead, tissues, rules, rng)
    feels += _false_gives(ahead, last, false_give, target_mm, rules, rng)
    stopped = last < len(ahead.points_mm) - 1
    if stopped:
        force = _draw(rules.force_of("bone"), state, rng)
        feels.append(Feel("bone", float(ahead.depths_mm[last]), force, "bone"))
    feels.sort(key=lambda feel: feel.depth_mm)
    moved = replace(
        state,
        path_mm=_joined(state.path_mm, ahead, last, rules.path_step_mm),
        direction=ahead.directions[last],
        opening=ahead.openings[last],
        tissue=tissue,
        on_bone=stopped,
        bone_contacts=state.bone_contacts + (stopped and not (state.on_bone and last == 0)),
        gives_felt=state.gives_felt + sum(feel.kind == "give" for feel in feels),
    )
    return moved, tuple(feels)


class _Ahead:
    """Samples in front of the tip, the tip itself first: points, depths, directions, openings."""

    def __init__(self, points: Vector, depths: Vector, directions: Vector, openings: Vector) -> None:
        self.points_mm, self.depths_mm, self.directions, self.openings = points, depths, directions, openings


def _wandering_arc(state: NeedleState, distance_mm: float, rules: Mechanics, rng: np.random.Generator) -> _Ahead:
    count = int(np.ceil(distance_mm / rules.feel_step_mm - 1e-9))
    steps = np.full(count, rules.feel_step_mm)
    if count:
        steps[-1] = distance_mm - rules.feel_step_mm * (count - 1)
    curvature = curvature_per_mm(state.needle)
    # A direction that walks at random by s per root millimetre is s * sqrt(L³/3) aside after L.
    wander = rules.scatter_of(state.needle.tip) * np.sqrt(3 / DEFLECTION_MEASURED_AT_MM**3)
    turns = rng.normal(0.0, 1.0, (count, 2)) * (wander * np.sqrt(steps))[:, None]
    points, directions, openings = [state.tip_mm], [state.direction], [state.opening]
    for step, (aside, across) in zip(steps, turns, strict=True):
        along, opening = directions[-1], openings[-1]
        side = np.cross(along, opening)
        middle, _ = arc_direction(along, opening, curvature, step / 2)
        points.append(points[-1] + step * middle)
        along, opening = arc_direction(along, opening, curvature, step)
        along = unit(along + aside * opening + across * side)
        directions.append(along)
        openings.append(unit(opening - (opening @ along) * along))
    depths = state.depth_mm + np.concatenate([[0.0], np.cumsum(steps)])
    return _Ahead(np.array(points), depths, np.array(directions), np.array(openings))


def _last_free(clearance_mm: Vector, contact_mm: float) -> int:
    """Index of the last sample before bone: a tip that already touches may leave or slide off, not press on."""
    nearer = clearance_mm[1:] < clearance_mm[:-1] - 1e-6
    blocked = (clearance_mm[1:] < contact_mm) & nearer
    return int(np.argmax(blocked)) if blocked.any() else len(clearance_mm) - 1


def _layers(
    state: NeedleState, ahead: _Ahead, tissues: list[str], rules: Mechanics, rng: np.random.Generator
) -> tuple[list[Feel], str]:
    feels: list[Feel] = []
    hold = max(1, round(rules.tissue_change_mm / rules.feel_step_mm))
    current = state.tissue or tissues[0]
    for i in range(1, len(tissues)):
        new = tissues[i]
        if new == current or new == "bone" or any(t != new for t in tissues[i : i + hold]):
            continue
        depth = float(ahead.depths_mm[i])
        if new == "cleft":
            feels += _perceived("give", depth, _draw(rules.give_drop, state, rng), "", rules)
        else:
            feels += _perceived("layer", depth, _draw(rules.force_of(new), state, rng), new, rules)
        current = new
    return feels, current


def _false_gives(
    ahead: _Ahead,
    last: int,
    false_give: FalseGive | None,
    target_mm: ArrayLike | None,
    rules: Mechanics,
    rng: np.random.Generator,
) -> list[Feel]:
    if false_give is None or target_mm is None:
        return []
    target = np.asarray(target_mm, dtype=np.float64)
    left = np.einsum("ij,ij->i", target - ahead.points_mm[: last + 1], ahead.directions[: last + 1])
    crossed = np.flatnonzero((left[:-1] > false_give.before_target_mm) & (left[1:] <= false_give.before_target_mm))
    if not len(crossed):
        return []
    drop = false_give.strength * max(
        rules.give_drop.mean_n / 5, rng.normal(rules.give_drop.mean_n, rules.give_drop.sd_n)
    )
    return _perceived("give", float(ahead.depths_mm[crossed[0] + 1]), float(drop), "", rules)


def _perceived(
    kind: Literal["layer", "give", "bone"], depth_mm: float, force_n: float, tissue: str, rules: Mechanics
) -> list[Feel]:
    return [Feel(kind, depth_mm, force_n, tissue)] if force_n >= rules.felt_above_n else []


def _draw(spread: ForceSpread, state: NeedleState, rng: np.random.Generator) -> float:
    force = max(spread.mean_n / 5, float(rng.normal(spread.mean_n, spread.sd_n)))
    return force * state.needle.outer_mm / GAUGE_22_OUTER_MM


def _joined(path_mm: Vector, ahead: _Ahead, last: int, spacing_mm: float) -> Vector:
    """The old path with the new samples thinned to the path's spacing, the new tip last."""
    points = list(path_mm)
    # A tip closer to the vertex before it than the spacing was only a resting place, not a bend.
    if len(points) > 2 and np.linalg.norm(points[-1] - points[-2]) < spacing_mm - 1e-6:
        points.pop()
    for point in ahead.points_mm[1:last]:
        if np.linalg.norm(point - points[-1]) >= spacing_mm - 1e-6:
            points.append(point)
    if last > 0:
        points.append(ahead.points_mm[last])
    elif len(points) < len(path_mm):
        points.append(path_mm[-1])
    return np.array(points)
