"""Signal, noise and dose of a pulse against sums written out here and against the tables' own kerma."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, slab, view

from sijoint.fluoroscopy import (
    Collimator,
    LineIntegrals,
    Scene,
    Technique,
    UnphysicalView,
    air_kerma_mgy,
    dose_area_product_mgy_cm2,
    expose,
    regulate,
    starting_technique,
)
from sijoint.fluoroscopy.beam import beam
from sijoint.fluoroscopy.detected import primary_signal
from sijoint.fluoroscopy.physics import physics, xray_tables
from sijoint.fluoroscopy.scatter import primary_transmission

BARE = Technique(80, 10, 8, 8, None, grid=False, copper_mm=0.1)
BARE_WITH_GRID = replace(BARE, grid=True)
MU_AL = {30: 1.128, 40: 0.5685, 50: 0.3681, 60: 0.2778, 80: 0.2018}  # NIST XCOM, cm2/g


def summed(water, bone, iodine_mg=0.0, steel=0.0, technique=BARE):
    """Detected keV/mm2 by a plain sum over the table's energies, on the central ray at 1020 mm."""
    t = xray_tables()
    energy = t.energy_kev
    absorbed = 1 - np.exp(-t.absorbed_caesium_iodide * physics("detector")["caesium_iodide_g_cm2"])
    fluence = t.fluence_per_cm2_mas_kev[list(t.copper_mm).index(technique.copper_mm), list(t.kvp).index(technique.kvp)]
    path = water * t.mu["water"] + bone * t.mu["bone"] + iodine_mg / 1000 * t.mu["iodine"] + steel * t.mu["steel"]
    return float((fluence / 100 * energy * absorbed * np.exp(-path)).sum()) * technique.mas / 1.02**2


@pytest.mark.parametrize("water", [0.0, 7.3, 21.4, 38.0])
@pytest.mark.parametrize("bone", [0.0, 1.7, 9.3])
def test_primary_is_the_sum_over_the_spectrum(water, bone):
    scene = Scene(slab((5, 5), water, bone))
    signal, _ = primary_signal(scene, beam(80, 0.1), BARE.mas, 1020, 0.1)
    assert signal[2, 2] == pytest.approx(summed(water, bone), rel=2e-3)


@pytest.mark.parametrize(("iodine", "steel"), [(5, 0), (60, 0), (300, 0), (0, 0.25), (0, 8.0), (40, 0.3)])
def test_iodine_and_steel_harden_the_beam_as_the_sum_says(iodine, steel):
    full = np.ones((5, 5), np.float32)
    scene = Scene(slab((5, 5), 20.0, 2.0), steel=np.float32(steel) * full, iodine=np.float32(iodine) * full)
    with_tool, _ = primary_signal(scene, beam(80, 0.1), BARE.mas, 1020, 0.1)
    without, _ = primary_signal(Scene(slab((5, 5), 20.0, 2.0)), beam(80, 0.1), BARE.mas, 1020, 0.1)
    ours = float(np.log(without[2, 2] / with_tool[2, 2]))
    assert ours == pytest.approx(np.log(summed(20, 2) / summed(20, 2, iodine, steel)), rel=0.01)


def test_spectra_have_the_half_value_layer_that_their_maker_states():
    """Aluminium attenuation from NIST, air kerma by fluence x energy x NIST mass energy-absorption of air."""
    t = xray_tables()
    air = np.exp(np.interp(np.log(t.energy_kev), np.log([10, 20, 30, 40, 50, 60, 80, 100, 150]), np.log([4.742, 0.5389, 0.1537, 0.06833, 0.04098, 0.03041, 0.02407, 0.02325, 0.02496])))  # fmt: skip
    mu = np.exp(np.interp(np.log(t.energy_kev), np.log([10, 15, 20, 30, 40, 50, 60, 80, 100, 150]), np.log([26.23, 7.955, 3.441, 1.128, 0.5685, 0.3681, 0.2778, 0.2018, 0.1704, 0.1378])))  # fmt: skip
    for k in (4, 8, 12):
        weight = t.fluence_per_cm2_mas_kev[0, k] * t.energy_kev * air
        through = (weight * np.exp(-mu * 2.699 * t.half_value_layer_mm_al[0, k] / 10)).sum() / weight.sum()
        assert through == pytest.approx(0.5, abs=0.01)
        kerma_mgy = weight.sum() * 1.602e-16 * 1000 * 1000  # keV/g to mGy
        assert kerma_mgy == pytest.approx(t.kerma_mgy_per_mas[0, k], rel=0.03)


