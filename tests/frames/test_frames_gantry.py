"""Joints and poses: exactly convertible for every way a patient can lie, with the base on either side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import (
    CArmPose,
    GantryJoints,
    PatientPosition,
    UnreachablePose,
    angle_between_deg,
    joints_for_direction,
    joints_from_pose,
    load_carm_model,
    pose_from_joints,
    receptor_direction,
)

CARM = load_carm_model()
POSITION = st.sampled_from(list(PatientPosition))
REST = (10.0, -20.0, 30.0)


@given(
    position=POSITION,
    orbital=st.floats(-40, 110),
    tilt=st.floats(-45, 45),
    lift=st.floats(-200, 200),
    slide=st.floats(-200, 200),
    base=st.sampled_from([1, -1]),
)
def test_a_pose_that_joints_took_is_found_again(position, orbital, tilt, lift, slide, base):
    joints = GantryJoints(orbital, tilt, 0.0, lift, slide, base)
    pose = pose_from_joints(joints, position, CARM, REST)
    again = pose_from_joints(joints_from_pose(pose, position, CARM, REST), position, CARM, REST)
    assert angle_between_deg(pose.direction, again.direction) < 1e-5
    np.testing.assert_allclose(pose.isocentre_mm, again.isocentre_mm, atol=1e-6)
    np.testing.assert_allclose(pose.source_mm, again.source_mm, atol=1e-4)


def test_orbital_30_with_tilt_25_is_primary_32_5_secondary_21_5():
    pose = pose_from_joints(GantryJoints(30, 25), PatientPosition.HFS, CARM, REST)
    assert pose.primary_deg == pytest.approx(32.5, abs=0.05)
    assert pose.secondary_deg == pytest.approx(21.5, abs=0.05)


@pytest.mark.parametrize("position", list(PatientPosition))
def test_at_rest_the_receptor_is_above_the_table(position):
    pose = pose_from_joints(GantryJoints(0, 0), position, CARM, REST)
    assert pose.primary_deg == pytest.approx(180 if position.prone else 0)
    assert pose.secondary_deg == pytest.approx(0, abs=1e-9)


@given(position=POSITION, orbital=st.floats(-40, 110), tilt=st.floats(-45, 45), base=st.sampled_from([1, -1]))
def test_row_zero_of_the_stored_image_is_cranial(position, orbital, tilt, base):
    pose = pose_from_joints(GantryJoints(orbital, tilt, base_side=base), position, CARM, REST)
    assert pose.axes[1][2] <= 1e-9
    assert -90 <= pose.roll_deg < 90


@pytest.mark.parametrize("position", [PatientPosition.HFP, PatientPosition.FFP])
@pytest.mark.parametrize(
    ("primary", "secondary"),
    [(180, 0), (0, 0), (90, 0), (-90, 0), (150, 20), (-150, -20), (135, 0), (-135, 0), (180, 40)],
)
def test_every_view_of_a_prone_patient_is_reachable(position, primary, secondary):
    wanted = receptor_direction(primary, secondary)
    joints = joints_for_direction(wanted, position, CARM)
    assert angle_between_deg(pose_from_joints(joints, position, CARM, REST).direction, wanted) < 1e-5


def test_a_view_along_the_table_is_refused_with_the_joint_that_stops_it():
    narrow = CARM.__class__(**{**CARM.__dict__, "tilt_deg": (-45, 45)})
    with pytest.raises(UnreachablePose, match="tilt"):
        joints_for_direction((0, 0.1, 1), PatientPosition.HFP, narrow)


def test_lift_raises_and_slide_moves_to_the_table_head():
    for position in PatientPosition:
        low = pose_from_joints(GantryJoints(0, 0), position, CARM, REST)
        moved = pose_from_joints(GantryJoints(0, 0, lift_mm=50, slide_mm=70), position, CARM, REST)
        shift = position.patient_from_table.T @ np.subtract(moved.isocentre_mm, low.isocentre_mm)
        np.testing.assert_allclose(shift, (0, 50, 70), atol=1e-9)


def test_distances_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="above zero"):
        CArmPose(0, 0, (0, 0, 0), 1020, 0)
    with pytest.raises(ValueError, match="beyond the isocentre"):
        CArmPose(0, 0, (0, 0, 0), 500, 530)
    with pytest.raises(KeyError):
        load_carm_model("no such C-arm")
