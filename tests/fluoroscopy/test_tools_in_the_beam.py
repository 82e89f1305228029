"""Needle and contrast: analytic areal densities, partial pixels, bends, and contrast only where it is."""

import numpy as np
import pytest
from xray_phantoms import oblique_grid, positions, view

from sijoint.fluoroscopy import CapsuleChain, LayerGrid, UnphysicalView, chain_areal_density, layer_areal_density
from sijoint.frames import Grid, transform_points

NEEDLE_22G = {"outer_mm": 0.72, "bore_mm": 0.41}
WALL_MM2 = np.pi * (0.36**2 - 0.205**2)


def test_needle_in_half_millimetre_pixels_keeps_its_steel():
    """Summed across the shaft, areal density times width is density times the wall's cross-section, magnified."""
    _, _, geometry = view(size=200, pixel_mm=0.5, isocentre=(0, 0, 0))
    chain = CapsuleChain(np.array([[-60.0, 0, 8], [60.0, 0, 12]]), **NEEDLE_22G)
    image = chain_areal_density(chain, geometry)
    across = image[:, 60:140].sum(axis=0) * 0.5 / geometry.magnification_at((0, 0, 10))
    slant = np.cos(np.arctan2(4, 120))  # rows cut the shaft on the slant
    np.testing.assert_allclose(across * slant, 7.9 / 10 * WALL_MM2, rtol=0.02)
    assert image.max() > 0.2  # visible: more than a tenth of an e-fold at 80 kVp


def test_bore_is_seen_as_a_lighter_middle_on_fine_pixels():
    _, _, geometry = view(size=101, pixel_mm=0.05, isocentre=(0, 0, 0))
    image = chain_areal_density(CapsuleChain(np.array([[-9.0, 0, 0], [9.0, 0, 0]]), **NEEDLE_22G), geometry)
    profile = image[:, 50]
    assert profile[50] == pytest.approx(7.9 / 10 * (0.72 - 0.41), rel=0.02)
    assert profile.max() > 1.5 * profile[50]


def test_needle_along_the_ray_is_a_dot_of_its_whole_length():
    pose, _, geometry = view(size=101, pixel_mm=0.2, isocentre=(0, 0, 0))
    n = pose.direction
    image = chain_areal_density(CapsuleChain(np.array([-20 * n, 30 * n]), **NEEDLE_22G), geometry)
    rows, columns = np.nonzero(image > 0.5 * image.max())
    assert np.ptp(rows) < 9
    assert np.ptp(columns) < 9
    assert image.max() == pytest.approx(7.9 * 5, rel=0.02)
    assert image[50, 50] < 0.1 * image.max()  # through the bore


def test_a_bend_neither_gaps_nor_doubles():
    _, _, geometry = view(size=280, pixel_mm=0.5, isocentre=(0, 0, 0))
    s = np.linspace(0, 1, 19)
    bent = np.column_stack([-30 + 60 * s, 0 * s, 12 * s**2])
    image = chain_areal_density(CapsuleChain(bent, **NEEDLE_22G), geometry)
    straight_sum = 7.9 / 10 * WALL_MM2
    angle = np.arctan2(np.gradient(bent[:, 2]), np.gradient(bent[:, 0]))
    columns = geometry.project(bent)[:, 0]
    inner = np.arange(int(columns.min()) + 4, int(columns.max()) - 4)
    across = image[:, inner].sum(axis=0) * 0.5 / geometry.magnification_at((0, 0, 6))
    np.testing.assert_allclose(across * np.cos(np.interp(inner, np.sort(columns), angle)), straight_sum, rtol=0.06)


