"""The straight ways that bone, metal and structures at risk leave open: a coarse search, then a finer one round the best."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import structure_in_words
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import ReceptorTilt, angle_between_deg
from sijoint.guidance.asked import Asked
from sijoint.guidance.goals import Goals
from sijoint.guidance.risks import asked_margins_mm, gaps_mm
from sijoint.guidance.ways import Ways, needle_directions, straight_ways

RISK_STEP_MM = 3.0  # between the points of a straight way that are held against structures at risk
WAYS_AT_A_TIME = 48
ROOM_STEP_MM, ROOM_SLACK_MM = 0.5, 0.5  # how the cleft ahead of a tip is looked through


@dataclass(frozen=True, eq=False)
class FreeWays:
    """Ways worth bending, and the goals that they lead to."""

    ways: Ways
    goals: Goals


def free_ways(asked: Asked, goals: Goals) -> FreeWays | str:
    """The refined open ways, best geometry first, or the words of what closes them all."""
    search, limits = asked.rule.search, asked.rule.limits
    limit = f"{search.tilt_limit_deg:g}° of straight"
    coarse = straight_ways(
        asked.body, goals, needle_directions(search.tilt_limit_deg, search.tilt_step_deg), search, limits
    )
    if not len(coarse):
        return f"no direction within {limit} runs along the cleft"
    best = _best_rows(coarse, goals, asked, search.refined)
    if not len(best):
        return _what_is_met(asked, goals, coarse, limit)
    ways = _refined(asked, goals, coarse.take(best))
    thinnest = min(needle_by_code(code).outer_mm for code in asked.rule.needle.tray) / 2
    open_ways = ways.take(_is_open(ways, thinnest, asked))
    if not len(open_ways):
        room = max(float(ways.clearance_mm.max()) - thinnest, -10.0)
        return (
            f"bone closes every straight way within {limit} (best clearance {room:.1f} mm, {limits.clearance_mm:g} mm "
            "asked for)"
        )
    chosen = _spread_rows(open_ways, goals, asked)
    return FreeWays(open_ways.take(chosen), goals) if len(chosen) else _what_is_met(asked, goals, open_ways, limit)


def geometric_score(ways: Ways, goals: Goals, asked: Asked) -> NDArray[np.float64]:
    """(m,) score of what geometry tells, without robustness, depth and risks."""
    return score_of(
        ways.direction, ways.clearance_mm, ways.opening_clearance_mm, ways.plane_angle_deg, goals.take(ways.goal), asked
    )


def score_of(
    direction: NDArray[np.float64],
    clearance_mm: NDArray[np.float64],
    opening_mm: NDArray[np.float64],
    plane_angle_deg: NDArray[np.float64],
    goals: Goals,
    asked: Asked,
) -> NDArray[np.float64]:
    """(m,) the weights of ``planner.toml`` applied to ways (m) and their goals (m)."""
    w = asked.rule.weights
    tilt = np.degrees(np.arccos(np.clip(-direction[:, 1], -1, 1)))
    room = np.minimum(clearance_mm, w.clearance_full_mm) + np.minimum(opening_mm, w.clearance_full_mm)
    off_height = np.abs(goals.height_mm - asked.best_height_mm)
    place = w.height * off_height + w.inside * np.abs(goals.inside_mm - w.inside_best_mm)
    place = np.where(goals.inside_mm > 0, place, w.off_centre * goals.off_centre_mm)
    return np.asarray(w.clearance * room + w.plane_angle * plane_angle_deg + place + w.tilt * tilt)


def _refined(asked: Asked, goals: Goals, best: Ways) -> Ways:
    search, limits = asked.rule.search, asked.rule.limits
    found = [best]
    for row in range(len(best)):
        only = goals.take([int(best.goal[row])])
        around = needle_directions(
            search.tilt_step_deg / 2, search.refine_step_deg, ReceptorTilt.of(-best.direction[row])
        )
        finer = straight_ways(asked.body, only, around, search, limits)
        found.append(finer.of_goal(int(best.goal[row])))
    return Ways.together(found)


def _is_open(ways: Ways, radius_mm: float, asked: Asked) -> NDArray[np.bool_]:
    """A straight way that is too near to bone by no more than bending could mend is bent too."""
    limits = asked.rule.limits
    return (ways.clearance_mm - radius_mm >= limits.clearance_mm - limits.bend_mm) & (
        ways.opening_clearance_mm - radius_mm >= limits.opening_clearance_mm - limits.bend_mm
    )


def _keeps_clear(asked: Asked, goals: Goals, ways: Ways) -> NDArray[np.bool_]:
    met, metal = _met(asked, goals, ways)
    return np.asarray(~met.any(axis=1) & ~metal & _has_room_ahead(asked, goals, ways))


def _has_room_ahead(asked: Asked, goals: Goals, ways: Ways) -> NDArray[np.bool_]:
    """Whether enough cleft lies ahead of the tip (m,); always for the ligament."""
    if asked.third is None:
        return np.ones(len(ways), dtype=bool)
    ahead = np.arange(0.0, asked.rule.limits.far_room_mm, ROOM_STEP_MM)
    points = goals.tip_mm[ways.goal][:, None, :] + ahead[None, :, None] * ways.direction[:, None, :]
    return np.asarray(asked.body.joints[asked.side].contains(points, slack_mm=ROOM_SLACK_MM).all(axis=1))


def _met(asked: Asked, goals: Goals, ways: Ways) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which structures at risk (m, k) and whether metal (m,) the straight ways come too near to."""
    limits = asked.rule.limits
    back = np.arange(0.0, asked.rule.search.path_mm, RISK_STEP_MM)
    points = goals.tip_mm[ways.goal][:, None, :] - back[None, :, None] * ways.direction[:, None, :]
    near = gaps_mm(points, asked.risks) < asked_margins_mm(asked.risks, limits)
    metal = asked.metal.gaps_mm(np.ascontiguousarray(points[:, -1]), np.ascontiguousarray(points[:, 0]))
    return near, metal < limits.implant_margin_mm


