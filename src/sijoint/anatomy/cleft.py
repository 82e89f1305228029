"""The gap between sacrum and ilium: its plane, its mid-surface and its width, measured between two bone surfaces."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import binary_closing, distance_transform_edt, gaussian_filter, label
from skimage.morphology import disk

from sijoint.anatomy.chart import Chart
from sijoint.anatomy.distance import distance_field, signed_distance_mm
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.rules import JointRule
from sijoint.anatomy.surface import Surface
from sijoint.frames import Grid, Side, unit

_SCAN_MM = 30.0  # how far off the plane the mid-surface is looked for
_MENDED_MM = 4.0  # half the width of a gap in the map that is bridged


@dataclass(frozen=True, eq=False)
class Cleft:
    """The gap as a map: ``valid`` (na, nb) where both bones face each other, ``gap_mm`` (na, nb) bone to bone, unclipped.

    ``residual_mm`` (na, nb) is how far each node is from being equally near to both bones; NaN where ``mended``, that is where
    the surfaces cross themselves or each other and height and gap are carried over from the nodes around.
    """

    chart: Chart
    valid: NDArray[np.bool_]
    gap_mm: NDArray[np.float64]
    residual_mm: NDArray[np.float64]
    mended: NDArray[np.bool_]


def measure_cleft(sacrum: Surface, hip: Surface, side: Side, rule: JointRule, voxel_mm: float = 0.0) -> Cleft:
    """The mid-surface and width of the gap between two surfaces. Raises UnsuitableAnatomy when they do not face each other.

    ``voxel_mm`` is the coarsest voxel edge of the labels that the surfaces come from, 0 for surfaces that come from no voxels:
    the stairs of coarse labels are taken out of the mid-surface, never out of the gap.
    """
    facing = _facing_points(sacrum, hip, rule)
    if len(facing) < 200:
        raise UnsuitableAnatomy(
            f"The {side.value} hip bone does not come near the sacrum in this CT; choose the other side or a CT that shows "
            "the whole joint."
        )
    centre, axis_a, axis_b, normal = joint_plane(facing, side, rule)
    half = rule.chart_half_extent_mm
    count = 2 * round(half / rule.chart_pitch_mm) + 1
    origin = centre - half * axis_a - half * axis_b
    flat = Chart(origin, axis_a, axis_b, normal, rule.chart_pitch_mm, np.zeros((count, count)))

    reach = _SCAN_MM + rule.widest_mm
    low, high = facing.min(0) - half, facing.max(0) + half
    sacrum, hip = (bone.near(low - reach, high + reach) for bone in (sacrum, hip))
    height = _scan_heights(flat, sacrum, hip, rule)
    height, gap, residual = _refine_heights(flat, height, sacrum, hip, rule)
    valid = _one_sheet(height, gap, residual, rule)
    height, gap, mended = _mended(height, gap, residual, valid, rule)
    valid, residual = valid | mended, np.where(mended, np.nan, residual)
    if valid.sum() * rule.chart_pitch_mm**2 < 300:
        raise UnsuitableAnatomy(
            f"The gap between sacrum and {side.value} hip bone is too small to be a joint; check the labels, or choose a CT "
            "that shows the whole joint."
        )
    stairs_mm = rule.stairs_share * max(0.0, voxel_mm - rule.stairs_from_mm)
    height = _continued(_without_stairs(height, valid, stairs_mm / rule.chart_pitch_mm), valid)
    return Cleft(Chart(origin, axis_a, axis_b, normal, rule.chart_pitch_mm, height), valid, gap, residual, mended)


def _facing_points(sacrum: Surface, hip: Surface, rule: JointRule) -> NDArray[np.float64]:
    centroids = hip.corners_mm.mean(axis=1)
    if len(sacrum.faces) == 0 or len(centroids) == 0:
        return np.zeros((0, 3))
    away, _ = sacrum.centroid_tree.query(centroids, distance_upper_bound=rule.neighbour_mm + 1.0)
    near = centroids[np.isfinite(away)]
    return near[signed_distance_mm(near, sacrum) < rule.neighbour_mm]


def joint_plane(points_mm: NDArray, side: Side, rule: JointRule) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Centre and axes (a, b, normal) of the plane through facing bone points.

    The fitted normal may leave the prior (mean of a shape model) by a limited angle only; a free fit turned over in 2 of 20
    sides.
    """
    prior = unit([rule.normal_lateral * side.x_sign, rule.normal_posterior, 0.0])
    centre = points_mm.mean(axis=0)
    fitted = np.linalg.svd(points_mm - centre, full_matrices=False)[2][2]
    fitted = fitted * (1.0 if fitted @ prior >= 0 else -1.0)
    angle = np.arccos(np.clip(fitted @ prior, -1.0, 1.0))
    limit = np.radians(rule.normal_deviation_deg)
    if angle > limit:
        across = unit(fitted - (fitted @ prior) * prior)
        fitted = np.cos(limit) * prior + np.sin(limit) * across
    axis_b = unit(np.array([0.0, 0.0, 1.0]) - fitted[2] * fitted)
    axis_a = np.cross(axis_b, fitted)
    axis_a = axis_a if axis_a[1] < 0 else -axis_a  # ventral is -y
    return centre, axis_a, axis_b, fitted


