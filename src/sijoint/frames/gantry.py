"""Gantry joints and what they can reach. Joints are not DICOM angles: orbital 30° with tilt 25° is primary 32.5°, secondary 21.5°.

Order of the joints, from the base: wig-wag about the vertical, tilt of the whole C about the table's cross axis, orbital
turn inside the C. Across, lift and slide move the isocentre to table +x, down and towards the head end.

Three turns and three shifts are a whole pose, so joints and pose are exactly convertible. What is not seen in a pose: the
base at the other side with the orbital turned the other way, and the C turned over with the stored image turned by half a
turn, which give the same picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.carm import CArmPose
from sijoint.frames.carm_model import CArmModel, Range
from sijoint.frames.errors import UnreachablePose
from sijoint.frames.receptor import positioner_angles, receptor_direction
from sijoint.frames.table import PatientPosition
from sijoint.frames.transform import rotation_about, unit

AT_REST = np.column_stack(
    [[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]]
)  # detector u, v, n in the table frame, receptor above


@dataclass(frozen=True)
class GantryJoints:
    """Joint values. ``base_side`` +1: the base stands at table +x and orbital turns as modelled; -1: turned round."""

    orbital_deg: float
    tilt_deg: float
    wigwag_deg: float = 0.0
    lift_mm: float = 0.0
    slide_mm: float = 0.0
    base_side: int = 1
    across_mm: float = 0.0

    @property
    def turned_over(self) -> bool:
        """The receptor's end of the C is below the table at orbital zero."""
        return abs(_wrapped(self.tilt_deg)) > 90

    @property
    def table_from_gantry(self) -> NDArray[np.float64]:
        """Rotation (3, 3) from directions fixed in the C, at rest those of the table, to the table frame."""
        return np.asarray(
            rotation_about("y", self.wigwag_deg)
            @ rotation_about("x", -self.tilt_deg)
            @ rotation_about("z", self.base_side * self.orbital_deg)
        )


def pose_from_joints(
    joints: GantryJoints, position: PatientPosition, model: CArmModel, isocentre_at_rest_mm: ArrayLike
) -> CArmPose:
    """The pose in the patient (LPS). ``isocentre_at_rest_mm`` is the isocentre in LPS at zero across, lift and slide."""
    patient_from_table = position.patient_from_table
    u, _, n = (patient_from_table @ joints.table_from_gantry @ AT_REST).T
    shift = patient_from_table @ np.array([joints.across_mm, joints.lift_mm, joints.slide_mm])
    flat = model.pose(n, np.asarray(isocentre_at_rest_mm, dtype=np.float64) + shift)
    u0, v0, _ = flat.axes
    roll = float(np.degrees(np.arctan2(np.dot(u, v0), np.dot(u, u0))))
    roll = (roll + 90) % 180 - 90  # feet first the stored image is turned by half a turn, so that row 0 stays cranial
    return model.pose(n, flat.isocentre_mm, roll)


def joints_for_direction(direction: ArrayLike, position: PatientPosition, model: CArmModel) -> GantryJoints:
    """Joints that bring the receptor to ``direction`` (LPS): upright before turned over, wig-wag only where it is needed.

    Raises UnreachablePose with the joint and its range.
    """
    if not (np.all(np.isfinite(direction)) and np.any(direction)):
        raise UnreachablePose("the direction to the receptor is not known: give it by two angles in degrees")
    towards = _of_length_one(direction)
    joints = _way_to(position.patient_from_table.T @ towards, model)
    if joints is None:
        raise UnreachablePose(_beyond_reach(towards, position, model))
    return joints


def _way_to(wanted: NDArray[np.float64], model: CArmModel) -> GantryJoints | None:
    for wigwag in _wigwags(wanted, model):
        for over in (False, True):
            for base_side in (1, -1):
                joints = _orbital_and_tilt(wanted, wigwag, over, base_side)
                if reaches(joints, model):
                    return joints
    return None


def _beyond_reach(direction: NDArray[np.float64], position: PatientPosition, model: CArmModel) -> str:
    """The sentence on what fails, and on the most tilt towards head or feet that this side angle allows."""
    table_from_patient = position.patient_from_table.T
    nearest = _orbital_and_tilt(table_from_patient @ direction, 0.0, False, 1)
    turned = _way_to(table_from_patient @ direction, replace(model, wigwag_deg=(-45.0, 45.0)))
    if turned is not None and _beyond(turned.wigwag_deg, model.wigwag_deg) < _beyond(nearest.tilt_deg, model.tilt_deg):
        fails = f"wig-wag would be {abs(turned.wigwag_deg):.0f}° and reaches {_words(model.wigwag_deg)}"
    else:
        fails = (
            f"orbital {nearest.orbital_deg:.0f}° of {_words(model.orbital_deg)}, tilt {nearest.tilt_deg:.0f}° of "
            f"{_words(model.tilt_deg)}, upright or turned over, with the base on either side and wig-wag within "
            f"{_words(model.wigwag_deg)}"
        )
    primary, secondary = positioner_angles(direction)
    sign, pole = (1, "cephalad") if secondary > 0 else (-1, "caudad")
    for most in range(int(abs(secondary)), -1, -1):
        if _way_to(table_from_patient @ receptor_direction(primary, sign * most), model) is not None:
            return f"the C-arm cannot bring the receptor there: {fails}; up to {most}° {pole} is within reach from this side"
    return f"the C-arm cannot bring the receptor there: {fails}: choose a view nearer to straight"


