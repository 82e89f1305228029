"""The CUDA kernel gives what the plain rays give. Without a card its very source runs as C++ with a texture unit on paper."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from paper_cuda import COMPILER, Runtime, paper_cupy
from rtk_cases import CASES
from scipy import ndimage
from xray_phantoms import joseph, oblique_grid, organs, positions, relative_rmse, view

from sijoint.fluoroscopy import DensityField, cuda
from sijoint.fluoroscopy.by_rays import march
from sijoint.fluoroscopy.cuda import CudaLineIntegrator, cuda_kernel_name, kernel_source
from sijoint.fluoroscopy.errors import NoSuchKernel, UnphysicalView
from sijoint.fluoroscopy.line_integrator import LineIntegrator
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.frames import CArmPose, Detector, Grid, ProjectionGeometry, rotation_about

# Joseph's method against ten samples a voxel, as for the separable projector: sampling, not the texture.
WATER, BONE = 3e-3, 2.5e-2
# What a texture's fractions of 8 bits cost, relative to the image's mean, on this body of 44 voxels: 1/512 voxel at most.
EIGHT_BITS = 1e-4

RTK = np.load(Path(__file__).parent / "data" / "rtk_images.npz")
CARD = {"fraction_steps": 256.0, "rounding": 0.5}


@pytest.fixture(scope="module", params=["on paper", "on a card"])
def cupy(request, tmp_path_factory):
    """CuPy where it is installed and finds a card, and its stand-in where a C++ compiler is."""
    cuda._compiled.cache_clear()
    if request.param == "on a card":
        try:
            cuda_kernel_name()
        except NoSuchKernel as reason:
            pytest.skip(f"not run on a GPU: {reason}")
        yield sys.modules["cupy"]
    else:
        if COMPILER is None:
            pytest.skip("the CUDA kernel was not checked on paper: no C++ compiler (g++ or clang++)")
        filtering = dict(CARD)
        stand_in = paper_cupy(tmp_path_factory.mktemp("cuda"), filtering)
        stand_in.filtering = filtering
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(sys.modules, "cupy", stand_in)
            yield stand_in
    cuda._compiled.cache_clear()


@pytest.fixture
def filtering(cupy):
    """How the texture unit on paper rounds fractions; a card cannot be told."""
    if not hasattr(cupy, "filtering"):
        pytest.skip("a card filters as it does")
    yield cupy.filtering
    cupy.filtering.update(CARD)


@pytest.fixture(scope="module")
def organic():
    return organs(soft_mm=3.0)


def random_geometry(rng, size=40) -> ProjectionGeometry:
    """Any pose within a C-arm's tilt, the isocentre off the middle, one in three with source and detector close by."""
    sod, sdd = [(530, 1020), (700, 1020), (rng.uniform(90, 140), rng.uniform(150, 260))][rng.integers(3)]
    shift = np.array([3, -4, 5]) + rng.uniform(-20, 20, 3)
    pixel_mm = 0.25 * sdd / size
    angles = rng.uniform(-180, 180), rng.uniform(-50, 50)
    return view(*angles, size, pixel_mm, tuple(shift), rng.uniform(-90, 90), sdd, sod)[2]


def worst(volume, geometries):
    """Largest relative RMSE of water and of bone against ten samples a voxel, and largest relative error of all water."""
    integrator = CudaLineIntegrator.of(volume.water, volume.bone)
    found = []
    for geometry in geometries:
        seen = index_geometry(volume.grid, geometry)
        referee = [march(field, seen, 0.1, 2) for field in (volume.water, volume.bone)]
        images = integrator.integrate(geometry)
        assert images.shape == (2, *geometry.shape)
        assert images.dtype == np.float32
        errors = [relative_rmse(image, plain) for image, plain in zip(images, referee, strict=True)]
        found.append((*errors, abs(images[0].sum() / referee[0].sum() - 1)))
    return np.max(found, axis=0)


def test_it_agrees_with_the_referee_from_every_direction(cupy, organic):
    rng = np.random.default_rng(31)
    water, bone, total = worst(organic, [random_geometry(rng) for _ in range(24)])
    assert water < WATER
    assert bone < BONE
    assert total < 2e-3


