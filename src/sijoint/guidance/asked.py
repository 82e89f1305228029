"""What a plan was asked for: the body, the target, what to keep clear of, the C-arm and the rule."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body
from sijoint.frames import CArmModel, PatientPosition, ReceptorTilt, Side
from sijoint.guidance.risks import AtRisk, Metal
from sijoint.guidance.rule import PlannerRule
from sijoint.guidance.thirds import JointThird
from sijoint.model import Target


@dataclass(frozen=True, eq=False)
class Asked:
    body: Body
    side: Side
    target: Target
    third: JointThird | None  # None: the ligament target
    best_height_mm: float
    risks: tuple[AtRisk, ...]
    metal: Metal
    inside: Callable[[NDArray[np.float64]], NDArray[np.bool_]]  # whether tips (n, 3) are in the target
    lateral: ReceptorTilt
    carm: CArmModel
    position: PatientPosition
    rule: PlannerRule
