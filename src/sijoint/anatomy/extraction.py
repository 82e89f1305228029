"""From labels to a joint: both bone surfaces, the gap between them, its parts, its targets."""

from concurrent.futures import ThreadPoolExecutor
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
from sijoint.anatomy.metal import metal_round
from sijoint.anatomy.opening import dorsal_opening
from sijoint.anatomy.orientation import axial_angles_deg
from sijoint.anatomy.psis import psis_mm
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import JointRule, joint_rule, label_scheme
from sijoint.anatomy.surface import Surface, bone_surface
from sijoint.frames import Grid, Side

_FINE_MM = 0.5  # pitch of the distance grid round the joint; trilinear error there is below 0.1 mm
_BAND_MM = 2.0
_USUAL_MM = 5.0  # spread of the usual height of the target
_OPEN_REACH_MM, _OPEN_STEP_MM, _OPEN_SD_MM = 20.0, 5.0, 8.0  # where the ligament target is looked for: assumed
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
    cleft = measure_cleft(sacrum, hip, side, rule, float(patient.labels.grid.spacing_mm.max()))
    _check_whole(cleft, patient.ct.grid, side)
    metal = metal_round(patient.ct, cleft.chart.nodes_mm[cleft.valid], side)
    doubts = _coarse(patient.labels.grid, rule) + ((metal.note,) if metal.in_joint else ())
    return joint_between(sacrum, hip, cleft, side, psis_mm(hip, side), rule, doubts)


def joint_of_surfaces(sacrum: Surface, hip: Surface, side: Side) -> Joint:
    """The joint between two bone surfaces that come from no CT. Raises UnsuitableAnatomy when they make no joint."""
    rule = joint_rule()
    return joint_between(sacrum, hip, measure_cleft(sacrum, hip, side, rule), side, psis_mm(hip, side), rule)


def joint_between(
    sacrum: Surface,
    hip: Surface,
    cleft: Cleft,
    side: Side,
    spine_mm: NDArray,
    rule: JointRule,
    doubts: tuple[str, ...] = (),
) -> Joint:
    """The joint in a measured gap; ``spine_mm`` (3,) is the posterior superior iliac spine of that side.

    ``doubts`` are sentences on why the data deserve less confidence; what the gap itself shows is added to them. Raises
    UnsuitableAnatomy for a fused joint.
    """
    chart, parts = cleft.chart, split_parts(cleft, rule)
    line = outline(parts.synovial) * chart.pitch_mm
    rim = chart.world(line[:, 0], line[:, 1])
    lowest, highest = int(rim[:, 2].argmin()), int(rim[:, 2].argmax())
    dorsal, ventral = (chart.world(*part.T) for part in split_outline(line, lowest, highest))
    width = np.where(cleft.valid, np.clip(cleft.gap_mm, rule.narrowest_mm, rule.widest_mm), np.nan)
    touching = float((cleft.gap_mm[parts.synovial & cleft.valid] < rule.narrowest_mm).mean())
    doubts += _doubts(cleft, parts, touching, side, rule)
    measurable = touching <= rule.touching_limit
    area = _area_cm2(chart, parts.synovial)
    near = _near_bones(sacrum, hip, cleft)
    recess, recess_ways = _recess(chart, parts, dorsal, rim[lowest], near, measurable, rule)
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
        mean_width_mm=_mean_width_mm(width, chart, parts.synovial) if measurable else float("nan"),
        inferior_end_mm=rim[lowest],
        inferior_recess_mm=recess,
        recess_out=middle_of(recess_ways),
        dorsal_border_mm=dorsal,
        ventral_border_mm=ventral,
        capsule_rim_mm=rim,
        axial_angles_deg=axial_angles_deg(chart.nodes_mm[parts.synovial], side),
        ligament_target_mm=ligament,
        ligament_out=middle_of(ligament_ways),
        psis_mm=spine_mm,
        dorsal_opening=dorsal_opening(dorsal, near.distance_mm, side),
        to_sacrum=near.to_sacrum,
        to_hip=near.to_hip,
        doubts=doubts,
        modelled=(_MODELLED if measurable else (*_MODELLED, _width_refused(side, touching))) + doubts,
    )


