"""Positioner angles, directions on the sphere and a clinician's words."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sijoint.frames import ReceptorTilt, angle_between_deg, interpolate_direction, positioner_angles, receptor_direction

PRIMARY, SECONDARY = st.floats(-180, 180), st.floats(-90, 90)


@given(primary=PRIMARY, secondary=st.floats(-89.9, 89.9))
def test_angles_and_direction_are_inverse_also_across_180(primary, secondary):
    back, up = positioner_angles(receptor_direction(primary, secondary))
    assert up == pytest.approx(secondary, abs=1e-6)
    assert (back - primary + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)
    assert -180 < back <= 180


def test_the_wrap_is_written_as_plus_180_always():
    for primary in (180, -180, 180 - 1e-12, -180 + 1e-12):
        assert positioner_angles(receptor_direction(primary, 0))[0] == pytest.approx(180)
    assert angle_between_deg(receptor_direction(179, 0), receptor_direction(-179, 0)) == pytest.approx(2)


def test_directions_are_where_the_words_of_dicom_put_them():
    np.testing.assert_allclose(receptor_direction(0, 0), (0, -1, 0), atol=1e-12)  # before the patient
    np.testing.assert_allclose(receptor_direction(90, 0), (1, 0, 0), atol=1e-12)  # at the left: LAO 90
    np.testing.assert_allclose(receptor_direction(180, 0), (0, 1, 0), atol=1e-12)  # behind
    np.testing.assert_allclose(receptor_direction(0, 90), (0, 0, 1), atol=1e-12)  # at the head


@pytest.mark.parametrize(("primary", "secondary"), [(181, 0), (0, 91), (np.nan, 0)])
def test_angles_out_of_range_are_refused(primary, secondary):
    with pytest.raises(ValueError, match="outside"):
        receptor_direction(primary, secondary)


@given(p1=PRIMARY, s1=SECONDARY, p2=PRIMARY, s2=SECONDARY, share=st.floats(0, 1))
def test_interpolation_walks_the_great_circle(p1, s1, p2, s2, share):
    a, b = receptor_direction(p1, s1), receptor_direction(p2, s2)
    whole = angle_between_deg(a, b)
    assume(0.01 < whole < 179.9)
    between = interpolate_direction(a, b, share)
    assert angle_between_deg(a, between) == pytest.approx(share * whole, abs=1e-5)
    assert angle_between_deg(between, b) == pytest.approx((1 - share) * whole, abs=1e-5)


def test_opposite_directions_have_no_way_between_them():
    with pytest.raises(ValueError, match="opposite"):
        interpolate_direction((0, 1, 0), (0, -1, 0), 0.5)


@given(left=st.floats(-179, 179), up=st.floats(-89, 89), behind=st.booleans())
def test_words_and_direction_are_inverse(left, up, behind):
    tilt = ReceptorTilt.of(ReceptorTilt(left, up, behind).direction, behind)
    assert (tilt.left_deg - left + 180) % 360 - 180 == pytest.approx(0, abs=1e-5)
    assert tilt.cephalad_deg == pytest.approx(up, abs=1e-5)


def test_fifteen_degrees_left_of_straight_behind_is_primary_165():
    assert positioner_angles(ReceptorTilt(15, 0).direction)[0] == pytest.approx(165)
    assert positioner_angles(ReceptorTilt(-15, 0).direction)[0] == pytest.approx(-165)
    assert positioner_angles(ReceptorTilt(15, -10, behind=False).direction) == pytest.approx((15, -10))


@pytest.mark.parametrize(
    ("left", "up", "behind", "words"),
    [
        (15, 10, True, "receptor 15° to the patient's left, 10° cephalad"),
        (-12, -20, True, "receptor 12° to the patient's right, 20° caudad"),
        (0, 0, True, "receptor straight behind the patient"),
        (0, 0, False, "receptor straight in front of the patient"),
        (-90, 0, True, "receptor at the patient's right (lateral)"),
    ],
)
def test_words_always_name_the_receptor(left, up, behind, words):
    assert ReceptorTilt(left, up, behind).words == words
