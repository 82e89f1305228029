"""Subtraction shows contrast and hides anatomy, finds how far a patient has moved, and lays a roadmap over live pictures."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage
from xray_phantoms import CARM, view

from sijoint.fluoroscopy import (
    Collimator,
    DisplayOptions,
    LineIntegrals,
    Relationship,
    Scene,
    Technique,
    UnphysicalView,
    average,
    display_pixels,
    expose,
    last_image_hold,
    log_subtraction,
    pixel_shift,
    roadmap_pixels,
    subtraction_mask,
    subtraction_pixels,
)

SIZE, PIXEL_MM, TECHNIQUE = 192, 0.58, Technique(80, 30)
POSE, DETECTOR, _ = view(size=SIZE, pixel_mm=PIXEL_MM, isocentre=(0, 0, 0))
CONTRAST = np.s_[90:110, 70:120]


def anatomy(shift=(0.0, 0.0)):
    rng = np.random.default_rng(4)
    bone = np.clip(1.5 + 0.8 * sum(_smooth(rng, s) for s in (3, 8, 20)), 0, None)
    moved = ndimage.shift(bone, shift, order=3, mode="nearest").astype(np.float32)
    water = np.full((SIZE, SIZE), 18.0, np.float32)
    return LineIntegrals(water, np.clip(moved, 0, None), np.zeros((SIZE, SIZE), bool))


def _smooth(rng, sigma):
    noise = ndimage.gaussian_filter(rng.normal(size=(SIZE, SIZE)), sigma, mode="nearest")
    return noise / noise.std()


def pulses(count, mg_cm2=0.0, seed=0, shift=(0.0, 0.0), technique=TECHNIQUE, pose=POSE):
    rng, iodine = np.random.default_rng(seed), np.zeros((SIZE, SIZE), np.float32)
    iodine[CONTRAST] = mg_cm2
    scene = Scene(anatomy(shift), iodine=iodine if mg_cm2 else None)
    return [expose(scene, pose, DETECTOR, technique, CARM, rng) for _ in range(count)]


def test_the_mask_is_the_mean_of_the_first_pulses():
    frames = pulses(7)
    np.testing.assert_array_equal(subtraction_mask(frames).pixels, average(frames[:4]).pixels)
    assert subtraction_mask(frames, 2).averaged == 2


def test_anatomy_goes_and_contrast_stays():
    mask, live = subtraction_mask(pulses(4)), average(pulses(4, 20.0, seed=1))
    difference = log_subtraction(mask, live)
    here, elsewhere = difference[95:105, 80:110].mean(), difference[130:180, 10:180]
    assert here > 0.1
    assert abs(elsewhere.mean()) < 0.06 * here
    bones = np.log(mask.linear())[130:180, 10:180]
    smooth = ndimage.gaussian_filter(elsewhere, 3)
    assert smooth.std() < 0.15 * ndimage.gaussian_filter(bones, 3).std()
    shown = subtraction_pixels(difference, PIXEL_MM)
    assert shown[95:105, 80:110].mean() < 100
    assert shown[130:180, 10:180].mean() == pytest.approx(127, abs=4)


def test_twice_the_current_changes_nothing():
    mask = subtraction_mask(pulses(4))
    live = average(pulses(4, 20.0, seed=1, technique=replace(TECHNIQUE, ma=60)))
    difference = log_subtraction(mask, live)
    assert abs(difference[130:180, 10:180].mean()) < 0.01


@pytest.mark.parametrize("moved", [(0.0, 0.0), (1.3, -0.7), (-4.4, 5.2)])
def test_a_patients_shift_is_found_beside_contrast_and_undone(moved):
    mask, live = subtraction_mask(pulses(4)), average(pulses(4, 15.0, seed=1, shift=moved))
    found = pixel_shift(mask, live)
    np.testing.assert_allclose(found, moved, atol=0.15)
    plain = log_subtraction(mask, live)[125:180, 15:175]
    fitted = log_subtraction(mask, live, shift_pixels=found)[125:180, 15:175]
    if max(np.abs(moved)) > 1:
        assert ndimage.gaussian_filter(fitted, 2).std() < 0.4 * ndimage.gaussian_filter(plain, 2).std()


def test_outside_the_field_nothing_is_shown_to_have_changed():
    technique = replace(TECHNIQUE, collimator=Collimator(15, 15))
    mask, live = (average(pulses(3, mg, seed, technique=technique)) for mg, seed in ((0.0, 1), (20.0, 2)))
    assert np.all(log_subtraction(mask, live)[:20] == 0)
    assert subtraction_pixels(log_subtraction(mask, live), PIXEL_MM)[:20].std() == 0


def test_a_roadmap_is_white_where_contrast_was_and_live_elsewhere():
    mask, filled = subtraction_mask(pulses(4)), average(pulses(4, 30.0, seed=1))
    live = pulses(1, seed=5)[0]
    contrast, plain = log_subtraction(mask, filled), display_pixels(live).astype(float)
    shown = {opacity: roadmap_pixels(live, contrast, opacity=opacity).astype(float) for opacity in (0.0, 0.5, 1.0)}
    np.testing.assert_array_equal(shown[0.0], plain)
    here, elsewhere = np.s_[95:105, 80:110], np.s_[140:180, 20:170]
    assert plain[here].mean() + 20 < shown[0.5][here].mean() < shown[1.0][here].mean()
    assert np.abs(shown[1.0][elsewhere] - plain[elsewhere]).mean() < 4
    inverted = roadmap_pixels(live, contrast, DisplayOptions(inverted=True), opacity=1.0).astype(float)
    assert inverted[here].mean() < display_pixels(live, DisplayOptions(inverted=True))[here].mean() - 20


def test_the_image_that_holds_is_the_mean_of_the_last_pulses_made_alike():
    early, late = pulses(3, technique=replace(TECHNIQUE, ma=20)), pulses(3, seed=2)
    held = last_image_hold([*early, *late], 5)
    np.testing.assert_array_equal(held.pixels, average(late).pixels)
    assert (held.averaged, held.origin) == (3, "simulated")
    turned = pulses(1, seed=3, pose=replace(POSE, primary_deg=170.0))
    assert last_image_hold([*late, *turned]).averaged == 1
    with pytest.raises(UnphysicalView, match="press the pedal"):
        last_image_hold([])


def test_what_cannot_be_subtracted_is_refused_in_words():
    mask, live = pulses(2)
    with pytest.raises(UnphysicalView, match="C-arm moved"):
        log_subtraction(mask, replace(live, pose=replace(POSE, primary_deg=170.0)))
    with pytest.raises(UnphysicalView, match="display pixels"):
        pixel_shift(mask, replace(live, relationship=Relationship.DISPLAY))
    with pytest.raises(UnphysicalView, match="saturated"):
        log_subtraction(replace(mask, pixels=np.full_like(mask.pixels, 65535)), live)
    for shift in ((np.nan, 0.0), (50.0, 0.0)):
        with pytest.raises(UnphysicalView, match="take a new one"):
            log_subtraction(mask, live, shift_pixels=shift)
    with pytest.raises(UnphysicalView, match="opacity"):
        roadmap_pixels(live, log_subtraction(mask, live), opacity=1.5)
    with pytest.raises(UnphysicalView, match="take a new one"):
        roadmap_pixels(live, np.zeros((4, 4), np.float32))