def _coarse(grid: Grid, rule: JointRule) -> tuple[str, ...]:
    coarsest = float(grid.spacing_mm.max())
    if coarsest >= rule.refused_voxel_mm:
        raise UnsuitableAnatomy(
            f"Slices of {coarsest:.1f} mm are too thick to find the joint in; use a CT with slices of 3 mm or less."
        )
    if coarsest < rule.coarse_voxel_mm:
        return ()
    return (
        f"Lower confidence: slices of {coarsest:.1f} mm show the joint only roughly, so its borders, its angles and the target may "
        "be millimetres off; use a CT with slices of 3 mm or less to plan from.",
    )


def _doubts(cleft: Cleft, parts: Parts, touching: float, side: Side, rule: JointRule) -> tuple[str, ...]:
    """Reasons to trust this joint less; refuses one that is fused."""
    if touching > rule.fused_share:
        raise UnsuitableAnatomy(
            f"The labels of sacrum and {side.value} hip bone run into each other on {100 * touching:.0f} % of the joint: it is fused, "
            "or the labels are too coarse to show it. Look at the CT; choose the other side, or labels that separate the bones."
        )
    said = []
    if touching > rule.doubtful_share:
        said.append(
            f"Lower confidence: the labels of the {side.value} joint touch on {100 * touching:.0f} % of it. A coarse CT does that, a "
            "bridged joint too: look at the CT before a needle is planned."
        )
    mended = float((cleft.mended & parts.synovial).sum() / parts.synovial.sum())
    if mended > rule.mended_limit:
        said.append(
            f"Lower confidence: the bone surfaces at the {side.value} joint cross themselves on {100 * mended:.0f} % of it, and its "
            "mid-surface is bridged there."
        )
    return tuple(said)


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
    fields = ((close[:1], fine, _BAND_MM), (close[1:], fine, _BAND_MM), (parts, wide, 0.75 * _BAND_MM))
    with ThreadPoolExecutor(max_workers=2) as pool:  # the fields share nothing
        return _NearBones(*pool.map(lambda given: distance_field(*given), fields))


def _box(low_mm: NDArray, high_mm: NDArray, pitch_mm: float) -> Grid:
    low = np.floor(low_mm / pitch_mm) * pitch_mm
    i, j, k = (int(n) for n in np.ceil((high_mm - low) / pitch_mm) + 1)
    return Grid.from_spacing((i, j, k), [pitch_mm] * 3, low)


def _recess(
    chart: Chart,
    parts: Parts,
    dorsal_mm: NDArray,
    end_mm: NDArray,
    near: _NearBones,
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
    target, ways = _most_open(chart, wide, near, rule)
    return target, ways, ligamentous


def _most_open(chart: Chart, region: NDArray[np.bool_], near: _NearBones, rule: JointRule) -> tuple[NDArray, Approach]:
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


def _area_cm2(chart: Chart, mask: NDArray[np.bool_]) -> float:
    return float((1.0 / chart.slope_cosine[mask]).sum() * chart.pitch_mm**2 / 100.0)


def _mean_width_mm(width_mm: NDArray, chart: Chart, synovial: NDArray[np.bool_]) -> float:
    measured = synovial & np.isfinite(width_mm)
    return float(np.average(width_mm[measured], weights=1 / chart.slope_cosine[measured]))


def _area_band(chart: Chart, parts: Parts, rule: JointRule) -> tuple[float, float]:
    arms = (rule.arm_mm - rule.arm_band_mm, rule.arm_mm + rule.arm_band_mm)
    low, high = (_area_cm2(chart, synovial_within(parts.thin, parts.arm_distance_mm, arm)) for arm in arms)
    return low, high
