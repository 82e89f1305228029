"""Noise against the counting of quanta: its size over a hundredfold dose, its independence, its spectrum."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from xray_phantoms import view

from sijoint.fluoroscopy import Technique
from sijoint.fluoroscopy.detector_response import digitised
from sijoint.fluoroscopy.exposure import response_of
from sijoint.fluoroscopy.noise import QUANTILES, normal_row, philox_words, stream_key
from sijoint.fluoroscopy.physics import physics

SIZE, PIXEL_MM, QUANTUM_KEV = 256, 0.29, 55.0
NO_SCATTER = np.zeros((2, 2), np.float32)


def flat_response(**changes):
    pose, detector, _ = view(size=SIZE, pixel_mm=PIXEL_MM)
    response = response_of(pose, detector, Technique(75, 16, grid=False))
    ones = np.ones(SIZE, np.float32)
    return replace(response, field_gain=ones, field_left=ones, step_kev_mm2=1.0, **changes)


def images(mean, count, response, seed=0):
    rng, full = np.random.default_rng(seed), np.ones((SIZE, SIZE), np.float32)
    made = [
        digitised(full * np.float32(mean), full * np.float32(QUANTUM_KEV), NO_SCATTER, SIZE, response, rng)
        for _ in range(count)
    ]
    return np.array(made, dtype=np.float64)[:, 16:-16, 16:-16]


def test_philox_gives_the_words_of_its_authors_known_answers():
    """Random123's kat_vectors for philox4x32-10."""
    known = [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0x0, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), None),
    ]
    words = np.empty((4, 3), np.uint32)
    for counter, key, answer in known:
        philox_words(np.array([*key, *counter[2:]], np.uint32), counter[1], words)
        plain = philox_in_python(counter, key)
        assert tuple(words[:, 0]) == plain
        if answer:
            assert " ".join(f"{word:08x}" for word in plain) == answer
    pi = philox_in_python((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0))
    assert " ".join(f"{word:08x}" for word in pi) == "d16cfe09 94fdcceb 5001e420 24126ea1"


