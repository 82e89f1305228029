"""The planner: ways of a bending needle from the skin of the back to the target, ranked, with the reasons for each."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body, Joint, Tissue, structures_at_risk
from sijoint.frames import CArmModel, PatientPosition, Side, angle_between_deg
from sijoint.guidance.asked import Asked
from sijoint.guidance.free_ways import FreeWays, free_ways
from sijoint.guidance.goals import Goals, goals_in_cleft, goals_in_ligament
from sijoint.guidance.judging import judged
from sijoint.guidance.plans import NoPlan, Plan
from sijoint.guidance.risks import AtRisk, metal_of
from sijoint.guidance.rule import PlannerRule, load_planner_rule
from sijoint.guidance.thirds import JointThird, best_height_mm, heights_mm
from sijoint.guidance.views import lateral_view
from sijoint.model import Target


def plan(
    body: Body,
    side: Side,
    target: Target,
    carm: CArmModel,
    position: PatientPosition = PatientPosition.HFP,
    rule: PlannerRule | None = None,
    *,
    third: JointThird = JointThird.LOWER,
    risks: Sequence[AtRisk] | None = None,
) -> tuple[Plan, ...]:
    """Needle ways to the target, bending compensated, best first. ``third`` is of the joint and for the cleft alone.

    ``risks`` are what the way keeps clear of, by default what anatomy knows of this body. Raises NoPlan when the patient
    does not lie prone, the CT does not show the side, or every way is closed; the text says what closes it.
    """
    rule = rule or load_planner_rule()
    joint = _joint_of(body, side, position)
    lateral = lateral_view(side, carm, position)
    if lateral is None:
        raise NoPlan(
            f"no plan for the {side} side: the C-arm {carm.name} reaches no lateral view, which safety asks for"
        )
    asked = Asked(
        body=body,
        side=side,
        target=target,
        third=third if target is Target.INTRA_ARTICULAR else None,
        best_height_mm=best_height_mm(joint, third, rule.search),
        risks=structures_at_risk(body, side) if risks is None else tuple(risks),
        metal=metal_of(body, side),
        inside=_inside(body, joint, target, rule),
        lateral=lateral,
        carm=carm,
        position=position,
        rule=rule,
    )
    closed = ""
    for goals in _goals(asked, joint):
        found = free_ways(asked, goals)
        if not isinstance(found, FreeWays):
            closed = closed or found
            continue
        answers = [judged(asked, found, row) for row in range(len(found.ways))]
        plans = [answer for answer in answers if isinstance(answer, Plan)]
        if plans:
            return _distinct(sorted(plans, key=lambda each: -each.score), rule)
        refusals = [answer for answer in answers if isinstance(answer, str)]
        closed = closed or max(sorted(set(refusals)), key=refusals.count)
    raise NoPlan(f"no plan for the {side} side: {closed}")


def _joint_of(body: Body, side: Side, position: PatientPosition) -> Joint:
    if not position.prone:
        raise NoPlan("no plan: the needle comes from behind and the patient lies on the back; turn the patient prone")
    if side not in body.joints:
        raise NoPlan(f"no plan for the {side} side: the CT does not show that joint; load a CT that holds it")
    return body.joints[side]


def _goals(asked: Asked, joint: Joint) -> tuple[Goals, ...]:
    """Where the tip may rest; for the ligaments a wider search follows where the nearer one leaves no way."""
    search = asked.rule.search
    if asked.third is not None:
        window = heights_mm(joint, asked.third, search)
        goals = goals_in_cleft(joint, search, window)
        part = "inferior 20 mm" if asked.third is JointThird.LOWER else "upper third"
        if not len(goals):
            raise NoPlan(
                f"no plan for the {joint.side} side: the cleft is too narrow or fused in its {part}; plan the ligament "
                "target or another treatment"
            )
        if np.all(asked.body.bone_distance_mm(goals.tip_mm) <= 0):
            raise NoPlan(
                f"no plan for the {joint.side} side: in its {part} the bones leave no gap, so the joint is fused there or "
                "the labels touch; look at the CT, plan the ligament target or another treatment"
            )
        return (goals,)
    near = goals_in_ligament(asked.body, joint, search, search.ligament_spread_mm)
    wide = goals_in_ligament(asked.body, joint, search, search.ligament_wider_mm)
    found = tuple(goals for goals in (near, wide) if len(goals))
    if not found:
        raise NoPlan(
            f"no plan for the {joint.side} side: no posterior ligament region is found round its expected place; check the "
            "labels"
        )
    return found


def _inside(
    body: Body, joint: Joint, target: Target, rule: PlannerRule
) -> Callable[[NDArray[np.float64]], NDArray[np.bool_]]:
    if target is Target.INTRA_ARTICULAR:
        return lambda tips: joint.contains(tips, slack_mm=rule.executions.slack_mm)
    return lambda tips: np.asarray(body.tissue_at(tips) == Tissue.LIGAMENT)


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
