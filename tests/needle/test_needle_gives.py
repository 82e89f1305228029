"""Resistance along the way, and the gives that follow from it: the joint's, fascia's, and those of fat between ligaments."""

import numpy as np
import pytest
from two_slabs import TwoSlabs

from sijoint.anatomy import Tissue
from sijoint.formulary import needle
from sijoint.needle import EVEN, Feel, Grain, advance, drawn_grain, felt_gives, insert, push, withdraw
from sijoint.needle.mechanics import mechanics

ENTRY = np.array([0.0, 60.0, 0.0])


def pushed(distance, seed=1, *, grain=None, code="quincke_22g_90mm", body=None):
    state = insert(needle(code), ENTRY, [0, -1, 0.05], grain=grain)
    return push(state, distance, body or TwoSlabs(), rng=np.random.default_rng(seed))


def test_resistance_is_that_of_the_tip_and_of_the_friction_that_grows_with_depth():
    trace = pushed(48.0, grain=EVEN).trace
    assert trace.depth_mm[0] == 0
    assert np.diff(trace.depth_mm).max() <= 0.25 + 1e-9
    assert (trace.resistance_n >= trace.friction_n - 1e-9).all()
    assert (np.diff(trace.friction_n) >= -1e-12).all()
    by_hand = 2 * 0.01 + 13 * 0.0015 + 25 * 0.004 + 8 * 0.015
    assert trace.friction_n[-1] == pytest.approx(by_hand, abs=0.01)


def test_no_layer_is_met_with_more_than_its_force():
    for seed in range(20):
        trace = pushed(56.0, seed, grain=EVEN).trace
        tip = trace.resistance_n - trace.friction_n
        assert tip.min() >= 0
        assert tip.max() < 2.2 + 4 * 0.6


def test_friction_in_muscle_is_about_a_fifth_of_the_force_as_published():
    """Barnett 2015: tearing 61 %, spreading 18 %, friction 21 % of the force; here 40 mm of muscle by themselves."""

    class Muscle(TwoSlabs):
        def tissue_at(self, points_mm):
            return np.full(len(points_mm), int(Tissue.MUSCLE), dtype=np.uint8)

    traces = [pushed(40.0, seed, body=Muscle(), grain=EVEN).trace for seed in range(200)]
    friction = np.mean([trace.friction_n[-1] for trace in traces])
    assert friction / np.mean([trace.resistance_n[-1] for trace in traces]) == pytest.approx(0.21, abs=0.02)


def test_the_give_at_the_joint_is_the_capsule_let_go():
    result = pushed(56.0, grain=EVEN)
    give = next(feel for feel in result.feels if feel.kind == "give")
    before, after = np.interp(
        [give.depth_mm - 0.3, give.depth_mm + 0.3], result.trace.depth_mm, result.trace.resistance_n
    )
    assert before - after == pytest.approx(give.force_n, abs=0.1)
    assert [touch.tissue for touch in result.touches] == ["skin", "fat", "muscle", "ligament", "capsule", "cleft"]


def test_the_same_layers_are_felt_in_small_steps_as_in_one():
    whole = pushed(56.0, grain=EVEN)
    state, rng, kinds = (
        insert(needle("quincke_22g_90mm"), ENTRY, [0, -1, 0.05], grain=EVEN),
        np.random.default_rng(1),
        [],
    )
    for _ in range(112):
        state, feels = advance(state, 0.5, TwoSlabs(), rng=rng)
        kinds += [(feel.kind, feel.tissue) for feel in feels]
    firm = [("layer", name) for name in ("skin", "muscle", "ligament", "capsule")] + [
        ("give", "")
    ]  # fat is felt now and then
    assert [kind for kind in kinds if kind[1] != "fat"] == firm
    assert [(feel.kind, feel.tissue) for feel in whole.feels if feel.tissue != "fat"] == firm
    assert [name for name, _ in state.layers] == [name for name, _ in whole.state.layers]


def test_fascia_gives_where_fat_meets_muscle():
    found = [pushed(30.0, seed) for seed in range(40)]
    assert all([touch.tissue for touch in one.touches] == ["skin", "fat", "fascia", "muscle"] for one in found)
    gives = [felt_gives(one.feels, 16.0, 1.0) for one in found]
    assert 0.6 < np.mean([len(each) for each in gives]) <= 1


