"""Which part of the joint a plan into the cleft is for: the lower window or the upper third, as clinics do both."""

from enum import StrEnum

import numpy as np

from sijoint.anatomy import Joint
from sijoint.guidance.rule import Search


class JointThird(StrEnum):
    LOWER = "lower"
    UPPER = "upper"


def heights_mm(joint: Joint, third: JointThird, search: Search) -> tuple[float, float]:
    """Lowest and highest target above the inferior end of the joint, along it."""
    if third is JointThird.LOWER:
        return search.lower_mm
    whole = joint_height_mm(joint)
    low, high = search.upper_share
    return low * whole, high * whole


def best_height_mm(joint: Joint, third: JointThird, search: Search) -> float:
    """The height that ranks best: 10 mm in the lower window, the middle of the upper third."""
    return search.lower_best_mm if third is JointThird.LOWER else float(np.mean(heights_mm(joint, third, search)))


def joint_height_mm(joint: Joint) -> float:
    """From the inferior end to the top of the dorsal border, along the joint."""
    border = joint.chart.coordinates(joint.dorsal_border_mm)[:, 1]
    return float(border.max() - joint.chart.coordinates(joint.inferior_end_mm)[1])
