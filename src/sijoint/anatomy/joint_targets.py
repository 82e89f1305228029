"""Where a needle should go in a joint: just inside the dorsal border, and in the posterior ligament gap."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from sijoint.anatomy.approach import Approach, approaches
from sijoint.anatomy.border import Parts
from sijoint.anatomy.chart import Chart
from sijoint.anatomy.cleft import Cleft
from sijoint.anatomy.distance import DistanceField, distance_field
from sijoint.anatomy.rules import JointRule
from sijoint.anatomy.surface import Surface
from sijoint.frames import Grid

_FINE_MM = 0.5  # pitch of the distance grid round the joint; trilinear error there is below 0.1 mm
_BAND_MM = 2.0
_USUAL_MM = 5.0  # spread of the usual height of the target
_OPEN_REACH_MM, _OPEN_STEP_MM, _OPEN_SD_MM = 20.0, 5.0, 8.0  # where the ligament target is looked for: assumed
_BESIDE_MM, _BEHIND_MM = np.array([25.0, 0.0, 30.0]), np.array([25.0, 50.0, 15.0])  # where a needle comes from


@dataclass(frozen=True)
class NearBones:
    """Distances to both bones: fine round the joint, coarser as far back as a needle comes from."""

    to_sacrum: DistanceField
    to_hip: DistanceField
    wider: DistanceField

    def distance_mm(self, points_mm: NDArray) -> NDArray[np.float64]:
        fine = np.minimum(self.to_sacrum.at(points_mm), self.to_hip.at(points_mm))
        return np.where(self.to_sacrum.grid.contains(points_mm), fine, self.wider.at(points_mm))


def near_bones(sacrum: Surface, hip: Surface, cleft: Cleft) -> NearBones:
    """Distances on a fine grid round the gap, and on a coarser one as far back as bone reaches."""
    points = cleft.chart.nodes_mm[cleft.valid]
    low, high = points.min(axis=0) - 6.0, points.max(axis=0) + 6.0
    fine = _box(low, high, _FINE_MM)
    wide_low, wide_high = low - _BESIDE_MM, high + _BEHIND_MM
    wide = _box(wide_low, wide_high, 2 * _FINE_MM)
    parts = [bone.near(wide_low - 4, wide_high + 4) for bone in (sacrum, hip)]
    close = [bone.near(low - 4, high + 4) for bone in (sacrum, hip)]
    fields = ((close[:1], fine, _BAND_MM), (close[1:], fine, _BAND_MM), (parts, wide, 0.75 * _BAND_MM))
    with ThreadPoolExecutor(max_workers=2) as pool:  # the fields share nothing
        return NearBones(*pool.map(lambda given: distance_field(*given), fields))


def _box(low_mm: NDArray, high_mm: NDArray, pitch_mm: float) -> Grid:
    low = np.floor(low_mm / pitch_mm) * pitch_mm
    i, j, k = (int(n) for n in np.ceil((high_mm - low) / pitch_mm) + 1)
    return Grid.from_spacing((i, j, k), [pitch_mm] * 3, low)


def recess_target(
    chart: Chart,
    parts: Parts,
    dorsal_mm: NDArray,
    end_mm: NDArray,
    near: NearBones,
    width_measurable: bool,
    rule: JointRule,
) -> tuple[NDArray, Approach]:
    """The needle's target: just inside the dorsal border, in the window above the inferior end, where ways in are many.

    The middle of the places in the window, each weighted by the ways that reach its neighbourhood and by how near it is to the
    usual height, is steadier than the best of them. ``width_measurable``: then the last millimetres between the bones count too,
    and a place that they close is not taken; where labels touch, those millimetres say nothing.
    """
    inside = _inwards(chart, parts.synovial, dorsal_mm, rule.recess_inset_mm)
    height = dorsal_mm[:, 2] - end_mm[2]
    low, high = rule.recess_window_mm
    first = int(np.argmax(height > high)) if (height > high).any() else len(height)
    candidates = [int(np.abs(height[:first] - h).argmin()) for h in np.arange(low, high + 0.1, 1.0)]
    ways = {n: approaches(inside[n], near.distance_mm, rule.needle_clearance_mm) for n in dict.fromkeys(candidates)}
    reached = {n: float((way.clearance_mm >= rule.needle_clearance_mm).mean()) for n, way in ways.items()}
    usual = [reached[n] * np.exp(-0.5 * ((height[n] - rule.recess_height_mm) / _USUAL_MM) ** 2) + 1e-9 for n in ways]
    middle = np.average([height[n] for n in ways], weights=usual)
    free = {n: way.share for n, way in ways.items()} if width_measurable else reached
    open_enough = [n for n in ways if free[n] >= 0.5 * max(free.values())]
    best = min(open_enough, key=lambda n: abs(height[n] - middle))
    return inside[best], ways[best]


def _inwards(chart: Chart, synovial: NDArray[np.bool_], rim_mm: NDArray, inset_mm: float) -> NDArray[np.float64]:
    """Rim points (n, 3) moved a little into the synovial part, at right angles to its border on the chart."""
    depth = distance_transform_edt(synovial) - distance_transform_edt(~synovial)
    towards = np.gradient(depth)
    a, b, _ = np.moveaxis(chart.coordinates(rim_mm), -1, 0)
    step = np.stack([chart.sample(t, a, b) for t in towards], axis=-1)
    step /= np.maximum(np.linalg.norm(step, axis=-1, keepdims=True), 1e-9)
    return chart.world(a + inset_mm * step[:, 0], b + inset_mm * step[:, 1])


def ligament_target(
    cleft: Cleft, parts: Parts, dorsal_mm: NDArray, ventral_mm: NDArray, near: NearBones, rule: JointRule
) -> tuple[NDArray, Approach, NDArray[np.bool_]]:
    """The target in the posterior ligament gap at the middle third of the joint's height, its ways in, and the whole part."""
    chart = cleft.chart
    outside = cleft.valid & ~parts.synovial
    nodes = chart.nodes_mm
    to_dorsal, to_ventral = (_away(nodes[outside], line) for line in (dorsal_mm, ventral_mm))
    ligamentous = np.zeros_like(outside)
    ligamentous[outside] = to_dorsal < to_ventral
    height = np.array([dorsal_mm[0, 2], dorsal_mm[-1, 2]])
    low, high = height[0] + np.diff(height)[0] * np.array([1, 2]) / 3
    middle = ligamentous & (nodes[..., 2] >= low) & (nodes[..., 2] <= high)
    wide = middle & (cleft.gap_mm > 2.0 * rule.needle_clearance_mm)
    wide = wide if wide.any() else middle if middle.any() else ligamentous
    target, ways = _most_open(chart, wide, near, rule)
    return target, ways, ligamentous