@pytest.mark.deep
def test_it_agrees_with_the_referee_on_a_thousand_poses(cupy, organic):
    rng = np.random.default_rng(32)
    water, bone, _ = worst(organic, [random_geometry(rng) for _ in range(1000)])
    assert water < WATER
    assert bone < BONE


JOSEPH_POSES = [(180, 0), (97, 3), (30, 70), (-150, 20)]  # one major axis for all rays, as the plain version has


def bones_beside_joseph(angles):
    """The image of sharp-edged bones, where methods differ most, and Joseph's method by scipy."""
    volume, geometry = organs(), view(*angles, 48, 5)[2]
    seen = index_geometry(volume.grid, geometry)
    assert np.ptp(np.argmax(np.abs(seen.to_corners), axis=1)) == 0
    image = CudaLineIntegrator.of(volume.bone).integrate(geometry, scale=0.1)
    return image, joseph(volume.bone.dense(), seen)


@pytest.mark.parametrize("angles", JOSEPH_POSES)
def test_it_is_josephs_method_but_for_eight_bits(cupy, angles):
    assert relative_rmse(*bones_beside_joseph(angles)) < 10 * EIGHT_BITS


@pytest.mark.parametrize("angles", JOSEPH_POSES)
def test_with_whole_fractions_it_is_josephs_method(filtering, angles):
    filtering.update(fraction_steps=0)
    assert relative_rmse(*bones_beside_joseph(angles)) < 1e-5


def test_fractions_of_eight_bits_cost_a_ten_thousandth(filtering, organic):
    rng = np.random.default_rng(33)
    integrator = CudaLineIntegrator.of(organic.water)
    for _ in range(12):
        geometry = random_geometry(rng)
        images = {}
        for name, steps, rounding in [("exact", 0, 0), ("nearest", 256, 0.5), ("down", 256, 0)]:
            filtering.update(fraction_steps=steps, rounding=rounding)
            images[name] = integrator.integrate(geometry)
        assert 0 < relative_rmse(images["nearest"], images["exact"]) < EIGHT_BITS
        # Should a card cut fractions off instead, the image moves by half a step, 1/512 voxel.
        assert relative_rmse(images["down"], images["exact"]) < 10 * EIGHT_BITS


def test_two_fields_in_one_pass_are_the_two_alone(cupy, organic):
    geometry = random_geometry(np.random.default_rng(34), 33)
    both = CudaLineIntegrator.of(organic.water, organic.bone).integrate(geometry)
    for image, field in zip(both, (organic.water, organic.bone), strict=True):
        alone = CudaLineIntegrator.of(field).integrate(geometry)
        assert alone.shape == geometry.shape
        np.testing.assert_allclose(alone, image, rtol=2e-4, atol=2e-4 * image.max())  # boxes of content differ


def test_every_kernel_answers_the_same_call(cupy, organic):
    geometry = view(160, 20, 56, 4)[2]
    values = organic.water.dense()
    here = LineIntegrator(organic.grid, values).integrate(geometry, scale=0.1)
    there = CudaLineIntegrator(organic.grid, values).integrate(geometry, scale=0.1)
    assert (there.shape, there.dtype) == (here.shape, here.dtype)
    assert relative_rmse(there, here) < 1e-3


@pytest.mark.parametrize("name", CASES)
def test_it_gives_rtks_image(cupy, name):
    """Another author's projector; tolerances are those of the other kernels."""
    case, theirs = CASES[name], RTK[name] / 65535 * float(RTK[f"{name} maximum"])
    ours = CudaLineIntegrator(case.grid, case.values).integrate(case.view)
    assert relative_rmse(ours, theirs) < 1.5e-3
    assert np.abs(ours - theirs).max() < 5e-3 * theirs.max()
    assert ours.mean() == pytest.approx(theirs.mean(), rel=3e-4)


