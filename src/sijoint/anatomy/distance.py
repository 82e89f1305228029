"""Signed distance to bone surfaces, positive outside, negative inside, in millimetres.

Exact point-to-triangle distances; the sign comes from the interpolated normal at the nearest point of the surface.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy.surface import Surface
from sijoint.frames import Grid

_UNKNOWN = 1e6
_NEIGHBOURS = (
    16  # triangles tried per point: the nearest of them by centroid holds the nearest point on meshes of even size
)


@numba.njit(cache=True, inline="always")
def _nearest_weights(p, t):
    """Barycentric weights of the point of triangle t (3, 3) nearest to p (Ericson, Real-Time Collision Detection, 5.1.5)."""
    abx, aby, abz = t[1, 0] - t[0, 0], t[1, 1] - t[0, 1], t[1, 2] - t[0, 2]
    acx, acy, acz = t[2, 0] - t[0, 0], t[2, 1] - t[0, 1], t[2, 2] - t[0, 2]
    apx, apy, apz = p[0] - t[0, 0], p[1] - t[0, 1], p[2] - t[0, 2]
    d1 = abx * apx + aby * apy + abz * apz
    d2 = acx * apx + acy * apy + acz * apz
    if d1 <= 0.0 and d2 <= 0.0:
        return 1.0, 0.0, 0.0
    bpx, bpy, bpz = p[0] - t[1, 0], p[1] - t[1, 1], p[2] - t[1, 2]
    d3 = abx * bpx + aby * bpy + abz * bpz
    d4 = acx * bpx + acy * bpy + acz * bpz
    if d3 >= 0.0 and d4 <= d3:
        return 0.0, 1.0, 0.0
    vc = d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        v = d1 / (d1 - d3)
        return 1.0 - v, v, 0.0
    cpx, cpy, cpz = p[0] - t[2, 0], p[1] - t[2, 1], p[2] - t[2, 2]
    d5 = abx * cpx + aby * cpy + abz * cpz
    d6 = acx * cpx + acy * cpy + acz * cpz
    if d6 >= 0.0 and d5 <= d6:
        return 0.0, 0.0, 1.0
    vb = d5 * d2 - d1 * d6
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        w = d2 / (d2 - d6)
        return 1.0 - w, 0.0, w
    va = d3 * d6 - d5 * d4
    if va <= 0.0 and d4 - d3 >= 0.0 and d5 - d6 >= 0.0:
        w = (d4 - d3) / ((d4 - d3) + (d5 - d6))
        return 0.0, 1.0 - w, w
    total = 1.0 / (va + vb + vc)
    v, w = vb * total, vc * total
    return 1.0 - v - w, v, w


@numba.njit(cache=True, inline="always")
def _signed(p, t, n):
    """Squared distance from p to triangle t and the side it lies on (+1 outside), from corner normals n (3, 3)."""
    u, v, w = _nearest_weights(p, t)
    square, side = 0.0, 0.0
    for axis in range(3):
        gap = p[axis] - (u * t[0, axis] + v * t[1, axis] + w * t[2, axis])
        square += gap * gap
        side += gap * (u * n[0, axis] + v * n[1, axis] + w * n[2, axis])
    return square, (1.0 if side >= 0.0 else -1.0)


@numba.njit(cache=True, nogil=True)
def _distance_to_candidates(points, candidates, corners, normals):
    out = np.empty(len(points))
    for i in range(len(points)):
        best, sign = np.inf, 1.0
        for face in candidates[i]:
            square, side = _signed(points[i], corners[face], normals[face])
            if square < best:
                best, sign = square, side
        out[i] = sign * np.sqrt(best)
    return out


def signed_distance_mm(points_mm: ArrayLike, surface: Surface) -> NDArray[np.float64]:
    """Exact signed distance (...,) of points (..., 3) to a surface; infinite for an empty surface."""
    points = np.asarray(points_mm, dtype=np.float64)
    if len(surface.faces) == 0:
        return np.full(points.shape[:-1], np.inf)
    flat = np.ascontiguousarray(points.reshape(-1, 3))
    count = min(_NEIGHBOURS, len(surface.faces))
    _, candidates = surface.centroid_tree.query(flat, k=count)
    found = _distance_to_candidates(flat, candidates.reshape(-1, count), surface.corners_mm, surface.corner_normals)
    return found.reshape(points.shape[:-1])


@dataclass(frozen=True, eq=False)
class DistanceField:
    """Signed distance sampled on a grid, ``values_mm`` (i, j, k) float32: exact at nodes near the surface."""

    grid: Grid
    values_mm: NDArray[np.float32]

    def at(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Trilinear distance (...,) at points (..., 3); beyond the grid the nearest node's distance grows by the way there."""
        points = np.asarray(points_mm, dtype=np.float64)
        flat = np.ascontiguousarray(points.reshape(-1, 3))
        found = _trilinear(self.values_mm, self.grid.index_from_world, flat, float(self.grid.spacing_mm.min()))
        return found.reshape(points.shape[:-1])


@numba.njit(cache=True, nogil=True)
def _trilinear(values, index_from_world, points, spacing):
    out = np.empty(len(points))
    shape = values.shape
    low = np.empty(3, np.int64)
    part = np.empty(3)
    for n in range(len(points)):
        outside = 0.0
        for axis in range(3):
            x = index_from_world[axis, 3]
            for c in range(3):
                x += index_from_world[axis, c] * points[n, c]
            clipped = min(max(x, 0.0), shape[axis] - 1.0)
            outside += (x - clipped) ** 2
            low[axis] = min(int(clipped), shape[axis] - 2)
            part[axis] = clipped - low[axis]
        total = 0.0
        for i in range(2):
            wi = part[0] if i else 1.0 - part[0]
            for j in range(2):
                wj = wi * (part[1] if j else 1.0 - part[1])
                for k in range(2):
                    weight = wj * (part[2] if k else 1.0 - part[2])
                    total += weight * values[low[0] + i, low[1] + j, low[2] + k]
        out[n] = total + np.sqrt(outside) * spacing
    return out


