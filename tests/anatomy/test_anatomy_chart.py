import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sijoint.anatomy import Chart
from sijoint.anatomy.border import geodesic_mm

RNG = np.random.default_rng(7)
AXES = np.linalg.qr(RNG.normal(size=(3, 3)))[0]
CHART = Chart(np.array([10.0, -20.0, 30.0]), *AXES.T, 1.0, RNG.uniform(-5, 5, (40, 50)))
inside_a = st.floats(0, 39)
inside_b = st.floats(0, 49)


@given(inside_a, inside_b, st.floats(-10, 10))
def test_world_and_coordinates_undo_each_other(a, b, offset):
    np.testing.assert_allclose(CHART.coordinates(CHART.world(a, b, offset)), [a, b, offset], atol=1e-9)


@given(st.lists(st.floats(-60, 60), min_size=3, max_size=3))
def test_any_point_comes_back_even_off_the_chart(point):
    np.testing.assert_allclose(CHART.world(*CHART.coordinates(np.array(point))), point, atol=1e-9)


def test_nodes_lie_where_their_own_coordinates_say():
    found = CHART.coordinates(CHART.nodes_mm)
    np.testing.assert_allclose(found[..., 0], np.arange(40.0)[:, None] * np.ones(50), atol=1e-9)
    np.testing.assert_allclose(found[..., 2], 0.0, atol=1e-9)


def test_shapes_follow_the_points():
    assert CHART.world(np.zeros((2, 5)), 1.0).shape == (2, 5, 3)
    assert CHART.coordinates(np.zeros((4, 2, 3))).shape == (4, 2, 3)
    assert CHART.coordinates(np.zeros(3)).shape == (3,)


@settings(max_examples=20)
@given(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_area_of_a_tilted_plane_is_that_of_its_shadow_over_the_cosine(slope_a, slope_b):
    a, b = np.meshgrid(np.arange(20.0), np.arange(20.0), indexing="ij")
    tilted = Chart(np.zeros(3), *np.eye(3), 1.0, slope_a * a + slope_b * b)
    assert tilted.slope_cosine == pytest.approx(1 / np.sqrt(1 + slope_a**2 + slope_b**2))


def test_the_way_on_a_flat_sheet_is_the_straight_line():
    flat = Chart(np.zeros(3), *np.eye(3), 1.0, np.zeros((41, 41)))
    distance = geodesic_mm(flat, np.ones((41, 41), dtype=bool), np.array([[20, 20]]))
    straight = np.hypot(*(np.indices((41, 41)) - 20))
    assert (distance >= straight - 1e-9).all()
    assert (distance <= 1.03 * straight + 1e-9).all()


def test_the_way_goes_round_a_notch_not_across_it():
    flat = Chart(np.zeros(3), *np.eye(3), 1.0, np.zeros((41, 41)))
    mask = np.ones((41, 41), dtype=bool)
    mask[20, :35] = False
    distance = geodesic_mm(flat, mask, np.array([[19, 0]]))
    assert distance[21, 0] == pytest.approx(70, rel=0.03)
    assert np.isinf(distance[20, 0])
