"""The body of a library pelvis: the map does not fold, the wall follows body mass index, bone keeps its grey values."""

import numpy as np
import pytest

from sijoint.anatomy import bundled_pelvis, draw_pelvis
from sijoint.anatomy.library_rule import library_rule
from sijoint.anatomy.library_sample import bundled_wall
from sijoint.anatomy.library_shape import shape_model
from sijoint.anatomy.library_wall import wall_source
from sijoint.anatomy.library_warp import places_in_new_body, shift_to, warp_over


def shift_of(seed: int):
    model, sample = shape_model(), draw_pelvis(seed)
    return shift_to(model, model.vertices_mm(sample.weights, np.log(sample.size)) + model.centre_mm)


@pytest.fixture(scope="module")
def wall():
    return bundled_wall()


@pytest.mark.parametrize("seed", range(5))
def test_the_map_onto_a_drawn_shape_does_not_fold(seed):
    shift, grid = shift_of(seed), bundled_pelvis().ct.grid
    low, high = grid.corners_mm.min(axis=0), grid.corners_mm.max(axis=0)
    stretch = warp_over(shift, low, high).stretch()
    assert stretch.min() > 0.15
    assert stretch.max() < 8


def test_the_map_carries_bone_onto_the_drawn_shape():
    model, sample = shape_model(), draw_pelvis(4)
    vertices = model.vertices_mm(sample.weights, np.log(sample.size)) + model.centre_mm
    shift = shift_to(model, vertices)
    here = vertices[model.control[:, 0], model.control[:, 1]]
    off = np.linalg.norm(here + shift(here) - model.control_places_mm, axis=1)
    assert np.median(off) < 1.5
    assert np.percentile(off, 95) < 4


def test_forth_and_back_through_the_map_is_where_one_was():
    shift = shift_of(2)
    points = np.random.default_rng(1).uniform([-80, -150, 0], [80, -40, 120], (200, 3))
    here = places_in_new_body(shift, points)
    assert here + shift(here) == pytest.approx(points, abs=0.05)


def test_the_reference_index_leaves_the_wall_as_it_is(wall):
    assert wall.thickness_for(library_rule().bmi_reference) == pytest.approx(wall.thickness_mm, abs=0.05)


def test_the_cross_section_grows_as_body_mass_index_does(wall):
    def area(bmi):
        t = wall.thickness_for(bmi)
        return wall.area_mm2 + wall.perimeter_mm * t + np.pi * t**2

    assert area(44) / area(22) == pytest.approx(2.0, rel=1e-6)
    assert np.all(np.diff([wall.thickness_for(bmi) for bmi in range(16, 50)]) >= 0)
    assert wall.thickness_for(16) == 3.5


@pytest.mark.parametrize("bmi", [17, 20, 23, 30, 45])
def test_the_wall_map_keeps_order_along_every_ray_and_leaves_the_core_alone(wall, bmi):
    more = wall.thickness_for(bmi) - wall.thickness_mm
    x, y = wall.axis_mm
    for turn in np.linspace(0, 2 * np.pi, 25):
        for cut in (3.0, 60.3, 146.0):
            reach = np.arange(2.0, 320.0, 0.5)
            places = [
                wall_source(
                    x + r * np.cos(turn),
                    y + r * np.sin(turn),
                    cut,
                    x,
                    y,
                    wall.core_mm,
                    wall.skin_mm,
                    wall.slant,
                    more,
                    4.0,
                )
                for r in reach
            ]
            before = np.hypot(*(np.array(places) - [x, y]).T)
            assert np.all(np.diff(before) > 0)
            core = reach < 0.9 * wall.core_mm[:, int(cut)].min()
            assert before[core] == pytest.approx(reach[core])
