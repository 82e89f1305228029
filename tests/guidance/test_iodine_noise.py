"""Noise of a subtracted image is told right whatever the detector's pixels, so contrast stands out of it alike."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from sijoint.fluoroscopy import Scene, Technique, average, expose, iodine_estimate, starting_technique
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.frames import load_carm_model
from sijoint.guidance.arthrogram_rule import load_arthrogram_rule
from sijoint.guidance.iodine_map import iodine_map

CARM = load_carm_model()


@pytest.mark.parametrize("rows", [256, 512, 768])
def test_without_contrast_the_noise_is_told_and_nothing_is_seen(rows):
    detector, pose = CARM.detector.binned_to(rows), CARM.pose((0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
    water = np.full((rows, rows), 20, np.float32)
    scene = Scene(LineIntegrals(water, 0 * water, np.zeros(water.shape, bool)))
    rng = np.random.default_rng(3)
    before, after = (
        average([expose(scene, pose, detector, starting_technique(), CARM, rng) for _ in range(4)]) for _ in range(2)
    )
    rule = load_arthrogram_rule().subtraction
    found = iodine_map(before, (after,), (0.0, 0.0, 0.0), rule)
    assert found.mass_mg == 0
    smooth = gaussian_filter(iodine_estimate(before, after).astype(float), rule.smooth_mm / found.pixel_mm)
    middle = smooth[rows // 4 : -rows // 4, rows // 4 : -rows // 4]
    assert found.noise_mg_per_cm2 == pytest.approx(middle.std(), rel=0.15)


@pytest.mark.parametrize(("darkest", "ridge"), [(38, 4.0), (40, 2.0)])
def test_behind_a_stout_body_where_hardly_any_primary_is_left_nothing_is_seen_either(darkest, ridge):
    rows = 256
    detector, pose = CARM.detector.binned_to(rows), CARM.pose((1.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    water = np.broadcast_to(np.linspace(24, darkest, rows, dtype=np.float32), (rows, rows)).copy()
    bone = np.zeros_like(water)
    bone[:, 140:180] = ridge
    scene = Scene(LineIntegrals(water, gaussian_filter(bone, 6), np.zeros(water.shape, bool)))
    technique, rng = Technique(110.0, 30.0), np.random.default_rng(4)
    before, after = (average([expose(scene, pose, detector, technique, CARM, rng) for _ in range(4)]) for _ in range(2))
    estimate = iodine_estimate(before, after)
    assert (
        estimate[64:-64, 150:190].mean() > estimate[64:-64, 64:100].mean() + 3
    )  # mg/cm2: noise alone looks like contrast
    found = iodine_map(before, (after,), (0.0, 0.0, 0.0), load_arthrogram_rule().subtraction)
    assert found.mass_mg < 8  # of the 120 of an injection
