"""Bone surfaces from labels: smooth, closed triangle meshes in LPS millimetres."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from skimage.measure import marching_cubes

from sijoint.anatomy.ct import Labels
from sijoint.anatomy.rules import joint_rule
from sijoint.frames import Grid


@dataclass(frozen=True, eq=False)
class Surface:
    """A closed triangle mesh; ``vertices_mm`` (n, 3), ``faces`` (m, 3) with normals pointing out of the bone."""

    vertices_mm: NDArray[np.float64]
    faces: NDArray[np.int64]

    @cached_property
    def corners_mm(self) -> NDArray[np.float64]:
        """Corners (m, 3, 3) of every triangle: face, corner, coordinate."""
        return np.ascontiguousarray(self.vertices_mm[self.faces])

    @cached_property
    def vertex_normals(self) -> NDArray[np.float64]:
        """Area-weighted outward unit normals (n, 3)."""
        corners = self.corners_mm
        area_normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.zeros_like(self.vertices_mm)
        for corner in range(3):
            np.add.at(normals, self.faces[:, corner], area_normals)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    @cached_property
    def corner_normals(self) -> NDArray[np.float64]:
        """Vertex normals (m, 3, 3) at the corners of every triangle."""
        return np.ascontiguousarray(self.vertex_normals[self.faces])

    @cached_property
    def centroid_tree(self) -> cKDTree:
        return cKDTree(self.corners_mm.mean(axis=1))

    def near(self, low_mm: NDArray, high_mm: NDArray) -> "Surface":
        """The triangles whose centroid lies in a box; still with the normals of the whole surface."""
        centre = self.corners_mm.mean(axis=1)
        keep = np.all((centre >= low_mm) & (centre <= high_mm), axis=1)
        part = Surface(self.vertices_mm, self.faces[keep])
        part.__dict__["vertex_normals"] = self.vertex_normals  # a cut surface has wrong normals at its rim
        return part


def smooth_occupancy(labels: Labels, numbers: tuple[int, ...]) -> tuple[Grid, NDArray[np.float32]]:
    """The smoothed share of bone (i, j, k) in a crop round the labels, 0.5 at the surface; the crop's grid with it."""
    mask = np.isin(labels.values, numbers)
    margin = 4
    low, high = _extent(mask, margin)
    crop = mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))].astype(np.float32)
    crop = np.pad(crop, 1)  # closes the surface where the CT ends
    rule = joint_rule()
    sigma = np.minimum(rule.smoothing_voxel, rule.smoothing_most_mm / labels.grid.spacing_mm)
    smooth = gaussian_filter(crop, sigma, mode="constant", truncate=4.0)
    matrix = labels.grid.world_from_index.copy()
    matrix[:3, 3] = labels.grid.to_world(np.array(low) - 1)
    return Grid(smooth.shape, matrix), smooth


def bone_surface(labels: Labels, numbers: tuple[int, ...], step: int = 1) -> Surface:
    """The surface of the union of label numbers, smoothed; empty labels give an empty surface.

    ``step`` > 1 skips voxels for a coarser picture.
    """
    if not np.isin(labels.values, numbers).any():
        return Surface(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64))
    grid, smooth = smooth_occupancy(labels, numbers)
    vertices, faces, _, _ = marching_cubes(smooth, 0.5, step_size=step, allow_degenerate=False)
    outward = faces if np.linalg.det(grid.world_from_index[:3, :3]) > 0 else faces[:, ::-1]
    surface = Surface(grid.to_world(vertices), np.ascontiguousarray(outward, dtype=np.int64))
    return surface if _volume_mm3(surface) > 0 else Surface(surface.vertices_mm, surface.faces[:, ::-1].copy())


def inside_bone(labels: Labels, numbers: tuple[int, ...]) -> NDArray[np.bool_]:
    """Voxels (i, j, k) whose centre lies inside the smoothed surface of these labels."""
    inside = np.zeros(labels.values.shape, dtype=bool)
    if np.isin(labels.values, numbers).any():
        grid, smooth = smooth_occupancy(labels, numbers)
        first = np.rint(labels.grid.to_index(grid.to_world([1, 1, 1]))).astype(int)
        core = smooth[1:-1, 1:-1, 1:-1] > 0.5
        inside[tuple(slice(a, a + n) for a, n in zip(first, core.shape, strict=True))] = core
    return inside


def _volume_mm3(surface: Surface) -> float:
    a, b, c = surface.corners_mm.transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def _extent(mask: NDArray[np.bool_], margin: int) -> tuple[list[int], list[int]]:
    low, high = [], []
    for axis in range(3):
        filled = np.flatnonzero(mask.any(axis=tuple(n for n in range(3) if n != axis)))
        low.append(max(0, int(filled[0]) - margin))
        high.append(min(mask.shape[axis], int(filled[-1]) + margin + 1))
    return low, high
