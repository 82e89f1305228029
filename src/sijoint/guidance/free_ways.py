"""The straight ways that bone, metal and structures at risk leave open: a coarse search, then a finer one round the best."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.formulary import needle as needle_by_code
from sijoint.frames import ReceptorTilt, angle_between_deg
from sijoint.guidance.asked import Asked
from sijoint.guidance.goals import Goals
from sijoint.guidance.risks import gaps_mm, nearest_mm
from sijoint.guidance.ways import Ways, needle_directions, straight_ways


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
    safe = coarse.take(_keeps_clear(asked, goals, coarse))
    if not len(safe):
        return _what_is_met(asked, goals, coarse, limit)
    ways = _refined(asked, goals, safe.take(_best_rows(safe, goals, asked, search.refined)))
    thinnest = min(needle_by_code(code).outer_mm for code in asked.rule.needle.tray) / 2
    open_ways = ways.take(_is_open(ways, thinnest, asked))
    if not len(open_ways):
        room = max(float(ways.clearance_mm.max()) - thinnest, -10.0)
        return (
            f"bone closes every straight way within {limit} (best clearance {room:.1f} mm, {limits.clearance_mm:g} mm "
            "asked for)"
        )
    return FreeWays(open_ways.take(_spread_rows(open_ways, goals, asked)), goals)


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
    ways = Ways.together(found)
    return ways.take(_keeps_clear(asked, goals, ways))


def _is_open(ways: Ways, radius_mm: float, asked: Asked) -> NDArray[np.bool_]:
    """A straight way that is too near to bone by no more than bending could mend is bent too."""
    limits = asked.rule.limits
    return (ways.clearance_mm - radius_mm >= limits.clearance_mm - limits.bend_mm) & (
        ways.opening_clearance_mm - radius_mm >= limits.opening_clearance_mm - limits.bend_mm
    )


def _keeps_clear(asked: Asked, goals: Goals, ways: Ways) -> NDArray[np.bool_]:
    risks, metal = _gaps(asked, goals, ways)
    limits = asked.rule.limits
    return np.asarray(
        (risks.min(axis=1, initial=np.inf) >= limits.risk_margin_mm) & (metal >= limits.implant_margin_mm)
    )


def _gaps(asked: Asked, goals: Goals, ways: Ways) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    tips = np.ascontiguousarray(goals.tip_mm[ways.goal])
    backs = tips - asked.rule.search.path_mm * ways.direction
    return gaps_mm(backs, tips, asked.risks), nearest_mm(backs, tips, asked.metal_mm)


def _what_is_met(asked: Asked, goals: Goals, ways: Ways, limit: str) -> str:
    risks, metal = _gaps(asked, goals, ways)
    limits = asked.rule.limits
    if np.mean(metal < limits.implant_margin_mm) > 0.5:
        return f"metal in the CT lies across every way within {limit}: an implant bars the path; plan another target"
    met = (risks < limits.risk_margin_mm).sum(axis=0)
    name = asked.risks[int(np.argmax(met))].name
    return f"every way within {limit} passes within {limits.risk_margin_mm:g} mm of the {name}"


def _best_rows(ways: Ways, goals: Goals, asked: Asked, count: int) -> NDArray[np.intp]:
    """The best rows, at most two of each goal, so that the refinement sees different places."""
    order = np.argsort(-geometric_score(ways, goals, asked), kind="stable")
    taken: list[int] = []
    for row in order:
        if np.sum(ways.goal[taken] == ways.goal[row]) < 2:
            taken.append(int(row))
        if len(taken) == count:
            break
    return np.array(taken, dtype=np.intp)


def _spread_rows(ways: Ways, goals: Goals, asked: Asked) -> NDArray[np.intp]:
    """The best rows that differ from each other at the target or in direction."""
    order = np.argsort(-geometric_score(ways, goals, asked), kind="stable")
    search = asked.rule.search
    taken: list[int] = []
    for row in order:
        apart = [
            np.linalg.norm(goals.tip_mm[ways.goal[row]] - goals.tip_mm[ways.goal[other]]) >= search.apart_mm / 2
            or angle_between_deg(ways.direction[row], ways.direction[other]) >= search.apart_deg / 2
            for other in taken
        ]
        if all(apart):
            taken.append(int(row))
        if len(taken) == search.judged:
            break
    return np.array(taken, dtype=np.intp)
