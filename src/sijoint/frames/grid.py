"""A regular voxel grid in the patient: its shape and where its indices lie in the world."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.transform import Matrix, Points, transform_points


@dataclass(frozen=True, eq=False)
class Grid:
    """Voxel centres are at integer indices; arrays on the grid are indexed ``[i, j, k]``.

    ``world_from_index`` maps (i, j, k) to LPS millimetres and may be oblique and unequally spaced.
    """

    shape: tuple[int, int, int]
    world_from_index: Matrix

    def __post_init__(self) -> None:
        matrix = np.array(self.world_from_index, dtype=np.float64)
        if matrix.shape != (4, 4) or not np.allclose(matrix[3], [0, 0, 0, 1]):
            raise ValueError("world_from_index is a 4x4 affine matrix with last row 0 0 0 1")
        if abs(np.linalg.det(matrix[:3, :3])) < 1e-9:
            raise ValueError("world_from_index is singular: two axes of the grid are parallel or a spacing is zero")
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ValueError(f"a grid has three axes of at least one voxel, not {self.shape}")
        matrix.setflags(write=False)
        object.__setattr__(self, "world_from_index", matrix)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    @staticmethod
    def from_spacing(
        shape: tuple[int, int, int],
        spacing_mm: ArrayLike,
        origin_mm: ArrayLike = (0.0, 0.0, 0.0),
        direction: ArrayLike | None = None,
    ) -> "Grid":
        """A grid from spacing (3,), the world position (3,) of voxel (0, 0, 0) and axis directions (3, 3) as columns."""
        axes = np.eye(3) if direction is None else np.asarray(direction, dtype=np.float64).reshape(3, 3)
        matrix = np.eye(4)
        matrix[:3, :3] = axes * np.asarray(spacing_mm, dtype=np.float64)
        matrix[:3, 3] = np.asarray(origin_mm, dtype=np.float64)
        return Grid(shape, matrix)

    @property
    def index_from_world(self) -> Matrix:
        inverse: Matrix = np.linalg.inv(self.world_from_index).astype(np.float64)
        return inverse

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Distance between neighbouring voxel centres along i, j, k."""
        return np.asarray(np.sqrt((self.world_from_index[:3, :3] ** 2).sum(axis=0)))

    @property
    def centre_mm(self) -> Points:
        """World position of the middle of the grid."""
        return transform_points(self.world_from_index, (np.array(self.shape) - 1) / 2)

    @property
    def corners_mm(self) -> Points:
        """World positions (8, 3) of the outer corners, half a voxel beyond the outermost centres."""
        ends = [(-0.5, n - 0.5) for n in self.shape]
        return transform_points(self.world_from_index, np.array(list(product(*ends))))

    def to_index(self, points_mm: ArrayLike) -> Points:
        """Continuous indices (..., 3) of world points."""
        return transform_points(self.index_from_world, points_mm)

    def to_world(self, indices: ArrayLike) -> Points:
        """World points (..., 3) of continuous indices."""
        return transform_points(self.world_from_index, indices)

    def contains(self, points_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether world points (..., 3) lie inside the voxels' outer faces."""
        index = self.to_index(points_mm)
        return np.asarray(np.all((index >= -0.5) & (index <= np.array(self.shape) - 0.5), axis=-1))

    def same_as(self, other: "Grid", tolerance_mm: float = 0.01) -> bool:
        """Whether both grids have the same voxels, to the tolerance at every corner."""
        return self.shape == other.shape and bool(
            np.all(np.linalg.norm(self.corners_mm - other.corners_mm, axis=1) <= tolerance_mm)
        )