def frame_of(scene, technique=BARE, seed=0, size=128, pixel_mm=0.5, threads=2, **where):
    pose, detector, _ = view(size=size, pixel_mm=pixel_mm, isocentre=(0, 0, 0), **where)
    return expose(scene, pose, detector, technique, CARM, np.random.default_rng(seed), threads=threads)


def test_noise_is_that_of_the_absorbed_quanta_and_falls_with_dose():
    """Variance of pixel sums over blocks much larger than the blur: mean x quantum energy / (area x Swank)."""
    no_scatter = slab((256, 256), 22.0)
    shares = []
    for ma in (2, 8, 30):
        technique = replace(BARE, ma=ma)
        frames = [frame_of(Scene(no_scatter), technique, seed, 256) for seed in (1, 2)]
        difference = frames[0].linear() - frames[1].linear()
        blocks = difference[8:248, 8:248].reshape(15, 16, 15, 16).mean(axis=(1, 3))
        mean = float(frames[0].linear()[8:248, 8:248].mean())
        _, quantum = primary_signal(Scene(slab((4, 4), 22.0)), beam(80, 0.1), technique.mas, 1020, 0.5)
        area = 16 * 16 * 0.25
        electronic = physics("detector")["electronic_kev_per_mm"] ** 2 / area
        expected = mean * quantum[0, 0] / physics("detector")["swank"] / area + electronic
        shares.append(blocks.var() / 2 / expected)
    np.testing.assert_allclose(shares, 1, atol=0.35)
    assert np.mean(shares) == pytest.approx(1, abs=0.15)


def test_noise_is_never_used_twice():
    scene, rng = Scene(slab((96, 96), 22.0)), np.random.default_rng(4)
    pose, detector, _ = view(size=96, pixel_mm=0.5, isocentre=(0, 0, 0))
    frames = np.array([expose(scene, pose, detector, BARE, CARM, rng).linear() for _ in range(16)])
    noise = frames - frames.mean(axis=0)
    noise /= noise.std()
    correlation = np.corrcoef(noise.reshape(16, -1)) + 1 / 15  # removing the mean makes -1/15
    assert np.abs(correlation[~np.eye(16, dtype=bool)]).max() < 0.06
    one = noise[3] - noise[3].mean()
    far = [(one * np.roll(one, shift, axis)).mean() / one.var() for axis in (0, 1) for shift in (8, 16, 32, 64)]
    assert np.abs(far).max() < 0.06


def test_same_seed_same_bytes_whatever_the_threads():
    scene = Scene(slab((130, 130), 18.0, 1.0))
    one, two = (frame_of(scene, seed=9, size=130, threads=n) for n in (1, 2))
    assert one.pixels.tobytes() == two.pixels.tobytes()
    assert one.pixels.tobytes() != frame_of(scene, seed=10, size=130).pixels.tobytes()


def test_kerma_is_the_table_at_the_reference_point():
    frame = frame_of(Scene(slab((128, 128))))
    per_mas = xray_tables().kerma_mgy_per_mas[1, list(xray_tables().kvp).index(80)]
    assert frame.kerma_reference_mgy == pytest.approx(per_mas * 0.08 * (1000 / 380) ** 2, rel=1e-9)


def test_dose_area_product_is_the_same_all_along_the_beam():
    pose, detector, _ = view()
    technique = replace(BARE, collimator=Collimator(40, 30))
    along = [dose_area_product_mgy_cm2(pose, detector, technique, at) for at in (200, 380, 530, 1020)]
    np.testing.assert_allclose(along, along[0], rtol=1e-12)
    by_hand = air_kerma_mgy(technique, 530) * 8.0 * 6.0
    assert along[0] == pytest.approx(by_hand, rel=1e-9)


