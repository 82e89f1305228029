"""The separable projector gives what rays give one by one, whatever the pose and the grid; both give what paper gives."""

from dataclasses import replace

import numpy as np
import pytest
from xray_phantoms import ball, joseph, oblique_grid, organs, positions, relative_rmse, view, volume_of

from sijoint.fluoroscopy import Projector, UnphysicalView, project_by_rays, volume_from_hu
from sijoint.fluoroscopy.compiled_kernel import library
from sijoint.fluoroscopy.line_integrator import COMPILED
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.fluoroscopy.shear_warp import shear_warp
from sijoint.frames import Grid, ProjectionGeometry

# Joseph's method samples once a slice, the referee ten times a voxel: on structure as wide as a voxel they differ so much.
HERE = ["portable", *(COMPILED if library()[0] is not None else [])]
WATER, BONE = 3e-3, 2.5e-2


@pytest.fixture(scope="module")
def organic():
    return organs(soft_mm=3.0)


def random_poses(count):
    rng = np.random.default_rng(2)
    for _ in range(count):
        yield rng.uniform(-180, 180), rng.uniform(-50, 50), rng.uniform(-90, 90), rng.uniform(-20, 20, 3)


STRAIGHT = [(180, 0), (90, 0), (-90, 0), (0, 45), (180, -45), (135, 40), (20, 85)]  # lateral, cranial, caudal, axial
POSES = [(p, s, 0.0, np.zeros(3)) for p, s in STRAIGHT] + list(random_poses(20))


def view_of(pose, size=48):
    primary, secondary, roll, shift = pose
    return view(primary, secondary, size, 240 / size, tuple(np.array([3.0, -4, 5]) + shift), roll)[2]


@pytest.mark.parametrize("kernel", HERE)
def test_both_projectors_agree_from_every_direction(organic, kernel):
    projector = Projector(organic, threads=2, kernel=kernel)
    for pose in POSES:
        geometry = view_of(pose)
        fast, slow = projector.project(geometry), project_by_rays(organic, geometry, step_voxels=0.1)
        assert relative_rmse(fast.water, slow.water) < WATER, pose
        assert relative_rmse(fast.bone, slow.bone) < BONE, pose
        assert fast.water.mean() == pytest.approx(slow.water.mean(), rel=5e-4), pose


@pytest.mark.deep
@pytest.mark.parametrize("kernel", HERE)
def test_both_projectors_agree_on_a_thousand_poses(organic, kernel):
    projector = Projector(organic, threads=2, kernel=kernel)
    for pose in random_poses(1000):
        geometry = view_of(pose)
        fast, slow = projector.project(geometry), project_by_rays(organic, geometry, step_voxels=0.1)
        assert relative_rmse(fast.water, slow.water) < WATER, pose
        assert relative_rmse(fast.bone, slow.bone) < BONE, pose


def test_the_fast_projector_is_josephs_method_up_to_one_interpolation():
    volume = organs()  # sharp edges, where methods would differ
    projector = Projector(volume)
    for pose in POSES[::3]:
        geometry = view_of(pose, 64)
        fast, plain = projector.project(geometry), joseph(volume.bone.dense(), index_geometry(volume.grid, geometry))
        assert relative_rmse(fast.bone, plain) < 2e-2, pose  # against fine steps it would be 7e-2
        assert fast.bone.max() == pytest.approx(plain.max(), rel=0.01)


def test_finer_pixels_do_not_change_the_image(organic):
    coarse = Projector(organic).project(view(150, 20, 40, 6.0)[2])
    fine = Projector(organic).project(view(150, 20, 120, 2.0)[2])
    np.testing.assert_allclose(fine.water[1::3, 1::3], coarse.water, atol=0.01 * coarse.water.max())


@pytest.mark.parametrize(("primary", "secondary"), [(180, 0), (90, 0), (160, 35)])
def test_a_ball_darkens_by_its_chord(primary, secondary):
    grid = oblique_grid((60, 60, 60), (2.0, 2.0, 2.0))
    centre, radius = np.array([8.0, -4, 0]), 40.0
    volume = volume_of(grid, ball(grid, centre, radius))
    _, _, geometry = view(primary, secondary, 48, 4.0)
    column, row = np.meshgrid(np.arange(48), np.arange(48))
    rays = geometry.ray_directions(column, row)
    to_centre = centre - geometry.source_mm
    closest2 = to_centre @ to_centre - (rays @ to_centre) ** 2
    chord_cm = 0.2 * np.sqrt(np.maximum(radius**2 - closest2, 0))
    inside = closest2 < (radius - 10) ** 2  # the voxelised rim is not a ball's
    assert inside.sum() > 300
    for image in (Projector(volume).project(geometry), project_by_rays(volume, geometry)):
        np.testing.assert_allclose(image.water[inside], chord_cm[inside], atol=0.07)  # a third of a voxel
        assert np.mean(image.water[inside] - chord_cm[inside]) == pytest.approx(0, abs=0.02)


