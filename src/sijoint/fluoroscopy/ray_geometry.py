"""The twelve numbers of a view in voxel units: every kernel takes these, whatever the grid's axes and spacing.

An affine change of coordinates keeps straight lines straight, so an oblique, unequally spaced volume is projected in index
space like a plain one; only the length of a ray is taken in the world.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.frames import Grid, ProjectionGeometry, transform_directions, transform_points

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class IndexGeometry:
    """Source, vector from the source to pixel (0, 0), column step and row step, (3,) each, in voxel units.

    ``world_from_pixel`` (3, 3): vector from the source in mm = its columns times (column, row, 1).
    """

    source: Vector
    to_origin: Vector
    column_step: Vector
    row_step: Vector
    world_from_pixel: NDArray[np.float64]
    shape: tuple[int, int]

    @property
    def to_corners(self) -> NDArray[np.float64]:
        """(4, 3) vectors from the source to the detector's four corner pixels, half a pixel outwards."""
        rows, columns = self.shape
        ends = [(-0.5, -0.5), (columns - 0.5, -0.5), (-0.5, rows - 0.5), (columns - 0.5, rows - 0.5)]
        return np.array([self.to_origin + x * self.column_step + y * self.row_step for x, y in ends])

    @property
    def to_centre(self) -> Vector:
        rows, columns = self.shape
        return self.to_origin + (columns - 1) / 2 * self.column_step + (rows - 1) / 2 * self.row_step


def index_geometry(grid: Grid, geometry: ProjectionGeometry) -> IndexGeometry:
    """``geometry`` in the voxel units of ``grid``. Raises UnphysicalView when numbers are missing or degenerate."""
    to_origin = geometry.pixel_origin_mm - geometry.source_mm
    world = np.column_stack([geometry.column_step_mm, geometry.row_step_mm, to_origin])
    if not (np.all(np.isfinite(world)) and np.all(np.isfinite(geometry.source_mm))):
        raise UnphysicalView("the view holds numbers that are not finite: check angles, distances and isocentre")
    scale = np.prod(np.linalg.norm(world, axis=0))
    if scale == 0 or abs(np.linalg.det(world)) < 1e-9 * scale:
        raise UnphysicalView("the source lies in the plane of the detector, or a distance or pixel size is zero")
    index_from_world = grid.index_from_world
    return IndexGeometry(
        transform_points(index_from_world, geometry.source_mm),
        transform_directions(index_from_world, to_origin),
        transform_directions(index_from_world, geometry.column_step_mm),
        transform_directions(index_from_world, geometry.row_step_mm),
        world,
        geometry.shape,
    )
