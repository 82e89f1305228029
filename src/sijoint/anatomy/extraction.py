"""From labels to a joint: both bone surfaces, the gap between them, its parts, its targets."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.approach import middle_of
from sijoint.anatomy.border import Parts, outline, split_outline, split_parts, synovial_within
from sijoint.anatomy.chart import Chart
from sijoint.anatomy.cleft import Cleft, measure_cleft
from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.joint_targets import ligament_target, near_bones, recess_target
from sijoint.anatomy.metal import metal_round
from sijoint.anatomy.opening import dorsal_opening
from sijoint.anatomy.orientation import axial_angles_deg
from sijoint.anatomy.psis import psis_mm
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import JointRule, joint_rule, label_scheme
from sijoint.anatomy.surface import Surface, bone_surface
from sijoint.frames import Grid, Side

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
    near = near_bones(sacrum, hip, cleft)
    recess, recess_ways = recess_target(chart, parts, dorsal, rim[lowest], near, measurable, rule)
    ligament, ligament_ways, ligamentous = ligament_target(cleft, parts, dorsal, ventral, near, rule)
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


def _area_cm2(chart: Chart, mask: NDArray[np.bool_]) -> float:
    return float((1.0 / chart.slope_cosine[mask]).sum() * chart.pitch_mm**2 / 100.0)


def _mean_width_mm(width_mm: NDArray, chart: Chart, synovial: NDArray[np.bool_]) -> float:
    measured = synovial & np.isfinite(width_mm)
    return float(np.average(width_mm[measured], weights=1 / chart.slope_cosine[measured]))


def _area_band(chart: Chart, parts: Parts, rule: JointRule) -> tuple[float, float]:
    arms = (rule.arm_mm - rule.arm_band_mm, rule.arm_mm + rule.arm_band_mm)
    low, high = (_area_cm2(chart, synovial_within(parts.thin, parts.arm_distance_mm, arm)) for arm in arms)
    return low, high
