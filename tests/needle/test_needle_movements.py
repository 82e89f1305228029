"""Insert, withdraw and redirect: what they keep, what they count, what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.anatomy import Tissue
from sijoint.formulary import needle
from sijoint.needle import RefusedMovement, advance, insert, redirect, withdraw
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


def test_redirection_is_refused_deep_and_counted_when_shallow(quincke, slabs):
    deep = advanced(quincke, slabs, 40.0)
    with pytest.raises(RefusedMovement, match="withdraw it to 15 mm"):
        redirect(deep, [0.1, -1, 0])
    turned = redirect(withdraw(deep, 28.0), [0.1, -1, 0])
    assert turned.redirections == 1
    assert turned.depth_mm == pytest.approx(12.0, abs=0.01)
    assert turned.direction == pytest.approx(np.array([0.1, -1, 0]) / np.hypot(0.1, 1))


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


def test_every_tissue_of_the_body_has_an_entry_force():
    known = {tissue for tissue, _ in mechanics().entry_force}
    assert known == {tissue.name.lower() for tissue in Tissue}
