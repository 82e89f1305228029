"""Joints of real pelves of another source, from bone surfaces alone: nothing refused, nothing gone wrong."""

import numpy as np
import pytest

from sijoint.anatomy import shape_subjects, subject_bones
from sijoint.anatomy.extraction import joint_of_surfaces
from sijoint.frames import Side

SAMPLE = [
    (0, Side.LEFT),
    (1, Side.RIGHT),
    (2, Side.RIGHT),
    (12, Side.RIGHT),
    (18, Side.LEFT),
]  # plain ones and odd ones


def joint_at(place, side):
    bones = subject_bones(shape_subjects()[place])
    return joint_of_surfaces(bones.sacrum, bones.hip(side), side)


def check(joint):
    assert 10 < joint.area_cm2 < 25
    assert joint.area_band_cm2[0] < joint.area_cm2 < joint.area_band_cm2[1]
    assert joint.touching_share < 0.4
    assert all("cross themselves" in sentence for sentence in joint.doubts)
    assert 35 < np.ptp(joint.capsule_rim_mm[:, 2]) < 90
    assert joint.contains(joint.inferior_recess_mm)
    assert joint.inferior_recess_mm[2] > joint.inferior_end_mm[2]
    below, beside = joint.from_psis_mm(joint.inferior_end_mm)
    assert 10 < below < 70
    assert abs(beside) < 25


@pytest.mark.parametrize(("place", "side"), SAMPLE)
def test_a_joint_is_found_between_two_surfaces_without_a_ct(place, side):
    check(joint_at(place, side))


@pytest.mark.deep
def test_every_side_of_every_shape_is_found():
    joints = [joint_at(place, side) for place in range(len(shape_subjects())) for side in Side]
    assert len(joints) == 80
    for joint in joints:
        check(joint)
    assert sum(bool(joint.doubts) for joint in joints) <= 4  # meshes that cross themselves
    area = [joint.area_cm2 for joint in joints]
    assert abs(np.mean(area) - 15.0) < 2.4  # auricular surface on CT, 15.0 ± 2.4
    below = [joint.from_psis_mm(joint.inferior_end_mm)[0] for joint in joints]
    assert abs(np.mean(below) - 38) < 8
