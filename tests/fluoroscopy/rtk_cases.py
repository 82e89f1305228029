"""Bodies and views of the stored RTK images: made from formulas alone, so that any machine makes the same voxels."""

from dataclasses import dataclass

import numpy as np

from sijoint.frames import CArmPose, Detector, Grid, ProjectionGeometry

MU = 0.02  # per mm
# A body, two bones and three beads off its middle, so that no flip or turn leaves the image as it is: centre and half axes in
# mm, and attenuation as a share of MU. The edges are some 4 mm soft.
PARTS = (
    ((3.0, -4.0, 5.0), (62.0, 44.0, 52.0), 1.0),
    ((-24.0, -14.0, 16.0), (13.0, 9.0, 22.0), 1.1),
    ((25.0, 8.0, -12.0), (10.0, 16.0, 9.0), 0.9),
    ((10.0, -20.0, 30.0), (5.0, 5.0, 5.0), 3.0),
    ((38.0, -6.0, 20.0), (4.0, 6.0, 4.0), 3.0),
    ((-30.0, 16.0, -22.0), (6.0, 4.0, 5.0), 3.0),
)
SOFT_MM = 2.0


@dataclass(frozen=True, eq=False)
class Case:
    """One body on its grid, and the view in which RTK projected it."""

    grid: Grid
    values: np.ndarray  # [i, j, k] float32, attenuation per mm
    view: ProjectionGeometry


def _turned(z: float, y: float, x: float) -> np.ndarray:
    """Axes turned about z, y and x by degrees, by hand: the cases must not change with the code that they test."""
    (cz, cy, cx), (sz, sy, sx) = np.cos(np.radians([z, y, x])), np.sin(np.radians([z, y, x]))
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return about_z @ about_y @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])


def _grid(spacing: tuple[float, float, float], axes: np.ndarray, half_mm: float = 78.0) -> Grid:
    shape = tuple(int(2 * half_mm / mm) for mm in spacing)
    corner = np.array([3.0, -4.0, 5.0]) - axes @ (np.array(spacing) * (np.array(shape) - 1) / 2)
    return Grid.from_spacing(shape, spacing, corner, axes)  # type: ignore[arg-type]


def _values(grid: Grid) -> np.ndarray:
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), -1)
    world = grid.to_world(index)
    total = np.zeros(grid.shape)
    for centre, half_axes, share in PARTS:
        across = np.linalg.norm((world - centre) / half_axes, axis=-1)  # 1 on the surface
        outside_mm = (across - 1) * min(half_axes)
        total += share / (1 + np.exp(np.clip(outside_mm / SOFT_MM, -40, 40)))
    return (MU * np.where(total < 1e-4, 0, total)).astype(np.float32)


def _case(spacing, axes, primary, secondary, roll=0.0, isocentre=(3.0, -4.0, 5.0), sdd=1020.0, sod=700.0) -> Case:
    grid = _grid(spacing, axes)
    detector = Detector(60, 72, 3.4)
    pose = CArmPose(primary, secondary, isocentre, sdd, sod, roll)
    return Case(grid, _values(grid), ProjectionGeometry.of(pose, detector))


STRAIGHT, TURNED = np.eye(3), _turned(17, -9, 23)
EQUAL, UNEQUAL = (2.0, 2.0, 2.0), (1.7, 2.3, 2.9)

CASES = {
    "from behind": _case(EQUAL, STRAIGHT, 180, 0),
    "oblique": _case(EQUAL, STRAIGHT, 160, 15),
    "lateral, unequal voxels": _case(UNEQUAL, STRAIGHT, 90, 0),
    "45 cranial": _case(EQUAL, STRAIGHT, 180, 45, sod=530.0),
    "45 caudal, turned unequal voxels": _case(UNEQUAL, TURNED, -160, -45),
    "turned unequal voxels, rolled": _case(UNEQUAL, TURNED, 120, 20, roll=33.0),
    "flipped axes, off centre": _case(EQUAL, np.diag([-1.0, -1.0, 1.0]), 15, -20, isocentre=(21.0, 9.0, -14.0)),
    "near source": _case(UNEQUAL, TURNED, -75, 10, sdd=700.0, sod=330.0),
}
