"""A bead on the patient's left, right or head is seen where display and side marker say, however the patient lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.fluoroscopy import AttenuationVolume, DensityField, edge_letters, project_by_rays
from sijoint.frames import (
    CArmPose,
    Detector,
    DisplayOrientation,
    GantryJoints,
    Grid,
    PatientPosition,
    ProjectionGeometry,
    Side,
    default_display,
    load_carm_model,
    pose_from_joints,
    side_at_screen_left,
)

DISPLAYS = [DisplayOrientation(mirror, turns) for mirror in (False, True) for turns in range(4)]
CARM = load_carm_model()
DETECTOR = Detector(48, 48, 6.0)


@pytest.mark.parametrize("display", DISPLAYS)
def test_turning_for_the_eye_is_undone_exactly(display):
    image = np.arange(35).reshape(5, 7)
    np.testing.assert_array_equal(display.undo(display.apply(image)), image)


@given(
    display=st.sampled_from(DISPLAYS),
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    data=st.data(),
)
def test_a_point_goes_where_its_pixel_goes(display, rows, columns, data):
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    image = np.zeros((rows, columns))
    image[row, column] = 1
    shown = display.apply(image)
    x, y = display.to_display((column, row), image.shape)
    assert shown[int(y), int(x)] == 1
    np.testing.assert_array_equal(display.to_stored((x, y), image.shape), (column, row))


BEADS = {"left": (45.0, 0, 0), "right": (-45.0, 0, 0), "head": (0, 0, 45.0), "front": (0, -45.0, 0)}
GRID = Grid.from_spacing((41, 41, 41), (4, 4, 4), (-80, -80, -80))


def bead_on_screen(bead, pose, display):
    """Displayed (column, row) from the middle of a bead, rendered by the plain projector."""
    water = np.zeros(GRID.shape)
    i, j, k = np.round(GRID.to_index(BEADS[bead])).astype(int)
    water[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2] = 5.0
    water = water.astype(np.float32)
    nothing = np.zeros((2, 41, 41), bool)
    body = AttenuationVolume(
        DensityField.of(GRID, water), DensityField.of(GRID, 0 * water), None, 2, (0, 40), nothing, 70.0, ()
    )
    image = project_by_rays(body, ProjectionGeometry.of(pose, DETECTOR)).water
    shown = display.apply(image)
    rows, columns = np.indices(shown.shape)
    return (columns * shown).sum() / shown.sum() - 23.5, (rows * shown).sum() / shown.sum() - 23.5


def check(pose, display):
    at_left = side_at_screen_left(pose, display)
    assert at_left is not None
    left_bead, _ = bead_on_screen("left", pose, display)
    right_bead, _ = bead_on_screen("right", pose, display)
    assert (left_bead < -5) == (at_left is Side.LEFT)
    assert (right_bead < -5) == (at_left is Side.RIGHT)
    return at_left


@pytest.mark.parametrize("position", list(PatientPosition))
@pytest.mark.parametrize("orbital", [-30, 0, 25])
@pytest.mark.parametrize("tilt", [-20, 0, 180])  # 180: receptor below the table
def test_beads_are_where_the_marker_says_however_the_patient_lies(position, orbital, tilt):
    pose = pose_from_joints(GantryJoints(orbital, tilt), position, CARM, (0, 0, 0))
    display = default_display(pose)
    at_left = check(pose, display)
    assert at_left is (Side.LEFT if pose.direction[1] > 0 else Side.RIGHT)  # left at left when seen from behind
    assert bead_on_screen("head", pose, display)[1] < -5  # head up


@pytest.mark.parametrize("primary", [170, 179.5, 180, -180, -179.5, -170, 10, 0, -10])
def test_nothing_jumps_across_180(primary):
    pose = CArmPose(primary, 12, (0, 0, 0), 1020, 530)
    check(pose, default_display(pose))
    x, y = bead_on_screen("left", pose, default_display(pose))
    assert abs(y) < 5
    assert 12 < abs(x) < 18  # 45 mm magnified by 1.92 on 6 mm pixels


@pytest.mark.parametrize("display", [d for d in DISPLAYS if d.quarter_turns in (0, 2)])
@pytest.mark.parametrize("primary", [0, 160, -150])
def test_any_flip_moves_the_marker_with_the_bead(primary, display):
    check(CArmPose(primary, 0, (0, 0, 0), 1020, 530), display)


@pytest.mark.parametrize("primary", [90, -90])
def test_a_lateral_has_no_side_and_keeps_the_head_up(primary):
    pose = CArmPose(primary, 0, (0, 0, 0), 1020, 530)
    display = default_display(pose)
    assert side_at_screen_left(pose, display) is None
    assert bead_on_screen("head", pose, display)[1] < -5
    front, _ = bead_on_screen("front", pose, display)
    assert edge_letters(pose, display)[0 if front < 0 else 1] == "A"
