"""The recursive filter lowers the noise of what stands still and leaves no ghost of what moves."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    DoseTotal,
    Relationship,
    Scene,
    Technique,
    UnphysicalView,
    expose,
    recursively_filtered,
)
from sijoint.fluoroscopy.physics import physics

SIZE, PIXEL_MM, TECHNIQUE = 192, 0.29, Technique(80, 16)
POSE, DETECTOR, _ = view(size=SIZE, pixel_mm=PIXEL_MM, isocentre=(0, 0, 0))


def pulses(columns, seed=0, pose=POSE, technique=TECHNIQUE):
    """Live frames with a 22 G needle of 0.45 g/cm2 steel in the middle, upright at each of the columns in turn."""
    rng, scene = np.random.default_rng(seed), slab((SIZE, SIZE), 20.0, 1.0)
    made = []
    for column in columns:
        steel = np.zeros((SIZE, SIZE), np.float32)
        if column is not None:
            steel[20:-20, column : column + 5] = 0.45
        made.append(expose(Scene(scene, steel=steel), pose, DETECTOR, technique, CARM, rng))
    return made


def filtered(frames):
    shown = [frames[0]]
    for frame in frames[1:]:
        shown.append(recursively_filtered(shown[-1], frame))
    return shown


def test_still_parts_lose_the_noise_that_the_share_says():
    shown = [filtered(pulses([None] * 12, seed))[-1].linear() for seed in range(8)]
    live = [pulses([None], seed + 50)[0].linear() for seed in range(8)]
    share = physics("display")["temporal_share"]
    ratio = np.std(np.diff(shown, axis=0)) / np.std(np.diff(live, axis=0))
    assert ratio == pytest.approx((share / (2 - share)) ** 0.5, rel=0.12)
    assert np.mean(shown) == pytest.approx(np.mean(live), rel=0.003)


def test_a_needle_that_moves_leaves_no_ghost():
    """Where it was, the very next picture shows the tissue again; where it is, it is as dark as live."""
    old, new = np.s_[40:-40, 61:64], np.s_[40:-40, 101:104]
    ghosts, depths = [], []
    for seed in range(6):
        frames = pulses([60] * 8 + [100], seed)
        shown, live = filtered(frames)[-1].linear(), frames[-1].linear()
        tissue, needle = live[old].mean(), live[new].mean()
        ghosts.append((tissue - shown[old].mean()) / (tissue - needle))
        depths.append((tissue - shown[new].mean()) / (tissue - needle))
    assert abs(np.mean(ghosts)) < 0.08
    assert np.mean(depths) == pytest.approx(1, abs=0.08)


def test_a_plain_recursion_would_have_left_one():
    """The same measure without the fall-back: the ghost that the test above looks for."""
    frames = pulses([60] * 8 + [100])
    old, new = np.s_[40:-40, 61:64], np.s_[40:-40, 101:104]
    share, plain = physics("display")["temporal_share"], frames[0].linear()
    for frame in frames[1:]:
        plain = plain + share * (frame.linear() - plain)
    live = frames[-1].linear()
    ghost = (live[old].mean() - plain[old].mean()) / (live[old].mean() - live[new].mean())
    assert ghost > 0.5


def test_a_new_view_or_technique_starts_anew():
    first = pulses([60])[0]
    turned = pulses([60], pose=replace(POSE, primary_deg=170.0))[0]
    brighter = pulses([60], technique=replace(TECHNIQUE, ma=20))[0]
    for other in (turned, brighter):
        assert recursively_filtered(first, other) is other
    assert recursively_filtered(None, first) is first


def test_a_filtered_picture_says_what_it_is():
    frames = pulses([60] * 9)
    shown = filtered(frames)
    assert shown[-1].origin == "derived"
    assert shown[-1].derived_from == "simulated"
    assert {frame.averaged for frame in shown} == {1}
    with pytest.raises(UnphysicalView, match="display pixels"):
        recursively_filtered(frames[0], replace(frames[1], relationship=Relationship.DISPLAY))


def test_the_dose_of_filtered_pictures_is_that_of_their_pulses():
    frames = pulses([60] * 10)
    plain, total = DoseTotal.of(frames), DoseTotal.of(filtered(frames))
    assert total == plain
    assert total.pulses == 10
    assert total.seconds == pytest.approx(10 / TECHNIQUE.pulses_per_s)


def test_threads_do_not_change_it():
    first, second = pulses([60, 61])
    pictures = [recursively_filtered(first, second, threads=n).pixels.tobytes() for n in (1, 2, 3)]
    assert pictures[0] == pictures[1] == pictures[2]
