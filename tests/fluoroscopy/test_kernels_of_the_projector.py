"""Every kernel gives the line integrals that rays give one by one, whatever the grid, the view and the size of the image."""

import ctypes
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage
from xray_phantoms import ball, joseph, oblique_grid, relative_rmse, view

from sijoint.fluoroscopy import LineIntegrator, UnphysicalView, compiled_kernel, kernel_name, line_integrator
from sijoint.fluoroscopy.by_rays import march
from sijoint.fluoroscopy.density_field import DensityField
from sijoint.fluoroscopy.errors import NoSuchKernel
from sijoint.fluoroscopy.line_integrator import COMPILED
from sijoint.fluoroscopy.ray_geometry import index_geometry
from sijoint.fluoroscopy.shear_warp import shear_warp
from sijoint.frames import CArmPose, Detector, Grid, ProjectionGeometry, rotation_about

HERE = ["portable", *(COMPILED if compiled_kernel.library()[0] is not None else [])]
each_kernel = pytest.mark.parametrize("kernel", HERE)


def any_grid(rng) -> Grid:
    """A grid of any shape, spacing and orientation round the origin."""
    shape, spacing = tuple(int(n) for n in rng.integers(2, 60, 3)), rng.uniform(0.6, 4, 3)
    axes = rotation_about("z", rng.uniform(-180, 180)) @ rotation_about("x", rng.uniform(-90, 90))
    return Grid.from_spacing(shape, spacing, -axes @ (spacing * (np.array(shape) - 1) / 2), axes)


def any_view(rng) -> ProjectionGeometry:
    isocentre = tuple(rng.uniform(-60, 60, 3))
    angles = rng.uniform(-180, 180), rng.uniform(-90, 90)
    pose = CArmPose(*angles, isocentre, rng.uniform(700, 1200), rng.uniform(300, 550), rng.uniform(-180, 180))
    rows, columns = (int(n) for n in rng.integers(1, 90, 2))
    return ProjectionGeometry.of(pose, Detector(rows, columns, float(rng.uniform(0.5, 7))))


@each_kernel
def test_any_grid_from_anywhere_onto_any_detector(kernel):
    rng = np.random.default_rng(3)
    seen = 0
    for _ in range(60):
        grid, geometry = any_grid(rng), any_view(rng)
        values = ndimage.gaussian_filter(rng.random(grid.shape), 1.5).astype(np.float32)
        fast = LineIntegrator(grid, values, kernel=kernel).integrate(geometry)
        slow = LineIntegrator(grid, values, kernel="rays").integrate(geometry)
        assert fast.shape == geometry.shape
        assert np.all(np.isfinite(fast))
        # a ray that grazes an edge is sampled once a slice, so single pixels at edges may differ; most may not
        assert np.mean(np.abs(fast - slow) > 0.08 * slow.max()) < 0.04
        seen += slow.max() > 1
    assert seen > 40


@pytest.mark.skipif(len(HERE) < 2, reason="this installation has no compiled kernel, or the processor cannot run it")
def test_all_kernels_give_one_image(monkeypatch):
    monkeypatch.setitem(line_integrator.FINEST_VOXELS, "portable", line_integrator.FINEST_VOXELS["compiled"])
    rng = np.random.default_rng(4)
    for _ in range(40):
        grid, geometry = any_grid(rng), any_view(rng)
        values = rng.random(grid.shape).astype(np.float32)
        portable, *compiled = (LineIntegrator(grid, values, kernel=kernel).integrate(geometry) for kernel in HERE)
        for image in compiled:
            np.testing.assert_allclose(image, portable, atol=2e-4 * max(portable.max(), 1))
        # the same 16-bit weights, but for single ones whose last bit rounds to the other side
        np.testing.assert_allclose(compiled[1], compiled[0], atol=2e-5 * max(portable.max(), 1))


