"""Parts of the C-arm beside patient and table, and the focus from the skin, on a patient whose size is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import (
    LyingPatient,
    PatientPosition,
    ReceptorTilt,
    beam_misses,
    clearances,
    collision,
    collisions,
    focus_skin_distance_mm,
    joints_for_direction,
    load_carm_model,
    pose_from_joints,
)

CARM = load_carm_model()
HFP = PatientPosition.HFP
LOW, HIGH = np.array([-180.0, -110.0, -200.0]), np.array([180.0, 110.0, 200.0])
PATIENT = LyingPatient.between(LOW, HIGH, HFP)


def at(left=0.0, cephalad=0.0, isocentre=(0.0, 0.0, 0.0), patient=PATIENT):
    """Joints and pose of a view of this patient."""
    joints = joints_for_direction(ReceptorTilt(left, cephalad).direction, patient.position, CARM)
    return joints, pose_from_joints(joints, patient.position, CARM, isocentre)


def gaps(left=0.0, cephalad=0.0, isocentre=(0.0, 0.0, 0.0), patient=PATIENT):
    joints, pose = at(left, cephalad, isocentre, patient)
    return {(gap.part, gap.obstacle): gap.gap_mm for gap in clearances(joints, pose.isocentre_mm, CARM, patient)}


def test_gaps_of_the_straight_view_are_what_the_distances_leave():
    found = gaps()
    assert found["the receptor", "the patient"] == pytest.approx(1020 - 530 - 10 - 110, abs=1)
    assert found["the collimator", "the table"] == pytest.approx(530 - 190 - 110 - 50, abs=1)
    assert found["the C", "the patient"] == pytest.approx(730 - 180, abs=1)


def test_the_two_housings_leave_the_free_space_of_the_published_code():
    size = CARM.housings
    assert CARM.source_detector_mm - size.collimator_ahead_mm - size.receptor_ahead_mm == 820
    assert size.arc_radius_mm == 730


@given(angle=st.floats(0, 360), away=st.floats(-100, 500))
def test_the_distance_to_the_outline_is_that_along_its_normal(angle, away):
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    normal = np.array([c / 180, s / 110])
    place = np.array([180 * c, 110 * s]) + away * normal / np.linalg.norm(normal)
    found = float(PATIENT.gap_mm(place[None])[0])
    if away > -(110**2) / 180:  # deeper than the tightest bend, another point of the outline is nearer
        assert found == pytest.approx(away, abs=2.0)
    if abs(away) > 1e-6:  # on the outline itself either sign is right
        assert (found < 0) == ((place[0] / 180) ** 2 + (place[1] / 110) ** 2 < 1)


def test_a_receptor_that_would_go_through_the_patient_is_a_collision_and_says_how_deep():
    joints, pose = at(isocentre=(0.0, -450.0, 0.0))  # isocentre far below the body: the receptor comes down into it
    near = clearances(joints, pose.isocentre_mm, CARM, PATIENT)
    assert collision(near).startswith("the receptor would meet the patient, 80 mm deep")


def test_what_such_solids_cannot_tell_is_a_warning_not_a_collision():
    joints, pose = at(isocentre=(0.0, -375.0, 0.0))
    near = clearances(joints, pose.isocentre_mm, CARM, PATIENT)
    assert collision(near) == ""
    assert any(
        "the receptor would meet the patient, 5 mm deep" in words for words in collisions(joints, pose, CARM, PATIENT)
    )


def test_a_part_that_is_near_is_told_with_its_distance():
    joints, pose = at(isocentre=(0.0, -345.0, 0.0))
    assert "the receptor is 25 mm from the patient" in collisions(joints, pose, CARM, PATIENT)
    assert not [words for words in collisions(*at(), CARM, PATIENT) if "receptor" in words]


@pytest.mark.parametrize("position", list(PatientPosition))
def test_the_tube_is_below_the_table_however_the_patient_lies(position):
    patient = LyingPatient.between(LOW, HIGH, position)
    joints = joints_for_direction(ReceptorTilt(0, 0, position.prone).direction, position, CARM)
    found = {(gap.part, gap.obstacle): gap.gap_mm for gap in clearances(joints, (0, 0, 0), CARM, patient)}
    assert found["the collimator", "the table"] < found["the receptor", "the table"]


def test_turning_the_base_round_mirrors_the_gaps():
    left, right = gaps(70), gaps(-70)
    assert left == pytest.approx(right, abs=1e-6)


def test_focus_to_skin_is_the_distance_to_the_outline_along_the_central_ray():
    assert focus_skin_distance_mm(at()[1], PATIENT) == pytest.approx(530 - 110)
    assert focus_skin_distance_mm(at(90)[1], PATIENT) == pytest.approx(530 - 180)
    assert focus_skin_distance_mm(at(isocentre=(0, 480, 0))[1], PATIENT) == 0
    assert (
        focus_skin_distance_mm(at(isocentre=(0, 700, 0))[1], PATIENT) == np.inf
    )  # the source is already past the body
    assert focus_skin_distance_mm(at(isocentre=(300, 0, 0))[1], PATIENT) == np.inf


@pytest.mark.parametrize(
    ("up_mm", "words"),
    [
        (0, None),
        (125, "the focus is 295 mm from the skin: under 300 mm only for surgery"),
        (225, "must never be nearer than 200 mm"),
    ],
)
def test_a_focus_near_the_skin_is_a_finding_with_the_regulations_distances(up_mm, words):
    joints, pose = at(isocentre=(0, up_mm, 0))
    found = [sentence for sentence in collisions(joints, pose, CARM, PATIENT) if "focus" in sentence]
    assert len(found) == (words is not None)
    if words:
        assert words in found[0]


@pytest.mark.parametrize("left", [0, 40, 90, 180])
def test_a_beam_that_passes_the_patient_by_is_told_with_the_distance(left):
    def told(isocentre):
        return beam_misses(at(left, isocentre=isocentre)[1], CARM.detector, PATIENT)

    assert told((0, 0, 0)) == ""
    assert told((0, 0, 260)) == ""  # half of the field, some 77 mm, still meets the known part of the body
    assert "the isocentre 300 mm away from the body" in told((0, 0, -500))
    sideways = np.cross(at(left)[1].direction, (0, 0, 1))
    assert "would miss the patient" in told(400 * sideways)
    assert told(400 * sideways * 0.4) == ""


def test_a_source_past_the_body_looks_away_from_it():
    assert "would miss" in beam_misses(at(isocentre=(0, 900, 0))[1], CARM.detector, PATIENT)


def test_a_model_without_housings_has_nothing_to_collide():
    joints, pose = at()
    assert clearances(joints, pose.isocentre_mm, replace(CARM, housings=None), PATIENT) == ()
