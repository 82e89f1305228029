"""What the plan asks of the forty real shapes themselves: their joints, extracted from surfaces, at their own size."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context

from sijoint.anatomy import joint_of_surfaces, shape_subjects, subject_bones
from sijoint.frames import Side


@dataclass(frozen=True)
class ShapeSide:
    """The joint of one side of one shape; lengths in mm, angles in degrees."""

    subject: int
    side: str
    area_cm2: float
    inferior_angle_deg: float
    below_psis_mm: float


def measured_side(subject: int, side: Side) -> ShapeSide:
    """Raises UnsuitableAnatomy where no joint is found."""
    bones = subject_bones(subject)
    joint = joint_of_surfaces(bones.sacrum, bones.hip(side), side)
    below, _ = joint.from_psis_mm(joint.inferior_end_mm)
    return ShapeSide(subject, side.value, joint.area_cm2, joint.axial_angles_deg[0], below)


def shape_sides(workers: int, told: Callable[[ShapeSide], None] = lambda side: None) -> tuple[ShapeSide, ...]:
    """Both sides of every shape; about a second each."""
    subjects, sides = zip(*product(shape_subjects(), Side), strict=True)
    found = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for side in pool.map(measured_side, subjects, sides):
            found.append(side)
            told(side)
    return tuple(found)