def test_any_grid_from_anywhere_onto_any_detector(cupy):
    rng = np.random.default_rng(37)
    seen = 0
    for _ in range(60):
        shape, spacing = tuple(int(n) for n in rng.integers(1, 50, 3)), rng.uniform(0.6, 4, 3)
        axes = rotation_about("z", rng.uniform(-180, 180)) @ rotation_about("x", rng.uniform(-90, 90))
        grid = Grid.from_spacing(shape, spacing, -axes @ (spacing * (np.array(shape) - 1) / 2), axes)
        field = DensityField.of(grid, ndimage.gaussian_filter(rng.random(shape), 1.5))
        isocentre = tuple(rng.uniform(-60, 60, 3))
        pose = CArmPose(rng.uniform(-180, 180), rng.uniform(-90, 90), isocentre, rng.uniform(560, 1200), 550)
        geometry = ProjectionGeometry.of(pose, Detector(*(int(n) for n in rng.integers(1, 70, 2)), rng.uniform(0.5, 7)))
        image = CudaLineIntegrator.of(field).integrate(geometry)
        referee = march(field, index_geometry(grid, geometry), 0.2, 2)
        assert image.shape == geometry.shape
        # a ray that grazes an edge is sampled once a slice, so single pixels at edges may differ; most may not
        assert np.mean(np.abs(image - referee) > 0.05 * referee.max()) < 0.03
        seen += referee.max() > 1
    assert seen > 30


@pytest.mark.parametrize("distance", [545, 530.5, 512.3])
def test_a_detector_in_the_body_ends_the_rays_there(cupy, organic, distance):
    pose, detector, _ = view(180, 0, 32, 3.0)
    geometry = ProjectionGeometry.of(replace(pose, source_detector_mm=distance, source_isocentre_mm=490), detector)
    referee = march(organic.water, index_geometry(organic.grid, geometry), 0.1, 2)
    assert relative_rmse(CudaLineIntegrator.of(organic.water).integrate(geometry), referee) < WATER


def test_a_ray_counts_from_the_source_to_the_detector_wherever_they_cut_a_voxel(cupy):
    """Both stand inside a body whose density grows evenly: length times the mean of both ends, to the last part of a slice."""
    grid = Grid.from_spacing((61, 30, 61), (4, 2, 4), (-120, -29, -120))

    def density(points):
        return 3 + points @ np.array([0.003, 0.05, -0.004])

    integrator = CudaLineIntegrator(grid, density(positions(grid)))
    for first, last in [(-12.0, 14.3), (-12.7, 13.1), (11.9, -15.5), (3.2, 4.1)]:
        source, middle = np.array([0.3, first, 0.8]), np.array([2.0, last, -1.0])
        across, down = np.array([1.0, 0, 0.2]), np.array([0.1, 0.05, 1.0])
        geometry = ProjectionGeometry(source, middle - 10 * across - 10 * down, across, down, (21, 21))
        ends = geometry.pixel_positions(*np.meshgrid(np.arange(21), np.arange(21)))
        on_paper = np.linalg.norm(ends - source, axis=-1) * (density(ends) + density(source)) / 2
        np.testing.assert_allclose(integrator.integrate(geometry), on_paper, rtol=1e-3)


def test_rays_along_an_axis_are_sums_of_voxels(cupy):
    """A far source: every ray runs along k through voxel centres; beside the grid there is nothing."""
    grid = Grid.from_spacing((9, 8, 30), (1, 1, 2))
    values = np.random.default_rng(35).uniform(0, 1, grid.shape)
    values[[0, -1]] = 0.5
    far, integrator = 1e9, CudaLineIntegrator(grid, values)
    across, down = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    geometry = ProjectionGeometry(np.array([0, 0, -far]), np.array([-3.0, -3, 100]), across, down, (14, 15))
    image = integrator.integrate(geometry)
    np.testing.assert_allclose(image[3:11, 3:12], 2 * values.sum(axis=2).T, rtol=1e-4)
    assert not image[:3].any()
    assert not image[:, 12:].any()


def test_density_falls_to_zero_within_a_voxel_of_the_border(cupy):
    grid = oblique_grid((12, 10, 14), (3.0, 5.0, 4.0))
    integrator, field = CudaLineIntegrator(grid, np.ones(grid.shape)), DensityField.of(grid, np.ones(grid.shape))
    rng = np.random.default_rng(36)
    for _ in range(6):
        geometry = random_geometry(rng)
        image, referee = integrator.integrate(geometry), march(field, index_geometry(grid, geometry), 0.05, 2)
        assert image.sum() == pytest.approx(referee.sum(), rel=4e-3)
        assert not image[referee == 0].any()


