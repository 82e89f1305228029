"""The gap of a library joint as it was drawn: bone surfaces moved until it is so wide, labels and grey values redrawn.

Both bones move by half of what is wanted, along with their cortex. What lies between and beside them meets in partial volume,
so that a gap thinner than a voxel shows as a shallow valley and not as a step.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.special import ndtr

from sijoint.anatomy.ct import CT, Labels
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.library_rule import library_rule
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import label_scheme
from sijoint.frames import Grid

_ALL_MM, _NONE_MM = 4.0, 8.0  # gaps up to here follow the drawn width; from here on they are left alone
_NEAR_MM, _FAR_MM = 1.5, 4.5  # bone so deep moves with its surface; bone so deep stays
_ROUGH_MM = 3.0  # how far the gap may differ from the smooth map because of the labels' steps
_WITHIN_MM = 1.2  # so deep inside bone its grey values are free of what lies outside


@dataclass(frozen=True, eq=False)
class GapPlan:
    """How the gap is to be on the joint's chart (na, nb): wanted width, its change, and how far the middle moves to the ilium.

    ``weight`` (na, nb) is 1 where the joint is redrawn and falls to 0 where it is left as it was.
    """

    width_mm: NDArray[np.float64]
    change_mm: NDArray[np.float64]
    aside_mm: NDArray[np.float64]
    weight: NDArray[np.float64]


def plan_gap(joint: Joint, width_mm: float) -> GapPlan:
    """A gap with the mean width asked for over the synovial part, which keeps a softened form of its own variation."""
    rule = library_rule()
    nearest = distance_transform_edt(~joint.valid, return_indices=True, return_distances=False)
    gap = joint.width_mm[tuple(nearest)]
    smooth = np.asarray(gaussian_filter(gap, 3.0 / joint.chart.pitch_mm))
    off_chart = distance_transform_edt(~joint.valid) * joint.chart.pitch_mm
    weight = _fade(smooth, _ALL_MM, _NONE_MM) * _fade(off_chart, 0.0, 4.0)
    area = joint.synovial / joint.chart.slope_cosine
    form = smooth**rule.width_evenness
    factor = width_mm / float(np.average(form, weights=area))
    for _ in range(4):  # the floor and the fading weight take a little of the mean
        wanted = np.maximum(factor * form, rule.width_floor_mm)
        width = weight * wanted + (1 - weight) * gap
        factor *= width_mm / float(np.average(width, weights=area))
    return GapPlan(width, width - gap, np.zeros_like(gap), weight)


def impose(ct: CT, labels: Labels, joint: Joint, plan: GapPlan) -> None:
    """Redraw labels and grey values round a joint, in place, so that its gap is as planned."""
    rule = library_rule()
    box = _box(ct.grid, joint)
    index = np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij"), axis=-1)
    points = ct.grid.to_world(index)
    hu, numbers = ct.hu[box], labels.values[box]
    shape = points.shape[:-1]
    to_sacrum = joint.to_sacrum.at(points.reshape(-1, 3)).reshape(shape)
    to_hip = joint.to_hip.at(points.reshape(-1, 3)).reshape(shape)
    a, b, off = np.moveaxis(joint.chart.coordinates(points), -1, 0)
    width, change, aside, weight = (
        joint.chart.sample(values, a, b) for values in (plan.width_mm, plan.change_mm, plan.aside_mm, plan.weight)
    )
    old = width - change
    pitch = float(ct.grid.spacing_mm.mean())
    middle = np.asarray(gaussian_filter((to_sacrum - to_hip) / 2, 0.7))  # the labels' steps go, where it is redrawn
    towards = np.stack(np.gradient(middle, pitch), axis=-1)
    steep = np.linalg.norm(towards, axis=-1)
    local = weight * _fade(np.abs(middle) - old / 2, _NEAR_MM, _FAR_MM) * _fade(np.abs(off), 12.0, 16.0)
    half = (
        np.clip(steep, 0.7, 1.0) * width / 2
    )  # where bones are not parallel their difference grows slower than the way
    limits = (change - _ROUGH_MM) / 2, (change + _ROUGH_MM) / 2
    sacrum_move = (np.clip(half + middle - to_sacrum, *limits) + aside) * local
    hip_move = (np.clip(half - middle - to_hip, *limits) - aside) * local
    new_sacrum, new_hip = to_sacrum + sacrum_move, to_hip + hip_move

    blur = rule.blur_voxel * pitch
    sacrum_share, hip_share = ndtr(-new_sacrum / blur), ndtr(-new_hip / blur)
    gap_share = np.clip(1 - sacrum_share - hip_share, 0, 1)
    along = towards / np.maximum(steep, 1e-6)[..., None] / pitch
    sacrum_hu = _moved(_bone_hu(hu, to_sacrum), along * sacrum_move[..., None])
    hip_hu = _moved(_bone_hu(hu, to_hip), -along * hip_move[..., None])
    between = np.where(old < _ALL_MM, float(rule.cartilage_hu), np.minimum(hu, rule.cartilage_hu))
    drawn = sacrum_share * sacrum_hu + hip_share * hip_hu + gap_share * between
    # beyond the bones' reach the body is left as it is; inside bone it has already moved with the surface
    known = np.minimum(np.abs(to_sacrum), np.abs(to_hip)) < _FAR_MM
    share = np.where(known, local, 0.0)
    hu[...] = np.rint(share * drawn + (1 - share) * hu).astype(np.int16)

    scheme = label_scheme()
    hip = hip_numbers(joint.side)
    free = np.isin(numbers, (0, *scheme.sacrum, *hip, *scheme.muscle, *scheme.vessel)) & (local > 0)
    was_sacrum = np.isin(numbers, scheme.sacrum)
    is_sacrum, is_hip = free & (new_sacrum < 0), free & (new_hip < 0)
    both = is_sacrum & is_hip  # a gap below zero cannot be drawn: the nearer bone has it
    is_sacrum &= ~both | (new_sacrum <= new_hip)
    is_hip &= ~both | (new_hip < new_sacrum)
    gone = free & ~is_sacrum & ~is_hip & (was_sacrum | np.isin(numbers, hip))
    numbers[gone] = 0
    numbers[is_sacrum & ~was_sacrum] = scheme.sacrum[0]
    numbers[is_hip] = hip[0]


def _box(grid: Grid, joint: Joint) -> tuple[slice, slice, slice]:
    corners = grid.to_index(joint.to_sacrum.grid.corners_mm)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, grid.shape)
    i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return i, j, k


def _bone_hu(hu: NDArray[np.int16], distance_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grey values (i, j, k) of one bone, carried outwards from inside it to wherever it may grow."""
    inside = distance_mm < -_WITHIN_MM
    if not inside.any():
        return hu.astype(np.float64)
    nearest = distance_transform_edt(~inside, return_indices=True, return_distances=False)
    return hu[tuple(nearest)].astype(np.float64)


def _moved(values: NDArray[np.float64], by_voxel: NDArray[np.float64]) -> NDArray[np.float64]:
    places = np.moveaxis(np.indices(values.shape), 0, -1) + by_voxel
    return np.asarray(map_coordinates(values, np.moveaxis(places, -1, 0), order=1, mode="nearest"))


def _fade(values: NDArray, whole: float, none: float) -> NDArray[np.float64]:
    """1 up to ``whole``, 0 from ``none`` on, smooth between."""
    t = np.clip((values - whole) / (none - whole), 0.0, 1.0)
    return np.asarray(1 - t * t * (3 - 2 * t))
