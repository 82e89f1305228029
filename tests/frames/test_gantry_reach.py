"""What the joints reach, and the way back from any pose that they take."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import (
    CArmPose,
    GantryJoints,
    PatientPosition,
    ProjectionGeometry,
    ReceptorTilt,
    UnreachablePose,
    angle_between_deg,
    joints_for_direction,
    joints_from_pose,
    load_carm_model,
    pose_from_joints,
    reaches,
)
from sijoint.frames.gantry import why_not

CARM = load_carm_model()
REST = (10.0, -20.0, 30.0)
POSITION = st.sampled_from(list(PatientPosition))


@st.composite
def reachable_joints(draw):
    """Any joints of the default C-arm: base on either side, upright or turned over, with wig-wag and travel."""
    low, high = CARM.tilt_deg
    return GantryJoints(
        draw(st.floats(*CARM.orbital_deg)),
        draw(st.floats(low, high)) + draw(st.sampled_from([0.0, 180.0])),
        draw(st.floats(*CARM.wigwag_deg)),
        draw(st.floats(*CARM.lift_mm)),
        draw(st.floats(-300, 300)),
        draw(st.sampled_from([1, -1])),
        draw(st.floats(*CARM.across_mm)),
    )


def same_view(a, b):
    """Both poses see the same picture: the twelve numbers of a detector agree."""
    first, second = (ProjectionGeometry.of(pose, CARM.detector) for pose in (a, b))
    for name in ("source_mm", "pixel_origin_mm", "column_step_mm", "row_step_mm"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), atol=1e-5)


@given(joints=reachable_joints(), position=POSITION)
def test_a_pose_gives_joints_that_take_the_same_pose_in_every_quadrant(joints, position):
    pose = pose_from_joints(joints, position, CARM, REST)
    found = joints_from_pose(pose, position, CARM, REST)
    assert reaches(found, CARM)
    same_view(pose, pose_from_joints(found, position, CARM, REST))
    assert found.lift_mm == pytest.approx(joints.lift_mm, abs=1e-6)
    assert found.slide_mm == pytest.approx(joints.slide_mm, abs=1e-6)
    assert found.across_mm == pytest.approx(joints.across_mm, abs=1e-6)
    assert found.wigwag_deg == pytest.approx(
        joints.wigwag_deg, abs=1e-6
    )  # both ways to a picture have the same wig-wag


@given(joints=reachable_joints(), position=POSITION)
def test_joints_come_back_as_they_were_where_only_one_way_leads_to_the_picture(joints, position):
    upright = replace(
        joints, tilt_deg=(joints.tilt_deg + 90) % 180 - 90, orbital_deg=min(joints.orbital_deg, 69.0), base_side=1
    )
    found = joints_from_pose(pose_from_joints(upright, position, CARM, REST), position, CARM, REST)
    assert found.base_side == 1
    assert found.orbital_deg == pytest.approx(upright.orbital_deg, abs=1e-6)
    assert found.tilt_deg == pytest.approx(upright.tilt_deg, abs=1e-6)


@given(left=st.floats(-180, 180), cephalad=st.floats(-30, 30), position=POSITION)
def test_a_direction_is_met_within_the_ranges_or_refused(left, cephalad, position):
    direction = ReceptorTilt(left, cephalad, position.prone).direction
    if reachable(direction, position):
        joints = joints_for_direction(direction, position, CARM)
        assert reaches(joints, CARM)
        assert angle_between_deg(pose_from_joints(joints, position, CARM, REST).direction, direction) < 1e-5
    else:
        assert abs(abs(left) - 90) < 60  # straight views are always within reach
        with pytest.raises(UnreachablePose, match="wig-wag"):
            joints_for_direction(direction, position, CARM)


def reachable(direction, position):
    """By trying every degree of wig-wag: whether tilt and orbital then come into their ranges, upright or turned over."""
    x, y, z = position.patient_from_table.T @ direction
    for wigwag in np.radians(np.linspace(*CARM.wigwag_deg, 2001)):
        across, along = np.cos(wigwag) * x - np.sin(wigwag) * z, np.sin(wigwag) * x + np.cos(wigwag) * z
        if abs(along) <= abs(y) + 1e-4 and abs(across) <= 1:
            return True
    return False


@pytest.mark.parametrize("position", [PatientPosition.HFP, PatientPosition.FFP])
@pytest.mark.parametrize("left", [0, 25, -25, 90, -90, 155, -155, 180])
def test_straight_oblique_and_lateral_views_of_a_prone_patient_need_no_wig_wag(position, left):
    joints = joints_for_direction(ReceptorTilt(left, 0).direction, position, CARM)
    assert joints.wigwag_deg == 0
    assert joints.turned_over is (abs(left) > 110)  # beyond the orbital range the receptor goes below by turning over


@pytest.mark.parametrize("tilt", [45, -45])
def test_the_c_tilts_45_degrees_to_head_and_feet(tilt):
    joints = joints_for_direction(ReceptorTilt(0, tilt).direction, PatientPosition.HFP, CARM)
    assert joints.tilt_deg == pytest.approx(tilt)
    with pytest.raises(UnreachablePose, match=r"tilt 46° of -45..45°"):
        joints_for_direction(
            ReceptorTilt(0, np.sign(tilt) * 46 if tilt > 0 else 46).direction, PatientPosition.HFP, CARM
        )


def test_a_lateral_looks_cranial_by_wig_wag_alone():
    joints = joints_for_direction(ReceptorTilt(90, 10).direction, PatientPosition.HFP, CARM)
    assert abs(joints.wigwag_deg) == pytest.approx(10)
    assert joints.tilt_deg == pytest.approx(0, abs=1e-6)
    with pytest.raises(UnreachablePose, match="wig-wag"):
        joints_for_direction(ReceptorTilt(90, 14).direction, PatientPosition.HFP, CARM)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"orbital_deg": 111.0}, "orbital 111°, and it reaches -40 to 110°"),
        ({"tilt_deg": 46.0}, "tilt 46°, and it reaches -45 to 45°"),
        ({"tilt_deg": 120.0}, "tilt -60° from turned over, and it reaches -45 to 45°"),
        ({"wigwag_deg": 13.0}, "wig-wag 13°, and it reaches -12 to 12°"),
        ({"lift_mm": 300.0}, "lift 300 mm, and it reaches -215 to 215 mm"),
        ({"across_mm": -150.0}, "across the table -150 mm, and it reaches -100 to 100 mm"),
    ],
)
def test_a_pose_out_of_reach_names_the_joint_the_value_and_the_range(change, sentence):
    joints = replace(GantryJoints(10.0, 5.0, 1.0), **change)
    assert not reaches(joints, CARM)
    assert sentence in why_not(joints, CARM)


@pytest.mark.parametrize(
    "change", [{"wigwag_deg": 13.0}, {"lift_mm": 300.0}, {"across_mm": -150.0}, {"tilt_deg": 70.0}]
)
def test_a_pose_that_no_joints_take_is_refused(change):
    pose = pose_from_joints(replace(GantryJoints(10.0, 5.0, 1.0), **change), PatientPosition.HFP, CARM, REST)
    with pytest.raises(UnreachablePose, match="the C-arm cannot go there"):
        joints_from_pose(pose, PatientPosition.HFP, CARM, REST)


def test_a_pose_drawn_by_hand_with_another_roll_is_not_taken_for_one_of_the_gantry():
    with pytest.raises(UnreachablePose, match="wig-wag"):
        joints_from_pose(CArmPose(165, 0, REST, 1020, 530, roll_deg=30), PatientPosition.HFP, CARM, REST)


def test_the_comparison_model_has_the_distances_that_other_programs_are_shown_with():
    other = load_carm_model("comparison")
    assert (other.source_detector_mm, other.source_isocentre_mm) == (1020, 700)
    assert "not a C-arm that exists" in other.provenance
    assert "not from a manual" in CARM.provenance
    assert CARM.zooms[0] == 1.0