def test_a_plate_is_crossed_on_the_slant():
    """30 mm of density 1: every ray's areal density is 3 g/cm2 over the cosine to the plate."""
    grid = Grid.from_spacing((80, 31, 80), (4, 2, 4), (-158, -30, -158))
    water = np.zeros(grid.shape)
    water[:, 8:23] = 1.0
    _, _, geometry = view(155, 12, 32, 3.0, isocentre=(0, 0, 0))
    rays = geometry.ray_directions(*np.meshgrid(np.arange(32), np.arange(32)))
    on_paper = 3.0 / np.abs(rays[..., 1])
    for image in (
        Projector(volume_of(grid, water)).project(geometry),
        project_by_rays(volume_of(grid, water), geometry),
    ):
        np.testing.assert_allclose(image.water, on_paper, rtol=2e-3)


def test_a_bead_lands_where_the_camera_says():
    grid = oblique_grid((50, 50, 50), (2.0, 2.0, 2.0))
    bead = np.array([20.0, 10, -15])
    volume = volume_of(grid, ball(grid, bead, 6))
    for primary, secondary in [(180, 0), (-175, 10), (90, 0), (30, -40)]:
        _, _, geometry = view(primary, secondary, 101, 2.0)
        image = Projector(volume).project(geometry).water
        rows, columns = np.indices(image.shape)
        found = np.array([(columns * image).sum(), (rows * image).sum()]) / image.sum()
        np.testing.assert_allclose(found, geometry.project(bead), atol=0.06)


def test_threads_do_not_change_a_bit(organic):
    geometry = view(140, 15, 70, 3.0)[2]
    one, two = Projector(organic, threads=1).project(geometry), Projector(organic, threads=2).project(geometry)
    assert one.water.tobytes() == two.water.tobytes()
    assert one.bone.tobytes() == two.bone.tobytes()


def test_the_last_view_is_kept_and_the_next_one_is_not_it(organic):
    projector = Projector(organic)
    first = projector.project(view(180)[2])
    assert projector.project(view(180)[2]) is first
    assert projector.project(view(180.0 - 0.01)[2]) is not first


def test_a_detector_that_cuts_the_body_ends_the_rays_there(organic):
    """The separable kernel does not fit; ray by ray only what lies before the detector counts."""
    pose, detector, _ = view(180, 0, 32, 3.0)
    geometry = ProjectionGeometry.of(replace(pose, source_detector_mm=530.5), detector)
    projector = Projector(organic)
    assert shear_warp(index_geometry(organic.grid, geometry), organic.water.content(), 0.25) is None
    half = projector.project(geometry).water[16, 16]
    assert half == pytest.approx(5.5, abs=0.3)  # half of a ball of 110 mm


def test_metal_travels_as_its_own_line_integral():
    hu = np.full((40, 40, 40), -1000, np.int16)
    hu[8:32, 8:32] = 20
    hu[20, 20, 18:22] = 3071
    volume = volume_from_hu(Grid.from_spacing(hu.shape, (4, 4, 4), (-78, -78, -78)), hu)
    geometry = view(isocentre=(0, 0, 0), size=64, pixel_mm=4)[2]
    fast, slow = Projector(volume).project(geometry), project_by_rays(volume, geometry, step_voxels=0.1)
    assert fast.metal.max() > 2
    assert relative_rmse(fast.metal, slow.metal) < 0.15
    assert fast.metal.sum() == pytest.approx(slow.metal.sum(), rel=0.01)


def body_with_ends():
    hu = np.full((40, 30, 20), -1000, np.int16)
    hu[6:34, 5:25] = 30
    return Grid.from_spacing(hu.shape, (6, 6, 6), (-117, -87, -57)), hu


