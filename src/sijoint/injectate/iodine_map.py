"""What X-rays see of the fluid: milligrams of iodine at points, put on a grid without losing any."""

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import Grid

Vector = NDArray[np.float64]


def iodine_grid(
    points_mm: Vector, milligrams: Vector, voxel_mm: float, voxels_most: int
) -> tuple[Grid, NDArray[np.float32]]:
    """The smallest axis-aligned grid round the points (n, 3) and the iodine on it in mg/mL; the sum of mg is kept.

    Each point is shared out over its eight neighbouring voxels (trilinear), so the grid holds what the points hold.
    """
    low, high = points_mm.min(axis=0) - voxel_mm, points_mm.max(axis=0) + voxel_mm
    while np.prod(np.ceil((high - low) / voxel_mm) + 1) > voxels_most:
        voxel_mm *= 1.1
        low, high = points_mm.min(axis=0) - voxel_mm, points_mm.max(axis=0) + voxel_mm
    shape = np.ceil((high - low) / voxel_mm).astype(int) + 1
    place = (points_mm - low) / voxel_mm
    base = np.floor(place).astype(np.int64)
    part = place - base
    total = np.zeros(int(np.prod(shape)))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner) == 1, part, 1 - part), axis=1)
        flat = np.ravel_multi_index(tuple((base + corner).T), tuple(shape))
        total += np.bincount(flat, weights=weight * milligrams, minlength=len(total))
    i, j, k = (int(n) for n in shape)
    grid = Grid.from_spacing((i, j, k), [voxel_mm] * 3, low)
    return grid, (total / (voxel_mm**3 / 1000)).reshape(shape).astype(np.float32)
