"""From a scenario's causes to what a room is set up with. Offsets become places in this patient."""

import numpy as np

from sijoint.cohort.case import Case
from sijoint.cohort.operator import offset_axes
from sijoint.cohort.scenario import Causes, LeakCauses, VesselCauses
from sijoint.cohort.staff import OPERATOR
from sijoint.frames import Side
from sijoint.guidance import Plan
from sijoint.injectate import Compartment, LeakPath, Vessel
from sijoint.model import Order, ProcedureKind, Recipe
from sijoint.room import Setting, SimulationCauses

LANDMARK_OF = {Compartment.SCIATIC: "sciatic_notch", Compartment.FORAMEN: "foramen_s2"}
VENTRAL_DEPTH_MM = 30.0  # beyond the target along the needle: in front of the ventral capsule


def setting_for(case: Case, causes: Causes, order: Order, procedure_id: str, rows: int) -> Setting:
    """The room of one procedure of a virtual patient, a performed one in a virtual store."""
    return room_setting(
        case,
        causes,
        case.plan(order.side, order.target),
        order.recipe,
        procedure_id=procedure_id,
        kind=ProcedureKind.PERFORMED,
        operator=OPERATOR,
        virtual_operator=True,
        rows=rows,
    )


def room_setting(
    case: Case,
    causes: Causes,
    plan: Plan,
    recipe: Recipe,
    *,
    procedure_id: str,
    kind: ProcedureKind,
    operator: str,
    virtual_operator: bool,
    rows: int,
) -> Setting:
    """The room of one procedure along a plan, with a scenario's causes in this patient."""
    return Setting(
        procedure_id=procedure_id,
        procedure_kind=kind,
        side=plan.side,
        target=plan.target,
        operator=operator,
        virtual_operator=virtual_operator,
        body=case.body,
        volume=case.volume,
        carm=case.carm,
        detector=case.carm.detector.binned_to(rows),
        recipe=recipe,
        causes=SimulationCauses(
            capacity_ml=causes.capacity_ml,
            pain=causes.pain,
            false_give=causes.false_give,
            vessels=tuple(_vessel(vessel, plan, plan.side) for vessel in causes.vessels),
            leaks=tuple(_leak(leak, case, plan, plan.side) for leak in causes.leaks),
            even_tissue=causes.even_tissue,
        ),
        target_mm=_triple(plan.target_mm),
        position=case.position,
    )


def _vessel(causes: VesselCauses, plan: Plan, side: Side) -> Vessel:
    axes = offset_axes(plan, side)
    centre = plan.target_mm + axes @ np.array(causes.at_mm)
    along = axes @ np.array(causes.runs)
    along /= np.linalg.norm(along)
    steps = np.linspace(-0.5, 0.5, 11)[:, None] * causes.length_mm
    return Vessel(centre + steps * along, causes.radius_mm, causes.flow_mm_s)


def _leak(causes: LeakCauses, case: Case, plan: Plan, side: Side) -> LeakPath:
    if causes.to in LANDMARK_OF:
        at_mm = case.body.landmark(LANDMARK_OF[causes.to], side).point_mm
    else:
        at_mm = plan.target_mm + VENTRAL_DEPTH_MM * plan.direction
    return LeakPath(causes.to, np.asarray(at_mm), causes.opens_above_ml, causes.share)


def _triple(point: np.ndarray) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