def joints_from_pose(
    pose: CArmPose, position: PatientPosition, model: CArmModel, isocentre_at_rest_mm: ArrayLike
) -> GantryJoints:
    """The joints of a pose, roll included; inverse of pose_from_joints but for the ways that give the same picture.

    Raises UnreachablePose when this gantry cannot take the pose.
    """
    table_from_patient = position.patient_from_table.T
    across, lift, slide = table_from_patient @ (np.asarray(pose.isocentre_mm) - np.asarray(isocentre_at_rest_mm))
    u, v, n = pose.axes
    found = []
    for half_turn in (1.0, -1.0):
        seen = np.column_stack([half_turn * u, half_turn * v, n])
        turn = table_from_patient @ seen @ AT_REST.T
        for base_side in (1, -1):
            orbital, tilt, wigwag = _turns(turn)
            found.append(
                GantryJoints(base_side * orbital, tilt, wigwag, float(lift), float(slide), base_side, float(across))
            )
    found.sort(key=lambda joints: joints.turned_over)
    for joints in found:
        if reaches(joints, model):
            return joints
    raise UnreachablePose(why_not(found[0], model))


def reaches(joints: GantryJoints, model: CArmModel) -> bool:
    """Whether every joint is within its range."""
    return not why_not(joints, model)


def why_not(joints: GantryJoints, model: CArmModel) -> str:
    """One sentence on the first joint that is out of its range; empty when all are within."""
    if joints.base_side not in (1, -1):
        return "the base of the C-arm stands at one side of the table or the other: base_side is 1 or -1"
    tilt = _wrapped(joints.tilt_deg)
    over = joints.turned_over and model.turns_over
    for name, value, limits, unit_sign in (
        ("orbital", joints.orbital_deg, model.orbital_deg, "°"),
        ("tilt", _wrapped(tilt - 180) if over else tilt, model.tilt_deg, "°"),
        ("wig-wag", joints.wigwag_deg, model.wigwag_deg, "°"),
        ("travel across the table", joints.across_mm, model.across_mm, " mm"),
        ("lift", joints.lift_mm, model.lift_mm, " mm"),
        ("slide", joints.slide_mm, (-np.inf, np.inf), " mm"),
    ):
        if not isfinite(value):
            return f"the C-arm's {name} is not a number"
        if not limits[0] - 1e-9 <= value <= limits[1] + 1e-9:
            from_over = " from turned over" if name == "tilt" and over else ""
            return (
                f"the C-arm cannot go there: {name} {value:.0f}{unit_sign}{from_over}, "
                f"and it reaches {limits[0]:g} to {limits[1]:g}{unit_sign}"
            )
    return ""


def _orbital_and_tilt(wanted: NDArray[np.float64], wigwag: float, over: bool, base_side: int) -> GantryJoints:
    """The two turns that bring the receptor to ``wanted`` (table frame) at a wig-wag: one way upright, one turned over."""
    x, y, z = wanted if wigwag == 0.0 else rotation_about("y", wigwag).T @ wanted
    orbital = float(np.degrees(np.arcsin(np.clip(x, -1, 1))))
    tilt = float(np.degrees(np.arctan2(z, -y))) if np.hypot(y, z) > 1e-9 else 0.0
    if over != (abs(tilt) > 90):  # over the top: the far half of the orbital circle with the tilt turned round
        orbital, tilt = _wrapped(180.0 - orbital), _wrapped(tilt + 180.0)
    return GantryJoints(_wrapped(base_side * orbital), _wrapped(tilt), wigwag, base_side=base_side)


def _wigwags(wanted: NDArray[np.float64], model: CArmModel) -> Iterator[float]:
    """Wig-wags worth trying: none; the one that needs no tilt; those at which the tilt comes into its range."""
    yield 0.0
    x, y, z = wanted
    radius, phase = np.hypot(x, z), np.degrees(np.arctan2(x, z))
    if radius < 1e-12:
        return
    edges = []
    for limit in (0.0, *model.tilt_deg):
        share = abs(y) * np.tan(np.radians(limit)) / radius if abs(limit) < 90 else np.inf
        if abs(share) <= 1:
            angle = float(np.degrees(np.arccos(share)))
            edges.append([float(_wrapped(phase + sign * angle)) for sign in (1, -1)])
    for pair in edges:
        yield from sorted((angle for angle in pair if _within(angle, model.wigwag_deg)), key=abs)


def _turns(turn: NDArray[np.float64]) -> tuple[float, float, float]:
    """Orbital (as with the base at +x), tilt and wig-wag of a rotation, of the two ways the one with less wig-wag."""
    ways = []
    for sign in (1.0, -1.0):
        about_x = np.arctan2(-turn[1, 2], sign * np.hypot(turn[1, 0], turn[1, 1]))
        about_z = np.arctan2(sign * turn[1, 0], sign * turn[1, 1])
        about_y = np.arctan2(sign * turn[0, 2], sign * turn[2, 2])
        orbital, tilt, wigwag = np.degrees([about_z, -about_x, about_y])
        ways.append((float(orbital), float(tilt), float(wigwag)))
    return min(ways, key=lambda way: abs(way[2]))


def _of_length_one(direction: ArrayLike) -> NDArray[np.float64]:
    """The direction at length one; one that has it already stays as it is to the last bit."""
    vector = np.asarray(direction, dtype=np.float64)
    return vector if abs(np.linalg.norm(vector) - 1) < 1e-12 else unit(vector)


def _wrapped(angle: float) -> float:
    return (angle + 180) % 360 - 180


def _within(value: float, limits: Range) -> bool:
    return limits[0] - 1e-9 <= value <= limits[1] + 1e-9


def _beyond(value: float, limits: Range) -> float:
    return max(limits[0] - value, value - limits[1], 0.0)


def _words(limits: Range) -> str:
    return f"{limits[0]:g}..{limits[1]:g}°"
