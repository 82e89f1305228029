"""A needle pushed into a block that bends it as gel does: what the published deflections were read in."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.anatomy import Tissue
from sijoint.formulary import needle as needle_by_code
from sijoint.needle import insert, push
from sijoint.needle.bending import DEFLECTION_MEASURED_AT_MM

FORWARD = np.array([0.0, -1.0, 0.0])
PAST_MM = 1.5  # the bent needle is longer than its depth
BONE_FAR_MM = 50.0


class MuscleBlock:
    """Muscle everywhere; the needle room's model bends in muscle as in gel."""

    def tissue_at(self, points_mm: NDArray[np.float64]) -> NDArray[np.uint8]:
        return np.full(len(points_mm), int(Tissue.MUSCLE), dtype=np.uint8)

    def bone_distance_mm(self, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.full(len(points_mm), BONE_FAR_MM)


def deflection_in_gel_mm(needle: str, rng: Generator) -> float:
    """How far this needle's tip is aside at 80 mm depth, away from the bevel's opening; one push of one hand."""
    started = insert(needle_by_code(needle), [0.0, 0.0, 0.0], FORWARD, 0.0)
    path = push(started, DEFLECTION_MEASURED_AT_MM + PAST_MM, MuscleBlock(), rng=rng).state.path_mm
    return float(np.interp(DEFLECTION_MEASURED_AT_MM, -path[:, 1], -path[:, 2]))