def straight(rows=48, pixel_mm=2.0):
    """A view along an axis of the grid, and the volume: white noise, which shows every fault of sampling."""
    grid = Grid.from_spacing((50, 52, 54), (2, 2, 2), (-49, -51, -53))
    values = np.random.default_rng(1).random(grid.shape).astype(np.float32)
    return grid, values, view(180, 0, rows, pixel_mm, (0, 0, 0))[2]


@each_kernel
@pytest.mark.parametrize("roll", [0, 90, 180])
def test_in_straight_views_it_is_josephs_method_to_the_last_digits(kernel, roll):
    grid, values, _ = straight()
    geometry = view(180, 0, 48, 2.0, (0, 0, 0), roll)[2]
    image = LineIntegrator(grid, values, kernel=kernel).integrate(geometry)
    assert relative_rmse(image, 10 * joseph(values, index_geometry(grid, geometry))) < 1e-4


@each_kernel
def test_noise_is_projected_no_worse_than_josephs_method_does(kernel):
    grid, values, _ = straight()
    for primary, secondary in [(160, -15), (150, 30)]:
        geometry = view(primary, secondary, 96, 1.0, (0, 0, 0))[2]
        exact = LineIntegrator(grid, values, kernel="rays")
        rays = 10 * joseph(values, index_geometry(grid, geometry))
        fine = march(exact.field, index_geometry(grid, geometry), 0.05, 2)
        image = LineIntegrator(grid, values, kernel=kernel).integrate(geometry)
        assert relative_rmse(image, fine) < 1.05 * relative_rmse(rays, fine)


@each_kernel
@pytest.mark.parametrize(("primary", "secondary"), [(180, 0), (160, -15), (90, 0)])
def test_a_bead_keeps_the_width_that_rays_give_it(kernel, primary, secondary):
    grid = oblique_grid((60, 60, 60), (1.0, 1.0, 1.0), turn=(0, 0, 0))
    bead = np.array([5.3, -1.2, 8.6])
    values = ball(grid, bead, 2.5)
    geometry = view(primary, secondary, 128, 0.3, tuple(bead))[2]
    widths = [width_of(LineIntegrator(grid, values, kernel=which).integrate(geometry)) for which in (kernel, "rays")]
    np.testing.assert_allclose(widths[0], widths[1], rtol=0.02)


def width_of(image) -> tuple[float, float]:
    """Full width at half maximum across columns and across rows of the bead's image, in pixels."""
    found = []
    for profile in (image.sum(axis=0), image.sum(axis=1)):
        above = np.flatnonzero(profile >= profile.max() / 2)
        first, last, half = above[0], above[-1], profile.max() / 2
        left = first - (profile[first] - half) / (profile[first] - profile[first - 1])
        right = last + (profile[last] - half) / (profile[last] - profile[last + 1])
        found.append(right - left)
    return found[0], found[1]


@each_kernel
def test_slices_behind_the_source_are_not_in_the_image(kernel):
    """A plate beside the source's level: rays leave the source, so what lies behind it casts no shadow."""
    grid = Grid.from_spacing((60, 60, 60), (4, 20, 4), (-118, -590, -118))
    values = np.zeros(grid.shape, np.float32)
    values[:, 28:32] = 1  # at the isocentre
    alone = LineIntegrator(grid, values, kernel=kernel).integrate(view(180, 0, 32, 4, (0, 0, 0))[2])
    values[:, 1:3] = 1  # 560 mm in front of the patient: behind the source under the table
    geometry = view(180, 0, 32, 4, (0, 0, 0))[2]
    integrator = LineIntegrator(grid, values, kernel=kernel)
    assert shear_warp(index_geometry(grid, geometry), integrator.field.content(), 0.25) is not None
    np.testing.assert_allclose(integrator.integrate(geometry), alone, rtol=1e-3)


def test_a_field_without_anything_is_nothing():
    grid = Grid.from_spacing((5, 6, 7), (1, 1, 1))
    assert not LineIntegrator(grid, np.zeros(grid.shape)).integrate(view(size=16)[2]).any()


