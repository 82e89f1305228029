"""Plans with a needle that bends: the curve ends on the target, margins hold along it, an assumed hand ranks, metal bars."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slab_phantom import SlabBody, slab_plan, slab_risks

from sijoint.formulary import needle
from sijoint.frames import Side, angle_between_deg, load_carm_model
from sijoint.guidance import JointThird, NoPlan, plan
from sijoint.guidance.bent_ways import bent_way
from sijoint.guidance.executions import bevel_openings, executed_tips, hand_errors
from sijoint.guidance.risks import nearest_mm
from sijoint.guidance.rule import load_planner_rule
from sijoint.model import Target
from sijoint.needle import bent_path, bevel_opening, insert

CARM = load_carm_model()
RULE = load_planner_rule()
QUINCKE = needle("quincke_22g_90mm")


@pytest.fixture(scope="module")
def plans():
    return slab_plan()


def test_needle_pointed_as_planned_bends_onto_the_target(plans):
    for each in plans:
        chosen = needle(each.needle)
        length = np.linalg.norm(np.diff(each.path_mm, axis=0), axis=1).sum()
        path = bent_path(chosen, each.entry_mm, each.direction_at_skin, each.bevel_clock_deg, length, body=SlabBody())
        assert np.linalg.norm(path[-1] - each.target_mm) < 0.1
        assert np.linalg.norm(each.path_mm[-1] - each.target_mm) < 0.1
        assert 1 < angle_between_deg(each.direction_at_skin, each.direction) < 8  # it bends, so it is pointed aside


def test_a_straight_push_along_the_line_of_sight_would_miss(plans):
    best = plans[0]
    missed = bent_path(needle(best.needle), best.entry_mm, best.direction, best.bevel_clock_deg, best.depth_mm)[-1]
    assert np.linalg.norm(missed - best.target_mm) > 1


def test_margins_are_the_least_distance_along_the_curve(plans):
    for each in plans:
        fine = np.concatenate([np.linspace(a, b, 20) for a, b in zip(each.path_mm[:-1], each.path_mm[1:], strict=True)])
        for risk in slab_risks(Side.LEFT):
            brute = min(float(risk.distance_mm(point)) for point in fine) - needle(each.needle).outer_mm / 2
            assert each.margins_mm[risk.name] == pytest.approx(brute, abs=0.02)
            assert each.margins_mm[risk.name] >= RULE.limits.risk_margin_mm[risk.kind]


def test_metal_across_the_back_bars_the_way_and_is_named():
    with pytest.raises(NoPlan, match="an implant bars the path"):
        slab_plan(SlabBody(metal=True))


def test_structure_over_the_best_place_moves_the_plan_and_does_not_end_it(plans):
    class Over:
        name, kind, found_by = "vessel over the best way", "vessel", "label"
        centre = plans[0].entry_mm + 0.6 * plans[0].depth_mm * plans[0].direction

        def distance_mm(self, points_mm):
            return np.linalg.norm(points_mm - self.centre, axis=-1) - 2.0

    moved = slab_plan(risks=(Over(),))
    assert moved[0].margins_mm[Over.name] >= RULE.limits.risk_margin_mm["vessel"]
    assert np.linalg.norm(moved[0].path_mm - Over.centre, axis=1).min() > 2.0 + RULE.limits.risk_margin_mm["vessel"]


def test_structure_over_the_whole_back_ends_it_and_is_named():
    class Everywhere:
        name, kind, found_by = "bowel", "bowel", "label"

        def distance_mm(self, points_mm):
            return np.zeros(np.shape(points_mm)[:-1])

    with pytest.raises(NoPlan, match="within 10 mm of the bowel"):
        slab_plan(risks=(Everywhere(),))


def test_fused_joint_is_said_to_be_fused():
    class Fused(SlabBody):
        def bone_distance_mm(self, points_mm):
            return np.minimum(
                super().bone_distance_mm(points_mm), SlabBody(self.angle_deg, 0.0).bone_distance_mm(points_mm) - 2
            )

    with pytest.raises(NoPlan, match="fused"):
        slab_plan(Fused(0.0))


def test_deep_target_asks_for_a_longer_needle():
    class Deep(SlabBody):
        def skin_exit_mm(self, point_mm, direction):
            return super().skin_exit_mm(point_mm, direction) + 90

    with pytest.raises(NoPlan, match="beyond the longest needle"):
        slab_plan(Deep())


def test_upper_third_lies_in_the_upper_third():
    joint = SlabBody().joints[Side.LEFT]
    border = joint.chart.coordinates(joint.dorsal_border_mm)[:, 1]
    low = joint.chart.coordinates(joint.inferior_end_mm)[1]
    for each in slab_plan(third=JointThird.UPPER):
        assert each.third is JointThird.UPPER
        assert each.height_mm >= 0.66 * (border.max() - low)


def test_mirrored_body_gives_the_mirrored_plan():
    left, right = (slab_plan(SlabBody(8.0), side)[0] for side in Side)
    mirror = np.array([-1.0, 1.0, 1.0])
    assert np.linalg.norm(right.target_mm - mirror * left.target_mm) < 2.5
    assert right.robustness == pytest.approx(left.robustness, abs=0.05)
    assert angle_between_deg(right.direction, mirror * left.direction) < 3


@given(clock=st.floats(0, 360), x=st.floats(-30, 30), z=st.floats(-30, 30), depth=st.floats(20, 85))
@settings(max_examples=40, deadline=None)
def test_bent_way_ends_on_its_tip_whatever_the_bevel(clock, x, z, depth):
    body, tip = SlabBody(), np.array([40.0, -10.0, 20.0])
    entry = tip + np.array([x, depth, z])
    way = bent_way(body, QUINCKE, entry, tip, clock, inside_mm=3.0, normal=np.array([1.0, 0, 0]), limits=RULE.limits)
    assert np.linalg.norm(way.tip_mm - tip) < 0.02
    assert np.linalg.norm(np.diff(way.path_mm, axis=0), axis=1).sum() == pytest.approx(way.length_mm, abs=0.01)
    walked = body.bone_distance_mm(way.path_mm).min() - QUINCKE.outer_mm / 2
    assert min(way.bone_clearance_mm, way.opening_clearance_mm) == pytest.approx(walked)


def test_sampled_hand_is_the_operator_of_the_validation_plan():
    written = tomllib.loads((Path(__file__).parents[2] / "docs" / "validation-plan.toml").read_text(encoding="utf-8"))
    hand, rule = written["operator"], RULE.executions
    for name in ("entry_sd_mm", "angle_sd_deg", "depth_sd_mm", "bevel_sd_deg"):
        assert getattr(rule, name) == hand[name]


def test_sampled_errors_have_no_mean_and_unit_spread():
    errors = hand_errors(RULE.executions.count)
    assert np.abs(errors.mean(axis=0)).max() < 0.05
    assert errors.std(axis=0) == pytest.approx(1, abs=0.06)
    assert np.abs(np.corrcoef(errors.T) - np.eye(11)).max() < 0.12


def test_executions_scatter_round_the_target_as_wide_as_the_hand(plans):
    class Nowhere(SlabBody):
        def bone_distance_mm(self, points_mm):
            return np.full(np.shape(points_mm)[:-1], 50.0)

    best, rule = plans[0], RULE.executions
    way = bent_way(
        Nowhere(),
        QUINCKE,
        best.entry_mm,
        best.target_mm,
        0.0,
        inside_mm=3.0,
        normal=np.array([1.0, 0, 0]),
        limits=RULE.limits,
    )
    off = executed_tips(Nowhere(), way, Side.LEFT, rule) - best.target_mm
    along = off @ best.direction
    across = np.linalg.norm(off - along[:, None] * best.direction, axis=1)
    angle = best.depth_mm * np.tan(np.radians(rule.angle_sd_deg))
    _, aside = way.forward_and_aside_mm(np.array([way.length_mm]))
    bevel = aside[0] * np.radians(rule.bevel_sd_deg)
    expected = np.sqrt(2 * (rule.entry_sd_mm**2 + rule.shift_sd_mm**2 + angle**2) + bevel**2)
    assert np.sqrt((across**2).mean()) == pytest.approx(expected, rel=0.08)
    assert along.std() == pytest.approx(np.hypot(rule.depth_sd_mm, rule.shift_sd_mm), rel=0.1)


def test_openings_of_many_needles_are_those_of_the_needle_room():
    rng = np.random.default_rng(3)
    directions = rng.normal([0, -3, 0], 1, (20, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    clocks = rng.uniform(0, 360, 20)
    one_by_one = [bevel_opening(d, c) for d, c in zip(directions, clocks, strict=True)]
    assert np.allclose(bevel_openings(directions, clocks), one_by_one)


def test_nearest_of_straight_pieces_is_the_nearest_of_their_points():
    rng = np.random.default_rng(5)
    starts, ends, points = (rng.normal(0, 20, (count, 3)) for count in (6, 6, 15))
    shares = np.linspace(0, 1, 4001)[:, None, None]
    sampled = starts + shares * (ends - starts)
    brute = np.linalg.norm(sampled[:, :, None, :] - points, axis=-1).min(axis=(0, 2))
    assert nearest_mm(starts, ends, points) == pytest.approx(brute, abs=0.02)


def test_needle_of_the_room_set_as_planned_points_as_planned(plans):
    best = plans[0]
    state = insert(needle(best.needle), best.entry_mm, best.direction_at_skin, best.bevel_clock_deg)
    assert angle_between_deg(state.direction, best.direction_at_skin) < 1e-6


def test_tray_and_bevels_are_those_of_the_rule(plans):
    for each in plans:
        assert each.needle in RULE.needle.tray
        assert each.bevel_clock_deg in RULE.needle.bevel_clock_deg
        assert "o'clock" in each.bevel_words


def test_c_arm_that_cannot_reach_the_side_leaves_no_plan():
    stiff = replace(CARM, orbital_deg=(-20.0, 20.0))
    with pytest.raises(NoPlan, match="lateral view"):
        plan(SlabBody(), Side.LEFT, Target.INTRA_ARTICULAR, stiff, risks=())
