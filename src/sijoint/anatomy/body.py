"""The whole patient as a needle meets it: tissue, distance to bone, skin, landmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.distance import DistanceField, distance_field
from sijoint.anatomy.errors import UnsuitableAnatomy
from sijoint.anatomy.extraction import extract_joint
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.landmarks import Landmark, find_landmark
from sijoint.anatomy.rules import joint_rule, label_scheme
from sijoint.anatomy.surface import bone_surface, inside_bone
from sijoint.anatomy.tissue import Tissue, body_mask, voxel_tissues
from sijoint.frames import Side, unit

_FINE_TRUST_MM = 1.8  # the fine grid round a joint is exact up to here; farther off the whole-body grid is as good
_MARCH_MM = 0.5


@dataclass(frozen=True, eq=False)
class Body:
    """A patient's body round the joints that the CT shows; build it with ``body_of``. Safe to share between threads."""

    patient: PatientCT
    joints: Mapping[Side, Joint]
    tissue: NDArray[np.uint8]  # (i, j, k) by voxel, without the thin layers at the joints
    inside: NDArray[np.bool_]  # (i, j, k) body, gas included
    bone: DistanceField

    def tissue_at(self, points_mm: ArrayLike) -> NDArray[np.uint8]:
        """The Tissue (...,) at world points (..., 3); AIR beyond the CT.

        Bone by its smoothed surface, muscle, vessel, bowel and nerve by label, fat, skin and air by HU; ligament, capsule and
        cleft at the joints are models (``Joint.modelled``).
        """
        points = np.asarray(points_mm, dtype=np.float64)
        flat = np.ascontiguousarray(points.reshape(-1, 3))
        found = _nearest(self.tissue, self.patient.ct.grid.index_from_world, flat, np.uint8(Tissue.AIR))
        away = self.bone_distance_mm(flat)
        found[(away >= 0) & (found == Tissue.BONE)] = (
            Tissue.MUSCLE
        )  # the label's voxel corner lies outside the smooth bone
        for joint in self.joints.values():
            near = np.flatnonzero(joint.to_sacrum.grid.contains(flat))
            if len(near):
                found[near] = _joint_layers(joint, flat[near], found[near])
        bone = (away < 0) & (found != Tissue.CLEFT)
        found[bone] = Tissue.BONE
        return found.reshape(points.shape[:-1])

    def bone_distance_mm(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Signed distance (...,) of world points (..., 3) to the nearest bone surface, negative inside bone.

        Within 0.1 mm near the joints, 0.2 mm near bone elsewhere, up to 8 % too long far from bone.
        """
        points = np.asarray(points_mm, dtype=np.float64)
        flat = points.reshape(-1, 3)
        away = self.bone.at(flat)
        for joint in self.joints.values():
            near = np.flatnonzero(joint.to_sacrum.grid.contains(flat) & (away < _FINE_TRUST_MM + 2.0))
            if len(near):
                fine = np.minimum(joint.to_sacrum.at(flat[near]), joint.to_hip.at(flat[near]))
                away[near] = np.where(np.abs(fine) < _FINE_TRUST_MM, fine, away[near])
        return away.reshape(points.shape[:-1])

    def skin_exit_mm(self, point_mm: ArrayLike, direction: ArrayLike) -> float:
        """How far the skin lies from an inner point (3,) along a direction (3,); nan where the CT ends before the body does."""
        point, direction = np.asarray(point_mm, dtype=np.float64), unit(direction)
        reach = float(np.linalg.norm(np.ptp(self.patient.ct.grid.corners_mm, axis=0)))
        way = np.arange(0.0, reach, _MARCH_MM)
        points = point + way[:, None] * direction
        inside = self._body_field.at(points) > 0.5
        outside = np.flatnonzero(~inside)
        if not inside[0] or len(outside) == 0 or not self.patient.ct.grid.contains(points[outside[0]]):
            return float("nan")
        low, high = way[outside[0] - 1], way[outside[0]]
        values = self._body_field.at(points[outside[0] - 1 : outside[0] + 1])
        return float(low + (high - low) * (values[0] - 0.5) / max(values[0] - values[1], 1e-9))

    def landmark(self, name: str, side: Side) -> Landmark:
        """A named point: psis, sacral_hiatus_level, sciatic_notch, foramen_s1, foramen_s2, foramen_s3.

        Raises UnsuitableAnatomy for a side that is not in ``joints``, KeyError for another name.
        """
        if side not in self.joints:
            raise UnsuitableAnatomy(
                f"The {side.value} joint is not part of this body; choose the side that the CT shows."
            )
        return find_landmark(name, self.patient, self.joints[side])

    @cached_property
    def _body_field(self) -> DistanceField:
        return DistanceField(self.patient.ct.grid, self.inside.astype(np.float32))


def body_of(patient: PatientCT, sides: Sequence[Side] = tuple(Side)) -> Body:
    """The body round the joints of the given sides; a side that the CT does not show is left out when the other is there.

    The last two bodies are kept, so asking again for the same patient object costs nothing. Raises UnsuitableAnatomy, with the
    reason of the first side, when no side can be found.
    """
    return _built(patient, tuple(sides))


@lru_cache(maxsize=2)
def _built(patient: PatientCT, sides: tuple[Side, ...]) -> Body:
    found = [_joint_or_reason(patient, side) for side in sides]  # in two threads they only stand in each other's way
    joints = {joint.side: joint for joint in found if isinstance(joint, Joint)}
    if not joints:
        reasons = [reason for reason in found if isinstance(reason, UnsuitableAnatomy)]
        raise reasons[0] if reasons else UnsuitableAnatomy("No side was asked for; choose left or right.")
    scheme = label_scheme()
    groups = (scheme.sacrum, scheme.hip_left, scheme.hip_right, scheme.other_bone)
    surfaces = [bone_surface(patient.labels, numbers) for numbers in groups]
    inside = body_mask(patient)
    tissue = voxel_tissues(patient, inside)
    reach = 1.5 * float(patient.ct.grid.spacing_mm.max())
    in_bone = np.logical_or.reduce([inside_bone(patient.labels, numbers) for numbers in groups])
    bone = distance_field(surfaces, patient.ct.grid, reach, in_bone)
    for array in (tissue, inside, bone.values_mm):
        array.setflags(write=False)
    return Body(patient, joints, tissue, inside, bone)


def _joint_or_reason(patient: PatientCT, side: Side) -> Joint | UnsuitableAnatomy:
    try:
        return extract_joint(patient, side)
    except UnsuitableAnatomy as reason:
        return reason


def _joint_layers(joint: Joint, points: NDArray, found: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cleft, capsule and posterior ligament over whatever the voxels say; points lie near the joint."""
    rule = joint_rule()
    a, b, _ = np.moveaxis(joint.chart.coordinates(points), -1, 0)
    beyond = joint.chart.sample(joint.beyond_border_mm, a, b)
    gap = joint.to_sacrum.at(points) + joint.to_hip.at(points)
    dorsal = joint.chart.sample(joint.dorsal_side, a, b) > 0.5
    ligament = dorsal & (beyond > 0) & (gap < rule.ligament_reach_mm)
    capsule = (beyond > 0) & (beyond <= rule.capsule_mm) & (gap < rule.thin_mm + 2.0 * rule.capsule_mm)
    found = np.where(ligament, np.uint8(Tissue.LIGAMENT), found)
    found = np.where(capsule, np.uint8(Tissue.CAPSULE), found)
    return np.where(joint.contains(points), np.uint8(Tissue.CLEFT), found)


@numba.njit(cache=True, nogil=True)
def _nearest(values, index_from_world, points, beyond):
    out = np.empty(len(points), np.uint8)
    index = np.empty(3, np.int64)
    for n in range(len(points)):
        for axis in range(3):
            x = index_from_world[axis, 3] + 0.5
            for c in range(3):
                x += index_from_world[axis, c] * points[n, c]
            index[axis] = int(np.floor(x))
        i, j, k = index
        if i < 0 or j < 0 or k < 0 or i >= values.shape[0] or j >= values.shape[1] or k >= values.shape[2]:
            out[n] = beyond
        else:
            out[n] = values[i, j, k]
    return out
