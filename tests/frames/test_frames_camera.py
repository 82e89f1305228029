"""The C-arm as a camera: stored orientation, projection and its inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import CArmPose, Detector, ProjectionGeometry

PRIMARY, SECONDARY, ROLL = st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180)


def pose(primary=180.0, secondary=0.0, roll=0.0, isocentre=(5.0, 6.0, 7.0)):
    return CArmPose(primary, secondary, isocentre, 1020, 530, roll)


@given(primary=PRIMARY, secondary=SECONDARY, roll=ROLL)
def test_axes_are_right_handed_from_source_to_detector(primary, secondary, roll):
    u, v, n = pose(primary, secondary, roll).axes
    np.testing.assert_allclose(np.cross(u, v), n, atol=1e-12)
    np.testing.assert_allclose(np.array([u, v, n]) @ np.array([u, v, n]).T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize(
    ("primary", "letters"),
    [(0, ("R", "F")), (180, ("L", "F")), (-180, ("L", "F")), (90, ("A", "F")), (-90, ("P", "F"))],
)
def test_patient_orientation_is_that_of_an_image_seen_from_the_source(primary, letters):
    found = pose(primary).patient_orientation
    assert found[1] == letters[1]
    if abs(primary) != 90:
        assert found == letters
    else:
        assert found[0] in "AP"


def test_laterals_look_opposite_ways():
    assert pose(90).patient_orientation[0] != pose(-90).patient_orientation[0]


@given(
    primary=PRIMARY,
    secondary=SECONDARY,
    roll=ROLL,
    column=st.floats(-50, 350),
    row=st.floats(-50, 250),
    share=st.floats(0.05, 0.99),
)
def test_any_point_of_a_pixels_ray_projects_to_that_pixel(primary, secondary, roll, column, row, share):
    geometry = ProjectionGeometry.of(pose(primary, secondary, roll), Detector(200, 300, 1.1))
    pixel = geometry.pixel_positions(column, row)
    point = geometry.source_mm + share * (pixel - geometry.source_mm)
    np.testing.assert_allclose(geometry.project(point), (column, row), atol=1e-6)
    toward = geometry.ray_directions(column, row)
    np.testing.assert_allclose(np.cross(toward, point - geometry.source_mm), 0, atol=1e-8)


def test_isocentre_is_in_the_middle_and_magnified_as_the_distances_say():
    geometry = ProjectionGeometry.of(pose(150, 20), Detector(200, 300, 1.1))
    np.testing.assert_allclose(geometry.project((5, 6, 7)), (149.5, 99.5), atol=1e-9)
    assert geometry.magnification_at((5, 6, 7)) == pytest.approx(1020 / 530)


def test_points_behind_the_source_have_no_image():
    geometry = ProjectionGeometry.of(pose(), Detector(20, 20, 1.0))
    behind = geometry.source_mm - 10 * pose().direction
    assert np.isnan(geometry.project(behind)).all()


def test_binning_keeps_the_field_of_view():
    detector = Detector(1536, 1536, 0.194)
    for rows in (128, 512, 1024):
        binned = detector.binned_to(rows)
        assert binned.rows * binned.pixel_mm == pytest.approx(1536 * 0.194)
    with pytest.raises(ValueError, match="pixel size"):
        Detector(10, 10, 0)
