"""Dose in the skin: one field by hand, inverse square, overlap, table, shadow, and energy that is neither lost nor made."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import CARM, ball, oblique_grid, slab, view, volume_of

from sijoint.fluoroscopy import (
    Collimator,
    Scene,
    SkinDose,
    TableTop,
    Technique,
    UnphysicalView,
    average,
    expose,
    skin_dose,
    skin_surface,
    volume_from_hu,
)
from sijoint.fluoroscopy.skin_dose_picture import skin_dose_picture, unrolled
from sijoint.fluoroscopy.skin_factors import (
    backscatter_factor,
    half_value_layer_mm_al,
    skin_over_air,
    table_transmission,
)
from sijoint.fluoroscopy.skin_surface import SkinSurface
from sijoint.frames import Grid, PatientPosition

TECHNIQUE = Technique(80, 10, copper_mm=0.1, collimator=Collimator(50, 50))


def pulse(technique=TECHNIQUE, **where):
    """A frame of some view; what stands in the beam does not matter for the kerma."""
    pose, detector, _ = view(size=32, pixel_mm=9.3, **{"isocentre": (0, 0, 0), **where})
    return expose(Scene(slab((32, 32))), pose, detector, technique, CARM, np.random.default_rng(0))


def box(half_mm=(190, 100, 190), voxel=5.0, hole=None) -> SkinSurface:
    """A box round the origin; its y faces are flat skin. ``hole``: a part taken out, as index slices."""
    shape = tuple(int(2 * half / voxel) + 9 for half in half_mm)
    grid = Grid.from_spacing(shape, [voxel] * 3, [-(n - 1) / 2 * voxel for n in shape])
    water = np.zeros(shape, np.float32)
    water[4:-4, 4:-4, 4:-4] = 1.0
    if hole is not None:
        water[hole] = 0.0
    return skin_surface(volume_of(grid, water))


def nearest(surface: SkinSurface, point) -> int:
    return int(np.argmin(np.linalg.norm(surface.centres_mm - np.asarray(point), axis=1)))


def kerma(result: SkinDose, frame) -> np.ndarray:
    """Air kerma free in air on the patches, for one frame without a table: backscatter and skin taken out again."""
    technique, pose = frame.technique, frame.pose
    distance = np.linalg.norm(result.surface.centres_mm - pose.source_mm, axis=1)
    side = 10.0 * distance / pose.source_isocentre_mm
    hvl = half_value_layer_mm_al(technique.kvp, technique.copper_mm)
    return (
        result.dose_mgy
        / backscatter_factor(side, technique.kvp, hvl)
        / skin_over_air(technique.kvp, technique.copper_mm)
    )


def test_one_field_on_a_flat_phantom_is_the_textbook_number():
    """80 kVp, 3 mm Al + 0.1 mm Cu, skin where the field is 10 cm square: backscatter 1.392, water over air 1.025."""
    surface = box(half_mm=(190, 97.5, 190))
    wide = TECHNIQUE.collimator.half_width_mm * 530 / (530 - 97.5)  # so that the field is 10 cm at the skin
    frame = pulse(replace(TECHNIQUE, collimator=Collimator(wide, wide)))
    skin = surface.centres_mm[nearest(surface, (0, -97.5, 0))]
    assert skin[1] == pytest.approx(-100, abs=3)  # prone: the tube is in front of the patient, below the table
    expected = frame.kerma_reference_mgy * (380 / (530 - 100)) ** 2 * 1.392 * 1.025
    assert skin_dose(surface, [frame], CARM).dose_mgy[nearest(surface, skin)] == pytest.approx(expected, rel=0.015)


def test_nothing_outside_the_field_and_nothing_where_the_beam_leaves():
    surface = box()
    dose = skin_dose(surface, [pulse()], CARM).dose_mgy
    x, y, z = surface.centres_mm.T
    edge = 50 * (530 - 100) / 530
    front = y < -95
    assert np.all(dose[front & (np.abs(x) < edge - 3) & (np.abs(z) < edge - 3)] > 0)
    assert not dose[front & ((np.abs(x) > edge + 3) | (np.abs(z) > edge + 3))].any()
    assert not dose[y > -90].any()


def test_the_map_holds_the_energy_that_the_dose_area_product_says():
    """Kerma times the area that it crosses at right angles, summed over the skin in the field, is the dose-area product."""
    grid = oblique_grid((60, 56, 70), (5.0, 5.0, 4.0))
    round_body = skin_surface(volume_of(grid, ball(grid, (3, -4, 5), 118.0)))
    for surface, views in ((box(), [(180, 0), (180, 25), (150, -10)]), (round_body, [(180, 0), (120, 30), (-60, 0)])):
        for primary, secondary in views:
            frame = pulse(primary=primary, secondary=secondary)
            result = skin_dose(surface, [frame], CARM)
            ray = surface.centres_mm - frame.pose.source_mm
            slant = -np.einsum("ij,ij->i", ray, surface.normals) / np.linalg.norm(ray, axis=1)
            # kerma on a plane square to the central ray falls with the third power of the cosine: the area that the
            # product is stated for lies in that plane
            obliquity = ray @ frame.pose.direction / np.linalg.norm(ray, axis=1)
            crossing = kerma(result, frame) * surface.areas_mm2 * slant / obliquity**3
            assert crossing.sum() / 100 == pytest.approx(frame.dose_area_product_mgy_cm2, rel=0.03)


def test_dose_falls_with_the_square_of_the_distance():
    surface = box()
    doses = []
    for shift in (0.0, 100.0):  # the tube moves away from the patient
        frame = pulse(isocentre=(0, -shift, 0))
        doses.append(kerma(skin_dose(surface, [frame], CARM), frame)[nearest(surface, (0, -100, 0))])
    assert doses[0] / doses[1] == pytest.approx(((530 - 100 + 100) / (530 - 100)) ** 2, rel=0.01)


def test_overlapping_fields_add_and_others_stand_alone():
    surface = box()
    one, two = pulse(isocentre=(-30, 0, 0)), pulse(isocentre=(30, 0, 0))
    alone = [skin_dose(surface, [frame], CARM).dose_mgy for frame in (one, two)]
    both = skin_dose(surface, [one, two, two], CARM)
    np.testing.assert_allclose(both.dose_mgy, alone[0] + 2 * alone[1], rtol=1e-12)
    overlap = (alone[0] > 0) & (alone[1] > 0)
    assert overlap.any()
    assert (both.dose_mgy > 0).sum() > overlap.sum()
    assert both.dose_mgy[np.argmax(both.dose_mgy)] == both.peak_mgy
    assert overlap[np.argmax(both.dose_mgy)]
    assert both.area_above_cm2(0.0) == pytest.approx(surface.areas_mm2[both.dose_mgy > 0].sum() / 100)


def test_skin_behind_another_part_of_the_body_gets_nothing():
    """A slot open to one side: its far wall faces the tube but lies behind the near wall."""
    slotted = box(hole=np.s_[20:, 20:30, :])
    dose = skin_dose(slotted, [pulse()], CARM).dose_mgy
    facing = slotted.normals[:, 1] < -0.9
    x, y, _ = slotted.centres_mm.T
    wall = facing & (y > -60) & (np.abs(x) < 40)
    assert wall.sum() > 50
    assert not dose[wall].any()
    assert dose[facing & (y < -95)].any()


def test_the_table_weakens_only_the_beam_that_comes_through_it():
    surface = box()
    table = TableTop.under(surface, PatientPosition.HFP)
    assert table.level_mm == pytest.approx(100, abs=3)
    for primary, through in ((180, True), (0, False), (90, False)):
        frame = pulse(primary=primary)
        without, under = (skin_dose(surface, [frame], CARM, top) for top in (None, table))
        expected = float(table_transmission(80, 0.1, 1.0)) if through else 1.0
        middle = int(np.argmax(without.dose_mgy))
        assert under.dose_mgy[middle] / without.dose_mgy[middle] == pytest.approx(expected, rel=0.01)
    oblique = pulse(primary=135)
    slanted = skin_dose(surface, [oblique], CARM, table).dose_mgy / np.maximum(
        skin_dose(surface, [oblique], CARM).dose_mgy, 1e-12
    )
    at = nearest(surface, (-100, -100, 0))
    assert slanted[at] == pytest.approx(float(table_transmission(80, 0.1, 2**0.5)), rel=0.02)


def test_a_half_value_layer_of_aluminium_lets_half_through():
    """Narrow-beam transmission of one half-value layer is a half, with the layer that SpekPy states."""
    for kvp, copper in ((60, 0.0), (80, 0.1), (110, 0.2)):
        assert table_transmission(kvp, copper, half_value_layer_mm_al(kvp, copper)) == pytest.approx(0.5, abs=0.01)
    assert table_transmission(80, 0.1, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kvp", "hvl", "side_cm", "published"),
    [(80, 4.66, 5, 1.275), (80, 4.66, 10, 1.392), (80, 4.66, 20, 1.476), (60, 3.51, 10, 1.355), (110, 7.51, 20, 1.546)],
)
def test_backscatter_is_that_of_its_source(kvp, hvl, side_cm, published):
    """Tabulated values of Benmakhlouf et al. 2013 for 3.1 mm Al with 0.1 and 0.2 mm Cu."""
    assert backscatter_factor(side_cm, kvp, hvl) == pytest.approx(published, rel=0.003)


def test_our_spectra_have_the_half_value_layers_of_the_backscatter_table():
    for kvp, copper, published in ((60, 0.1, 3.51), (80, 0.1, 4.66), (100, 0.0, 3.95), (110, 0.2, 7.51)):
        assert half_value_layer_mm_al(kvp, copper) == pytest.approx(published, rel=0.02)


def test_larger_fields_scatter_back_more_and_no_field_not_at_all():
    sides = np.linspace(0, 40, 60)
    factors = backscatter_factor(sides, 75, 4.3)
    assert factors[0] == 1.0
    assert np.all(np.diff(factors) >= -1e-12)
    assert 1.3 < factors[-1] < 1.6


def test_an_averaged_image_counts_all_of_its_pulses_and_one_without_dose_is_counted_as_left_out():
    surface = box()
    frames = [pulse(), pulse(), pulse()]
    parts = skin_dose(surface, frames, CARM)
    whole = skin_dose(surface, [average(frames)], CARM)
    np.testing.assert_allclose(whole.dose_mgy, parts.dose_mgy, rtol=1e-12)
    unknown = replace(frames[0], kerma_reference_mgy=None)
    assert skin_dose(surface, [*frames, unknown], CARM).pulses_left_out == 1


def test_normals_point_outwards_on_turned_and_mirrored_grids():
    for mirrored in (1, -1):
        grid = oblique_grid((50, 46, 60), (4.0 * mirrored, 4.5, 4.0))
        surface = skin_surface(volume_of(grid, ball(grid, grid.centre_mm, 70.0)))
        outwards = surface.centres_mm - grid.centre_mm
        assert np.all(np.einsum("ij,ij->i", outwards, surface.normals) > 0)
        assert surface.areas_mm2.sum() == pytest.approx(4 * np.pi * 70**2, rel=0.06)


def test_skin_beyond_the_ct_is_marked_and_a_couch_is_not_skin():
    grid = Grid.from_spacing((60, 60, 20), (5, 5, 5), (-147.5, -147.5, -47.5))
    hu = np.full(grid.shape, -1000.0)
    hu[10:50, 15:45] = 0
    hu[5:55, 56:58] = 100  # a couch below
    surface = skin_surface(volume_from_hu(grid, hu, continue_ends_mm=60))
    z = surface.centres_mm[:, 2]
    assert np.all(surface.assumed[np.abs(z) > 55])
    assert not surface.assumed[np.abs(z) < 45].any()
    assert surface.centres_mm[:, 1].max() < 90
    assert np.abs(surface.normals[:, 2]).max() < 0.5  # open at both ends: a cut is not skin


def test_a_source_in_the_body_and_an_empty_volume_are_refused():
    with pytest.raises(UnphysicalView, match="inside the body"):
        skin_dose(box(), [pulse(isocentre=(0, 530, 0))], CARM)
    grid = Grid.from_spacing((9, 9, 9), (5, 5, 5))
    with pytest.raises(UnphysicalView, match="no body"):
        skin_surface(volume_of(grid, np.zeros(grid.shape)))


def test_the_unrolled_map_keeps_dose_sides_and_the_peak_in_view():
    surface = box(half_mm=(150, 100, 120))
    sides = {180: ("front", 180), 0: ("back", 0), 90: ("right", 90), -90: ("left", -90)}  # the tube is opposite
    for primary, (name, turn) in sides.items():
        dose, heights, turns, middle = unrolled(skin_dose(surface, [pulse(primary=primary)], CARM))
        hottest = np.unravel_index(np.nanargmax(dose), dose.shape)
        assert (turns[hottest[1]] + 1.5 - turn + 180) % 360 - 180 == pytest.approx(0, abs=50), name
        assert abs(heights[hottest[0]]) < 60
        if name in ("front", "back"):
            assert middle == abs(turn)
    picture = skin_dose_picture(skin_dose(surface, [pulse()], CARM))
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50  # a picture, not a blank


def test_the_bundled_patient_gets_the_dose_on_the_belly(pelvis):
    surface = skin_surface(volume_from_hu(pelvis.ct.grid, pelvis.ct.hu))
    isocentre = tuple(pelvis.ct.grid.centre_mm)
    frame = pulse(isocentre=isocentre)
    table = TableTop.under(surface, PatientPosition.HFP)
    result = skin_dose(surface, [frame], CARM, table)
    assert surface.normals[int(np.argmax(result.dose_mgy)), 1] < -0.7  # faces the front
    field_cm2 = result.area_above_cm2(0.2 * result.peak_mgy)
    assert field_cm2 == pytest.approx(10.0**2 * (420 / 530) ** 2, rel=0.25)
    assert not result.peak_is_on_assumed_skin
