"""Variants of a library joint: an accessory joint, an iliosacral complex, a bridging osteophyte, gas in the gap.

Where a variant lies follows its description in the literature; its form and size are assumed (``library.toml``).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from sijoint.anatomy.ct import CT, Labels
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.library_draw import PelvisVariant
from sijoint.anatomy.library_gap import GapPlan
from sijoint.anatomy.library_rule import library_rule
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import label_scheme
from sijoint.frames import Grid

_DORSAL_MM = (7.0, 11.0)  # off the synovial border, and widest gap, where bone may grow together behind the joint
_GAS_HEIGHT, _BRIDGE_HEIGHT = 0.65, 0.6  # share of the joint's height


def with_dorsal_variants(joint: Joint, plan: GapPlan, variants: tuple[PelvisVariant, ...]) -> GapPlan:
    """The gap with an accessory joint or an iliosacral complex in the ligamentous part, where the bones come nearest.

    An accessory joint lies between the posterior superior spine and the sacrum beside its second foramen (Ehara 1988); a
    complex is a process of the ilium in a recess of the sacrum (Prassopoulos 1999).
    """
    rule = library_rule()
    for variant in (PelvisVariant.ACCESSORY_JOINT, PelvisVariant.ILIOSACRAL_COMPLEX):
        if variant not in variants:
            continue
        node = _dorsal_node(joint, plan)
        if node is None:
            continue  # bone does not face bone there: nothing could grow together
        places = np.stack(np.meshgrid(*(np.arange(n) for n in joint.chart.shape), indexing="ij"), axis=-1)
        away = np.linalg.norm(places - node, axis=-1) * joint.chart.pitch_mm
        t = np.clip((away - rule.accessory_radius_mm) / rule.accessory_radius_mm, 0.0, 1.0)
        patch = 1 - t * t * (3 - 2 * t)
        width = patch * np.minimum(plan.width_mm, rule.accessory_gap_mm) + (1 - patch) * plan.width_mm
        aside = plan.aside_mm
        if variant is PelvisVariant.ILIOSACRAL_COMPLEX:
            aside = aside + rule.complex_depth_mm * patch  # sacrum gives way, ilium follows
        old = plan.width_mm - plan.change_mm
        plan = GapPlan(width, width - old, aside, np.maximum(plan.weight, patch * (joint.valid)))
    return plan


def _dorsal_node(joint: Joint, plan: GapPlan) -> NDArray[np.int64] | None:
    beyond, gap = joint.beyond_border_mm, plan.width_mm
    possible = joint.ligamentous & joint.valid & (beyond > _DORSAL_MM[0]) & (gap < _DORSAL_MM[1])
    level = np.abs(joint.chart.nodes_mm[..., 2] - joint.psis_mm[2])
    if not possible.any():
        return None
    cost = np.where(possible, gap + 0.3 * level, np.inf)
    return np.array(np.unravel_index(int(cost.argmin()), cost.shape))


def draw_bridge(ct: CT, labels: Labels, joint: Joint) -> None:
    """A bridge of bone over the ventral border of the joint, in place; sacrum and ilium touch in its middle."""
    rule = library_rule()
    border = joint.ventral_border_mm
    height = border[0, 2] + _BRIDGE_HEIGHT * (border[-1, 2] - border[0, 2])
    part = border[np.abs(border[:, 2] - height) < rule.bridge_length_mm / 2]
    box, points = _around(ct.grid, part, 3 * rule.bridge_radius_mm)
    if points.size == 0:
        return
    away = np.linalg.norm(points[..., None, :] - part, axis=-1).min(axis=-1) - rule.bridge_radius_mm
    bone = ndtr(-away / (rule.blur_voxel * float(ct.grid.spacing_mm.mean())))
    hu, numbers = ct.hu[box], labels.values[box]
    hu[...] = np.rint(np.maximum(hu, bone * rule.bridge_hu + (1 - bone) * hu)).astype(np.int16)
    scheme = label_scheme()
    flat = points.reshape(-1, 3)
    medial = (joint.to_sacrum.at(flat) < joint.to_hip.at(flat)).reshape(away.shape)
    new = (away < 0) & ~np.isin(numbers, (*scheme.sacrum, *hip_numbers(joint.side), *scheme.other_bone))
    numbers[new & medial] = scheme.sacrum[0]
    numbers[new & ~medial] = hip_numbers(joint.side)[0]


def draw_gas(ct: CT, joint: Joint, plan: GapPlan) -> None:
    """Gas in the middle of the gap, in its upper ventral part, in place: grey values alone, as much as partial volume leaves."""
    rule = library_rule()
    nodes = joint.chart.nodes_mm
    deep = joint.synovial & (joint.beyond_border_mm < -3.0)
    if not deep.any():
        return
    low, high = joint.inferior_end_mm[2], nodes[joint.synovial][:, 2].max()
    cost = np.where(deep, np.abs(nodes[..., 2] - low - _GAS_HEIGHT * (high - low)) + 0.2 * nodes[..., 1], np.inf)
    centre = nodes[np.unravel_index(int(cost.argmin()), cost.shape)]
    box, points = _around(ct.grid, centre[None], 1.5 * rule.gas_radius_mm)
    a, b, _ = np.moveaxis(joint.chart.coordinates(points), -1, 0)
    flat = points.reshape(-1, 3)
    off = ((joint.to_sacrum.at(flat) - joint.to_hip.at(flat)) / 2).reshape(a.shape)
    half = rule.gas_share * joint.chart.sample(plan.width_mm, a, b) / 2
    blur = rule.blur_voxel * float(ct.grid.spacing_mm.mean())
    inside = ndtr((rule.gas_radius_mm - np.linalg.norm(points - centre, axis=-1)) / (2 * blur))
    inside = inside * ndtr(-(joint.chart.sample(joint.beyond_border_mm, a, b) + 1.0) / blur)
    gas = inside * (ndtr((off + half) / blur) - ndtr((off - half) / blur))
    hu = ct.hu[box]
    hu[...] = np.rint(hu + gas * (rule.gas_hu - rule.cartilage_hu)).astype(np.int16)


def _around(grid: Grid, points_mm: NDArray, margin_mm: float) -> tuple[tuple[slice, slice, slice], NDArray[np.float64]]:
    """The voxels of a box round points, and their places (i, j, k, 3)."""
    reach = margin_mm / grid.spacing_mm
    index = grid.to_index(points_mm)
    low = np.maximum(np.floor(index.min(axis=0) - reach).astype(int), 0)
    high = np.minimum(np.ceil(index.max(axis=0) + reach).astype(int) + 1, grid.shape)
    i, j, k = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    voxels = np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in (i, j, k)), indexing="ij"), axis=-1)
    return (i, j, k), grid.to_world(voxels)
