"""Where frames come from: a simulated C-arm here, a received one from `exchange`.

``Fluoroscope`` is what both offer; ``Controls`` is absent on received runs, where nobody here moves the gantry.

An imperfect C-arm reports the pose that its joints say and sees from where it truly is; the difference is in no frame.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike

from sijoint.fluoroscopy import (
    AttenuationVolume,
    CapsuleChain,
    Collimator,
    Frame,
    KeptViews,
    LayerGrid,
    LineIntegrals,
    Projector,
    Technique,
    controlled,
    expose,
    starting_technique,
)
from sijoint.frames import (
    PERFECT,
    CArmModel,
    CArmPose,
    Detector,
    GantryJoints,
    Imperfection,
    PatientPosition,
    ProjectionGeometry,
    UnreachablePose,
    angle_between_deg,
    beam_misses,
    clearances,
    collision,
    collisions,
    joints_for_direction,
    pose_from_joints,
    true_geometry,
    why_not,
)
from sijoint.room.body_extent import lying_patient


class Controls(Protocol):
    """What a person can do to a fluoroscope that is really here."""

    def move(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> CArmPose: ...
    def collimate(self, half_width_mm: float, half_height_mm: float) -> None: ...
    def pulse(
        self,
        time_s: float,
        rng: Generator,
        steel: CapsuleChain | None,
        iodine: LayerGrid | None,
        locked: bool = False,
    ) -> Frame: ...


class Fluoroscope(Protocol):
    controls: Controls | None

    def frames(self) -> Iterator[Frame]: ...


class SimulatedFluoroscope:
    """A C-arm over one patient. Anatomy is projected once per view and kept; needle and contrast are added per pulse.

    While the patient breathes, a pose has a view for each of the few steps of a breath: those are projected in the first
    breath and kept from then on.
    """

    KEPT_VIEWS = 4
    KEPT_WHILE_BREATHING = 12  # the nine steps of a breath at one pose, and some of the pose before

    def __init__(
        self,
        volume: AttenuationVolume,
        carm: CArmModel,
        detector: Detector,
        position: PatientPosition,
        threads: int = 2,
        imperfection: Imperfection = PERFECT,
    ) -> None:
        self.carm, self.detector, self.position = carm, detector, position
        self.controls: Controls = self
        kept = self.KEPT_VIEWS if imperfection.breathing is None else self.KEPT_WHILE_BREATHING
        self._views = KeptViews(Projector(volume, threads=threads), kept)
        self._threads = threads
        self._imperfection = imperfection
        self._patient = lying_patient(volume, position)
        self._next: dict[CArmPose, Technique] = {}  # where brightness control left each pose
        self._used: dict[CArmPose, Technique] = {}  # what the last pulse of each pose was made with
        self._collimator: Collimator | None = None
        self._made: list[Frame] = []
        self._rest_mm = volume.grid.centre_mm  # where the isocentre is at the middle of the C-arm's travel
        self.joints = GantryJoints(0.0, 0.0)
        self.pose = pose_from_joints(self.joints, position, carm, self._rest_mm)

    def move(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> CArmPose:
        """Bring the receptor to ``direction`` with the isocentre at a place.

        Raises UnreachablePose when a joint does not reach, the beam would miss the patient, a part of the C-arm would
        have to go through the patient, or the isocentre is beyond the C-arm's travel (the table moves along alone); the
        C-arm then stays where it is.
        """
        joints = joints_for_direction(direction, self.position, self.carm)
        pose = pose_from_joints(joints, self.position, self.carm, isocentre_mm)
        shift_mm = self.position.patient_from_table.T @ np.subtract(pose.isocentre_mm, self._rest_mm)
        across, lift, slide = (float(mm) for mm in shift_mm)
        joints = replace(joints, across_mm=across, lift_mm=lift, slide_mm=slide)
        refusal = (
            beam_misses(pose, self.detector, self._patient)
            or collision(clearances(joints, pose.isocentre_mm, self.carm, self._patient))
            or why_not(joints, self.carm)
        )
        if refusal:
            raise UnreachablePose(refusal)
        self.joints, self.pose = joints, pose
        return pose

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person at the table would call out at this pose: parts near patient or table, the focus near the skin."""
        return collisions(self.joints, self.pose, self.carm, self._patient)

    def travel(self, pose: CArmPose) -> tuple[float, float]:
        """Degrees and millimetres from ``pose`` to the present one."""
        apart = np.linalg.norm(np.subtract(pose.isocentre_mm, self.pose.isocentre_mm))
        return angle_between_deg(pose.direction, self.pose.direction), float(apart)

    def collimate(self, half_width_mm: float, half_height_mm: float) -> None:
        self._collimator = Collimator(half_width_mm, half_height_mm)
        self._next.clear()
        self._used.clear()

    def pulse(
        self,
        time_s: float,
        rng: Generator,
        steel: CapsuleChain | None,
        iodine: LayerGrid | None,
        locked: bool = False,
    ) -> Frame:
        """One pulse. Brightness control then sets the next one's technique.

        ``locked`` keeps the technique of the last pulse at this pose, so that the two can be subtracted.
        """
        geometry = self.geometry_at(time_s)
        scene = self._views.scene(geometry, (steel,) if steel else (), iodine)
        technique = (self._used if locked else self._next).get(self.pose)
        technique = technique or self._next.get(self.pose) or starting_technique(collimator=self._collimator)
        frame = expose(scene, self.pose, self.detector, technique, self.carm, rng, time_s=time_s, threads=self._threads)
        self._used[self.pose] = technique
        if not locked:
            frame, self._next[self.pose] = controlled(frame)
        self._made = [frame]
        return frame

    def geometry_at(self, time_s: float) -> ProjectionGeometry:
        """From where the anatomy is truly seen at this pose and time; no frame holds it."""
        return true_geometry(self.pose, self.detector, self.position, self._imperfection, time_s)

    def anatomy_at(self, time_s: float) -> LineIntegrals:
        """The body as it is seen at this pose and time, without needle and contrast."""
        return self._views.anatomy(self.geometry_at(time_s))

    def frames(self) -> Iterator[Frame]:
        """The frames of the last pulse."""
        yield from self._made
