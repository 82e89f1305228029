"""What a session is set up with: who lies there, which C-arm, which order, and the causes that a simulation is given."""

import os
from dataclasses import dataclass

from sijoint.anatomy import Body
from sijoint.fluoroscopy import AttenuationVolume
from sijoint.frames import PERFECT, CArmModel, Detector, Imperfection, PatientPosition, Side
from sijoint.injectate import CapsularPath, LeakPath, Vessel
from sijoint.model import ProcedureKind, Recipe, Target
from sijoint.needle import FalseGive
from sijoint.response import PainCause


@dataclass(frozen=True)
class SimulationCauses:
    """Causes only. What follows from them is found out by the physics and never written here."""

    capacity_ml: float
    pain: PainCause
    false_give: FalseGive | None = None
    vessels: tuple[Vessel, ...] = ()
    leaks: tuple[LeakPath | CapsularPath, ...] = ()
    even_tissue: bool = False  # the textbook's patient: only the joint gives
    imperfection: Imperfection = PERFECT  # of the C-arm and of a patient who breathes or moves


@dataclass(frozen=True, eq=False)
class Setting:
    procedure_id: str
    procedure_kind: ProcedureKind
    side: Side
    target: Target
    operator: str
    virtual_operator: bool
    body: Body
    volume: AttenuationVolume
    carm: CArmModel
    detector: Detector
    recipe: Recipe
    causes: SimulationCauses
    target_mm: tuple[float, float, float]  # what the plan aims at; for the debrief
    position: PatientPosition = PatientPosition.HFP
    threads: int = min(2, os.cpu_count() or 1)  # results do not depend on it
