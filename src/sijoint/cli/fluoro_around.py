"""What a person beside the table would call out about a view: a C-arm that meets the patient, a needle out of the picture."""

from collections.abc import Sequence

import numpy as np

from sijoint.fluoroscopy import AttenuationVolume, CapsuleChain, Technique, UnphysicalView, field_half_sizes_mm
from sijoint.frames import (
    CArmModel,
    CArmPose,
    Detector,
    GantryJoints,
    PatientPosition,
    ProjectionGeometry,
    clearances,
    collision,
    collisions,
)
from sijoint.room.body_extent import lying_patient

PLACES = 50  # along each straight part of a needle


def called_out(
    joints: GantryJoints, pose: CArmPose, carm: CArmModel, volume: AttenuationVolume, position: PatientPosition
) -> tuple[str, ...]:
    """Sentences on what is near or touches, and on a focus near the skin. Raises UnphysicalView for a true collision."""
    patient = lying_patient(volume, position)
    deep = collision(clearances(joints, pose.isocentre_mm, carm, patient))
    if deep:
        raise UnphysicalView(deep)
    return collisions(joints, pose, carm, patient)


def needle_out_of_field(
    chains: Sequence[CapsuleChain], pose: CArmPose, detector: Detector, technique: Technique
) -> tuple[str, ...]:
    """The sentence on a needle of which nothing lies in the collimated field; none when there is no needle, or some of it."""
    half_mm = np.array(field_half_sizes_mm(pose, detector, technique))
    half_pixels = half_mm * pose.source_detector_mm / pose.source_isocentre_mm / detector.pixel_mm
    middle = np.array([detector.columns - 1, detector.rows - 1]) / 2
    geometry = ProjectionGeometry.of(pose, detector)
    said = []
    for chain in chains:
        steps = np.linspace(0, 1, PLACES)[:, None]
        along = np.concatenate(
            [a + steps * (b - a) for a, b in zip(chain.points_mm[:-1], chain.points_mm[1:], strict=True)]
        )
        if not np.any(np.all(np.abs(geometry.project(along) - middle) <= half_pixels, axis=1)):
            said.append("the needle lies outside the field: move the isocentre with --at, or open the field")
    return tuple(said)