def test_rays_through_continued_body_are_flagged_and_no_others():
    grid, hu = body_with_ends()
    volume = volume_from_hu(grid, hu, continue_ends_mm=60)
    _, _, geometry = view(180, 0, 64, 6.0, isocentre=(0, 0, 0))
    image = Projector(volume).project(geometry)
    central = image.truncated[:, 32]
    # the front face of the body (at 87 mm before the isocentre less 2 voxels of air) is the last to leave the CT
    edge = 60 * 1020 / 530  # mm on the detector, of the CT's end at the isocentre
    rows = (np.arange(64) - 31.5) * 6.0
    assert not central[np.abs(rows) < 0.8 * edge].any()
    assert central[np.abs(rows) > 1.3 * edge].all()
    assert not image.truncated[:, :2].any()  # beside the body
    # the tissue goes on: no white band beyond the end
    assert image.water[:, 32].min() > 8


def test_a_ct_that_is_not_continued_still_flags_its_ends():
    grid, hu = body_with_ends()
    _, _, geometry = view(180, 0, 64, 6.0, isocentre=(0, 0, 0))
    bare = Projector(volume_from_hu(grid, hu, continue_ends_mm=0)).project(geometry)
    assert bare.truncated[2, 32]
    assert bare.water[2, 32] < 1


def test_a_ct_that_cuts_the_body_off_at_a_side_says_so():
    grid, hu = body_with_ends()
    sideways = view(90, 0, 64, 6.0, isocentre=(0, 0, 0))[2]
    whole = Projector(volume_from_hu(grid, hu, continue_ends_mm=60)).project(sideways)
    matrix = np.array(grid.world_from_index)
    matrix[:3, 3] = grid.to_world((10, 0, 0))
    cut = volume_from_hu(Grid((30, 30, 20), matrix), hu[10:], continue_ends_mm=60)
    image = Projector(cut).project(sideways)
    assert not whole.truncated[32, 32]
    assert image.truncated[32, 32]  # enters through a wall of body, though its far side is whole
    assert not image.truncated[32, :2].any()  # beside the body
    straight = Projector(cut).project(view(180, 0, 64, 6.0, isocentre=(0, 0, 0))[2])
    assert not straight.truncated[32, 30:34].any()  # rays that meet none of the cut side


def test_impossible_views_are_refused_in_words(organic):
    pose, _, geometry = view()
    with pytest.raises(UnphysicalView, match="inside the body"):
        Projector(organic).project(view(isocentre=(3.0, 526.0, 5.0))[2])
    with pytest.raises(UnphysicalView, match="no ray meets the body"):
        Projector(organic).project(view(isocentre=(900.0, 0, 0))[2])
    with pytest.raises(UnphysicalView, match="no ray meets the body"):
        project_by_rays(organic, view(isocentre=(900.0, 0, 0))[2])
    with pytest.raises(UnphysicalView, match="plane of the detector"):
        Projector(organic).project(replace(geometry, source_mm=geometry.pixel_origin_mm + 3 * geometry.row_step_mm))
    with pytest.raises(UnphysicalView, match="not finite"):
        Projector(organic).project(replace(geometry, source_mm=np.array([0, np.nan, 0])))
    with pytest.raises(UnphysicalView, match="cores"):
        Projector(organic, threads=4096)
    with pytest.raises(ValueError, match="beyond the isocentre"):
        replace(pose, source_detector_mm=400)


def test_positions_are_those_of_the_grid():
    grid = oblique_grid((4, 5, 6), (2, 3, 4))
    np.testing.assert_allclose(positions(grid)[1, 2, 3], grid.to_world((1, 2, 3)))


def test_on_the_bundled_pelvis_both_agree_in_the_views_of_the_procedure(pelvis):
    """Sharp trabeculae and a body continued beyond both ends; errors are those of Joseph's sampling on 1.5 mm bone."""
    volume = volume_from_hu(pelvis.ct.grid, pelvis.ct.hu)
    projector = Projector(volume)
    centre = tuple(pelvis.ct.grid.centre_mm)
    for primary, secondary in [(180, 0), (168, -15), (90, 0), (180, 45), (180, -45), (140, 35)]:
        geometry = view(primary, secondary, 64, 4.6, centre)[2]
        fast, slow = projector.project(geometry), project_by_rays(volume, geometry, step_voxels=0.2)
        assert relative_rmse(fast.water, slow.water) < 2e-3, (primary, secondary)
        assert relative_rmse(fast.bone, slow.bone) < 4e-2, (primary, secondary)
        np.testing.assert_array_equal(fast.truncated, slow.truncated)
