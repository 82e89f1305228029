import numpy as np
import pytest

from sijoint.anatomy import Labels
from sijoint.anatomy.distance import distance_field, signed_distance_mm
from sijoint.anatomy.surface import Surface, bone_surface, inside_bone
from sijoint.frames import Grid

RADIUS = 20.0


def ball_labels(spacing=1.5, direction=None) -> Labels:
    shape = (40, 40, 40)
    grid = Grid.from_spacing(shape, [spacing] * 3, [-0.5 * spacing * 39] * 3, direction)
    if direction is not None:
        grid = Grid.from_spacing(shape, [spacing] * 3, -grid.to_world([19.5] * 3) + grid.to_world([0, 0, 0]), direction)
    away = np.linalg.norm(grid.to_world(np.moveaxis(np.indices(shape), 0, -1)), axis=-1)
    return Labels(grid, np.where(away < RADIUS, 25, 0).astype(np.uint8))


def triangle(*corners) -> Surface:
    return Surface(np.array(corners, dtype=float), np.array([[0, 1, 2]]))


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ((0.2, 0.2, 3.0), 3.0),  # above the face
        ((0.2, 0.2, -3.0), -3.0),  # below it
        ((-2.0, 0.5, 0.0), 2.0),  # beside an edge
        ((1.0, 1.0, 0.0), np.sqrt(0.5)),  # beside the slanting edge
        ((-3.0, -4.0, 0.0), 5.0),  # beyond a corner
        ((5.0, 0.0, 3.0), 5.0),  # beyond another
    ],
)
def test_distance_to_one_triangle_is_the_textbooks(point, expected):
    surface = triangle((0, 0, 0), (1, 0, 0), (0, 1, 0))
    assert signed_distance_mm(np.array(point), surface) == pytest.approx(expected)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_ball_of_voxels_has_the_surface_of_a_ball(mirrored):
    surface = bone_surface(ball_labels(direction=np.diag([-1.0, 1.0, 1.0]) if mirrored else None), (25, 26))
    points = np.random.default_rng(3).normal(size=(2000, 3))
    points *= (RADIUS + np.linspace(-8, 8, 2000) / 1.0)[:, None] / np.linalg.norm(points, axis=1, keepdims=True)
    error = signed_distance_mm(points, surface) - (np.linalg.norm(points, axis=1) - RADIUS)
    assert abs(error.mean()) < 0.1
    assert np.percentile(np.abs(error), 95) < 0.4


def test_the_field_on_a_grid_agrees_with_the_exact_distance_near_the_surface_and_keeps_the_sign_far_off():
    surface = bone_surface(ball_labels(), (25,))
    field = distance_field([surface], Grid.from_spacing((120, 120, 120), [0.5] * 3, [-30.0] * 3), 2.0)
    points = np.random.default_rng(4).uniform(-27, 27, (3000, 3))
    exact = signed_distance_mm(points, surface)
    near = np.abs(exact) < 1.5
    assert near.sum() > 200
    assert np.abs(field.at(points) - exact)[near].max() < 0.1
    far = np.abs(exact) > 3.0
    np.testing.assert_array_equal(np.sign(field.at(points))[far], np.sign(exact)[far])
    np.testing.assert_allclose(field.at(points)[far], exact[far], rtol=0.1, atol=0.3)


def test_a_coarse_field_does_not_leak_its_sign_through_the_shell():
    surface = bone_surface(ball_labels(), (25,))
    grid = Grid.from_spacing((40, 40, 40), [1.5] * 3, [-29.25] * 3)
    values = distance_field([surface], grid, 0.5).values_mm
    away = np.linalg.norm(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)), axis=-1)
    assert (values[away < RADIUS - 1] < 0).all()
    assert (values[away > RADIUS + 1] > 0).all()


def test_where_two_bones_overlap_the_given_inside_decides_the_sign():
    one = bone_surface(ball_labels(), (25,))
    two = Surface(one.vertices_mm + np.array([12.0, 0, 0]), one.faces)
    grid = Grid.from_spacing((60, 40, 40), [1.5] * 3, [-29.25] * 3)
    nodes = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    inside = (np.linalg.norm(nodes, axis=-1) < RADIUS) | (np.linalg.norm(nodes - [12, 0, 0], axis=-1) < RADIUS)
    field = distance_field([one, two], grid, 3.0, inside)
    assert (field.values_mm[inside] <= 0).all()
    assert (field.values_mm[~inside] >= 0).all()


def test_voxels_inside_the_smoothed_bone_are_those_with_negative_distance():
    labels = ball_labels()
    inside = inside_bone(labels, (25,))
    nodes = labels.grid.to_world(np.argwhere(np.ones(labels.grid.shape, dtype=bool)))
    distance = signed_distance_mm(nodes, bone_surface(labels, (25,))).reshape(labels.grid.shape)
    clear = np.abs(distance) > 0.1
    np.testing.assert_array_equal(inside[clear], (distance < 0)[clear])


def test_bone_cut_by_the_end_of_the_ct_is_still_closed():
    labels = ball_labels()
    half = Labels(Grid(labels.grid.shape, labels.grid.world_from_index), labels.values[20:])
    half = Labels(Grid(half.values.shape, labels.grid.world_from_index), half.values)
    faces = bone_surface(half, (25,)).faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, count = np.unique(edges, axis=0, return_counts=True)
    assert (count == 2).all()


def test_no_labels_give_no_surface_and_no_nearness():
    surface = bone_surface(ball_labels(), (77,))
    assert len(surface.faces) == 0
    assert signed_distance_mm(np.zeros((2, 3)), surface).tolist() == [np.inf, np.inf]
