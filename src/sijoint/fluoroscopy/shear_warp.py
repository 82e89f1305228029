"""The geometry of the separable projectors: perspective shear-warp, after which trilinear sampling separates.

Seen from the source, a ray is its slopes (v, u) per slice along one axis of the volume, the major axis m; the other two are
b, and a along which voxels lie side by side in memory. Every slice maps onto a regular grid of slopes by a scale and a
shift alone. So each voxel row is resampled once for all image rows of a band, two resampled rows are blended for each image row
without any gather, slices are summed, and one smooth warp takes the sums to the detector, times the ray's length per slice. It is
Joseph's method up to that one interpolation.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.density_field import Box
from sijoint.fluoroscopy.ray_geometry import IndexGeometry

FLATTEST_SLOPE = 2.0  # voxels across per slice; beyond, Joseph's method gets coarse
ALIGNED_PIXELS = 0.1  # a detector whose pixels all lie this near to slopes of its own grid takes that grid
FINEST_ALIGNED_VOXELS = 0.18  # unless its pixels are finer than this share of a voxel
PITCH_SHARE = 0.5  # of the detector's pixel at its centre, else: slopes are closer than rays
COARSEST_VOXELS = 1.75  # at the farthest slice: sixteen neighbouring samples lie within one load of 32 voxels
LARGEST_BAND = 128  # rows of slopes
MARGIN = 3  # slopes beyond the detector's edge, for the warp to interpolate


@dataclass(frozen=True)
class Slopes:
    """A regular axis of slopes: value of the first, step, and how many."""

    first: float
    step: float
    count: int

    @property
    def band(self) -> int:
        """How many to work on at once: no more than caches hold, and the same work for each of two threads."""
        return -(-self.count // (2 * -(-self.count // (2 * LARGEST_BAND))))


@dataclass(frozen=True, eq=False)
class ShearWarp:
    """One view of one field. ``order``: which axis of the field is m, b and a. Slices and source are in voxels of the grid."""

    view: IndexGeometry
    order: tuple[int, int, int]
    source: NDArray[np.float64]  # m, b, a
    slices: tuple[int, int]  # first and last that is neither empty nor behind the source
    v: Slopes
    u: Slopes

    def needed(self, band: int) -> NDArray[np.int64]:
        """(n, 2) first and one past the last column of ``u`` that the detector needs of every ``band`` rows of ``v``."""
        view, u, v = self.view, self.u, self.v
        m, b, a = self.order
        ring = view.to_corners[[0, 1, 3, 2, 0]]
        columns, rows = (ring[:, a] / ring[:, m] - u.first) / u.step, (ring[:, b] / ring[:, m] - v.first) / v.step
        low = np.arange(0, v.count, band)[:, None] - float(MARGIN)
        high = low + band + 2 * MARGIN
        # the part of each edge of the detector that lies in the band, as shares of the edge
        start, rise = rows[None, :-1], np.diff(rows)[None]
        with np.errstate(divide="ignore", invalid="ignore"):
            cuts = np.sort(np.stack([(low - start) / rise, (high - start) / rise]), axis=0)
        flat = np.broadcast_to(rise == 0, cuts[0].shape)
        inside = (start >= low) & (start <= high)
        enter = np.where(flat, np.where(inside, 0.0, 2.0), np.clip(cuts[0], 0, None))
        leave = np.where(flat, np.where(inside, 1.0, -1.0), np.clip(cuts[1], None, 1))
        met = enter <= leave
        width = np.diff(columns)[None]
        ends = np.stack([columns[None, :-1] + share * width for share in (enter, leave)])
        first = np.where(met, ends.min(axis=0), np.inf).min(axis=1)
        last = np.where(met, ends.max(axis=0), -np.inf).max(axis=1)
        some = np.isfinite(first)
        found = np.zeros((len(low), 2), np.int64)
        found[some, 0] = np.maximum(np.floor(first[some]) - MARGIN, 0)
        found[some, 1] = np.minimum(np.ceil(last[some]) + MARGIN + 1, u.count)
        return found

    @property
    def plane(self) -> NDArray[np.float64]:
        """(3, 3): rows m, b, a of the vector from the source to a pixel, in voxels = columns times (column, row, 1)."""
        view = self.view
        return np.stack([view.column_step, view.row_step, view.to_origin], axis=1)[list(self.order)]


def shear_warp(view: IndexGeometry, content: Box, finest_voxels: float) -> ShearWarp | None:
    """How to project a field with this ``content`` separably; None where rays must be followed one by one.

    That is when rays are too flat to the major axis, or the detector stands inside the field. Slopes are no closer than
    ``finest_voxels`` across the central ray at the middle of the body: what is finer costs time and shows little more.
    """
    major = int(np.argmax(np.abs(view.to_centre[:2])))
    corners = view.to_corners
    along = corners[:, major] * np.sign(view.to_centre[major])
    if along.min() <= 0 or (np.abs(corners) / along[:, None]).max() > FLATTEST_SLOPE:
        return None
    box = np.array(list(product(*content))) - view.source
    across_detector = np.cross(view.column_step, view.row_step)
    if (box @ across_detector / (view.to_origin @ across_detector)).max() >= 1:  # 1 at the detector
        return None
    order = (major, 1 - major, 2)
    source = view.source[list(order)]
    first, last = content[major]
    if view.to_centre[major] > 0:
        first = max(first, int(np.ceil(source[0] + 1)))
    else:
        last = min(last, int(np.floor(source[0] - 1)))
    middle = max(abs((first + last) / 2 - source[0]), 1.0)
    farthest = max(abs(first - source[0]), abs(last - source[0]), 1.0)
    grid = _detector_as_grid(view, order, middle, farthest)
    v, u = grid or (
        _slopes(view, major, axis, finest_voxels / middle, COARSEST_VOXELS / farthest) for axis in order[1:]
    )
    return ShearWarp(view, order, source, (first, last), v, u)


def _slopes(view: IndexGeometry, m: int, across: int, finest: float, coarsest: float) -> Slopes:
    """Slopes ``across`` per slice that cover the detector with room to interpolate.

    The step is a share of the detector's pitch at its centre, but neither finer nor coarser than the bounds.
    """
    centre = view.to_centre
    steps = [
        abs(step[across] * centre[m] - centre[across] * step[m]) / centre[m] ** 2
        for step in (view.column_step, view.row_step)
    ]
    # rays lie farther apart in a slice that they cross on the slant than the distance between them
    slant = float(np.hypot(centre[m], centre[across]) / abs(centre[m]))
    step = min(max(PITCH_SHARE * max(steps), finest * slant), coarsest)
    corners = view.to_corners
    slopes = corners[:, across] / corners[:, m]
    count = int(np.ceil((slopes.max() - slopes.min()) / step)) + 2 * MARGIN + 1
    return Slopes(float(slopes.min() - MARGIN * step), float(step), count)


def _detector_as_grid(
    view: IndexGeometry, order: tuple[int, int, int], middle: float, farthest: float
) -> tuple[Slopes, Slopes] | None:
    """The detector's own pixels as slopes, for a straight view of the volume: then the warp has nothing to interpolate.

    In such views every ray meets the slices alike, Joseph's method is all but exact, and interpolation would be the error.
    """
    m = order[0]
    rows, columns = view.shape
    pixels = np.array([(c, r) for c in (0, columns // 2, columns - 1) for r in (0, rows // 2, rows - 1)])
    rays = view.to_origin + pixels[:, :1] * view.column_step + pixels[:, 1:] * view.row_step
    middle_ray = rays[4]
    grid = []
    for across in order[1:]:
        slopes = rays[:, across] / rays[:, m]
        steps = [
            abs(step[across] * middle_ray[m] - middle_ray[across] * step[m]) / middle_ray[m] ** 2
            for step in (view.column_step, view.row_step)
        ]
        step = max(steps)
        if step * middle < FINEST_ALIGNED_VOXELS or step * farthest > COARSEST_VOXELS:
            return None
        places = (slopes - slopes[4]) / step
        if np.abs(places - np.rint(places)).max() > ALIGNED_PIXELS:
            return None
        before = int(np.ceil(-places.min())) + MARGIN
        grid.append(
            Slopes(float(slopes[4] - before * step), float(step), before + int(np.ceil(places.max())) + MARGIN + 1)
        )
    return grid[0], grid[1]