def _scan_heights(flat: Chart, sacrum: Surface, hip: Surface, rule: JointRule) -> NDArray[np.float64]:
    """First heights (na, nb): where the point nearest to the sacrum turns nearest to the hip, at the narrowest such place."""
    step = 2.0 * rule.chart_pitch_mm
    heights = np.arange(-_SCAN_MM, _SCAN_MM + step, step)
    coarse = np.array(flat.shape) // 2 + 1
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([flat.axis_a, flat.axis_b, flat.normal], axis=1) * [step, step, step]
    matrix[:3, 3] = flat.origin_mm + heights[0] * flat.normal
    grid = Grid((int(coarse[0]), int(coarse[1]), len(heights)), matrix)
    to_sacrum = distance_field([sacrum], grid, 4.0).values_mm.astype(np.float64)
    to_hip = distance_field([hip], grid, 4.0).values_mm.astype(np.float64)
    difference, gap = to_sacrum - to_hip, to_sacrum + to_hip
    crossing = (difference[..., :-1] < 0) & (difference[..., 1:] >= 0)
    cost = np.where(crossing, np.minimum(gap[..., :-1], gap[..., 1:]), np.inf)
    best = cost.argmin(axis=-1)
    before = np.take_along_axis(difference, best[..., None], -1)[..., 0]
    after = np.take_along_axis(difference, best[..., None] + 1, -1)[..., 0]
    found = cost.min(axis=-1) < rule.widest_mm + 2.0 * step  # wider places are no joint and need no exact distance
    share = np.where(found, before / np.where(before == after, -1.0, before - after), 0.0)
    height = np.where(found, heights[best] + step * share, np.nan)
    fine = np.kron(height, np.ones((2, 2)))[: flat.shape[0], : flat.shape[1]]
    return np.pad(fine, [(0, n - m) for n, m in zip(flat.shape, fine.shape, strict=True)], mode="edge")


def _refine_heights(
    flat: Chart, height: NDArray, sacrum: Surface, hip: Surface, rule: JointRule
) -> tuple[NDArray, NDArray, NDArray]:
    """Heights where the exact distances to both bones agree, the gap there, and what is left of their difference."""
    nodes = np.isfinite(height)
    base = flat.nodes_mm[nodes]
    h = height[nodes].copy()

    def distances(which: NDArray, at: NDArray) -> tuple[NDArray, NDArray]:
        points = base[which] + at[:, None] * flat.normal
        return signed_distance_mm(points, sacrum), signed_distance_mm(points, hip)

    to_sacrum, to_hip = distances(np.arange(len(h)), h)
    slope = np.full(len(h), 2.0)  # both distances change by one millimetre per millimetre across a flat gap
    for _ in range(6):
        f = to_sacrum - to_hip
        moving = np.flatnonzero(np.abs(f) > 1e-3)
        if len(moving) == 0:
            break
        step = np.clip(-f[moving] / slope[moving], -1.5, 1.5)
        h[moving] += step
        to_sacrum[moving], to_hip[moving] = distances(moving, h[moving])
        slope[moving] = np.clip((to_sacrum[moving] - to_hip[moving] - f[moving]) / step, 0.6, 2.5)
    refined, gap, residual = (np.full(height.shape, np.nan) for _ in range(3))
    refined[nodes], gap[nodes], residual[nodes] = h, to_sacrum + to_hip, np.abs(to_sacrum - to_hip)
    return refined, gap, residual


def _one_sheet(height: NDArray, gap: NDArray, residual: NDArray, rule: JointRule) -> NDArray[np.bool_]:
    """The largest piece where the bones face each other, without jumps of the mid-surface between neighbours."""
    good = np.isfinite(height) & (gap < rule.widest_mm) & (residual < 0.5)
    limit = 4.0 * rule.chart_pitch_mm  # 76 degrees: steeper is another piece of bone, not the joint
    filled = np.where(good, height, np.nan)
    with np.errstate(invalid="ignore"):
        jump_a = np.abs(np.diff(filled, axis=0)) > limit
        jump_b = np.abs(np.diff(filled, axis=1)) > limit
    good[:-1][jump_a] = False
    good[:, :-1][jump_b] = False
    pieces, _ = label(good)
    return pieces == (np.argmax(np.bincount(pieces.ravel())[1:]) + 1) if good.any() else good


def _mended(
    height: NDArray, gap: NDArray, residual: NDArray, valid: NDArray[np.bool_], rule: JointRule
) -> tuple[NDArray, NDArray, NDArray[np.bool_]]:
    """Height and gap with the small places bridged at which no mid-surface was found although both bones are near."""
    apart = np.isfinite(gap) & (gap >= rule.widest_mm) & (residual < 0.5)
    mended = binary_closing(valid, disk(round(_MENDED_MM / rule.chart_pitch_mm))) & ~valid & ~apart
    if not mended.any():
        return height, gap, mended
    known = np.stack([height[valid], gap[valid]], axis=1)
    bridged = LinearNDInterpolator(np.argwhere(valid), known)(np.argwhere(mended))
    height, gap = height.copy(), gap.copy()
    height[mended], gap[mended] = bridged.T
    mended &= np.isfinite(height)
    return height, gap, mended


def _without_stairs(height: NDArray, valid: NDArray[np.bool_], sigma_nodes: float) -> NDArray[np.float64]:
    if sigma_nodes == 0:
        return height
    weight = gaussian_filter(valid.astype(np.float64), sigma_nodes)
    smooth = gaussian_filter(np.where(valid, height, 0.0), sigma_nodes) / np.maximum(weight, 1e-9)
    return np.where(valid, smooth, height)


def _continued(height: NDArray, valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    nearest = distance_transform_edt(~valid, return_indices=True, return_distances=False)
    return height[tuple(nearest)]
