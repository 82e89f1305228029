"""The heel effect against SpekPy's own model of the anode, and what a flat-field calibration leaves of it."""

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import Scene, Technique, expose
from sijoint.fluoroscopy.heel import heel_of_rows, heel_profile, mean_depth_cm

ANGLES = (8.0, 6.0, 4.0, 2.0, 0.0, -2.0, -4.0, -6.0, -8.0)  # towards the anode, then away

# SpekPy 2.5.4, physics "kqp", anode 10 degrees, 3 mm Al + 0.1 mm Cu + 200 mm water: energy fluence along the anode-cathode
# axis over that across it at the same angle, which takes out distance and slant through the filters.
SPEKPY = {
    60: (0.888, 0.968, 0.992, 0.999, 1.0, 0.996, 0.991, 0.985, 0.978),
    80: (0.838, 0.941, 0.978, 0.994, 1.0, 1.002, 1.000, 0.998, 0.993),
    110: (0.716, 0.877, 0.945, 0.980, 1.0, 1.012, 1.018, 1.024, 1.025),
}


@pytest.mark.parametrize("kvp", SPEKPY)
def test_the_profile_is_that_of_spekpys_anode_within_six_hundredths(kvp):
    """Two models of where photons are born: SpekPy's Monte Carlo depths, and one mean depth an energy here."""
    ours = heel_profile(float(kvp), 0.1, 20.0, ANGLES)
    np.testing.assert_allclose(ours, SPEKPY[kvp], atol=0.06)
    assert np.all(np.diff(ours) > -1e-9)  # ever brighter away from the anode


def test_photons_are_born_under_a_few_micrometres_of_tungsten():
    depth = mean_depth_cm(100.0, np.array([20.0, 60.0, 99.0])) * 1e4
    assert depth[0] > depth[1] > depth[2] > 0
    assert 0.5 < depth[1] < 5.0


def test_beyond_the_anodes_face_it_is_dark():
    assert heel_profile(80.0, 0.1, 20.0, (10.5, 12.0)).max() == 0


def test_calibration_takes_the_heel_out_of_the_picture_and_leaves_its_noise():
    size, pixel_mm = 256, 1.16
    pose, detector, _ = view(size=size, pixel_mm=pixel_mm, isocentre=(0, 0, 0))
    scene, technique = Scene(slab((size, size), 20.0)), Technique(80, 40)
    rng = np.random.default_rng(1)
    frames = [expose(scene, pose, detector, technique, CARM, rng).linear() for _ in range(10)]
    mean = np.mean(frames, axis=0).mean(axis=1)
    sides = mean[1] / mean[-2], mean[64] / mean[-65]  # cathode's side over anode's
    assert sides[0] == pytest.approx(1, abs=0.2)
    assert sides[1] == pytest.approx(1, abs=0.05)
    noise = np.std(np.diff(frames, axis=0), axis=0).mean(axis=1) / mean
    gain, _ = heel_of_rows(80, 0.1, size, pixel_mm, 1020)
    assert noise[-16:].mean() / noise[120:136].mean() == pytest.approx((gain[-16:].mean()) ** 0.5, rel=0.08)
    assert gain[-1] > 1.2 > 1 > gain[0]
