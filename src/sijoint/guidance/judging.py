"""One free way judged whole: needle and bevel that bend best onto the target, margins, robustness, and whether it stands."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import structure_in_words
from sijoint.formulary import Needle
from sijoint.formulary import needle as needle_by_code
from sijoint.frames import ReceptorTilt
from sijoint.guidance.asked import Asked
from sijoint.guidance.bent_ways import BentWay, bent_way
from sijoint.guidance.executions import share_inside
from sijoint.guidance.free_ways import ROOM_SLACK_MM, ROOM_STEP_MM, FreeWays, score_of
from sijoint.guidance.goals import Goals
from sijoint.guidance.plans import Plan
from sijoint.guidance.risks import gaps_mm
from sijoint.guidance.views import STRAIGHT, reachable

Point = NDArray[np.float64]
LOOK_AHEAD_MM = 40.0


def judged(asked: Asked, found: FreeWays, row: int) -> Plan | str:
    """The plan of one free way, or the words of what stands against it."""
    goal = int(found.ways.goal[row])
    only = found.goals.take([goal])
    tip, direction = found.goals.tip_mm[goal], found.ways.direction[row]
    receptor = ReceptorTilt.of(-direction)
    if not reachable(receptor, asked.carm, asked.position):
        return f"the C-arm {asked.carm.name} cannot look along the only free ways"
    depth = float(asked.body.skin_exit_mm(tip, -direction))
    if not np.isfinite(depth):
        return "the ways do not meet the skin inside the CT; use a CT that shows the skin of the back"
    needles = _long_enough(asked, depth)
    if not needles:
        return f"the target lies {depth:.0f} mm deep, beyond the longest needle; add a longer needle to the tray"
    ahead = _ahead(asked, tip, direction)
    ways = _open_bent_ways(asked, only, tip - depth * direction, needles)
    if not ways:
        return "the needle bends into bone on every free way"
    margins = [_margins(asked, way) for way in ways]
    near = [_too_near(asked, way, each) for way, each in zip(ways, margins, strict=True)]
    kept = [n for n, words in enumerate(near) if not words]
    if not kept:
        return near[0]
    plans = [_plan(asked, only, ways[n], margins[n], receptor, depth, ahead) for n in kept]
    return max(plans, key=lambda each: each.score).with_reasons()


def _long_enough(asked: Asked, depth_mm: float) -> list[Needle]:
    """The needles of the shortest length that reaches the target with its hub outside."""
    tray = [needle_by_code(code) for code in asked.rule.needle.tray]
    fitting = [each for each in tray if each.length_mm >= depth_mm + asked.rule.limits.hub_mm]
    return [each for each in fitting if each.length_mm == min(other.length_mm for other in fitting)]


def _open_bent_ways(asked: Asked, goal: Goals, entry_mm: Point, needles: list[Needle]) -> list[BentWay]:
    """For each needle the bevel clock that bends best, of those that stay clear of bone along the curve."""
    limits = asked.rule.limits
    kept = []
    for needle in needles:
        ways = [
            bent_way(
                asked.body,
                needle,
                entry_mm,
                goal.tip_mm[0],
                clock,
                inside_mm=float(goal.inside_mm[0]),
                normal=goal.normal[0],
                limits=limits,
            )
            for clock in asked.rule.needle.bevel_clock_deg
        ]
        ways = [
            way
            for way in ways
            if way.bone_clearance_mm >= limits.clearance_mm and way.opening_clearance_mm >= limits.opening_clearance_mm
        ]
        if ways:
            kept.append(max(ways, key=lambda way: _bent_score(asked, goal, way)))
    return kept


def _bent_score(asked: Asked, goal: Goals, way: BentWay) -> float:
    straight = (way.tip_mm - way.entry_mm) / np.linalg.norm(way.tip_mm - way.entry_mm)
    return float(
        score_of(
            straight[None],
            np.array([way.bone_clearance_mm]),
            np.array([way.opening_clearance_mm]),
            np.array([way.plane_angle_deg]),
            goal,
            asked,
        )[0]
    )


def _margins(asked: Asked, way: BentWay) -> dict[str, float]:
    """Least distance of the needle's surface along its curve to each structure at risk."""
    gaps = gaps_mm(way.path_mm[None], asked.risks)[0] - way.needle.outer_mm / 2
    return {risk.name: float(gap) for risk, gap in zip(asked.risks, gaps, strict=True)}


def _too_near(asked: Asked, way: BentWay, margins: dict[str, float]) -> str:
    """What the bent way comes too near to, in words; empty where it keeps clear."""
    limits = asked.rule.limits
    for risk in asked.risks:
        if margins[risk.name] < limits.risk_margin_mm[risk.kind]:
            return f"the free ways pass within {limits.risk_margin_mm[risk.kind]:g} mm of the {structure_in_words(risk.name)}"
    metal = asked.metal.gaps_mm(way.path_mm[:-1], way.path_mm[1:]).min() - way.needle.outer_mm / 2
    return "the free ways pass too near to metal in the CT" if metal < limits.implant_margin_mm else ""


def _ahead(asked: Asked, tip: Point, direction: Point) -> tuple[float, float]:
    """Cleft and way to the next bone straight ahead of the tip; the first is NaN for the ligament."""
    ahead = np.arange(0, LOOK_AHEAD_MM, ROOM_STEP_MM)
    beyond = tip + ahead[:, None] * direction
    room = float("nan")
    if asked.third is not None:
        left = ~asked.body.joints[asked.side].contains(beyond, slack_mm=ROOM_SLACK_MM)
        room = float(ahead[np.argmax(left)]) if left.any() else float(ahead[-1])
    bone = asked.body.bone_distance_mm(beyond) <= 0
    return room, float(ahead[np.argmax(bone)]) if bone.any() else float(ahead[-1])


def _plan(
    asked: Asked,
    goal: Goals,
    way: BentWay,
    margins: dict[str, float],
    receptor: ReceptorTilt,
    depth_mm: float,
    ahead: tuple[float, float],
) -> Plan:
    weights = asked.rule.weights
    robustness = share_inside(asked.body, way, asked.side, asked.inside, asked.rule.executions)
    nearest = min(margins.values(), default=weights.risk_full_mm)
    score = (
        _bent_score(asked, goal, way)
        + weights.robustness * robustness
        + weights.depth * depth_mm
        + weights.risk * min(nearest, weights.risk_full_mm)
    )
    return Plan(
        side=asked.side,
        target=asked.target,
        target_mm=goal.tip_mm[0],
        entry_mm=way.entry_mm,
        direction=(goal.tip_mm[0] - way.entry_mm) / depth_mm,
        direction_at_skin=way.direction_at_skin,
        bevel_clock_deg=way.bevel_clock_deg,
        path_mm=way.path_mm,
        depth_mm=depth_mm,
        needle=way.needle.code,
        needle_gauge=way.needle.gauge,
        needle_length_mm=way.needle.length_mm,
        receptor=receptor,
        straight=STRAIGHT,
        lateral=asked.lateral,
        bone_clearance_mm=way.bone_clearance_mm,
        opening_clearance_mm=way.opening_clearance_mm,
        plane_angle_deg=way.plane_angle_deg,
        height_mm=float(goal.height_mm[0]),
        inside_mm=float(goal.inside_mm[0]),
        robustness=robustness,
        score=score,
        third=asked.third,
        margins_mm=margins,
        found_by={risk.name: risk.found_by for risk in asked.risks},
        room_ahead_mm=ahead[0],
        bone_ahead_mm=ahead[1],
        reasons=(),
    )