@pytest.mark.parametrize("pixel_mm", [0.08, 0.3, 1.1])
def test_each_pixel_is_the_mean_of_the_chord_over_its_width(pixel_mm):
    """A solid rod across the beam: the chord 2 sqrt(R2 - y2) integrated over each pixel on paper."""
    _, _, geometry = view(size=61, pixel_mm=pixel_mm, isocentre=(0, 0, 0))
    radius = 0.45
    rod = CapsuleChain(np.array([[-80.0, 0, 0], [80.0, 0, 0]]), 2 * radius)
    profile = chain_areal_density(rod, geometry)[:, 30]
    edges = (np.arange(62) - 30.5) * pixel_mm / geometry.magnification_at((0, 0, 0))
    y = np.clip(edges, -radius, radius)
    integral = y * np.sqrt(radius**2 - y**2) + radius**2 * np.arcsin(y / radius)
    expected = 7.9 / 10 * np.diff(integral) / np.diff(edges)
    np.testing.assert_allclose(profile, expected, atol=0.02 * expected.max())
    assert profile.sum() == pytest.approx(expected.sum(), rel=0.01)


def test_a_straight_tube_may_be_cut_into_any_pieces():
    _, _, geometry = view(size=200, pixel_mm=0.25, isocentre=(0, 0, 0))
    ends = np.array([[-14.0, 3, -6], [15.0, -2, 8]])
    whole = chain_areal_density(CapsuleChain(ends, **NEEDLE_22G), geometry)
    cuts = ends[0] + np.sort(np.random.default_rng(8).random(23))[:, None] * (ends[1] - ends[0])
    pieces = chain_areal_density(CapsuleChain(np.vstack([ends[:1], cuts, ends[1:]]), **NEEDLE_22G), geometry)
    np.testing.assert_allclose(pieces, whole, atol=1e-5 * whole.max())


@pytest.mark.parametrize("pieces", [1, 4, 40])
def test_a_bent_tube_keeps_its_mass_at_every_joint(pieces):
    """An arc across the beam: areal density over the image is length times wall times density, whatever the bend."""
    _, _, geometry = view(size=300, pixel_mm=0.2, isocentre=(0, 0, 0))
    angle = np.linspace(-0.5, 0.5, pieces + 1) * np.deg2rad(70)
    arc = 22 * np.column_stack([np.sin(angle), 0 * angle, np.cos(angle) - 0.85])
    image = chain_areal_density(CapsuleChain(arc, **NEEDLE_22G), geometry)
    pixel_cm = 0.02 / geometry.magnification_at((0, 0, 0))
    length_mm = np.linalg.norm(np.diff(arc, axis=0), axis=1).sum()
    assert image.sum() * pixel_cm**2 == pytest.approx(7.9 * WALL_MM2 * length_mm / 1000, rel=0.02)


def test_titanium_weighs_what_titanium_weighs():
    _, _, geometry = view(size=80, pixel_mm=0.5, isocentre=(0, 0, 0))
    points = np.array([[-9.0, 0, 0], [9.0, 0, 4]])
    steel, titanium = (
        chain_areal_density(CapsuleChain(points, **NEEDLE_22G, material=name), geometry)
        for name in ("steel", "titanium")
    )
    np.testing.assert_allclose(titanium, steel * 4.51 / 7.9, rtol=1e-5)
    with pytest.raises(UnphysicalView, match="steel or titanium"):
        CapsuleChain(points, **NEEDLE_22G, material="wood")


def test_contrast_is_of_iodine_or_gadolinium():
    grid = Grid.from_spacing((4, 4, 4), (1, 1, 1), (0, 0, 0))
    assert LayerGrid(grid, np.ones((4, 4, 4), np.float32)).agent == "iodine"
    with pytest.raises(UnphysicalView, match="not 'barium'"):
        LayerGrid(grid, np.ones((4, 4, 4), np.float32), "barium")


def test_needle_off_the_detector_leaves_no_trace():
    _, _, geometry = view(size=50, pixel_mm=0.5, isocentre=(0, 0, 0))
    assert chain_areal_density(CapsuleChain(np.array([[90.0, 0, 90], [90, 9, 99]]), **NEEDLE_22G), geometry).max() == 0


