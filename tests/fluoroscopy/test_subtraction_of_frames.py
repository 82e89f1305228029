"""Averages lower noise and keep dose; subtraction gives the iodine that was put in."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import Relationship, Scene, Technique, UnphysicalView, average, expose, iodine_estimate
from sijoint.fluoroscopy.subtraction import iodine_noise_mg_cm2

SIZE = 128
TECHNIQUE = Technique(80, 60, 8, 8)


def frames(iodine, count, seed, water=20.0, technique=TECHNIQUE, primary=180.0):
    pose, detector, _ = view(primary, size=SIZE, pixel_mm=1.0, isocentre=(0, 0, 0))
    rng = np.random.default_rng(seed)
    scene = Scene(slab((SIZE, SIZE), water, 1.0), iodine=iodine)
    return [expose(scene, pose, detector, technique, CARM, rng, time_s=n / 8) for n in range(count)]


@pytest.mark.parametrize("mg_cm2", [4.0, 20.0, 60.0])
@pytest.mark.parametrize("water", [14.0, 22.0])
def test_iodine_comes_back_within_a_tenth(mg_cm2, water):
    iodine = np.zeros((SIZE, SIZE), np.float32)
    iodine[50:80, 50:80] = mg_cm2
    technique = replace(TECHNIQUE, ma=60 if water > 20 else 12)
    mask, live = (average(frames(tool, 8, seed, water, technique)) for tool, seed in ((None, 1), (iodine, 2)))
    estimate = iodine_estimate(mask, live)
    assert estimate[55:75, 55:75].mean() == pytest.approx(mg_cm2, rel=0.1, abs=0.3)
    assert np.abs(estimate[:40].mean()) < 0.3


def test_saturated_pixels_give_no_number_rather_than_zero():
    mask, live = frames(None, 2, 1, water=10.0)
    assert np.all(mask.pixels == 65535)
    assert np.isnan(iodine_estimate(mask, live)).all()


def test_a_change_of_current_is_allowed_for():
    mask, live = average(frames(None, 8, 1)), average(frames(None, 8, 2, technique=replace(TECHNIQUE, ma=30)))
    assert np.abs(iodine_estimate(mask, live).mean()) < 0.3


def test_averaging_lowers_the_noise_of_the_estimate_as_the_root_of_the_number():
    one = iodine_noise_mg_cm2(*frames(None, 2, 1))
    many = iodine_noise_mg_cm2(average(frames(None, 9, 3)), average(frames(None, 9, 4)))
    assert one / many == pytest.approx(3, rel=0.2)


def test_an_average_adds_doses_and_says_that_it_is_derived():
    made = frames(None, 4, 1)
    mean = average(made)
    assert mean.dose_area_product_mgy_cm2 == pytest.approx(4 * made[0].dose_area_product_mgy_cm2)
    assert mean.averaged == 4
    assert mean.origin == "derived"
    assert mean.derived_from == "simulated"
    assert average([mean, mean]).derived_from == "simulated"
    assert average(made[:1]).origin == "simulated"
    with pytest.raises(UnphysicalView, match="never averaged"):
        average([made[0], replace(made[1], origin="received")])
    np.testing.assert_allclose(mean.linear(), np.mean([f.linear() for f in made], axis=0), atol=made[0].scale)


def test_frames_that_cannot_be_compared_are_refused():
    mask = frames(None, 1, 1)[0]
    with pytest.raises(UnphysicalView, match="C-arm moved"):
        iodine_estimate(mask, frames(None, 1, 1, primary=170.0)[0])
    with pytest.raises(UnphysicalView, match="lock the technique"):
        iodine_estimate(mask, frames(None, 1, 1, technique=replace(TECHNIQUE, kvp=90))[0])
    with pytest.raises(UnphysicalView, match="display pixels"):
        iodine_estimate(mask, replace(mask, relationship=Relationship.DISPLAY))
    with pytest.raises(UnphysicalView, match="do not state"):
        iodine_estimate(replace(mask, technique=None), replace(mask, technique=None))
    with pytest.raises(UnphysicalView, match="no frame"):
        average([])


def test_logarithmic_pixels_read_as_the_same_energies():
    mask, live = average(frames(None, 4, 1)), average(frames(None, 4, 2, water=18.0))
    as_log = [
        replace(
            f,
            relationship=Relationship.LOG,
            scale=1 / 4000,
            pixels=np.rint(4000 * np.log(f.linear())).astype(np.uint16),
        )
        for f in (mask, live)
    ]
    np.testing.assert_allclose(iodine_estimate(*as_log), iodine_estimate(mask, live), atol=0.1)
