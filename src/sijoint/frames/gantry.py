"""Gantry joints and what they can reach. Joints are not DICOM angles: orbital 30° with tilt 25° is primary 32.5°, secondary 21.5°.

Order of the joints, from the base: wig-wag about the vertical, tilt of the whole C about the table's cross axis, orbital
turn inside the C. Lift and slide move the isocentre down and towards the head end.
"""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.carm import CArmPose, Detector
from sijoint.frames.receptor import receptor_direction
from sijoint.frames.table import PatientPosition
from sijoint.frames.transform import rotation_about


class UnreachablePose(ValueError):
    """The gantry cannot take this pose; the text says which joint stops it and where."""


@dataclass(frozen=True)
class GantryJoints:
    """Joint values. ``base_side`` +1: the base stands at table +x and orbital turns as modelled; -1: turned round."""

    orbital_deg: float
    tilt_deg: float
    wigwag_deg: float = 0.0
    lift_mm: float = 0.0
    slide_mm: float = 0.0
    base_side: int = 1


@dataclass(frozen=True)
class CArmModel:
    """A C-arm as data: distances, detector and the ranges of its joints, with where the numbers come from."""

    name: str
    source_detector_mm: float
    source_isocentre_mm: float
    detector: Detector
    orbital_deg: tuple[float, float]
    tilt_deg: tuple[float, float]
    wigwag_deg: tuple[float, float]
    reference_point_mm: float  # distance from the source to the patient entrance reference point
    provenance: str

    def pose(self, direction: ArrayLike, isocentre_mm: ArrayLike, roll_deg: float = 0.0) -> CArmPose:
        return CArmPose.towards(direction, isocentre_mm, self.source_detector_mm, self.source_isocentre_mm, roll_deg)


def load_carm_model(name: str = "default") -> CArmModel:
    """A C-arm from ``carm_models.toml``. Raises KeyError for a name that is not there."""
    table = loads(resources.files("sijoint.frames").joinpath("carm_models.toml").read_text(encoding="utf-8"))[name]
    detector = Detector(table["rows"], table["columns"], table["pixel_mm"])
    ranges = {key: (float(table[key][0]), float(table[key][1])) for key in ("orbital_deg", "tilt_deg", "wigwag_deg")}
    return CArmModel(
        name,
        float(table["source_detector_mm"]),
        float(table["source_isocentre_mm"]),
        detector,
        ranges["orbital_deg"],
        ranges["tilt_deg"],
        ranges["wigwag_deg"],
        float(table["reference_point_mm"]),
        table["provenance"],
    )


def _table_axes(joints: GantryJoints) -> NDArray[np.float64]:
    """Detector u, v and receptor direction n as columns, in the table frame; the receptor is above the table at rest."""
    at_rest = np.column_stack([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])
    turn = (
        rotation_about("y", joints.wigwag_deg)
        @ rotation_about("x", -joints.tilt_deg)
        @ rotation_about("z", joints.base_side * joints.orbital_deg)
    )
    return np.asarray(turn @ at_rest)


def pose_from_joints(
    joints: GantryJoints, position: PatientPosition, model: CArmModel, isocentre_at_rest_mm: ArrayLike
) -> CArmPose:
    """The pose in the patient (LPS). ``isocentre_at_rest_mm`` is the isocentre in LPS at zero lift and slide."""
    patient_from_table = position.patient_from_table
    u, _, n = (patient_from_table @ _table_axes(joints)).T
    shift = patient_from_table @ np.array([0.0, joints.lift_mm, joints.slide_mm])
    flat = model.pose(n, np.asarray(isocentre_at_rest_mm, dtype=np.float64) + shift)
    u0, v0, _ = flat.axes
    roll = float(np.degrees(np.arctan2(np.dot(u, v0), np.dot(u, u0))))
    roll = (roll + 90) % 180 - 90  # feet first the stored image is turned by half a turn, so that row 0 stays cranial
    return model.pose(n, flat.isocentre_mm, roll)


def joints_for_direction(direction: ArrayLike, position: PatientPosition, model: CArmModel) -> GantryJoints:
    """Orbital and tilt that bring the receptor to ``direction`` (LPS), base on the side that reaches it.

    Raises UnreachablePose with the joint and its range.
    """
    x, y, z = position.patient_from_table.T @ np.asarray(direction, dtype=np.float64)
    tried = []
    for base_side in (1, -1):
        for flip in (0.0, 180.0):  # over the top: the far half of the orbital circle with the tilt turned round
            orbital = base_side * float(np.degrees(np.arcsin(np.clip(x, -1, 1))))
            tilt = float(np.degrees(np.arctan2(z, -y))) if np.hypot(y, z) > 1e-9 else 0.0
            if flip:
                orbital, tilt = 180.0 - orbital, tilt + 180.0
            orbital, tilt = (orbital + 180) % 360 - 180, (tilt + 180) % 360 - 180
            if _within(orbital, model.orbital_deg) and _within(tilt, model.tilt_deg):
                return GantryJoints(orbital, tilt, base_side=base_side)
            tried.append((orbital, tilt))
    orbital, tilt = tried[0]
    raise UnreachablePose(
        f"the C-arm cannot bring the receptor there: orbital {orbital:.0f}° of {model.orbital_deg[0]:g}..{model.orbital_deg[1]:g}°, "
        f"tilt {tilt:.0f}° of {model.tilt_deg[0]:g}..{model.tilt_deg[1]:g}°, with the base on either side"
    )


def joints_from_pose(
    pose: CArmPose, position: PatientPosition, model: CArmModel, isocentre_at_rest_mm: ArrayLike
) -> GantryJoints:
    """The joints of a pose that this gantry took without wig-wag; inverse of pose_from_joints."""
    joints = joints_for_direction(receptor_direction(pose.primary_deg, pose.secondary_deg), position, model)
    shift = position.patient_from_table.T @ (np.asarray(pose.isocentre_mm) - np.asarray(isocentre_at_rest_mm))
    return GantryJoints(joints.orbital_deg, joints.tilt_deg, 0.0, float(shift[1]), float(shift[2]), joints.base_side)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] - 1e-9 <= value <= limits[1] + 1e-9
