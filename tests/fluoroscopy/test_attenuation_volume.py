"""HU become densities that give the scanner's own attenuation back, and the body goes on beyond the CT."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.fluoroscopy import UnphysicalView, densities_from_hu, volume_from_hu
from sijoint.fluoroscopy.physics import mass_attenuation
from sijoint.frames import Grid


@given(hu=st.floats(-1000, 2999), kev=st.sampled_from([60.0, 70.0, 75.0]))
def test_densities_reproduce_the_attenuation_that_hu_means(hu, kev):
    water, bone = densities_from_hu([hu], kev)
    mu_water = mass_attenuation("water", kev)
    mu = water[0] * mu_water + bone[0] * mass_attenuation("bone", kev)
    assert mu == pytest.approx(mu_water * (1 + hu / 1000), rel=2e-6, abs=1e-7)


def test_conversion_has_no_step_anywhere():
    water, bone = densities_from_hu(np.arange(-1000, 3000, 0.5))
    assert np.abs(np.diff(water)).max() < 2e-3
    assert np.abs(np.diff(bone)).max() < 2e-3
    assert np.all(np.diff(bone) >= 0)
    assert water.min() >= 0


def test_muscle_is_mostly_water_and_dense_cortex_mostly_bone():
    water, bone = densities_from_hu([55.0, 1600.0])
    assert bone[0] < 0.03
    assert water[0] > 0.99
    assert bone[1] > 1.7


def body(shape=(24, 20, 16)):
    hu = np.full(shape, -1000, np.int16)
    hu[5:19, 4:16] = 40
    hu[10:13, 8:12] = 700
    return Grid.from_spacing(shape, (4, 4, 5), (-40, -30, -20)), hu


def test_outline_goes_on_as_soft_tissue_without_bone_and_says_so():
    grid, hu = body()
    volume = volume_from_hu(grid, hu, continue_ends_mm=22)
    assert volume.grid.shape == (24, 20, 16 + 2 * 5)
    assert volume.ct_range == (5, 20)
    np.testing.assert_allclose(volume.grid.to_world((0, 0, 5)), grid.to_world((0, 0, 0)), atol=1e-9)
    assert volume.ct_grid.same_as(grid)
    water, bone = volume.water.dense(), volume.bone.dense()
    np.testing.assert_allclose(water[5:19, 4:16, :5], 1.0, atol=5e-5)
    assert bone[..., :5].max() == 0
    assert bone[..., -5:].max() == 0
    assert water[:4, :, -5:].max() == 0
    assert any("beyond the ends" in sentence for sentence in volume.assumed)


def test_saturated_voxels_are_metal_and_marked_assumed():
    grid, hu = body()
    hu[11, 9, 5] = 3071
    volume = volume_from_hu(grid, hu, continue_ends_mm=0)
    assert volume.metal is not None
    assert volume.metal.at((0, 0, 0)) > 7
    np.testing.assert_allclose(volume.metal.grid.to_world((0, 0, 0)), grid.to_world((11, 9, 5)), atol=1e-9)
    assert volume.bone.at((11, 9, 5)) == 0
    assert any("steel" in sentence for sentence in volume.assumed)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda hu: np.where(np.arange(16) == 3, np.nan, hu.astype(float)), "not numbers"),
        (lambda hu: hu.astype(np.int32) + 1024, "not HU"),
        (lambda hu: np.full_like(hu, -1000), "not HU"),
        (lambda hu: hu[:, :, :8], "shape"),
    ],
)
def test_voxels_that_are_not_a_ct_are_refused_in_words(spoil, words):
    grid, hu = body()
    with pytest.raises(UnphysicalView, match=words):
        volume_from_hu(grid, spoil(hu))


def test_one_slice_is_refused():
    with pytest.raises(UnphysicalView, match="one slice"):
        volume_from_hu(Grid.from_spacing((24, 20, 1), (4, 4, 5)), np.full((24, 20, 1), -1000))
