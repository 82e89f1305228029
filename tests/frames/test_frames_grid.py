"""Grids: indices to world and back, on any axes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.frames import Grid, rotation_about

ANGLE = st.floats(-180, 180)
SPACING = st.tuples(*[st.floats(0.2, 8)] * 3)
POINT = st.tuples(*[st.floats(-500, 500)] * 3)


@st.composite
def grids(draw):
    axes = rotation_about("z", draw(ANGLE)) @ rotation_about("y", draw(ANGLE)) @ rotation_about("x", draw(ANGLE))
    shape = draw(st.tuples(*[st.integers(1, 40)] * 3))
    return Grid.from_spacing(shape, draw(SPACING), draw(POINT), axes)


@given(grid=grids(), point=POINT)
def test_index_and_world_are_inverse(grid, point):
    np.testing.assert_allclose(grid.to_world(grid.to_index(point)), point, atol=1e-7)
    np.testing.assert_allclose(grid.to_index(grid.to_world(point)), point, atol=1e-7)


@given(grid=grids())
def test_spacing_corners_and_centre_belong_together(grid):
    i, _, _ = grid.shape
    step = np.linalg.norm(grid.to_world((1, 0, 0)) - grid.to_world((0, 0, 0)))
    assert step == pytest.approx(grid.spacing_mm[0])
    np.testing.assert_allclose(grid.corners_mm.mean(axis=0), grid.centre_mm, atol=1e-7)
    assert np.all(grid.contains(grid.centre_mm))
    assert not grid.contains(grid.to_world((i, 0, 0)))
    assert grid.contains(grid.to_world((i - 0.6, 0, 0)))


def test_same_voxels_are_recognised_and_a_shift_is_not():
    grid = Grid.from_spacing((5, 6, 7), (1, 2, 3), (4, 5, 6))
    assert grid.same_as(Grid.from_spacing((5, 6, 7), (1, 2, 3), (4.005, 5, 6)))
    assert not grid.same_as(Grid.from_spacing((5, 6, 7), (1, 2, 3), (4.02, 5, 6)))
    assert not grid.same_as(Grid.from_spacing((5, 6, 8), (1, 2, 3), (4, 5, 6)))


@pytest.mark.parametrize(
    ("shape", "matrix"),
    [((2, 2, 2), np.eye(3)), ((2, 2, 2), np.diag([1.0, 0, 1, 1])), ((2, 2, 0), np.eye(4)), ((2, 2, 2), 2 * np.eye(4))],
)
def test_impossible_grids_are_refused(shape, matrix):
    with pytest.raises(ValueError, match=r"grid|affine|singular"):
        Grid(shape, matrix)


def test_a_grid_keeps_its_own_matrix():
    matrix = np.eye(4)
    grid = Grid((2, 2, 2), matrix)
    matrix[0, 3] = 99
    assert grid.world_from_index[0, 3] == 0
    with pytest.raises(ValueError, match="read-only"):
        grid.world_from_index[0, 3] = 1
