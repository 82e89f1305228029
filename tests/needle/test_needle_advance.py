"""Pushing forward: layers, the give, false gives, bone, the hub, and chance that can be repeated."""

import numpy as np
import pytest

from sijoint.needle import EVEN, FalseGive, RefusedMovement, advance, aim, insert, rotate_bevel, withdraw

GAP = np.array([0.0, 4.0, 0.0])  # 6 mm into the gap
ENTRY = np.array([0.0, 60.0, 0.0])


def push(quincke, slabs, entry, target, distance, seed=1, grain=EVEN, **causes):
    state = insert(quincke, entry, aim(quincke, entry, target, 0.0, body=slabs), 0.0, grain=grain)
    return advance(state, distance, slabs, target_mm=target, rng=np.random.default_rng(seed), **causes)


def test_needle_crosses_the_layers_in_order_and_gives_on_entering_the_cleft(quincke, slabs):
    state, feels = push(quincke, slabs, ENTRY, GAP, 56.0)
    assert [(feel.kind, feel.tissue) for feel in feels] == [
        ("layer", "skin"),
        ("layer", "fat"),
        ("layer", "muscle"),
        ("layer", "ligament"),
        ("layer", "capsule"),
        ("give", ""),
    ]
    assert feels[-1].depth_mm == pytest.approx(50, abs=0.6)
    assert state.tissue == "cleft"
    assert [name for name, _ in state.layers] == ["skin", "fat", "muscle", "ligament", "capsule", "cleft"]
    assert np.linalg.norm(state.tip_mm - GAP) < 0.5
    assert state.gives_felt == 1


def test_needle_stops_at_cortical_bone_and_reports_contact(quincke, slabs):
    entry, beside = np.array([20.0, 60.0, 0.0]), np.array([20.0, 0.0, 0.0])
    state, feels = push(quincke, slabs, entry, beside, 60.0)
    assert feels[-1].kind == "bone"
    assert state.on_bone
    assert state.bone_contacts == 1
    assert 0 < float(slabs.bone_distance_mm(state.tip_mm)) < 0.5
    again, more = advance(state, 5.0, slabs, rng=np.random.default_rng(2))
    assert np.array_equal(again.tip_mm, state.tip_mm)
    assert [feel.kind for feel in more] == ["bone"]
    assert again.bone_contacts == 1, "pressing on the same spot is the same contact"


def test_needle_leaves_bone_only_by_being_withdrawn(quincke, slabs):
    entry, beside = np.array([20.0, 60.0, 0.0]), np.array([20.0, 0.0, 0.0])
    state, _ = push(quincke, slabs, entry, beside, 60.0)
    back = withdraw(state, 5.0)
    assert not back.on_bone
    forward, feels = advance(back, 10.0, slabs, rng=np.random.default_rng(3))
    assert feels[-1].kind == "bone"
    assert forward.bone_contacts == 2


def test_needle_in_the_gap_is_guided_by_its_wall_to_the_far_end(quincke, slabs):
    """Aimed 6 degrees across a 2 mm gap, it meets the wall and goes on along it."""
    state, feels = push(quincke, slabs, np.array([6.0, 60.0, 0.0]), np.array([0.5, 8.0, 0.0]), 72.0)
    assert "scrape" in [feel.kind for feel in feels]
    assert not state.on_bone
    assert state.tip_mm[1] < -10
    assert -1 < state.tip_mm[0] < -0.7


def test_false_give_is_felt_before_the_joint_and_not_told_apart_by_its_words(quincke, slabs):
    _, feels = push(quincke, slabs, ENTRY, GAP, 48.0, false_give=FalseGive(before_target_mm=12.0, strength=1.0))
    gives = [feel for feel in feels if feel.kind == "give"]
    assert len(gives) == 1
    assert gives[0].depth_mm == pytest.approx(44, abs=0.6)
    assert gives[0].tissue == ""


def test_false_give_without_strength_is_not_felt(quincke, slabs):
    _, feels = push(quincke, slabs, ENTRY, GAP, 48.0, false_give=FalseGive(before_target_mm=12.0, strength=0.0))
    assert all(feel.kind != "give" for feel in feels)


