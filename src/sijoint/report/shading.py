"""Triangles to a lit picture: a depth buffer with smooth normals, so that bones look like bones without a 3-D library.

Orthographic: the picture plane is spanned by ``right`` and ``up`` (unit vectors, LPS), depth grows towards the viewer.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom


@dataclass(frozen=True, eq=False)
class View:
    """An orthographic look: what lies at ``centre_mm`` is mid-picture, ``half_height_mm`` above it is the upper edge."""

    right: NDArray[np.float64]
    up: NDArray[np.float64]
    centre_mm: NDArray[np.float64]
    half_height_mm: float
    rows: int
    columns: int

    @property
    def towards_viewer(self) -> NDArray[np.float64]:
        return np.cross(self.right, self.up)

    @property
    def pixels_per_mm(self) -> float:
        return self.rows / (2 * self.half_height_mm)

    def place(self, points_mm: NDArray[Any]) -> NDArray[np.float64]:
        """Column, row and depth in mm (..., 3) of points (..., 3)."""
        offset = np.asarray(points_mm, dtype=np.float64) - self.centre_mm
        return np.stack(
            [
                self.columns / 2 + (offset @ self.right) * self.pixels_per_mm,
                self.rows / 2 - (offset @ self.up) * self.pixels_per_mm,
                offset @ self.towards_viewer,
            ],
            axis=-1,
        )


@dataclass(frozen=True, eq=False)
class Layer:
    """What one mesh shows: ``depth`` (rows, columns) in mm, -inf where nothing is; ``normal`` (rows, columns, 3) in view axes."""

    depth: NDArray[np.float64]
    normal: NDArray[np.float64]

    @property
    def seen(self) -> NDArray[np.bool_]:
        return np.isfinite(self.depth)


@njit(cache=True)
def _fill(corners: Any, normals: Any, depth: Any, normal: Any) -> None:  # pragma: no cover - compiled
    rows, columns = depth.shape
    for face in range(corners.shape[0]):
        x0, y0, z0 = corners[face, 0]
        x1, y1, z1 = corners[face, 1]
        x2, y2, z2 = corners[face, 2]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0.0:
            continue
        first_column = max(0, int(np.floor(min(x0, x1, x2))))
        last_column = min(columns - 1, int(np.ceil(max(x0, x1, x2))))
        first_row = max(0, int(np.floor(min(y0, y1, y2))))
        last_row = min(rows - 1, int(np.ceil(max(y0, y1, y2))))
        for row in range(first_row, last_row + 1):
            y = row + 0.5
            for column in range(first_column, last_column + 1):
                x = column + 0.5
                w1 = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) / area
                w2 = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / area
                w0 = 1.0 - w1 - w2
                if w0 < -1e-9 or w1 < -1e-9 or w2 < -1e-9:
                    continue
                z = w0 * z0 + w1 * z1 + w2 * z2
                if z > depth[row, column]:
                    depth[row, column] = z
                    for axis in range(3):
                        normal[row, column, axis] = (
                            w0 * normals[face, 0, axis] + w1 * normals[face, 1, axis] + w2 * normals[face, 2, axis]
                        )


def vertex_normals(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.float64]:
    """Area-weighted unit normals (n, 3) of a mesh."""
    corners = vertices[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices, dtype=np.float64)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], across)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return normals


def draw_mesh(view: View, vertices: NDArray[Any], faces: NDArray[Any]) -> Layer:
    """The nearest surface of a mesh: vertices (n, 3) LPS mm, faces (m, 3)."""
    depth = np.full((view.rows, view.columns), -np.inf)
    normal = np.zeros((view.rows, view.columns, 3))
    if len(faces):
        axes = np.stack([view.right, view.up, view.towards_viewer], axis=1)
        turned = vertex_normals(np.asarray(vertices, dtype=np.float64), faces) @ axes
        placed = view.place(vertices)
        _fill(np.ascontiguousarray(placed[faces]), np.ascontiguousarray(turned[faces]), depth, normal)
    length = np.linalg.norm(normal, axis=2, keepdims=True)
    normal /= np.maximum(length, 1e-12)
    normal[normal[..., 2] < 0] *= -1.0  # an open sheet is lit from both sides
    return Layer(depth, normal)


def lit(layer: Layer, colour: tuple[float, float, float], pixels_per_mm: float) -> NDArray[np.float64]:
    """Colour (rows, columns, 3) of a layer under a soft key light, a fill light and darkening in hollows."""
    key = np.array([-0.35, 0.55, 0.76])
    fill = np.array([0.7, -0.1, 0.7])
    normal = layer.normal
    shade = 0.30 + 0.58 * np.clip(normal @ (key / np.linalg.norm(key)), 0, 1)
    shade += 0.16 * np.clip(normal @ (fill / np.linalg.norm(fill)), 0, 1)
    shade -= 0.10 * (1 - normal[..., 2]) ** 3
    shade *= 1 - _hollow(layer, pixels_per_mm)
    gleam = 0.10 * np.clip(normal @ (key / np.linalg.norm(key)), 0, 1) ** 18
    colours: NDArray[np.float64] = np.asarray(colour) * shade[..., None] + gleam[..., None]
    return colours.clip(0, 1)


def _hollow(layer: Layer, pixels_per_mm: float) -> NDArray[np.float64]:
    """Darkening (0..0.45) where the neighbourhood within some millimetres stands nearer to the viewer.

    The neighbourhood is averaged on every fourth pixel: it is smooth, and full resolution costs seconds.
    """
    step = 4
    seen = layer.seen
    depth = np.where(seen, layer.depth, 0.0)
    coarse_seen, coarse_depth = seen[::step, ::step].astype(np.float64), depth[::step, ::step]
    dark = np.zeros_like(depth)
    for reach_mm, strength in ((2.0, 0.06), (7.0, 0.035)):
        sigma = reach_mm * pixels_per_mm / step
        weight = np.maximum(gaussian_filter(coarse_seen, sigma, truncate=2.5), 1e-6)
        mean = gaussian_filter(coarse_depth, sigma, truncate=2.5) / weight
        fine = zoom(mean, step, order=1, grid_mode=True, mode="nearest")[: depth.shape[0], : depth.shape[1]]
        dark += strength * np.clip(fine - depth, 0, 12)
    return np.clip(dark, 0, 0.45) * seen


def outline(layer: Layer, step_mm: float) -> NDArray[np.float64]:
    """Share (0..1) of dark line where depth falls away by more than ``step_mm`` between neighbours."""
    depth = np.where(layer.seen, layer.depth, -1e4)
    fall = np.zeros_like(depth)
    for axis in (0, 1):
        step = np.abs(np.diff(depth, axis=axis))
        padding = [(0, 0), (0, 0)]
        padding[axis] = (0, 1)
        fall = np.maximum(fall, np.pad(step, padding))
        padding[axis] = (1, 0)
        fall = np.maximum(fall, np.pad(step, padding))
    return np.clip((fall - step_mm) / step_mm, 0, 1) * layer.seen
