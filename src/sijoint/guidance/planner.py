"""The planner: straight ways from the skin of the back to the target, ranked, with the reasons for each."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body, Joint, Tissue
from sijoint.formulary import needles
from sijoint.frames import CArmModel, PatientPosition, ReceptorTilt, Side, angle_between_deg
from sijoint.guidance.executions import Inside, share_inside
from sijoint.guidance.goals import Goals, goals_in_cleft, goals_in_ligament, kept_apart
from sijoint.guidance.plans import NoPlan, Plan
from sijoint.guidance.rule import PlannerRule, load_planner_rule
from sijoint.guidance.views import STRAIGHT, lateral_view, reachable
from sijoint.guidance.ways import Ways, needle_directions, straight_ways
from sijoint.model import Target

_RISKS = ("foramen_s1", "foramen_s2", "foramen_s3", "sciatic_notch")


def plan(
    body: Body,
    side: Side,
    target: Target,
    carm: CArmModel,
    position: PatientPosition = PatientPosition.HFP,
    rule: PlannerRule | None = None,
) -> tuple[Plan, ...]:
    """Straight needle ways to the target, best first.

    Raises NoPlan when the patient does not lie prone, the CT does not show the side, or every way is closed; the text
    says what closes it.
    """
    rule = rule or load_planner_rule()
    joint = _joint_of(body, side, position)
    risks = _risk_points(body, side)
    goals = _goals(body, joint, target, risks, rule)
    lateral = lateral_view(side, carm, position)
    if lateral is None:
        raise NoPlan(
            f"no plan for the {side} side: the C-arm {carm.name} reaches no lateral view, which safety asks for"
        )
    ways = _free_ways(body, side, goals, rule)
    inside = _inside(body, joint, target, rule)
    plans: list[Plan] = []
    refusals: list[str] = []
    for row in range(len(ways)):
        judged = _judged(body, side, target, goals, ways, row, inside, risks, lateral, carm, position, rule)
        if isinstance(judged, Plan):
            plans.append(judged)
        else:
            refusals.append(judged)
    if not plans:
        raise NoPlan(f"no plan for the {side} side: {max(set(refusals), key=refusals.count)}")
    return _distinct(sorted(plans, key=lambda each: -each.score), rule)


def _joint_of(body: Body, side: Side, position: PatientPosition) -> Joint:
    if not position.prone:
        raise NoPlan("no plan: the needle comes from behind and the patient lies on the back; turn the patient prone")
    if side not in body.joints:
        raise NoPlan(f"no plan for the {side} side: the CT does not show that joint; load a CT that holds it")
    return body.joints[side]


def _risk_points(body: Body, side: Side) -> dict[str, NDArray[np.float64]]:
    """Where the structures at risk are, as far as this CT tells; of others no margin is claimed."""
    found = {}
    for name in _RISKS:
        try:
            found[name] = np.asarray(body.landmark(name, side).point_mm, dtype=np.float64)
        except (KeyError, ValueError):
            continue
    return found


def _goals(
    body: Body, joint: Joint, target: Target, risks: Mapping[str, NDArray[np.float64]], rule: PlannerRule
) -> Goals:
    if target is Target.INTRA_ARTICULAR:
        goals = goals_in_cleft(joint, rule.search)
        closed = "the cleft is too narrow or fused in its inferior 20 mm; plan the ligament target or another treatment"
    else:
        goals = goals_in_ligament(body, joint, rule.search)
        closed = "no posterior ligament region is found round its expected place; check the labels"
    if not len(goals):
        raise NoPlan(f"no plan for the {joint.side} side: {closed}")
    apart = kept_apart(goals, np.array(list(risks.values())).reshape(-1, 3), rule.limits.risk_margin_mm)
    if not len(apart):
        raise NoPlan(
            f"no plan for the {joint.side} side: every target lies within {rule.limits.risk_margin_mm:g} mm of a foramen or "
            "of the sciatic notch"
        )
    return apart


def _inside(body: Body, joint: Joint, target: Target, rule: PlannerRule) -> Inside:
    if target is Target.INTRA_ARTICULAR:
        return lambda tips: joint.contains(tips, slack_mm=rule.executions.slack_mm)
    return lambda tips: body.tissue_at(tips) == Tissue.LIGAMENT


def _free_ways(body: Body, side: Side, goals: Goals, rule: PlannerRule) -> Ways:
    """The refined ways that bone leaves open, best geometry first."""
    search, limits = rule.search, rule.limits
    coarse = straight_ways(body, goals, needle_directions(search.tilt_limit_deg, search.tilt_step_deg), search, limits)
    if not len(coarse):
        raise NoPlan(
            f"no plan for the {side} side: no direction within {search.tilt_limit_deg:g}° of straight runs along the cleft"
        )
    best = coarse.take(_best_rows(coarse, goals, rule, search.refined))
    fine = [best]
    for row in range(len(best)):
        centre = ReceptorTilt.of(-best.direction[row])
        only = goals.take([int(best.goal[row])])
        around = needle_directions(search.tilt_step_deg / 2, search.refine_step_deg, centre)
        found = straight_ways(body, only, around, search, limits)
        fine.append(Ways(np.full(len(found), best.goal[row]), *_measures(found)))
    ways = Ways(*(np.concatenate(parts) for parts in zip(*((w.goal, *_measures(w)) for w in fine), strict=True)))
    radius = max(needle.outer_mm for needle in needles()) / 2
    open_ways = ways.take(_is_open(ways, radius, rule))
    if not len(open_ways):
        room = max(float(ways.clearance_mm.max()) - radius, -10.0)
        raise NoPlan(
            f"no plan for the {side} side: bone closes every straight way within {search.tilt_limit_deg:g}° of straight "
            f"(best clearance {room:.1f} mm, {limits.clearance_mm:g} mm asked for)"
        )
    return open_ways.take(_spread_rows(open_ways, goals, rule))


def _measures(ways: Ways) -> tuple[NDArray[np.float64], ...]:
    return ways.direction, ways.plane_angle_deg, ways.clearance_mm, ways.opening_clearance_mm


def _is_open(ways: Ways, radius_mm: float, rule: PlannerRule) -> NDArray[np.bool_]:
    return (ways.clearance_mm - radius_mm >= rule.limits.clearance_mm) & (
        ways.opening_clearance_mm - radius_mm >= rule.limits.opening_clearance_mm
    )


def _geometric_score(ways: Ways, goals: Goals, rule: PlannerRule) -> NDArray[np.float64]:
    """(m,) score of what geometry tells, without robustness and depth."""
    w = rule.weights
    tilt = np.degrees(np.arccos(np.clip(-ways.direction[:, 1], -1, 1)))
    outside = np.minimum(ways.clearance_mm, w.clearance_full_mm)
    opening = np.minimum(ways.opening_clearance_mm, w.clearance_full_mm)
    inside = goals.inside_mm[ways.goal]
    place = w.height * np.abs(goals.height_mm[ways.goal] - w.height_best_mm) + w.inside * np.abs(
        inside - w.inside_best_mm
    )
    place = np.where(inside > 0, place, w.off_centre * goals.off_centre_mm[ways.goal])
    return w.clearance * (outside + opening) + w.plane_angle * ways.plane_angle_deg + place + w.tilt * tilt


def _best_rows(ways: Ways, goals: Goals, rule: PlannerRule, count: int) -> NDArray[np.intp]:
    """The best rows, at most two of each goal, so that the refinement sees different places."""
    order = np.argsort(-_geometric_score(ways, goals, rule), kind="stable")
    taken: list[int] = []
    for row in order:
        if np.sum(ways.goal[taken] == ways.goal[row]) < 2:
            taken.append(int(row))
        if len(taken) == count:
            break
    return np.array(taken, dtype=np.intp)


def _spread_rows(ways: Ways, goals: Goals, rule: PlannerRule) -> NDArray[np.intp]:
    """The best rows that differ from each other at the target or in direction."""
    order = np.argsort(-_geometric_score(ways, goals, rule), kind="stable")
    search = rule.search
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


def _judged(
    body: Body,
    side: Side,
    target: Target,
    goals: Goals,
    ways: Ways,
    row: int,
    inside: Inside,
    risks: Mapping[str, NDArray[np.float64]],
    lateral: ReceptorTilt,
    carm: CArmModel,
    position: PatientPosition,
    rule: PlannerRule,
) -> "Plan | str":
    """The plan of one free way, or the words of what else stands against it."""
    tip, direction = goals.tip_mm[ways.goal[row]], ways.direction[row]
    receptor = ReceptorTilt.of(-direction)
    if not reachable(receptor, carm, position):
        return f"the C-arm {carm.name} cannot look along the only free ways"
    depth = float(body.skin_exit_mm(tip, -direction))
    if not np.isfinite(depth):
        return "the ways do not meet the skin inside the CT; use a CT that shows the skin of the back"
    fitting = [needle for needle in needles() if needle.length_mm >= depth + rule.limits.hub_mm]
    if not fitting:
        return f"the target lies {depth:.0f} mm deep, beyond the longest needle; add a longer needle to the tray"
    needle = min(
        fitting, key=lambda each: (each.length_mm, each.deflection_mm_at_80)
    )  # the shortest, then the straightest
    entry = tip - depth * direction
    margins = _margins(body, side, target, risks, tip, entry, direction)
    if margins.get("room in the cleft", np.inf) < rule.limits.far_room_mm:
        return f"less than {rule.limits.far_room_mm:g} mm of cleft lie ahead of the tip along the free ways"
    near = [name for name in _RISKS if margins.get(name, np.inf) < rule.limits.risk_margin_mm]
    if near:
        return f"the free ways pass within {rule.limits.risk_margin_mm:g} mm of the {near[0].replace('_', ' ')}"
    robustness = share_inside(body, entry, tip, side, inside, rule.executions)
    radius = needle.outer_mm / 2
    goal = ways.goal[row]
    weights = rule.weights
    risk = min([margins[name] for name in risks], default=weights.risk_full_mm)
    score = (
        float(_geometric_score(ways, goals, rule)[row])
        + weights.robustness * robustness
        + weights.depth * depth
        + weights.risk * min(risk, weights.risk_full_mm)
    )
    draft = Plan(
        side=side,
        target=target,
        target_mm=tip,
        entry_mm=entry,
        direction=direction,
        depth_mm=depth,
        needle=needle.code,
        needle_gauge=needle.gauge,
        needle_length_mm=needle.length_mm,
        receptor=receptor,
        straight=STRAIGHT,
        lateral=lateral,
        bone_clearance_mm=float(ways.clearance_mm[row]) - radius,
        opening_clearance_mm=float(ways.opening_clearance_mm[row]) - radius,
        plane_angle_deg=float(ways.plane_angle_deg[row]),
        height_mm=float(goals.height_mm[goal]),
        inside_mm=float(goals.inside_mm[goal]),
        robustness=robustness,
        score=score,
        margins_mm=margins,
        reasons=(),
    )
    return draft.with_reasons()


def _margins(
    body: Body,
    side: Side,
    target: Target,
    risks: Mapping[str, NDArray[np.float64]],
    tip: NDArray[np.float64],
    entry: NDArray[np.float64],
    direction: NDArray[np.float64],
) -> dict[str, float]:
    """Least distance of the path to each landmark at risk, and the room straight ahead of the tip."""
    margins = {}
    length = float(np.linalg.norm(tip - entry))
    for name, point in risks.items():
        along = np.clip((point - entry) @ direction, 0, length)
        margins[name] = float(np.linalg.norm(point - entry - along * direction))
    ahead = np.arange(0, 40, 0.5)
    beyond = tip + ahead[:, None] * direction
    if target is Target.INTRA_ARTICULAR:
        left = ~body.joints[side].contains(beyond, slack_mm=0.5)
        margins["room in the cleft"] = float(ahead[np.argmax(left)]) if left.any() else float(ahead[-1])
    bone = body.bone_distance_mm(beyond) <= 0
    margins["bone ahead"] = float(ahead[np.argmax(bone)]) if bone.any() else float(ahead[-1])
    return margins


def _distinct(plans: list[Plan], rule: PlannerRule) -> tuple[Plan, ...]:
    kept: list[Plan] = []
    for candidate in plans:
        if all(
            np.linalg.norm(candidate.target_mm - other.target_mm) >= rule.search.apart_mm
            or angle_between_deg(candidate.direction, other.direction) >= rule.search.apart_deg
            for other in kept
        ):
            kept.append(candidate)
    return tuple(kept[: rule.search.offered])