def _most_open(chart: Chart, region: NDArray[np.bool_], near: NearBones, rule: JointRule) -> tuple[NDArray, Approach]:
    """The middle of a region of the chart, each place counted by how open its ways in are and how near it is to the centre.

    A mean over many places hardly moves when voxels lie otherwise, where the first or best place of all would jump.
    """
    centre = np.argwhere(region).mean(axis=0) * chart.pitch_mm
    steps = np.arange(-_OPEN_REACH_MM, _OPEN_REACH_MM + 0.1, _OPEN_STEP_MM)
    a, b = (centre[n] + step.ravel() for n, step in enumerate(np.meshgrid(steps, steps, indexing="ij")))
    inside = chart.sample(region.astype(np.float64), a, b) > 0.5
    a, b = (a[inside], b[inside]) if inside.any() else centre[:, None]
    found = [approaches(place, near.distance_mm, rule.needle_clearance_mm) for place in chart.world(a, b)]
    share = np.array([ways.share for ways in found])
    weight = share**2 * np.exp(-0.5 * ((a - centre[0]) ** 2 + (b - centre[1]) ** 2) / _OPEN_SD_MM**2)
    if not weight.any():
        return chart.world(a[0], b[0]), found[0]
    target = chart.world(weight @ a / weight.sum(), weight @ b / weight.sum())
    ways = approaches(target, near.distance_mm, rule.needle_clearance_mm)
    if ways.room_deg < rule.approach_room_deg:  # a mean may lie between open places
        best = int(np.argmax(weight))
        return chart.world(a[best], b[best]), found[best]
    return target, ways


def _away(points_mm: NDArray, line_mm: NDArray) -> NDArray[np.float64]:
    return np.linalg.norm(points_mm[:, None] - line_mm[None], axis=-1).min(axis=1)
