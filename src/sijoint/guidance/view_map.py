"""The view map: what every receptor direction within reach shows of the joint, and the views worth going to."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.fluoroscopy import AttenuationVolume, volume_from_hu
from sijoint.frames import CArmModel, LyingPatient, PatientPosition, Side
from sijoint.guidance.best_views import BestView, best_views, contralateral_worth, trajectory_worth
from sijoint.guidance.joint_lines import overlap_angle_deg
from sijoint.guidance.plans import NoPlan, Plan
from sijoint.guidance.view_measures import Looked, ViewMeasures, view_measures
from sijoint.guidance.view_rule import DirectionGrid, ViewRule, load_view_rule


@dataclass(frozen=True, eq=False)
class ViewMap:
    """Every receptor direction of the grid, then the finer ones round the best; and the best views that can be reached."""

    side: Side
    target_mm: NDArray[np.float64]  # (3,) LPS, where the isocentre is
    measures: ViewMeasures
    refined: NDArray[np.bool_]  # (n,) finer directions round the best of the grid
    views: tuple[BestView, ...]  # trajectory, straight, contralateral oblique, lateral
    overlap_angle_deg: float  # oblique without tilt, receptor to the other side positive, at which the lines overlap
    assumed: tuple[str, ...]  # sentences


def view_map(
    body: Body,
    side: Side,
    carm: CArmModel,
    position: PatientPosition = PatientPosition.HFP,
    *,
    plan: Plan | None = None,
    volume: AttenuationVolume | None = None,
    rule: ViewRule | None = None,
) -> ViewMap:
    """The view map of one side, isocentre on the plan's target, or without a plan on the inferior recess.

    ``volume`` saves reading the CT again where it is there already. Raises NoPlan when the patient does not lie prone or
    the CT does not show the side.
    """
    rule = rule or load_view_rule()
    if not position.prone:
        raise NoPlan(
            "no view map: the joint is reached from behind and the patient lies on the back; turn the patient prone"
        )
    if side not in body.joints:
        raise NoPlan(f"no view map of the {side} side: the CT does not show that joint; load a CT that holds it")
    ct = body.patient.ct
    volume = volume or volume_from_hu(ct.grid, ct.hu)
    target = np.asarray(body.joints[side].inferior_recess_mm if plan is None else plan.target_mm, dtype=np.float64)
    looked = Looked(body, side, target, volume, carm, position, lying_patient(body, position))
    coarse = view_measures(looked, _tilts(rule.grid), plan, rule)
    finer = _finer(coarse, side, rule)
    measures = coarse.and_then(view_measures(looked, finer, plan, rule))
    ventral = target - np.array([0.0, rule.field.lateral_ventral_mm, 0.0])
    from_the_side = replace(looked, target_mm=ventral)
    return ViewMap(
        side,
        target,
        measures,
        np.arange(len(measures)) >= len(coarse),
        best_views(looked, from_the_side, measures, plan, rule),
        overlap_angle_deg(body.joints[side], rule.lines),
        (
            "rays are taken as parallel for the joint lines and for openness",
            "relative dose follows the water-equivalent thickness in the middle of the field, under brightness control",
            f"the working field is {2 * rule.field.half_mm:g} mm square at the isocentre",
            "beyond the ends of the CT its last slices go on",
            *body.joints[side].modelled,
        ),
    )


def lying_patient(body: Body, position: PatientPosition) -> LyingPatient:
    """The extent of the body that the CT shows."""
    grid = body.patient.ct.grid
    shown = np.argwhere(body.inside[::4, ::4, ::4]) * 4
    places = grid.to_world(shown if len(shown) else np.array([[0, 0, 0], np.array(grid.shape) - 1]))
    return LyingPatient.between(places.min(axis=0), places.max(axis=0), position)


def _tilts(grid: DirectionGrid) -> NDArray[np.float64]:
    steps = np.arange(-grid.reach_deg, grid.reach_deg + 1e-6, grid.step_deg)
    return np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)


def _finer(coarse: ViewMeasures, side: Side, rule: ViewRule) -> NDArray[np.float64]:
    """Directions (m, 2) round the best trajectory and the best contralateral oblique of the grid, none twice."""
    grid = rule.grid
    steps = np.arange(-grid.refine_reach_deg, grid.refine_reach_deg + 1e-6, grid.refine_step_deg)
    around = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    found = []
    for worth in (trajectory_worth(coarse, rule), contralateral_worth(coarse, side, rule)):
        row = int(np.argmax(worth))
        if np.isfinite(worth[row]):
            found.append(around + np.array([coarse.left_deg[row], coarse.cephalad_deg[row]]))
    if not found:
        return np.empty((0, 2))
    tilts = np.unique(np.concatenate(found), axis=0)
    on_grid = np.all(np.abs(tilts / grid.step_deg - np.rint(tilts / grid.step_deg)) < 1e-9, axis=1)
    within = np.all(np.abs(tilts) <= grid.reach_deg, axis=1)
    return np.asarray(tilts[~on_grid & within])
