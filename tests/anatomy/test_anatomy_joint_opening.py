"""The dorsal opening and the level-by-level angle, on gaps that have formulas."""

import numpy as np
import pytest

from sijoint.anatomy.opening import dorsal_opening
from sijoint.anatomy.orientation import axial_angles_deg
from sijoint.frames import Side

BORDER = np.stack([np.zeros(30), np.zeros(30), np.linspace(0, 58, 30)], axis=1)


def slot(width, angle_deg):
    """Distance to the walls of a slot that opens backwards, turned about the vertical towards the left."""
    across = np.array([np.cos(np.radians(angle_deg)), -np.sin(np.radians(angle_deg)), 0.0])
    return lambda points: 0.5 * width - np.abs(points @ across)


def test_a_slot_straight_behind_is_as_wide_as_it_is():
    opening = dorsal_opening(BORDER, slot(5.0, 0), Side.LEFT)
    np.testing.assert_allclose(opening.straight_mm, 5.0, atol=0.5)
    np.testing.assert_allclose(opening.widest_mm, opening.straight_mm)
    assert (opening.tilt_deg[:, 0] == 0).all()
    assert len(opening.by_level()) == 5


@pytest.mark.parametrize("side", list(Side))
def test_a_slanting_slot_is_closed_straight_on_and_opens_under_its_own_tilt(side):
    opening = dorsal_opening(BORDER, slot(3.0, 20.0 * side.x_sign), side)
    assert (opening.straight_mm == 0).all()
    np.testing.assert_allclose(opening.widest_mm, 3.0, atol=0.5)
    assert (opening.tilt_deg[:, 0] == 20).all()


def test_bone_overhanging_the_upper_half_closes_it():
    def distance(points):
        overhang = (points[..., 2] > 29) & (points[..., 1] > 10)
        return np.where(overhang, -1.0, slot(4.0, 0)(points))

    levels = dorsal_opening(BORDER, distance, Side.RIGHT).by_level()
    assert levels[0][0] == pytest.approx(4.0, abs=0.5)
    assert levels[-1][0] == 0


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("angle", [-10.0, 0.0, 5.0, 30.0])
def test_a_plane_has_its_own_angle_at_every_level(side, angle):
    depth, height = np.meshgrid(np.linspace(0, 25, 60), np.linspace(0, 50, 80))
    lateral = 40 + np.tan(np.radians(angle)) * depth
    points = np.stack([lateral * side.x_sign, -depth, height], axis=-1).reshape(-1, 3)
    np.testing.assert_allclose(axial_angles_deg(points, side), angle, atol=0.01)


def test_a_bent_cut_has_the_angle_from_margin_to_margin():
    depth = np.repeat(np.linspace(0, 20, 41), 20)
    lateral = np.where(depth < 10, 0.5 * depth, 5.0 - 0.5 * (depth - 10))  # out and back again
    points = np.stack([40 + lateral, -depth, np.tile(np.arange(20.0), 41)], axis=1)
    np.testing.assert_allclose(axial_angles_deg(points, Side.LEFT), 0.0, atol=0.01)
