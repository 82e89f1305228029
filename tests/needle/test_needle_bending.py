"""Bending by the bevel: the published deflection, its direction, and aiming so that the bent path arrives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.anatomy import Tissue
from sijoint.formulary import needle, needles
from sijoint.needle import advance, aim, bent_path, bevel_opening, insert, push, rotate_bevel
from sijoint.needle.bending import yielding

FORWARD = np.array([0.0, -1.0, 0.0])  # from behind into a prone patient


@pytest.mark.parametrize("code", [one.code for one in needles()])
def test_needle_is_aside_by_its_published_deflection_at_80_mm_depth(code):
    one = needle(code)
    path = bent_path(one, np.zeros(3), FORWARD, 0.0, 85.0, step_mm=0.01)
    at_80 = np.interp(80.0, -path[:, 1], -path[:, 2])
    assert at_80 == pytest.approx(one.deflection_mm_at_80, abs=1e-3)


class OneTissue:
    def __init__(self, tissue):
        self.tissue = tissue

    def tissue_at(self, points_mm):
        return np.full(len(points_mm), int(self.tissue), dtype=np.uint8)

    def bone_distance_mm(self, points_mm):
        return np.full(len(points_mm), 50.0)


def deflections(code, tissue, count=40):
    """Sideways offset at 80 mm depth of pushed needles, away from the opening."""
    rng, found = np.random.default_rng(3), []
    for _ in range(count):
        needle_in = insert(needle(code), [0.0, 0.0, 0.0], FORWARD, 0.0)
        path = advance(needle_in, 81.5, OneTissue(tissue), rng=rng)[0].path_mm
        found.append(np.interp(80.0, -path[:, 1], -path[:, 2]))
    return np.array(found)


@pytest.mark.parametrize(
    ("code", "mean", "sd"),
    [
        ("quincke_22g_90mm", 8.89, 0.17),
        ("short_bevel_22g_90mm", 9.96, 0.77),
        ("chiba_22g_90mm", 7.71, 1.16),
        ("whitacre_22g_90mm", 0.73, 0.34),
        ("tuohy_22g_90mm", -7.64, 0.16),  # towards its opening
    ],
)
def test_pushed_needles_deflect_as_published_in_what_bends_them_like_gel(code, mean, sd):
    """Rand 2016, ballistic gel; muscle bends as gel does."""
    found = deflections(code, Tissue.MUSCLE)
    assert found.mean() == pytest.approx(mean, abs=3 * sd / np.sqrt(len(found)))
    assert found.std() == pytest.approx(sd, rel=0.3)


def test_ligament_bends_a_needle_more_than_muscle_and_fat_less():
    fat, muscle, capsule = (
        deflections("quincke_22g_90mm", tissue, 8).mean() for tissue in (Tissue.FAT, Tissue.MUSCLE, Tissue.CAPSULE)
    )
    assert fat == pytest.approx(0.6 * muscle, rel=0.05)
    assert capsule == pytest.approx(1.3 * muscle, rel=0.05)


def test_a_thinner_shaft_gives_way_as_much_more_as_its_deflection_says():
    thick, thin = needle("quincke_22g_90mm"), needle("quincke_25g_90mm")
    assert yielding(thick) == pytest.approx(1.0)
    assert yielding(thin) == pytest.approx(thin.deflection_mm_at_80 / thick.deflection_mm_at_80, rel=0.01)


def test_a_needle_spun_while_it_advances_stays_straight(quincke):
    spun = push(
        insert(quincke, [0, 0, 0], FORWARD), 80.0, OneTissue(Tissue.MUSCLE), turn_deg=3600.0, rng=rng_of(1)
    ).state
    assert np.hypot(spun.tip_mm[0], spun.tip_mm[2]) < 1.0
    assert spun.bevel_clock_deg == pytest.approx(0.0, abs=1e-6)


def test_a_needle_spun_half_a_turn_half_way_comes_out_parallel_and_half_as_far_aside(quincke):
    body = OneTissue(Tissue.MUSCLE)
    bent = push(insert(quincke, [0, 0, 0], FORWARD), 80.0, body, rng=rng_of(2)).state
    half = push(insert(quincke, [0, 0, 0], FORWARD), 40.0, body, rng=rng_of(2)).state
    spun = push(rotate_bevel(half, 180.0), 40.0, body, rng=rng_of(3)).state
    assert spun.direction == pytest.approx(FORWARD, abs=0.02)
    assert -spun.tip_mm[2] == pytest.approx(-bent.tip_mm[2] / 2, abs=0.5)


@given(clock=st.floats(0, 360), depth=st.floats(5, 80))
def test_a_mirrored_needle_takes_the_mirrored_path(clock, depth):
    one, direction, mirror = needle("quincke_22g_90mm"), np.array([0.2, -1.0, 0.1]), np.array([-1.0, 1.0, 1.0])
    here = bent_path(one, np.zeros(3), direction, clock, depth)
    there = bent_path(one, np.zeros(3), direction * mirror, -clock, depth)
    assert there == pytest.approx(here * mirror, abs=1e-9)


def test_an_aim_that_knows_the_layers_arrives_through_them(quincke):
    class FatOverLigament(OneTissue):
        def tissue_at(self, points_mm):
            return np.where(points_mm[:, 1] > -40, int(Tissue.FAT), int(Tissue.CAPSULE)).astype(np.uint8)

    body, goal = FatOverLigament(Tissue.FAT), np.array([4.0, -70.0, 2.0])
    direction = aim(quincke, np.zeros(3), goal, 30.0, body=body)
    path = bent_path(quincke, np.zeros(3), direction, 30.0, 72.0, step_mm=0.1, body=body)
    assert np.linalg.norm(path - goal, axis=1).min() < 0.1
    assert not np.allclose(direction, aim(quincke, np.zeros(3), goal, 30.0), atol=1e-3)


def rng_of(seed):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("clock", "towards"), [(0, [0, 0, -1]), (180, [0, 0, 1]), (90, [1, 0, 0]), (270, [-1, 0, 0])])
def test_needle_bends_away_from_its_bevel_opening(quincke, clock, towards):
    tip = bent_path(quincke, np.zeros(3), FORWARD, clock, 80.0)[-1]
    assert tip @ np.array(towards) > 8
    assert np.linalg.norm(np.cross(tip + 80 * np.array([0, 1, 0]), towards)) < 2


def test_bevel_at_three_o_clock_faces_the_right_of_who_stands_behind_a_prone_patient():
    # Behind the patient the patient's right is at the onlooker's right: -x in LPS.
    assert bevel_opening(FORWARD, 90.0) == pytest.approx([-1, 0, 0])
    assert bevel_opening(FORWARD, 0.0) == pytest.approx([0, 0, 1])


@given(
    clock=st.floats(0, 360),
    target=st.tuples(st.floats(-30, 30), st.floats(-80, -30), st.floats(-30, 30)),
    code=st.sampled_from([one.code for one in needles()]),
)
def test_aimed_needle_arrives_at_its_target(clock, target, code):
    entry, one = np.array([5.0, 60.0, -3.0]), needle(code)
    goal = entry + np.array(target)
    direction = aim(one, entry, goal, clock)
    path = bent_path(one, entry, direction, clock, float(np.linalg.norm(target)) * 1.05, step_mm=0.1)
    assert np.linalg.norm(path - goal, axis=1).min() < 0.1


def test_arc_keeps_its_length(quincke):
    path = bent_path(quincke, np.zeros(3), FORWARD, 30.0, 70.0, step_mm=0.5)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).sum() == pytest.approx(70.0, abs=1e-3)


def test_entry_on_the_target_gives_no_direction(quincke):
    with pytest.raises(ValueError, match="no direction"):
        aim(quincke, np.ones(3), np.ones(3))
