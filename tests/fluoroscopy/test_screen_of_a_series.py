"""On a screen, grey values of unchanged anatomy stay from pulse to pulse, and still parts grow quieter if asked to."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    DisplayOptions,
    Relationship,
    Scene,
    Screen,
    Technique,
    UnphysicalView,
    display_pixels,
    display_window,
    expose,
)

SIZE = 160
POSE, DETECTOR, _ = view(size=SIZE, pixel_mm=0.58, isocentre=(0, 0, 0))


def pulses(count, seed=0, contrast=False):
    rng, anatomy = np.random.default_rng(seed), slab((SIZE, SIZE), 18.0)
    anatomy.bone[:, SIZE // 2 :] += 3.0
    iodine = np.zeros((SIZE, SIZE), np.float32)
    iodine[10:50, 10:150] = 300.0 if contrast else 0.0
    return [
        expose(Scene(anatomy, iodine=iodine), POSE, DETECTOR, Technique(80, 25), CARM, rng, time_s=n / 8)
        for n in range(count)
    ]


def test_a_steady_window_keeps_the_grey_of_anatomy_when_contrast_comes():
    before, after = pulses(1)[0], pulses(1, 1, contrast=True)[0]
    steady, auto = Screen(), Screen(DisplayOptions(steady_window=False))
    for screen in (steady, auto):
        screen.show(before)
    shown = steady.show(after)
    np.testing.assert_array_equal(shown, display_pixels(after, window=display_window(before)))
    np.testing.assert_array_equal(auto.show(after), display_pixels(after))
    aside = np.s_[115:155, 20:60]
    assert shown[aside].mean() == pytest.approx(display_pixels(before)[aside].mean(), abs=5)
    assert display_window(after) != display_window(before)


def test_the_temporal_filter_quietens_a_series_and_starts_anew_while_the_gantry_moves():
    frames = pulses(8)
    screen, still = Screen(DisplayOptions(temporal_filter=True)), np.s_[100:150, 20:60]
    grain = [screen.show(frame)[still].astype(float).std() for frame in frames]
    assert grain[-1] < 0.7 * grain[0]
    assert screen.show(frames[0], moving=True)[still].astype(float).std() == pytest.approx(grain[0], rel=0.2)


def test_one_picture_alone_is_shown_as_without_a_screen():
    frame = pulses(1)[0]
    np.testing.assert_array_equal(Screen().show(frame), display_pixels(frame))
    shown = replace(frame, relationship=Relationship.DISPLAY, pixels=frame.pixels % 256)
    np.testing.assert_array_equal(Screen(DisplayOptions(temporal_filter=True)).show(shown), shown.pixels)


@pytest.mark.parametrize("wrong", [{"local_contrast": -1.0}, {"edge_enhancement": float("nan")}])
def test_strengths_that_make_no_picture_are_refused(wrong):
    with pytest.raises(UnphysicalView, match="between 0 and 4"):
        DisplayOptions(**wrong)
