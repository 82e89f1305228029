"""Nerve and vessels whose way is known from bone alone: through the greater sciatic notch and along the joint's ventral border."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sijoint.anatomy.ct import Labels
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.notch import Notch
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.structure_at_risk import StructureAtRisk

_STEP_MM = 2.0


def sciatic_nerve(notch: Notch, joint: Joint, ventral_s3_mm: NDArray) -> StructureAtRisk:
    """From the front of the sacrum (3,) out of the pelvis below the piriformis, and behind the ischial spine into the buttock."""
    lateral = joint.side.x_sign
    below, off = landmark_number("sciatic_spine_below_mm"), landmark_number("sciatic_off_bone_mm")
    spine, seen = notch.ischial_spine_mm, notch.ischial_spine_mm is not None
    if spine is None:
        spine = notch.apex_mm + below * np.array([-0.4 * lateral, 0.3, -1.0])
    level = notch.apex_mm + landmark_number("sciatic_exit_share") * (spine - notch.apex_mm)
    rim = notch.outline_mm[np.abs(notch.outline_mm[:, 2] - level[2]).argmin()] if seen else level
    way_out = rim + 0.7 * off * np.array([-lateral, 1.0, 0.0])
    behind = spine + np.array([0.5 * off * lateral, off, 0.0])
    aside, down = landmark_number("sciatic_buttock_mm")
    buttock = behind + np.array([aside * lateral, 0.0, -down])
    return StructureAtRisk(
        "sciatic_nerve",
        "nerve",
        joint.side,
        "landmark",
        _way([ventral_s3_mm, way_out, behind, buttock]),
        landmark_number("sciatic_nerve_radius_mm"),
        "Its usual way below the piriformis, by the notch and the ischial spine; the nerve itself is not seen on this CT."
        if seen
        else "Its usual way below the piriformis; the CT ends above the ischial spine, so only the notch could place it.",
    )


def superior_gluteal_vessels(labels: Labels, notch: Notch, joint: Joint, iliac_mm: NDArray) -> StructureAtRisk:
    """From the iliac vessels (n, 3) round the notch's roof, above the piriformis, onto the outer face of the ilium."""
    off, (aside, up) = landmark_number("superior_gluteal_off_bone_mm"), landmark_number("superior_gluteal_turn_mm")
    lateral = joint.side.x_sign
    at_roof = notch.apex_mm + off * np.array([-0.6 * lateral, 0.6, -0.5])
    inner = iliac_mm[np.linalg.norm(iliac_mm - at_roof, axis=1).argmin()]
    bone = labels.grid.to_world(np.argwhere(np.isin(labels.values, hip_numbers(joint.side))))
    seen_from_behind = cKDTree(bone[:, [0, 2]])
    outer = []
    for share in (0.5, 1.0):
        x, z = notch.apex_mm[0] + share * aside * lateral, notch.apex_mm[2] + share * up
        near = bone[seen_from_behind.query_ball_point([x, z], 4.0)]
        if len(near):
            outer.append(np.array([x, near[:, 1].max() + off, z]))
    return StructureAtRisk(
        "superior_gluteal_vessels",
        "vessel",
        joint.side,
        "landmark",
        _way([inner, at_roof, notch.apex_mm + off * np.array([0.1 * lateral, 1.0, 0.0]), *outer]),
        landmark_number("superior_gluteal_radius_mm"),
        "Their usual way round the roof of the greater sciatic notch; the vessels themselves are not seen on this CT.",
    )


def iliac_vessels_by_bone(notch: Notch, joint: Joint) -> StructureAtRisk:
    """The internal iliac vessels in front of the joint, from its upper end to the notch, where no label shows them."""
    off = landmark_number("iliac_vessels_ventral_mm") * np.array([-0.6 * joint.side.x_sign, -0.8, 0.0])
    border = joint.ventral_border_mm[:: max(1, len(joint.ventral_border_mm) // 6)][::-1]
    return StructureAtRisk(
        "iliac_vessels",
        "vessel",
        joint.side,
        "landmark",
        _way([*(border + off), notch.apex_mm + off]),
        landmark_number("iliac_vessels_radius_mm"),
        "Their usual way in front of the joint; no label shows the iliac vessels of this side.",
    )


def _way(corners_mm: list[NDArray]) -> NDArray[np.float64]:
    """Points (n, 3) every two millimetres along a broken line."""
    corners = np.asarray(corners_mm, dtype=np.float64)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    at = np.linspace(0.0, length[-1], max(2, int(np.ceil(length[-1] / _STEP_MM)) + 1))
    return np.stack([np.interp(at, length, corners[:, n]) for n in range(3)], axis=1)