@numba.njit(cache=True, nogil=True)
def _stamp(values, world_from_index, index_from_world, corners, normals, reach):
    """Every node within reach of a triangle gets its exact signed distance, the nearest triangle winning.

    The grid's axes are at right angles, so the ball round a triangle's centre is walked row by row in index space.
    """
    point, centre, middle = np.empty(3), np.empty(3), np.empty(3)
    spacing = np.empty(3)
    for axis in range(3):
        spacing[axis] = np.sqrt((world_from_index[:3, axis] ** 2).sum())
    for face in range(len(corners)):
        for axis in range(3):
            centre[axis] = (corners[face, 0, axis] + corners[face, 1, axis] + corners[face, 2, axis]) / 3.0
        radius = 0.0
        for corner in range(3):
            square = 0.0
            for axis in range(3):
                square += (corners[face, corner, axis] - centre[axis]) ** 2
            radius = max(radius, np.sqrt(square))
        for axis in range(3):
            middle[axis] = index_from_world[axis, 3]
            for c in range(3):
                middle[axis] += index_from_world[axis, c] * centre[c]
        ball = (reach + radius) ** 2
        wide = np.sqrt(ball) / spacing[0]
        for i in range(
            max(0, int(np.ceil(middle[0] - wide))), min(values.shape[0] - 1, int(np.floor(middle[0] + wide))) + 1
        ):
            off_i = ((i - middle[0]) * spacing[0]) ** 2
            wide = np.sqrt(max(0.0, ball - off_i)) / spacing[1]
            for j in range(
                max(0, int(np.ceil(middle[1] - wide))), min(values.shape[1] - 1, int(np.floor(middle[1] + wide))) + 1
            ):
                off_j = off_i + ((j - middle[1]) * spacing[1]) ** 2
                wide = np.sqrt(max(0.0, ball - off_j)) / spacing[2]
                for k in range(
                    max(0, int(np.ceil(middle[2] - wide))),
                    min(values.shape[2] - 1, int(np.floor(middle[2] + wide))) + 1,
                ):
                    away = off_j + ((k - middle[2]) * spacing[2]) ** 2
                    # no point of the triangle is nearer than this, so most nodes are settled without the exact distance
                    bound = abs(values[i, j, k]) + radius
                    if away > bound * bound:
                        continue
                    for c in range(3):
                        point[c] = (
                            world_from_index[c, 0] * i
                            + world_from_index[c, 1] * j
                            + world_from_index[c, 2] * k
                            + world_from_index[c, 3]
                        )
                    square, side = _signed(point, corners[face], normals[face])
                    if square < values[i, j, k] * values[i, j, k]:
                        values[i, j, k] = side * np.sqrt(square)


def distance_field(
    surfaces: Sequence[Surface], grid: Grid, exact_within_mm: float, inside: NDArray[np.bool_] | None = None
) -> DistanceField:
    """The signed distance to the nearest of several surfaces on a grid with axes at right angles.

    Exact at nodes within ``exact_within_mm``; farther away a chamfer distance from there, up to 8 % too long, and the sign.
    ``inside`` (i, j, k) gives the sign where surfaces touch or overlap, as the nearest surface cannot tell it then.
    """
    # a shell thinner than a voxel's diagonal would let the sign leak through it
    reach = max(float(exact_within_mm), 1.8 * float(grid.spacing_mm.max()))
    values = np.full(grid.shape, np.float32(_UNKNOWN))
    for surface in surfaces:
        if len(surface.faces):
            _stamp(
                values,
                grid.world_from_index,
                grid.index_from_world,
                surface.corners_mm,
                surface.corner_normals,
                reach,
            )
    known = np.abs(values) <= reach
    values[~known] = _UNKNOWN
    _chamfer(values, known, grid.spacing_mm)
    if inside is not None:
        values = np.where(inside, -np.abs(values), np.abs(values))
    return DistanceField(grid, values)


@numba.njit(cache=True, nogil=True)
def _chamfer(values, known, spacing):
    """Carry distance and sign from known nodes to the others: one sweep there and one back over the 13 nodes already seen."""
    ni, nj, nk = values.shape
    for sweep in range(2):
        step = 1 if sweep == 0 else -1
        for ii in range(ni):
            i = ii if sweep == 0 else ni - 1 - ii
            for jj in range(nj):
                j = jj if sweep == 0 else nj - 1 - jj
                for kk in range(nk):
                    k = kk if sweep == 0 else nk - 1 - kk
                    if known[i, j, k]:
                        continue
                    best = abs(values[i, j, k])
                    sign = 1.0 if values[i, j, k] >= 0 else -1.0
                    for di in range(-1, 1):
                        for dj in range(-1, 2):
                            for dk in range(-1, 2):
                                if di == 0 and (dj > 0 or (dj == 0 and dk >= 0)):
                                    continue
                                a, b, c = i + step * di, j + step * dj, k + step * dk
                                if a < 0 or b < 0 or c < 0 or a >= ni or b >= nj or c >= nk:
                                    continue
                                there = values[a, b, c]
                                way = np.sqrt((di * spacing[0]) ** 2 + (dj * spacing[1]) ** 2 + (dk * spacing[2]) ** 2)
                                if abs(there) + way < best:
                                    best = abs(there) + way
                                    sign = 1.0 if there >= 0 else -1.0
                    values[i, j, k] = sign * best