def test_an_empty_field_is_a_white_image(cupy):
    grid = Grid.from_spacing((5, 6, 7), (10, 10, 10), (-20, -25, -30))
    image = CudaLineIntegrator(grid, np.zeros(grid.shape)).integrate(view(size=9)[2])
    np.testing.assert_array_equal(image, 0)


def test_results_name_card_and_versions(cupy):
    assert "CUDA" in cuda_kernel_name()
    assert cupy.__version__ in cuda_kernel_name()


def test_views_and_volumes_without_sense_are_refused_in_words(cupy, organic):
    geometry = view()[2]
    integrator = CudaLineIntegrator.of(organic.water)
    with pytest.raises(UnphysicalView, match="not finite"):
        integrator.integrate(replace(geometry, source_mm=np.array([0, np.nan, 0])))
    with pytest.raises(UnphysicalView, match="zero or more"):
        CudaLineIntegrator(organic.grid, np.full(organic.grid.shape, -1.0))
    other = DensityField.of(oblique_grid((4, 4, 4), (2, 2, 2)), np.ones((4, 4, 4)))
    with pytest.raises(ValueError, match="one grid"):
        CudaLineIntegrator.of(organic.water, other)


def test_a_volume_too_large_for_the_card_is_refused_in_words(filtering, organic, monkeypatch):
    monkeypatch.setattr(Runtime, "largest_side", 16)
    with pytest.raises(NoSuchKernel, match="larger than this card's textures"):
        CudaLineIntegrator.of(organic.water)
    monkeypatch.setattr(Runtime, "largest_side", 2048)
    monkeypatch.setattr(Runtime, "free_bytes", 1000)
    with pytest.raises(NoSuchKernel, match="MB left"):
        CudaLineIntegrator.of(organic.water)


def test_without_cupy_or_card_one_sentence_says_so(monkeypatch, tmp_path, organic):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(NoSuchKernel, match=r"sijoint\[cuda\]"):
        CudaLineIntegrator.of(organic.water)

    def no_card():
        raise RuntimeError("cudaErrorNoDevice")

    stand_in = paper_cupy(tmp_path, dict(CARD))
    stand_in.cuda.runtime.getDeviceCount = no_card
    monkeypatch.setitem(sys.modules, "cupy", stand_in)
    with pytest.raises(NoSuchKernel, match="no NVIDIA card"):
        CudaLineIntegrator.of(organic.water)


@pytest.mark.skipif(importlib.util.find_spec("cupy") is None, reason="CuPy is not installed")
def test_the_stand_in_has_no_name_that_cupy_lacks():
    real, paper = __import__("cupy"), paper_cupy(None, {})
    for name in vars(paper):
        assert hasattr(real, name), name
    for part in ("runtime", "texture"):
        stand_in = getattr(paper.cuda, part)
        for name in {*vars(type(stand_in)), *vars(stand_in)} - {"largest_side", "free_bytes"}:
            theirs = getattr(getattr(real.cuda, part), name, None)
            assert theirs is not None or name.startswith("__"), name
            if isinstance(getattr(stand_in, name), int):
                assert theirs == getattr(stand_in, name), name


@pytest.mark.peer("nvcc")
@pytest.mark.parametrize("bases", [1, 2])
def test_cudas_own_compiler_takes_it_and_uses_the_texture_unit(bases, tmp_path):
    (tmp_path / "kernel.cu").write_text(kernel_source(), encoding="utf-8")
    command = ["nvcc", "-ptx", "-Werror=all-warnings", f"-DBASES={bases}", "kernel.cu", "-o", "kernel.ptx"]
    subprocess.run(command, cwd=tmp_path, check=True)
    ptx = (tmp_path / "kernel.ptx").read_text(encoding="utf-8")
    assert "tex.3d.v4.f32.f32" in ptx
    assert ".local" not in ptx  # nothing of a ray leaves the registers
