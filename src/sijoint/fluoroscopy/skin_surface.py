"""The skin of a body as small patches, and which of them the beam meets first."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.density_field import LEAD
from sijoint.fluoroscopy.dose import field_half_sizes_mm
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.skin_factors import skin_table
from sijoint.fluoroscopy.technique import Technique
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.frames import CArmPose, Detector, Grid

Points = NDArray[np.float64]  # (n, 3), LPS mm


@dataclass(frozen=True, eq=False)
class SkinSurface:
    """Triangular patches: ``centres_mm``, outward unit ``normals`` (n, 3), ``areas_mm2`` (n,).

    ``assumed`` (n,) is True on body that the CT does not show. ``inside`` (i, j, k) is the body on ``grid``, from which the
    patches were made; where it is cut by the grid there is no skin. ``end_axis`` is its axis along the patient.
    """

    centres_mm: Points
    normals: Points
    areas_mm2: NDArray[np.float64]
    assumed: NDArray[np.bool_]
    inside: NDArray[np.bool_]
    grid: Grid
    end_axis: int

    def met_by(self, pose: CArmPose, detector: Detector, technique: Technique) -> NDArray[np.bool_]:
        """(n,) True where a ray of the collimated field enters the body: nothing of the body lies before it."""
        u, v, n = pose.axes
        ray = self.centres_mm - pose.source_mm
        depth = ray @ n
        half_width, half_height = field_half_sizes_mm(pose, detector, technique)
        with np.errstate(divide="ignore", invalid="ignore"):
            at_isocentre = pose.source_isocentre_mm / depth
            met = (depth > 0) & (np.abs(ray @ u * at_isocentre) <= half_width)
            met &= np.abs(ray @ v * at_isocentre) <= half_height
        met &= np.einsum("ij,ij->i", ray, self.normals) < 0
        candidates = np.flatnonzero(met)
        met[candidates] = ~self._in_shadow(candidates, pose.source_mm)
        return met

    def _in_shadow(self, patches: NDArray[np.int64], source_mm: Points) -> NDArray[np.bool_]:
        """Whether body lies between each patch and the source, by steps of half a voxel from just outside the skin."""
        voxel = float(self.grid.spacing_mm.min())
        start = self.centres_mm[patches] + 1.5 * voxel * self.normals[patches]
        to_source = source_mm - start
        far = float(np.linalg.norm(np.ptp(self.grid.corners_mm, axis=0)))
        step = to_source / np.linalg.norm(to_source, axis=1, keepdims=True) * voxel / 2
        index, index_step = self.grid.to_index(start), step @ self.grid.index_from_world[:3, :3].T
        shape = np.array(self.inside.shape)
        shadow = np.zeros(patches.size, np.bool_)
        going = np.arange(patches.size)
        for _ in range(int(2 * far / voxel)):
            index[going] += index_step[going]
            nearest = np.rint(index[going]).astype(int)
            within = np.all((nearest >= 0) & (nearest < shape), axis=1)
            hit = np.zeros(going.size, np.bool_)
            hit[within] = self.inside[tuple(nearest[within].T)]
            shadow[going[hit]] = True
            going = going[within & ~hit]
            if not going.size:
                break
        return shadow


def skin_surface(volume: AttenuationVolume) -> SkinSurface:
    """The skin of a body. Raises UnphysicalView when there is none."""
    from skimage.measure import marching_cubes  # half a second that the first frame of a process need not wait for

    numbers = skin_table("surface")
    stride = np.maximum(1, np.floor(numbers["voxel_mm"] / volume.grid.spacing_mm + 0.5).astype(int))
    inside = _body(volume, stride, float(numbers["body_g_cm3"]))
    if not inside.any():
        raise UnphysicalView("there is no body in this volume, so it has no skin")
    matrix = np.array(volume.grid.world_from_index)
    matrix[:3, :3] *= stride
    grid = Grid(inside.shape, matrix)

    margin = [(0, 0) if axis == volume.end_axis else (2, 2) for axis in range(3)]  # open where the grid cuts the body
    smooth = ndimage.gaussian_filter(np.pad(inside, margin).astype(np.float32), 0.8, mode="nearest")
    vertices, triangles, _, _ = marching_cubes(smooth, 0.5, gradient_direction="descent")
    corners = grid.to_world(vertices - [before for before, _ in margin])[triangles]  # (n, 3 corners, 3)
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    if np.linalg.det(matrix[:3, :3]) > 0:  # its triangles turn the other way round in a right-handed grid
        across = -across
    twice = np.linalg.norm(across, axis=1)
    real = twice > 1e-9
    centres = corners[real].mean(axis=1)
    along = volume.grid.to_index(centres)[:, volume.end_axis]
    first, last = volume.ct_range
    return SkinSurface(
        centres,
        across[real] / twice[real, None],
        twice[real] / 2,
        (along < first - 0.5) | (along > last + 0.5),
        inside,
        grid,
        volume.end_axis,
    )


def _body(volume: AttenuationVolume, stride: NDArray[np.int64], threshold: float) -> NDArray[np.bool_]:
    """The largest connected part denser than air, its inner gas filled slice by slice."""
    lead = (1, 1, LEAD)
    thinned = tuple(
        slice(first, first + size, int(step)) for first, size, step in zip(lead, volume.grid.shape, stride, strict=True)
    )
    density = volume.water.counts[thinned] * np.float32(volume.water.step)
    density += volume.bone.counts[thinned] * np.float32(volume.bone.step)
    solid = ndimage.binary_opening(np.pad(density > threshold, 1, mode="edge"))[1:-1, 1:-1, 1:-1]
    parts, count = ndimage.label(solid)
    if count > 1:  # a couch, a blanket
        solid = parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    slices = np.moveaxis(solid, volume.end_axis, 0)
    filled = np.stack([ndimage.binary_fill_holes(one) for one in slices])
    return np.ascontiguousarray(np.moveaxis(filled, 0, volume.end_axis))
