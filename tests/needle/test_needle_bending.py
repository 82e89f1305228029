"""Bending by the bevel: the published deflection, its direction, and aiming so that the bent path arrives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.formulary import needle, needles
from sijoint.needle import aim, bent_path, bevel_opening

FORWARD = np.array([0.0, -1.0, 0.0])  # from behind into a prone patient


@pytest.mark.parametrize("code", [one.code for one in needles()])
def test_needle_is_aside_by_its_published_deflection_at_80_mm_depth(code):
    one = needle(code)
    path = bent_path(one, np.zeros(3), FORWARD, 0.0, 85.0, step_mm=0.01)
    at_80 = np.interp(80.0, -path[:, 1], np.hypot(path[:, 0], path[:, 2]))
    assert at_80 == pytest.approx(one.deflection_mm_at_80, abs=1e-3)


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