def test_fat_between_the_ligaments_gives_before_the_joint_and_nothing_tells_it_apart():
    """Through 8 mm of ligament a give before the capsule is common, and as strong as the joint's own."""
    early, at_joint = [], []
    for seed in range(60):
        gives = felt_gives(pushed(56.0, seed).feels, 50.0, 8.0)
        early += [gives[0]] if gives and gives[0].depth_mm < 48 else []
        at_joint += felt_gives(gives, 50.0, 1.0)
    assert 0.2 < len(early) / 60 < 0.9
    assert {give.tissue for give in (*early, *at_joint)} == {""}
    strong = [give.force_n for give in early]
    assert np.quantile(strong, 0.9) > np.median([give.force_n for give in at_joint])


def test_an_even_ligament_gives_nowhere_before_the_capsule():
    for seed in range(20):
        assert felt_gives(pushed(49.5, seed, grain=EVEN).feels, 40.0, 9.0) == ()


def test_gives_are_counted_within_a_window_of_a_depth():
    feels = (
        Feel("give", 41.0, 1.0),
        Feel("layer", 45.0, 2.0, "ligament"),
        Feel("give", 49.0, 1.0),
        Feel("bone", 50.0, 8.0, "bone"),
    )
    assert felt_gives(feels, 50.0, 8.0) == (feels[2],)
    assert felt_gives(feels, 50.0, 9.0) == (feels[0], feels[2])
    assert felt_gives((), 50.0, 8.0) == ()


def test_a_blunt_tip_and_a_thick_shaft_meet_more():
    def work(code):
        traces = [pushed(48.0, seed, grain=EVEN, code=code).trace for seed in range(10)]
        return np.mean([np.trapezoid(trace.resistance_n, trace.depth_mm) for trace in traces])

    assert work("quincke_25g_90mm") == pytest.approx(work("quincke_22g_90mm") * 0.514 / 0.718, rel=0.02)
    assert work("whitacre_22g_90mm") > 1.25 * work("quincke_22g_90mm")


def test_pulling_back_and_pushing_on_costs_no_energy_but_friction():
    there = pushed(45.0, grain=EVEN)
    back = push(withdraw(there.state, 20.0), 20.0, TwoSlabs(), rng=np.random.default_rng(1))
    again = np.trapezoid(back.trace.resistance_n, back.trace.depth_mm)
    first = np.interp(np.linspace(25, 45, 200), there.trace.depth_mm, there.trace.resistance_n).mean() * 20
    assert 0 < again < 0.5 * first


def test_resistance_is_told_every_half_millimetre_and_at_the_end():
    result = pushed(3.2, grain=EVEN)
    told = result.trace.every(0.5)
    assert len(told) == 7
    assert told[-1] == pytest.approx(result.trace.resistance_n[-1])
    assert told[1] == pytest.approx(np.interp(1.0, result.trace.depth_mm, result.trace.resistance_n))


def test_fat_lobules_have_their_share_and_size_and_stay_where_they_are():
    grain, rule = drawn_grain(np.random.default_rng(5)), mechanics().grain
    points = np.random.default_rng(6).uniform(-300, 300, (20_000, 3))
    fat = grain.fat_in_ligament(points)
    assert fat.mean() == pytest.approx(rule.fat_share, abs=0.015)
    assert np.array_equal(fat, grain.fat_in_ligament(points))
    assert (fat != Grain(grain.seed + 1).fat_in_ligament(points)).mean() > 0.2
    line = grain.fat_in_ligament(
        np.column_stack([np.arange(0, 4000, 0.1), np.full(40_000, 7.3), np.full(40_000, -2.1)])
    )
    lobules = np.count_nonzero(np.diff(line.astype(int)) == 1)
    assert 1.0 < line.sum() * 0.1 / lobules < 2 * rule.lobule_mm


def test_resistance_is_uneven_by_its_share():
    rough = Grain(3).unevenness(np.random.default_rng(6).uniform(-300, 300, (20_000, 3)))
    assert rough.mean() == pytest.approx(1.0, abs=0.02)
    assert rough.std() == pytest.approx(mechanics().grain.uneven_share, rel=0.1)
    assert (EVEN.unevenness(np.zeros((3, 3))) == 1).all()