def philox_in_python(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [second >> 32 ^ c[1] ^ k[0], second & 0xFFFFFFFF, first >> 32 ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return tuple(c)


def test_the_random_numbers_are_normal_to_four_sigma():
    key, rows, columns = stream_key(np.random.default_rng(3)), 1024, 2048
    values = np.empty((rows, columns), np.float32)
    words = np.empty((4, columns // 4), np.uint32)
    for row in range(rows):
        normal_row(key, row, QUANTILES, words, values[row])
    z, n = values.ravel().astype(float), values.size
    assert abs(z.mean()) < 4 / n**0.5
    assert abs(z.var() - 1) < 4 * (2 / n) ** 0.5
    assert abs((z**3).mean()) < 4 * (15 / n) ** 0.5
    assert abs((z**4).mean() - 3) < 4 * (96 / n) ** 0.5
    for limit in (1, 2, 3, 3.5, 4):
        expected = 2 * n * stats.norm.sf(limit)
        assert abs((np.abs(z) > limit).sum() - expected) < 5 * expected**0.5
    assert stats.kstest(z[::7], "norm").pvalue > 1e-3
    for lag in (1, 2, 3, 4, 512, 1024, 1536):  # words of one counter go to columns a quarter of the row apart
        assert abs((values[:, lag:] * values[:, :-lag]).mean()) < 5 / n**0.5


def test_variance_against_mean_is_a_line_over_a_hundredfold_dose():
    """Slope: quantum energy over (block area x Swank), less the far-spread light; intercept: electronics alone."""
    response, numbers, block = flat_response(), physics("detector"), 8
    response = replace(response, step_kev_mm2=8.0)
    area = (block * PIXEL_MM) ** 2
    doses = 1500.0 * np.array([1, 4, 20, 50, 100])
    means, variances = [], []
    for number, dose in enumerate(doses):
        made = 8.0 * images(dose, 12, response, seed=number)
        blocks = np.diff(made, axis=0)[::2].reshape(6, 224 // block, block, 224 // block, block).mean(axis=(2, 4))
        means.append(made.mean())
        variances.append(blocks.var() / 2)
    np.testing.assert_allclose(means, doses, rtol=0.035)  # glare leaves the detector at its edges
    sharp = 1 - numbers["glare_share"]
    # of the light of a quantum a block collects little less than all: its own taps' autocorrelation over the block
    collected = collected_by_blocks(block, numbers["blur_sigma_mm"] / PIXEL_MM)
    slope = QUANTUM_KEV / (area * numbers["swank"]) * sharp**2 * collected
    intercept = numbers["electronic_kev_per_mm"] ** 2 / area
    expected = slope * doses + intercept
    np.testing.assert_allclose(variances, expected, rtol=0.08)
    assert np.polyfit(np.log(doses), np.log(np.array(variances) - intercept), 1)[0] == pytest.approx(1, abs=0.03)


def collected_by_blocks(block, sigma_pixels):
    """Variance of a block's mean of blurred white noise over that of unblurred noise: sum over frequencies."""
    f = (np.arange(4096) + 0.5) / 4096 - 0.5
    window = (np.sin(np.pi * f * block) / (block * np.sin(np.pi * f))) ** 2
    kept = np.exp(-2 * (np.pi * f * sigma_pixels) ** 2) * np.sinc(f)
    return float((window * kept**2).sum() / window.sum()) ** 2


def test_without_any_quanta_the_noise_is_the_electronics():
    response = flat_response()
    pedestal = images(3000.0, 4, replace(response, swank=1e12))
    assert np.diff(pedestal, axis=0).std() / 2**0.5 == pytest.approx(
        physics("detector")["electronic_kev_per_mm"] / PIXEL_MM, rel=0.02
    )


def test_few_quanta_darken_no_pixel_on_average():
    """At two quanta a pixel the noise is large, and still unbiased: the mean is that of the energy."""
    response = flat_response(glare_share=0.0, electronic_kev_mm2=0.0)
    few = 2 * QUANTUM_KEV / PIXEL_MM**2
    assert images(few, 6, response).mean() == pytest.approx(few, rel=0.01)


def test_over_64_frames_noise_is_never_used_twice():
    made = images(20000.0, 64, flat_response())
    noise = made - made.mean(axis=0)
    noise /= noise.std()
    for lag in (1, 2, 3, 8, 31):
        correlation = (noise[lag:] * noise[:-lag]).mean(axis=(1, 2)) + 1 / 63  # removing the mean makes -1/63
        assert np.abs(correlation).max() < 0.025  # sixty pairs of 50,000 pixels whose neighbours are alike
        assert abs(correlation.mean()) < 0.004
    for axis in (1, 2):
        for lag in (6, 7, 16, 32, 48, 64, 100):
            ahead, behind = np.split(noise, [lag], axis)[1], np.split(noise, [noise.shape[axis] - lag], axis)[0]
            assert abs((ahead * behind).mean()) < 0.004
    assert (noise[:, :, 1:] * noise[:, :, :-1]).mean() > 0.3  # the blur itself is there


def test_quantum_noise_power_follows_the_square_of_the_light_spreads_transfer():
    """Axes of the two-dimensional noise power spectrum over 48 images, against exp and sinc of the declared spread."""
    numbers = physics("detector")
    made = images(20000.0, 48, flat_response(electronic_kev_mm2=0.0))
    noise = made - made.mean(axis=0)
    power = (np.abs(np.fft.fft2(noise)) ** 2).mean(axis=0)
    f = np.fft.fftfreq(noise.shape[1])
    for along in (power, power.T):
        band = along[:, 1:12].mean(axis=1)
        for low in (0.05, 0.15, 0.25, 0.35):
            here = (np.abs(f) >= low) & (np.abs(f) < low + 0.05)
            at = f[here]
            transfer = np.exp(-2 * (np.pi * at * numbers["blur_sigma_mm"] / PIXEL_MM) ** 2) * np.sinc(at)
            near_zero = band[(np.abs(f) > 0) & (np.abs(f) < 0.03)].mean()
            assert band[here].mean() / near_zero == pytest.approx((transfer**2).mean(), abs=0.04)


def test_same_seed_same_bytes_for_any_number_of_threads():
    response = flat_response()
    full = np.ones((SIZE, SIZE), np.float32)
    made = [
        digitised(full * 5000, full * 50, NO_SCATTER, SIZE, response, np.random.default_rng(8), threads).tobytes()
        for threads in (1, 2, 3)
    ]
    assert made[0] == made[1] == made[2]
