"""Small bodies whose line integrals are known on paper, and the views that look at them."""

import numpy as np
from scipy import ndimage

from sijoint.fluoroscopy import AttenuationVolume, DensityField, LineIntegrals
from sijoint.fluoroscopy.ray_geometry import IndexGeometry
from sijoint.frames import CArmPose, Detector, Grid, ProjectionGeometry, load_carm_model, rotation_about

CARM = load_carm_model()


def oblique_grid(shape, spacing, turn=(17.0, -9.0, 23.0), centre=(3.0, -4.0, 5.0)) -> Grid:
    """A grid with turned axes and unequal spacing, its middle at ``centre``."""
    axes = rotation_about("z", turn[0]) @ rotation_about("y", turn[1]) @ rotation_about("x", turn[2])
    half = axes @ (np.array(spacing) * (np.array(shape) - 1) / 2)
    return Grid.from_spacing(shape, spacing, np.array(centre) - half, axes)


def volume_of(grid: Grid, water, bone=None) -> AttenuationVolume:
    """Densities as they are, nothing continued."""
    water = np.asarray(water, np.float32)
    bone = np.zeros_like(water) if bone is None else np.asarray(bone, np.float32)
    outlines = np.zeros((2, *grid.shape[:2]), bool)
    fields = DensityField.of(grid, water), DensityField.of(grid, bone)
    return AttenuationVolume(*fields, None, 2, (0, grid.shape[2] - 1), outlines, 70.0, ())


def positions(grid: Grid) -> np.ndarray:
    """World positions (i, j, k, 3) of all voxel centres."""
    return grid.to_world(np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), -1))


def ball(grid: Grid, centre, radius_mm, density=1.0, soft_mm=0.0) -> np.ndarray:
    """Density of a ball; its edge is softened over one voxel, so that its mass is right, or by a logistic of ``soft_mm``."""
    distance = np.linalg.norm(positions(grid) - np.asarray(centre), axis=-1)
    if soft_mm:
        return density / (1 + np.exp((distance - radius_mm) / soft_mm))
    return density * np.clip((radius_mm - distance) / grid.spacing_mm.mean() + 0.5, 0, 1)


def organs(soft_mm=0.0) -> AttenuationVolume:
    """A body with fourteen bones on a turned, unequally spaced grid."""
    grid = oblique_grid((44, 40, 48), (3.2, 3.6, 3.0))
    rng = np.random.default_rng(5)
    water = ball(grid, (3, -4, 5), 55, 1.0, soft_mm)
    bone = np.zeros_like(water)
    for _ in range(14):
        centre = np.array([3, -4, 5]) + rng.uniform(-33, 33, 3)
        bone = np.maximum(bone, ball(grid, centre, rng.uniform(6, 12), 1.2, soft_mm))
    return volume_of(grid, water, bone)


def joseph(density, view: IndexGeometry) -> np.ndarray:
    """Joseph's method by scipy: one bilinear sample per slice of the major axis, times the ray's length per slice."""
    major = int(np.argmax(np.abs(view.to_centre)))
    rows, columns = np.indices(view.shape)
    d = (
        view.to_origin[:, None, None]
        + view.column_step[:, None, None] * columns
        + view.row_step[:, None, None] * rows
    )  # fmt: skip
    slopes = d / d[major]
    total = np.zeros(view.shape)
    for n in range(density.shape[major]):
        point = view.source[:, None, None] + (n - view.source[major]) * slopes
        total += ndimage.map_coordinates(density, point, order=1, mode="grid-constant")
    ray = np.einsum("ab,brc->arc", view.world_from_pixel, np.stack([columns, rows, np.ones_like(rows)]).astype(float))
    return total * np.linalg.norm(ray, axis=0) / np.abs(d[major]) / 10


def view(primary=180.0, secondary=0.0, size=64, pixel_mm=4.0, isocentre=(3.0, -4.0, 5.0), roll=0.0, sdd=1020, sod=530):
    pose = CArmPose(primary, secondary, isocentre, sdd, sod, roll)
    detector = Detector(size, size, pixel_mm)
    return pose, detector, ProjectionGeometry.of(pose, detector)


def slab(shape, water=20.0, bone=0.0) -> LineIntegrals:
    """The same areal density everywhere."""
    full = np.ones(shape, np.float32)
    return LineIntegrals(full * np.float32(water), full * np.float32(bone), np.zeros(shape, bool))


def relative_rmse(image, referee) -> float:
    return float(np.sqrt(np.mean((image - referee) ** 2)) / np.mean(referee))