def test_false_give_is_crossed_once_even_in_small_steps(quincke, slabs):
    state, rng, gives = insert(quincke, ENTRY, [0, -1, 0], grain=EVEN), np.random.default_rng(5), 0
    for _ in range(50):
        state, feels = advance(
            state, 0.9, slabs, false_give=FalseGive(15.0, 1.0), target_mm=GAP + np.array([0, 0, -4.0]), rng=rng
        )
        gives += sum(feel.kind == "give" for feel in feels)
    assert gives == 1


def test_same_seed_gives_the_same_path_and_feels(quincke, slabs):
    first, felt = push(quincke, slabs, ENTRY, GAP, 50.0, seed=7)
    second, felt_again = push(quincke, slabs, ENTRY, GAP, 50.0, seed=7)
    other, _ = push(quincke, slabs, ENTRY, GAP, 50.0, seed=8)
    assert first.path_mm.tobytes() == second.path_mm.tobytes()
    assert felt == felt_again
    assert first.path_mm.tobytes() != other.path_mm.tobytes()


def test_scatter_at_80_mm_is_the_published_one(quincke, slabs):
    class SoftBody:
        def tissue_at(self, points_mm):
            return np.full(np.shape(points_mm)[:-1], 3, dtype=np.uint8)

        def bone_distance_mm(self, points_mm):
            return np.full(np.shape(points_mm)[:-1], 50.0)

    rng = np.random.default_rng(11)
    tips = [advance(insert(quincke, ENTRY, [0, -1, 0]), 80.0, SoftBody(), rng=rng)[0].tip_mm for _ in range(120)]
    assert np.std([tip[0] for tip in tips]) == pytest.approx(0.17, rel=0.25)
    assert np.mean([tip[2] for tip in tips]) == pytest.approx(-8.8, abs=0.2)


def test_rotating_the_bevel_half_way_brings_the_needle_back(quincke, slabs):
    rng = np.random.default_rng(1)
    bent, _ = advance(insert(quincke, ENTRY, [0, -1, 0], 0.0), 48.0, slabs, rng=rng)
    half, _ = advance(insert(quincke, ENTRY, [0, -1, 0], 0.0), 24.0, slabs, rng=rng)
    steered, _ = advance(rotate_bevel(half, 180.0), 24.0, slabs, rng=rng)
    assert abs(steered.direction[2]) < 0.2 * abs(bent.direction[2])
    assert abs(steered.tip_mm[2]) < 0.7 * abs(bent.tip_mm[2])


def test_needle_stops_at_its_hub_and_then_refuses(quincke, slabs):
    class Empty:
        def tissue_at(self, points_mm):
            return np.full(np.shape(points_mm)[:-1], 3, dtype=np.uint8)

        def bone_distance_mm(self, points_mm):
            return np.full(np.shape(points_mm)[:-1], 50.0)

    state, _ = advance(insert(quincke, ENTRY, [0, -1, 0]), 200.0, Empty(), rng=np.random.default_rng(1))
    assert state.depth_mm == pytest.approx(quincke.length_mm, abs=0.01)
    with pytest.raises(RefusedMovement, match="hub"):
        advance(state, 1.0, Empty(), rng=np.random.default_rng(1))


def test_negative_advance_is_refused(quincke, slabs):
    with pytest.raises(RefusedMovement, match="withdraw"):
        advance(insert(quincke, ENTRY, [0, -1, 0]), -1.0, slabs, rng=np.random.default_rng(1))


def test_many_small_pushes_go_as_deep_as_one(quincke, slabs):
    state, rng = insert(quincke, ENTRY, [0, -1, 0]), np.random.default_rng(5)
    for _ in range(60):
        state, _ = advance(state, 0.7, slabs, rng=rng)
    assert state.depth_mm == pytest.approx(42.0, abs=0.01)
    assert np.linalg.norm(np.diff(state.path_mm, axis=0), axis=1).max() < 2.1