def test_what_cannot_be_a_field_is_refused():
    grid = Grid.from_spacing((5, 6, 7), (1, 1, 1))
    good = np.ones(grid.shape, np.float32)
    for spoilt, words in [(np.where(good > 0, np.nan, 0), "finite"), (-good, "zero or more"), (good[1:], "shape")]:
        with pytest.raises(UnphysicalView, match=words):
            DensityField.of(grid, spoilt)
    with pytest.raises(NoSuchKernel, match="no kernel called"):
        LineIntegrator(grid, good, kernel="magic")


def test_without_the_compiled_kernel_the_portable_one_projects_and_says_why(monkeypatch):
    monkeypatch.setattr(
        line_integrator, "library", lambda: (None, "this processor has neither AVX-512 with VNNI nor AVX2")
    )
    grid = Grid.from_spacing((5, 6, 7), (1, 1, 1))
    assert LineIntegrator(grid, np.ones(grid.shape)).kernel == "portable"
    assert "portable" in kernel_name()
    assert "neither AVX-512" in kernel_name()
    for kernel in COMPILED:
        with pytest.raises(NoSuchKernel, match="neither AVX-512"):
            LineIntegrator(grid, np.ones(grid.shape), kernel=kernel)
        with pytest.raises(NoSuchKernel, match="neither AVX-512"):
            kernel_name(kernel)


def test_a_result_names_the_kernel_that_its_view_was_projected_with():
    grid = Grid.from_spacing((40, 40, 40), (2, 2, 2), (-39, -39, -39))
    integrator = LineIntegrator(grid, np.ones(grid.shape))
    pose, detector, geometry = view(180, 0, 16, 2.0, (0, 0, 0))
    assert integrator.kernel_of(geometry) == integrator.kernel
    inside = ProjectionGeometry.of(replace(pose, source_detector_mm=540), detector)
    assert integrator.kernel_of(inside) == "rays"


@pytest.mark.skipif(len(HERE) < 2, reason="this installation has no compiled kernel, or the processor cannot run it")
def test_the_compiled_kernel_takes_the_best_instructions_there_are_and_says_which(monkeypatch):
    best = compiled_kernel.fastest_instructions()
    assert kernel_name() == kernel_name("compiled") == best.kernel_name
    assert "AVX2" in kernel_name("compiled-avx2")
    monkeypatch.setattr(line_integrator, "fastest_instructions", lambda: compiled_kernel.Instructions.AVX2)
    assert kernel_name() == kernel_name("compiled-avx2")


@each_kernel
def test_thin_voxels_along_the_body_and_a_near_source(kernel):
    """Rays flat to the axis that the central ray is steepest to: nothing divides by their slope."""
    grid = Grid.from_spacing((40, 40, 80), (1, 1, 0.4), (-20, -20, -16))
    values = ball(grid, (0, 0, 0), 12)
    pose = CArmPose(180, 45, (0, 0, 0), 400, 200)
    geometry = ProjectionGeometry.of(pose, Detector(40, 40, 9.0))
    fast, slow = (LineIntegrator(grid, values, kernel=which).integrate(geometry) for which in (kernel, "rays"))
    np.testing.assert_allclose(fast, slow, atol=0.06 * slow.max())


@pytest.mark.skipif(shutil.which("c++") is None, reason="there is no C++ compiler here")
def test_on_another_processor_the_library_says_that_it_does_not_run(tmp_path, monkeypatch):
    source = Path(compiled_kernel.__file__).parent / "compiled" / "separable.cpp"
    other = tmp_path / "other.cpp"  # without the headers beside it, which other processors' compilers do not know
    other.write_text(source.read_text(encoding="utf-8").replace("defined(__x86_64__)", "0"), encoding="utf-8")
    built = tmp_path / "libsijoint_separable.so"
    subprocess.run(["c++", "-std=c++17", "-shared", "-fPIC", "-o", built, other], check=True)
    loaded = ctypes.CDLL(str(built))
    assert loaded.sij_runs_here() == 0