@pytest.mark.parametrize(
    ("points", "outer", "bore"),
    [([[0, 0, 0]], 0.7, 0.4), ([[0, 0, 0], [0, 0, np.nan]], 0.7, 0.4), ([[0, 0, 0], [0, 0, 1]], 0.4, 0.7)],
)
def test_a_tube_that_cannot_be_is_refused(points, outer, bore):
    with pytest.raises(UnphysicalView):
        CapsuleChain(np.array(points, float), outer, bore)


def drop(grid: Grid, centre, radius_mm=6.0, mg_per_ml=180.0):
    distance = np.linalg.norm(positions(grid) - np.asarray(centre), axis=-1)
    return (mg_per_ml * np.clip((radius_mm - distance) / grid.spacing_mm.mean() + 0.5, 0, 1)).astype(np.float32)


@pytest.mark.parametrize(("primary", "secondary"), [(180, 0), (165, -15), (90, 0)])
def test_iodine_of_a_drop_is_its_chord_and_its_mass(primary, secondary):
    grid = oblique_grid((30, 30, 30), (0.7, 0.7, 0.7), centre=(6.0, 2, 1))
    layer = LayerGrid(grid, drop(grid, (6, 2, 1)))
    _, _, geometry = view(primary, secondary, 120, 0.6)
    image = layer_areal_density(layer, geometry)
    column, row = np.round(geometry.project((6, 2, 1))).astype(int)
    assert image[row, column] == pytest.approx(180 * 1.2, rel=0.02)  # 12 mm at 180 mg/mL
    magnified = geometry.magnification_at((6, 2, 1))
    mass_mg = image.sum() * (0.06 / magnified) ** 2
    assert mass_mg == pytest.approx(float(layer.mg_per_ml.sum()) * 0.07**3, rel=0.02)
    assert np.count_nonzero(image) < 0.2 * image.size


def test_contrast_outside_the_view_is_said_and_not_drawn():
    grid = Grid.from_spacing((10, 10, 10), (1, 1, 1), (300, 0, 0))
    layer = LayerGrid(grid, np.full((10, 10, 10), 100, np.float32))
    _, _, geometry = view()
    with pytest.raises(UnphysicalView, match="outside this view"):
        layer_areal_density(layer, geometry)
    assert layer_areal_density(layer, geometry, may_be_outside=True).max() == 0
    with pytest.raises(UnphysicalView, match="finite"):
        LayerGrid(grid, np.full((10, 10, 10), np.nan, np.float32))


def test_a_layer_cut_by_the_image_edge_is_drawn_up_to_it():
    grid = Grid.from_spacing((20, 20, 20), (1, 1, 1))
    layer = LayerGrid(grid, np.full((20, 20, 20), 10, np.float32))
    _, _, wide = view(size=96, pixel_mm=1.0, isocentre=(0, 0, 0))
    full = layer_areal_density(layer, wide)
    _, _, narrow = view(size=32, pixel_mm=1.0, isocentre=(0, 0, 0))
    np.testing.assert_allclose(layer_areal_density(layer, narrow), full[32:64, 32:64], atol=0.02 * full.max())


def test_moving_grid_and_camera_together_changes_nothing():
    grid = oblique_grid((20, 20, 20), (1, 1, 1), centre=(0, 0, 0))
    values = drop(grid, (0, 0, 0))
    shift = np.eye(4)
    shift[:3, 3] = (50, -20, 30)
    moved = Grid(grid.shape, shift @ grid.world_from_index)
    here = layer_areal_density(LayerGrid(grid, values), view(isocentre=(0, 0, 0), pixel_mm=1.0)[2])
    there = layer_areal_density(
        LayerGrid(moved, values), view(isocentre=tuple(transform_points(shift, (0, 0, 0))), pixel_mm=1.0)[2]
    )
    np.testing.assert_allclose(here, there, atol=1e-4 * here.max())