def test_collimation_lowers_the_dose_area_product_not_the_kerma_and_darkens_outside():
    scene = Scene(slab((128, 128)))
    open_field = frame_of(scene, pixel_mm=2.0)
    half = 64 * 530 / 1020  # of the open half-width, 64 pixels of 2 mm, at the isocentre
    closed = frame_of(scene, replace(BARE, collimator=Collimator(half, half)), pixel_mm=2.0)
    assert closed.kerma_reference_mgy == open_field.kerma_reference_mgy
    assert closed.dose_area_product_mgy_cm2 == pytest.approx(open_field.dose_area_product_mgy_cm2 / 4, rel=1e-6)
    assert closed.pixels[:20].mean() < 0.3 * open_field.pixels[:20].mean()
    assert closed.pixels[60:68, 60:68].mean() < open_field.pixels[60:68, 60:68].mean()  # less scatter


def test_grid_takes_more_scatter_than_primary():
    thick = Scene(slab((128, 128), 25.0))
    pixels = {grid: frame_of(thick, replace(BARE, grid=grid), pixel_mm=2.0).linear().mean() for grid in (True, False)}
    primary = summed(25, 0)
    scatter_without = pixels[False] - primary
    passed = primary_transmission(BARE_WITH_GRID)
    scatter_with = pixels[True] - passed * primary
    assert scatter_without > 0.3 * primary
    assert scatter_with < 0.5 * passed * scatter_without


@pytest.mark.parametrize("thickness", [10.0, 17.0, 22.0, 26.0])
def test_brightness_control_reaches_its_target_within_eight_pulses_and_stays(thickness):
    scene, technique, target = (
        Scene(slab((96, 96), thickness)),
        starting_technique(),
        physics("brightness")["target_kev_mm2"],
    )
    for pulse in range(8):
        frame = frame_of(scene, technique, pulse, 96, 3.0)
        technique = regulate(frame)
    assert frame.field_signal == pytest.approx(target, rel=0.05)
    assert technique == frame.technique


def test_brightness_control_does_not_look_at_direct_beam_collimator_metal_or_assumed_body():
    alone = Scene(slab((96, 96), 20.0))
    mixed = slab((96, 96), 20.0)
    truncated = np.zeros((96, 96), bool)
    steel = np.zeros((96, 96), np.float32)
    mixed.water[:, :40] = 0.0  # direct beam
    truncated[:, 60:] = True
    mixed.water[:, 60:] = 40.0
    steel[46:50, 40:60] = 1.0
    for collimator in (None, Collimator(60, 40)):
        technique = replace(starting_technique(), collimator=collimator)
        judged = []
        for scene in (alone, Scene(LineIntegrals(mixed.water, mixed.bone, truncated), steel=steel)):
            frame = frame_of(scene, technique, 3, 96, 3.0)
            judged.append(np.log(frame.field_signal))
        assert judged[1] == pytest.approx(judged[0], abs=0.25)  # other scatter and glare


def test_a_body_too_thick_for_the_tube_stays_dark_at_the_curves_end():
    scene, technique = Scene(slab((64, 64), 45.0)), starting_technique()
    for pulse in range(4):
        technique = regulate(frame_of(scene, technique, pulse, 64, 4.0))
    assert technique.kvp == 110
    assert frame_of(scene, technique, 9, 64, 4.0).field_signal < physics("brightness")["target_kev_mm2"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"kvp": 150}, "kVp"), ({"kvp": 20}, "kVp"), ({"copper_mm": 3}, "copper"), ({"ma": 0}, "above zero")],
)
def test_techniques_that_no_tube_makes_are_refused(wrong, words):
    with pytest.raises(UnphysicalView, match=words):
        replace(BARE, **wrong)


def test_scenes_and_detectors_that_do_not_fit_are_refused():
    with pytest.raises(UnphysicalView, match="detector has"):
        frame_of(Scene(slab((10, 10))), size=64)
    with pytest.raises(UnphysicalView, match="project both"):
        Scene(slab((10, 10)), steel=np.zeros((5, 5), np.float32))
    with pytest.raises(UnphysicalView, match="closed"):
        Collimator(0, 10)