def _what_is_met(asked: Asked, goals: Goals, ways: Ways, limit: str) -> str:
    limits = asked.rule.limits
    met, metal = _met(asked, goals, ways)
    if metal.mean() > 0.5:
        return f"metal in the CT lies across the ways within {limit}: an implant bars the path; plan another target"
    if not met.any(axis=1).mean() > 0.5:
        return f"less than {limits.far_room_mm:g} mm of cleft lie ahead of the tip along the ways within {limit}"
    risk = asked.risks[int(np.argmax(met.sum(axis=0)))]
    margin = limits.risk_margin_mm[risk.kind]
    return f"the ways within {limit} pass within {margin:g} mm of the {structure_in_words(risk.name)}"


def _best_rows(ways: Ways, goals: Goals, asked: Asked, count: int) -> NDArray[np.intp]:
    """The best rows that keep clear, at most two of each goal, so that the refinement sees different places."""
    return _taken(ways, goals, asked, count, lambda row, taken: int(np.sum(ways.goal[taken] == ways.goal[row])) < 2)


def _spread_rows(ways: Ways, goals: Goals, asked: Asked) -> NDArray[np.intp]:
    """The best rows that keep clear and differ from each other at the target or in direction."""
    search = asked.rule.search

    def differs(row: int, taken: list[int]) -> bool:
        return all(
            np.linalg.norm(goals.tip_mm[ways.goal[row]] - goals.tip_mm[ways.goal[other]]) >= search.apart_mm / 2
            or angle_between_deg(ways.direction[row], ways.direction[other]) >= search.apart_deg / 2
            for other in taken
        )

    return _taken(ways, goals, asked, search.judged, differs)


def _taken(
    ways: Ways, goals: Goals, asked: Asked, count: int, accepts: Callable[[int, list[int]], bool]
) -> NDArray[np.intp]:
    """Rows in the order of their score that ``accepts`` beside those taken; risks are looked at a few ways at a time, as
    distances to them cost most and the first ways are mostly clear."""
    order = np.argsort(-geometric_score(ways, goals, asked), kind="stable")
    taken: list[int] = []
    for first in range(0, len(order), WAYS_AT_A_TIME):
        some = order[first : first + WAYS_AT_A_TIME]
        for row in some[_keeps_clear(asked, goals, ways.take(some))]:
            if accepts(int(row), taken):
                taken.append(int(row))
            if len(taken) == count:
                return np.array(taken, dtype=np.intp)
    return np.array(taken, dtype=np.intp)
