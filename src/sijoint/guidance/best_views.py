"""The views worth going to: trajectory, straight, contralateral oblique and lateral, each with what it is for and why."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import ReceptorTilt, Side
from sijoint.guidance.plans import Plan
from sijoint.guidance.view_measures import Looked, Seen, ViewMeasures, view_measures
from sijoint.guidance.view_rule import ViewRule
from sijoint.guidance.views import STRAIGHT, lateral_view


class ViewKind(StrEnum):
    TRAJECTORY = "trajectory"
    STRAIGHT = "straight"
    CONTRALATERAL = "contralateral oblique"
    LATERAL = "lateral"


PURPOSE = {
    ViewKind.TRAJECTORY: "the needle, which goes in along the beam and is seen as a dot on the target",
    ViewKind.STRAIGHT: "the scout: level, side, and which joint line is the posterior one",
    ViewKind.CONTRALATERAL: "the classic oblique: turned until the joint lines come together and the inferior joint opens",
    ViewKind.LATERAL: "safety, the depth of the tip, which must not pass the ventral capsule; after contrast once more",
}


@dataclass(frozen=True)
class BestView:
    kind: ViewKind
    purpose: str
    seen: Seen
    reason: str
    warnings: tuple[str, ...] = ()

    @property
    def receptor(self) -> ReceptorTilt:
        return self.seen.receptor


def best_views(
    looked: Looked, from_the_side: Looked, measures: ViewMeasures, plan: Plan | None, rule: ViewRule
) -> tuple[BestView, ...]:
    """The best view of each kind that can be reached; a kind that cannot is left out."""
    found: list[BestView] = []
    trajectory = _trajectory(looked, measures, plan, rule)
    if trajectory is not None:
        found.append(trajectory)
    straight = _measured(looked, STRAIGHT, plan, rule)
    if straight.reachable:
        found.append(_view(ViewKind.STRAIGHT, straight, f"{_open(straight)}; {straight.lines_words}", rule))
    oblique = _best(measures, contralateral_worth(measures, looked.side, rule))
    if oblique is not None:
        found.append(_view(ViewKind.CONTRALATERAL, oblique, _oblique_reason(oblique, rule), rule))
    lateral = lateral_view(looked.side, looked.carm, looked.position)
    if lateral is not None:
        seen = _measured(from_the_side, lateral, plan, rule)
        if seen.reachable:
            near = "nearer to" if lateral.left_deg * looked.side.x_sign > 0 else "away from"
            found.append(
                _view(ViewKind.LATERAL, seen, f"receptor {near} the joint; the needle is seen along its length", rule)
            )
    return tuple(found)


def trajectory_worth(measures: ViewMeasures, rule: ViewRule) -> NDArray[np.float64]:
    """(n,) how good a direction is to go in along; minus infinity out of reach."""
    choice = rule.choice
    worth = measures.open_share + choice.bone_mm * measures.bone_before_mm + _common(measures, rule)
    return np.where(measures.reachable, worth, -np.inf)


def contralateral_worth(measures: ViewMeasures, side: Side, rule: ViewRule) -> NDArray[np.float64]:
    """(n,) how well a contralateral oblique brings the lines together and opens the joint; minus infinity elsewhere."""
    limits, choice = rule.contralateral, rule.choice
    oblique = -side.x_sign * measures.left_deg
    within = (oblique >= limits.oblique_deg[0]) & (oblique <= limits.oblique_deg[1]) & measures.reachable
    within &= (measures.cephalad_deg >= limits.cephalad_deg[0]) & (measures.cephalad_deg <= limits.cephalad_deg[1])
    worth = measures.open_share + choice.separation_mm * np.abs(measures.separation_mm) + _common(measures, rule)
    return np.where(within, worth, -np.inf)


def _common(measures: ViewMeasures, rule: ViewRule) -> NDArray[np.float64]:
    choice = rule.choice
    tilt = np.degrees(np.arccos(np.cos(np.radians(measures.left_deg)) * np.cos(np.radians(measures.cephalad_deg))))
    return np.asarray(
        choice.tilt_deg * tilt
        + choice.truncated * measures.truncated_share
        + choice.dose * np.maximum(measures.relative_dose - 1, 0)
    )


def _trajectory(looked: Looked, measures: ViewMeasures, plan: Plan | None, rule: ViewRule) -> BestView | None:
    if plan is None:
        seen = _best(measures, trajectory_worth(measures, rule))
        if seen is None:
            return None
        reason = f"the most open direction within reach: {_open(seen)}, {seen.bone_before_mm:.0f} mm of bone before the target"
        return _view(ViewKind.TRAJECTORY, seen, reason, rule)
    seen = _measured(looked, plan.receptor, plan, rule)
    if not seen.reachable:
        order = np.where(measures.reachable, -measures.off_needle_deg, -np.inf)
        nearest = _best(measures, order)
        if nearest is None:
            return None
        reason = f"the nearest view within reach to the planned needle, {nearest.off_needle_deg:.0f}° off it"
        return _view(ViewKind.TRAJECTORY, nearest, reason, rule)
    reason = f"along the planned needle; {_open(seen)}, {seen.bone_before_mm:.0f} mm of bone before the target"
    return _view(ViewKind.TRAJECTORY, seen, reason, rule)


def _oblique_reason(seen: Seen, rule: ViewRule) -> str:
    if seen.open_share < rule.choice.little_open_share:
        return f"no contralateral oblique opens this joint: {_open(seen)}; {seen.lines_words}"
    return f"{_open(seen)}; {seen.lines_words}"


def _open(seen: Seen) -> str:
    return f"inferior joint open on {seen.open_share:.0%} of its height"


def _measured(looked: Looked, tilt: ReceptorTilt, plan: Plan | None, rule: ViewRule) -> Seen:
    return view_measures(looked, np.array([[tilt.left_deg, tilt.cephalad_deg]]), plan, rule).at(0)


def _best(measures: ViewMeasures, worth: NDArray[np.float64]) -> Seen | None:
    row = int(np.argmax(worth)) if len(worth) else 0
    return measures.at(row) if len(worth) and np.isfinite(worth[row]) else None


def _view(kind: ViewKind, seen: Seen, reason: str, rule: ViewRule) -> BestView:
    warnings = []
    if seen.truncated_share > rule.field.flag_share:
        warnings.append(f"{seen.truncated_share:.0%} of the working field is cut by the end of the CT")
    return BestView(kind, PURPOSE[kind], seen, reason, tuple(warnings))
