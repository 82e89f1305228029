"""Sharpness measured on a slanted edge as a test house does, against the transfer functions of the declared blurs."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import Collimator, Scene, Technique, expose
from sijoint.fluoroscopy.detector_response import digitised
from sijoint.fluoroscopy.exposure import response_of
from sijoint.fluoroscopy.physics import physics

TECHNIQUE = Technique(75, 16, grid=False)
NO_SCATTER = np.zeros((2, 2), np.float32)


def quiet(response, **changes):
    """The response without noise."""
    return replace(response, swank=1e12, electronic_kev_mm2=0.0, step_kev_mm2=1.0, **changes)


def edge_spread(pixels, slope, offset, pixel_mm, bins=8):
    """Distances (mm) and mean signal of the edge, resampled ``bins`` times finer than the pixels (IEC 62220-1)."""
    rows, columns = np.indices(pixels.shape)
    away = (columns - offset - slope * rows) * np.cos(np.arctan(slope))
    which = np.floor(away * bins + 0.5).astype(int)
    which -= which.min()
    sums, counts = np.bincount(which.ravel(), pixels.ravel()), np.bincount(which.ravel())
    used = counts > 0
    return np.bincount(which.ravel(), away.ravel())[used] / counts[used] * pixel_mm, sums[used] / counts[used]


def slanted_edge_mtf(pixels, slope, offset, pixel_mm, reach_mm):
    """Frequencies per mm and modulation transfer: derivative of the edge spread, its Fourier transform over that at zero."""
    away, signal = edge_spread(pixels, slope, offset, pixel_mm)
    fine = np.arange(-reach_mm, reach_mm, pixel_mm / 8)
    line = np.gradient(np.interp(fine, away, signal), fine)
    frequencies = np.linspace(0.05, 0.4, 8) / pixel_mm
    wave = np.exp(-2j * np.pi * frequencies[:, None] * fine)
    return frequencies, np.abs(wave @ line) / abs(line.sum())


def slanted_edge(size, slope, offset):
    rows, columns = np.indices((size, size))
    return np.where(columns - offset - slope * rows > 0, 100.0, 6000.0).astype(np.float32)


@pytest.mark.parametrize("pixel_mm", [0.194, 0.29])
@pytest.mark.parametrize("across", ["columns", "rows"])
def test_sharpness_is_that_of_focal_spot_light_spread_pixel_and_glare(pixel_mm, across):
    size, slope, numbers = 256, np.tan(np.radians(2.5)), physics("detector")
    offset = size / 2 - slope * size / 2
    pose, detector, _ = view(size=size, pixel_mm=pixel_mm)
    response = quiet(response_of(pose, detector, TECHNIQUE), glare_share=0.0)
    response = replace(response, field_gain=np.ones(size, np.float32), field_left=np.ones(size, np.float32))
    edge = slanted_edge(size, slope, offset)
    scene = edge if across == "columns" else edge.T.copy()
    pixels = digitised(scene, np.zeros_like(scene), NO_SCATTER, size, response, np.random.default_rng(0))
    seen = (pixels if across == "columns" else pixels.T).astype(float)[8:-8, 8:-8]
    frequencies, measured = slanted_edge_mtf(seen, slope, offset - 8 + 8 * slope, pixel_mm, 3.0)
    focal_mm = numbers["focal_spot_mm"] * (1020 / 530 - 1) / np.sqrt(12)
    sigma2 = focal_mm**2 + numbers["blur_sigma_mm"] ** 2
    declared = np.exp(-2 * (np.pi * frequencies) ** 2 * sigma2) * np.sinc(frequencies * pixel_mm)
    fine = frequencies * pixel_mm <= 0.31
    np.testing.assert_allclose(measured[fine], declared[fine], atol=0.025)
    np.testing.assert_allclose(measured, declared, atol=0.05)  # near Nyquist the sampled blurs' own repeats come in


def test_glare_veils_the_dark_by_its_declared_share_and_length():
    """Behind a wide lead disc the signal is that of the exponential tail alone: share x (1 + R/L) exp(-R/L) in its middle."""
    numbers, size, pixel_mm, radius_mm = physics("detector"), 320, 1.0, 30.0
    pose, detector, _ = view(size=size, pixel_mm=pixel_mm)
    response = quiet(response_of(pose, detector, TECHNIQUE))
    response = replace(response, field_left=np.ones(size, np.float32))
    rows, columns = np.indices((size, size)) - (size - 1) / 2
    light = np.where(np.hypot(rows, columns) * pixel_mm < radius_mm, 0.0, 50000.0).astype(np.float32)
    pixels = digitised(light, np.zeros_like(light), NO_SCATTER, size, response, np.random.default_rng(0))
    over = radius_mm / numbers["glare_mm"]
    expected = 50000 * numbers["glare_share"] * (1 + over) * np.exp(-over)
    middle = size // 2
    assert pixels[middle - 3 : middle + 3, middle - 3 : middle + 3].mean() == pytest.approx(expected, rel=0.03)
    assert pixels[middle, 60] == pytest.approx(50000, rel=0.01)  # energy is kept where the surround is bright


def test_the_fields_edge_fades_over_the_focal_spots_shadow_of_the_blades():
    """The 10-90 % width of an edge behind blades at 250 mm is 0.8 x 0.5 mm x 770 / 250, widened a little by the blurs."""
    pose, detector, _ = view(size=512, pixel_mm=0.194, isocentre=(0, 0, 0))
    half = 200 * 0.194 * 530 / 1020
    technique = Technique(75, 60, collimator=Collimator(half, None))
    frame = expose(Scene(slab((512, 512), 12.0)), pose, detector, technique, CARM, np.random.default_rng(2))
    profile = frame.linear()[100:412].mean(axis=0)[:256]
    outside, inside = profile[:30].mean(), profile[120:].mean()
    share = (profile - outside) / (inside - outside)
    positions = np.interp([0.1, 0.5, 0.9], share[40:80], np.arange(40, 80))
    numbers = physics("detector")
    penumbra = 0.8 * numbers["focal_spot_mm"] * (1020 - numbers["collimator_mm"]) / numbers["collimator_mm"]
    width = (positions[2] - positions[0]) * 0.194
    assert 0.9 * penumbra < width < 1.3 * penumbra + 0.3  # the field itself slopes a little with its scatter
    assert positions[1] == pytest.approx(255.5 - 200, abs=0.8)
