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
_BAND_MM = 2.0
_CUT_MM = 2.0
_BESIDE_MM, _BEHIND_MM = np.array([25.0, 0.0, 30.0]), np.array([25.0, 50.0, 15.0])  # where a needle comes from

_MODELLED = (
    "The border between the synovial and the ligamentous part is a rule on width and shape; CT cannot show it.",
    "The posterior ligament region and the capsule are drawn from the bones' distance, not from an image of them.",
    "The width is measured between smoothed label surfaces; it was not refined by grey values.",
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
        psis_mm=spine_mm,
        to_sacrum=near.to_sacrum,
        to_hip=near.to_hip,
        modelled=_MODELLED if measurable else (*_MODELLED, _width_refused(side, touching)),
    )


def _width_refused(side: Side, touching: float) -> str:
    return (
        f"The width of the {side.value} joint is not measurable in this CT: the bone labels touch on {100 * touching:.0f} % of it. "
        "Where the joint lies is not affected."
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
    if apart < 0:
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
    wide_low, wide_high = low - _BESIDE_MM, high + _BEHIND_MM
    wide = _box(wide_low, wide_high, 2 * _FINE_MM)
    parts = [bone.near(wide_low - 4, wide_high + 4) for bone in (sacrum, hip)]
    close = [bone.near(low - 4, high + 4) for bone in (sacrum, hip)]
    return _NearBones(
        distance_field(close[:1], fine, _BAND_MM),
        distance_field(close[1:], fine, _BAND_MM),
        distance_field(parts, wide, 0.75 * _BAND_MM),
    )


def _box(low_mm: NDArray, high_mm: NDArray, pitch_mm: float) -> Grid:
    low = np.floor(low_mm / pitch_mm) * pitch_mm
    i, j, k = (int(n) for n in np.ceil((high_mm - low) / pitch_mm) + 1)
    return Grid.from_spacing((i, j, k), [pitch_mm] * 3, low)


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
    middle = ligamentous & (nodes[..., 2] >= low) & (nodes[..., 2] <= high)
    wide = middle & (cleft.gap_mm > 2.0 * rule.needle_clearance_mm)
    wide = wide if wide.any() else middle if middle.any() else ligamentous
    centre = nodes[wide].mean(axis=0)
    places = np.argwhere(wide)
    places = places[np.argsort(np.linalg.norm(nodes[wide] - centre, axis=-1), kind="stable")]
    places = places[:: max(1, len(places) // 60)]
    best: tuple[NDArray, Approach] | None = None
    for place in places:  # from the centre outwards, to the first that a needle reaches with room to spare
        ways = approaches(nodes[tuple(place)], near.distance_mm, rule.needle_clearance_mm)
        if best is None or ways.share > best[1].share:
            best = nodes[tuple(place)], ways
        if ways.room_deg >= rule.approach_room_deg:
            return nodes[tuple(place)], ways, ligamentous
    assert best is not None
    return (*best, ligamentous)


def _away(points_mm: NDArray, line_mm: NDArray) -> NDArray[np.float64]:
    return np.linalg.norm(points_mm[:, None] - line_mm[None], axis=-1).min(axis=1)


def _area_cm2(chart: Chart, mask: NDArray[np.bool_]) -> float:
    return float((1.0 / chart.slope_cosine[mask]).sum() * chart.pitch_mm**2 / 100.0)


def _area_band(chart: Chart, parts: Parts, rule: JointRule) -> tuple[float, float]:
    arms = (rule.arm_mm - rule.arm_band_mm, rule.arm_mm + rule.arm_band_mm)
    low, high = (_area_cm2(chart, synovial_within(parts.thin, parts.arm_distance_mm, arm)) for arm in arms)
    return low, high


def _axial_angles_deg(points_mm: NDArray, side: Side) -> tuple[float, ...]:
    """Angle of the joint line to the sagittal plane in axial cuts, averaged by its length over each fifth of the height."""
    lateral, ventral, height = points_mm[:, 0] * side.x_sign, -points_mm[:, 1], points_mm[:, 2]
    cuts = np.floor((height - height.min()) / _CUT_MM).astype(int)
    angle, length, level = np.zeros(cuts.max() + 1), np.zeros(cuts.max() + 1), np.zeros(cuts.max() + 1)
    for cut in range(cuts.max() + 1):
        part = np.stack([lateral[cuts == cut], ventral[cuts == cut]], axis=1)
        if len(part) < 3 or np.ptp(part[:, 1]) < _CUT_MM:
            continue
        along = np.linalg.svd(part - part.mean(axis=0), full_matrices=False)[2][0]
        angle[cut] = np.degrees(np.arctan(along[0] / along[1]))
        length[cut], level[cut] = np.ptp(part @ along), height[cuts == cut].mean()
    fifth = np.clip(((level - height.min()) / np.ptp(height) * 5).astype(int), 0, 4)
    return tuple(
        float(np.average(angle[fifth == n], weights=length[fifth == n])) if length[fifth == n].any() else float("nan")
        for n in range(5)
    )
