"""A bone looked at from one direction: how far its near and its far face reach towards the viewer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from sijoint.frames import Grid


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights over a plane, in millimetres towards the viewer; nan where a column of sight meets no bone.

    ``across`` (n,) and ``along`` (m,) are the raster on the plane; ``near_mm`` and ``far_mm`` (n, m) the face towards the
    viewer and the one away from it. ``axes`` (3, 3) holds the unit vectors across, along and towards the viewer as rows.
    """

    origin_mm: NDArray[np.float64]
    axes: NDArray[np.float64]
    across_mm: NDArray[np.float64]
    along_mm: NDArray[np.float64]
    near_mm: NDArray[np.float64]
    far_mm: NDArray[np.float64]

    def world(self, across_mm: ArrayLike, along_mm: ArrayLike, height_mm: ArrayLike) -> NDArray[np.float64]:
        """World points (..., 3) of places on the raster at a height."""
        local = np.stack(np.broadcast_arrays(across_mm, along_mm, height_mm), axis=-1).astype(np.float64)
        return self.origin_mm + local @ self.axes

    def local(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Across, along and height (..., 3) of world points."""
        return np.asarray((np.asarray(points_mm, dtype=np.float64) - self.origin_mm) @ self.axes.T)


def relief(
    grid: Grid,
    share: NDArray[np.float32],
    origin_mm: NDArray,
    axes: NDArray,
    across_mm: NDArray,
    along_mm: NDArray,
    heights_mm: NDArray,
) -> Relief:
    """The relief of bone given by its share (i, j, k) in each voxel, 0.5 at the surface, seen along the last of three axes.

    ``heights_mm`` (k,) ascending are the places tried along each column; faces are interpolated between them.
    """
    u, v, w = np.meshgrid(across_mm, along_mm, heights_mm, indexing="ij")
    points = origin_mm + np.stack([u, v, w], axis=-1) @ axes
    found = map_coordinates(share, np.moveaxis(grid.to_index(points), -1, 0), order=1, mode="constant")
    near = _face(found[..., ::-1], heights_mm[::-1])
    far = _face(found, heights_mm)
    return Relief(
        np.asarray(origin_mm, dtype=np.float64), np.asarray(axes, dtype=np.float64), across_mm, along_mm, near, far
    )


def _face(share: NDArray, heights_mm: NDArray) -> NDArray[np.float64]:
    """The first height (n, m) at which a column enters bone."""
    bone = share > 0.5
    first = bone.argmax(axis=-1)
    before = np.maximum(first - 1, 0)
    inner, outer = (np.take_along_axis(share, n[..., None], -1)[..., 0] for n in (first, before))
    part = np.where(first > 0, (inner - 0.5) / np.maximum(inner - outer, 1e-6), 0.0)
    height = heights_mm[first] + part * (heights_mm[before] - heights_mm[first])
    return np.where(bone.any(axis=-1), height, np.nan)
