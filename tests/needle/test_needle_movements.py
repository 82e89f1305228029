"""Insert, withdraw and redirect: what they keep, what they count, what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from two_slabs import TwoSlabs

from sijoint.anatomy import Tissue
from sijoint.formulary import needle
from sijoint.needle import NeedleState, RefusedMovement, advance, insert, push, redirect, rotate_bevel, withdraw
from sijoint.needle.mechanics import mechanics

ENTRY = np.array([0.0, 60.0, 0.0])


def advanced(quincke, slabs, distance):
    return advance(insert(quincke, ENTRY, [0, -1, 0]), distance, slabs, rng=np.random.default_rng(1))[0]


@given(deep=st.floats(2, 45), back=st.floats(0, 60))
def test_withdrawal_shortens_the_path_by_its_distance_and_keeps_the_rest(deep, back):
    path = np.linspace(ENTRY, ENTRY + np.array([0, -deep, 0.1 * deep]), 20)
    one = insert(needle("quincke_22g_90mm"), ENTRY, [0, -1, 0])
    state = type(one)(one.needle, ENTRY, path, one.direction, one.opening, 0.0)
    after = withdraw(state, back)
    assert after.depth_mm == pytest.approx(max(state.depth_mm - back, 0), abs=1e-9)
    assert after.in_skin == (state.depth_mm - back > 1e-9)
    on_old = [np.interp(d, state._lengths, state.path_mm[:, 1]) for d in after._lengths]
    assert after.path_mm[:, 1] == pytest.approx(on_old)


def test_a_large_turn_is_refused_deep_and_counted_when_shallow(quincke, slabs):
    deep = advanced(quincke, slabs, 40.0)
    with pytest.raises(RefusedMovement, match="withdraw it to 15 mm"):
        redirect(deep, [1.0, -1, 0])
    turned = redirect(withdraw(deep, 28.0), [1.0, -1, 0])
    assert turned.redirections == 1
    assert turned.depth_mm == pytest.approx(12.0, abs=0.01)
    assert turned.direction == pytest.approx(np.array([1.0, -1, 0]) / np.sqrt(2))


@given(deep=st.floats(16, 48), asked=st.floats(0.5, 24))
def test_a_deep_needle_turns_by_what_the_tissue_lets_through_and_less_the_deeper_it_lies(deep, asked):
    path = np.linspace(ENTRY, ENTRY - [0, deep, 0], 20)
    state = NeedleState(needle("quincke_22g_90mm"), ENTRY, path, [0, -1, 0], [0, 0, 1], 0.0)
    turned = redirect(state, [np.sin(np.radians(asked)), -np.cos(np.radians(asked)), 0])
    reached = np.degrees(np.arccos(np.clip(turned.direction @ state.direction, -1, 1)))
    most = 25.0 * np.exp(-(deep - 15.0) / 21.0)
    assert reached <= asked + 1e-6
    assert reached == pytest.approx(min(asked, most), rel=0.05, abs=1e-3)
    assert np.array_equal(turned.path_mm, state.path_mm), "the shaft stays where it is"


@given(deep=st.floats(5, 55), back=st.floats(0.5, 50), seed=st.integers(0, 1000))
def test_a_needle_pushed_back_into_its_track_comes_to_the_same_place(deep, back, seed):
    """Nothing is cut there a second time: no layer, no give, only the friction of the shaft."""
    body, rng = TwoSlabs(), np.random.default_rng(seed)
    start = insert(needle("quincke_22g_90mm"), ENTRY, [0, -1, 0])
    there = advance(start, deep, body, rng=rng)[0]
    back = min(back, there.depth_mm - 0.1)
    again = push(withdraw(there, back), back, body, rng=rng)
    assert again.state.path_mm == pytest.approx(there.path_mm, abs=1e-9)
    assert again.state.tissue == there.tissue
    assert again.feels == ()
    assert again.trace.resistance_n == pytest.approx(again.trace.friction_n)


def test_part_of_the_way_back_lies_on_the_old_track(quincke, slabs):
    there = advanced(quincke, slabs, 45.0)
    part = push(withdraw(there, 20.0), 12.5, slabs, rng=np.random.default_rng(2)).state
    assert part.depth_mm == pytest.approx(37.5, abs=1e-3)
    assert part.tip_mm == pytest.approx(there.point_at(37.5), abs=1e-3)
    far = push(part, 12.0, slabs, rng=np.random.default_rng(3)).state
    assert far.depth_mm == pytest.approx(49.5, abs=1e-2)
    assert far.point_at(45.0) == pytest.approx(there.tip_mm, abs=0.05)


def test_a_turned_bevel_leaves_the_old_track(quincke, slabs):
    there = advanced(quincke, slabs, 48.0)
    back = withdraw(there, 25.0)
    kept = push(rotate_bevel(back, 30.0), 25.0, slabs, rng=np.random.default_rng(2)).state
    left = push(rotate_bevel(back, 180.0), 25.0, slabs, rng=np.random.default_rng(2)).state
    assert kept.tip_mm == pytest.approx(there.tip_mm, abs=1e-6)
    assert left.tip_mm[2] > there.tip_mm[2] + 0.5


def test_needle_out_of_the_skin_must_be_inserted_again_and_counts_a_pass(quincke, slabs):
    out = withdraw(advanced(quincke, slabs, 10.0), 50.0)
    assert not out.in_skin
    with pytest.raises(RefusedMovement, match="insert it again"):
        advance(out, 1.0, slabs, rng=np.random.default_rng(1))
    with pytest.raises(RefusedMovement, match="insert it again"):
        redirect(out, [0, -1, 0])
    assert insert(quincke, ENTRY, [0, -1, 0], previous=out).passes == 2


def test_whole_needle_is_as_long_as_it_is(quincke, slabs):
    whole = advanced(quincke, slabs, 40.0).whole_path_mm
    assert np.linalg.norm(np.diff(whole, axis=0), axis=1).sum() == pytest.approx(quincke.length_mm, abs=0.01)


def test_states_cannot_be_changed(quincke, slabs):
    state = advanced(quincke, slabs, 10.0)
    with pytest.raises(ValueError, match="read-only"):
        state.path_mm[0, 0] = 1.0


def test_every_tissue_of_the_body_has_a_layer():
    assert set(mechanics().layers) == {tissue.name.lower() for tissue in Tissue} | {"fascia"}
