"""From labels to a joint: both bone surfaces, the gap between them, its parts, its targets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from sijoint.anatomy.approach import Approach, approaches, middle_of
from sijoint.anatomy.border import Parts, outline, split_outline, split_parts, synovial_within
from sijoint.anatomy.chart import Chart
from sijoint.anatomy.cleft import Cleft, measure_cleft
from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.distance import DistanceField, distance_field
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.psis import psis_mm
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import JointRule, joint_rule, label_scheme
from sijoint.anatomy.surface import Surface, bone_surface
from sijoint.frames import Grid, Side

_FINE_MM = 0.5  # pitch of the distance grid round the joint; trilinear error there is below 0.1 mm
_BAND_MM = 2.5

_MODELLED = (
    "The border between the synovial and the ligamentous part is a rule on width and shape; CT cannot show it.",
    "The posterior ligament region and the capsule are drawn from the bones' distance, not from an image of them.",
)


def extract_joint(patient: PatientCT, side: Side) -> Joint:
    """The joint on one side of a patient. Raises UnsuitableAnatomy when the CT or its labels do not show it whole."""
    rule = joint_rule()
    check_bones(patient, side)
    sacrum = bone_surface(patient.labels, label_scheme().sacrum)
    hip = bone_surface(patient.labels, hip_numbers(side))
    cleft = measure_cleft(sacrum, hip, side, rule)
    _check_whole(cleft, patient.ct.grid, side)
    return joint_between(sacrum, hip, cleft, side, psis_mm(hip, side), rule)


def joint_between(sacrum: Surface, hip: Surface, cleft: Cleft, side: Side, spine_mm: NDArray, rule: JointRule) -> Joint:
    """The joint in a measured gap; ``spine_mm`` (3,) is the posterior superior iliac spine of that side."""
    chart, parts = cleft.chart, split_parts(cleft, rule)
    line = outline(parts.synovial) * chart.pitch_mm
    rim = chart.world(line[:, 0], line[:, 1])
    lowest, highest = int(rim[:, 2].argmin()), int(rim[:, 2].argmax())
    dorsal, ventral = (chart.world(*part.T) for part in split_outline(line, lowest, highest))
    width = np.where(cleft.valid, np.clip(cleft.gap_mm, rule.narrowest_mm, rule.widest_mm), np.nan)
    touching = float((cleft.gap_mm[parts.synovial] < rule.narrowest_mm).mean())
    measurable = touching <= rule.touching_limit
    area = _area_cm2(chart, parts.synovial)
    near = _near_bones(sacrum, hip, cleft)
    recess, recess_ways = _recess(chart, parts, dorsal, rim[lowest], near, rule)
    ligament, ligament_ways, ligamentous = _ligament(cleft, parts, dorsal, ventral, near, rule)
    return Joint(
        side=side,
        chart=chart,
        valid=cleft.valid,
        synovial=parts.synovial,
        ligamentous=ligamentous,
        width_mm=width,
        width_measurable=measurable,
        touching_share=touching,
        area_cm2=area,
        area_band_cm2=_area_band(chart, parts, rule),
        mean_width_mm=float(np.average(width[parts.synovial], weights=1 / chart.slope_cosine[parts.synovial]))
        if measurable
        else float("nan"),
        inferior_end_mm=rim[lowest],
        inferior_recess_mm=recess,
        recess_out=middle_of(recess_ways),
        dorsal_border_mm=dorsal,
        ventral_border_mm=ventral,
        capsule_rim_mm=rim,
        axial_angles_deg=_axial_angles_deg(chart.nodes_mm[parts.synovial], side),
        ligament_target_mm=ligament,
        ligament_out=middle_of(ligament_ways),
        below_psis_mm=float(spine_mm[2] - rim[lowest][2]),
        lateral_of_psis_mm=float((rim[lowest][0] - spine_mm[0]) * side.x_sign),
        to_sacrum=near.to_sacrum,
        to_hip=near.to_hip,
        modelled=_MODELLED,
    )


def check_bones(patient: PatientCT, side: Side) -> None:
    """Refuse labels without both bones of a side, or with left and right exchanged."""
    values, scheme = patient.labels.values, label_scheme()
    centre = {}
    for name, numbers in (("sacrum", scheme.sacrum), (f"{side.value} hip bone", hip_numbers(side))):
        found = np.argwhere(np.isin(values, numbers))
        if len(found) * np.prod(patient.labels.grid.spacing_mm) < 5000:  # mm3; a whole bone has some 200,000
            raise UnsuitableAnatomy(
                f"The labels show no {name} (numbers {', '.join(map(str, numbers))}), so the {side.value} joint cannot be "
                "found; choose the other side, or a CT that shows the whole pelvis."
            )
        centre[name] = patient.labels.grid.to_world(found.mean(axis=0))
    apart = (centre[f"{side.value} hip bone"] - centre["sacrum"])[0] * side.x_sign
    if apart < 20:
        raise UnsuitableAnatomy(
            f"The bone labelled {side.value} hip does not lie on the patient's {side.value}; labels or image are mirrored, so "
            "this data must not be used before that is put right."
        )


def _check_whole(cleft: Cleft, grid: Grid, side: Side) -> None:
    index = grid.to_index(cleft.chart.nodes_mm[cleft.valid & (cleft.gap_mm < 4.0)])
    if (index < 1).any() or (index > np.array(grid.shape) - 2).any():
        raise UnsuitableAnatomy(
            f"The CT ends within the {side.value} sacroiliac joint; choose the other side, or a CT that shows the whole joint."
        )


@dataclass(frozen=True)
class _NearBones:
    to_sacrum: DistanceField
    to_hip: DistanceField
    wider: DistanceField

    def distance_mm(self, points_mm: NDArray) -> NDArray[np.float64]:
        fine = np.minimum(self.to_sacrum.at(points_mm), self.to_hip.at(points_mm))
        return np.where(self.to_sacrum.grid.contains(points_mm), fine, self.wider.at(points_mm))


def _near_bones(sacrum: Surface, hip: Surface, cleft: Cleft) -> _NearBones:
    """Distances on a fine grid round the gap, and on a coarser one as far back as bone reaches."""
    points = cleft.chart.nodes_mm[cleft.valid]
    low, high = points.min(axis=0) - 6.0, points.max(axis=0) + 6.0
    fine = _box(low, high, _FINE_MM)
    wide_low, wide_high = low - [25, 0, 30], high + [25, 50, 15]
    wide = _box(wide_low, wide_high, 2 * _FINE_MM)
    parts = [bone.near(wide_low - 4, wide_high + 4) for bone in (sacrum, hip)]
    close = [bone.near(low - 4, high + 4) for bone in (sacrum, hip)]
    return _NearBones(
        distance_field(close[:1], fine, _BAND_MM),
        distance_field(close[1:], fine, _BAND_MM),
        distance_field(parts, wide, _BAND_MM),
    )


def _box(low_mm: NDArray, high_mm: NDArray, pitch_mm: float) -> Grid:
    low = np.floor(low_mm / pitch_mm) * pitch_mm
    shape = tuple(int(n) for n in np.ceil((high_mm - low) / pitch_mm) + 1)
    return Grid.from_spacing(shape, [pitch_mm] * 3, low)


def _recess(
    chart: Chart, parts: Parts, dorsal_mm: NDArray, end_mm: NDArray, near: _NearBones, rule: JointRule
) -> tuple[NDArray, Approach]:
    """The needle's target: just inside the dorsal border, in the window above the inferior end, where the way in is widest.

    Among equally open places the one nearest to the usual height wins.
    """
    inside = _inwards(chart, parts.synovial, dorsal_mm, rule.recess_inset_mm)
    height = dorsal_mm[:, 2] - end_mm[2]
    low, high = rule.recess_window_mm
    first = int(np.argmax(height > high)) if (height > high).any() else len(height)
    candidates = [int(np.abs(height[:first] - h).argmin()) for h in np.arange(low, high + 0.1, 1.5)]
    ways = {n: approaches(inside[n], near.distance_mm, rule.needle_clearance_mm) for n in dict.fromkeys(candidates)}
    best = max(ways, key=lambda n: ways[n].share * np.exp(-0.5 * ((height[n] - rule.recess_height_mm) / 5.0) ** 2))
    return inside[best], ways[best]


def _inwards(chart: Chart, synovial: NDArray[np.bool_], rim_mm: NDArray, inset_mm: float) -> NDArray[np.float64]:
    """Rim points (n, 3) moved a little into the synovial part, at right angles to its border on the chart."""
    depth = distance_transform_edt(synovial) - distance_transform_edt(~synovial)
    towards = np.gradient(depth)
    a, b, _ = np.moveaxis(chart.coordinates(rim_mm), -1, 0)
    step = np.stack([chart.sample(t, a, b) for t in towards], axis=-1)
    step /= np.maximum(np.linalg.norm(step, axis=-1, keepdims=True), 1e-9)
    return chart.world(a + inset_mm * step[:, 0], b + inset_mm * step[:, 1])


def _ligament(
    cleft: Cleft, parts: Parts, dorsal_mm: NDArray, ventral_mm: NDArray, near: _NearBones, rule: JointRule
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
    wide = (
        ligamentous & (cleft.gap_mm > 2.0 * rule.needle_clearance_mm) & (nodes[..., 2] >= low) & (nodes[..., 2] <= high)
    )
    places = np.argwhere(wide if wide.any() else ligamentous)[:: max(1, int(wide.sum()) // 40)]
    ways = [approaches(nodes[tuple(n)], near.distance_mm, rule.needle_clearance_mm) for n in places]
    best = int(np.argmax([way.share for way in ways]))
    return nodes[tuple(places[best])], ways[best], ligamentous


def _away(points_mm: NDArray, line_mm: NDArray) -> NDArray[np.float64]:
    return np.linalg.norm(points_mm[:, None] - line_mm[None], axis=-1).min(axis=1)


def _area_cm2(chart: Chart, mask: NDArray[np.bool_]) -> float:
    return float((1.0 / chart.slope_cosine[mask]).sum() * chart.pitch_mm**2 / 100.0)


def _area_band(chart: Chart, parts: Parts, rule: JointRule) -> tuple[float, float]:
    arms = (rule.arm_mm - rule.arm_band_mm, rule.arm_mm + rule.arm_band_mm)
    low, high = (_area_cm2(chart, synovial_within(parts.thin, parts.arm_distance_mm, arm)) for arm in arms)
    return low, high


def _axial_angles_deg(points_mm: NDArray, side: Side) -> tuple[float, ...]:
    """Angle to the sagittal plane, in axial cuts, of the plane through each fifth of the mid-surface's height."""
    height = points_mm[:, 2]
    levels = np.linspace(height.min(), height.max(), 6)
    found = []
    for low, high in zip(levels[:-1], levels[1:], strict=True):
        part = points_mm[(height >= low) & (height <= high)]
        lateral, ventral, _ = np.linalg.svd(part - part.mean(axis=0), full_matrices=False)[2][2] * [side.x_sign, -1, 1]
        found.append(float(np.degrees(np.arctan(-ventral / lateral))))
    return tuple(found)
