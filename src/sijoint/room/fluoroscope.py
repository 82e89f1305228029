"""Where frames come from: a simulated C-arm here, a received one from `exchange`.

``Fluoroscope`` is what both offer; ``Controls`` is absent on received runs, where nobody here moves the gantry.

An imperfect C-arm reports the pose that its joints say and sees from where it truly is; the difference is in no frame.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

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
    UnphysicalView,
    controlled,
    expose,
    kerma_rate_mgy_min,
    magnified,
    starting_technique,
)
from sijoint.fluoroscopy.physics import physics
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
        steel: Sequence[CapsuleChain],
        iodine: LayerGrid | None,
        locked: bool = False,
        turning: bool = False,
    ) -> Frame: ...


class Fluoroscope(Protocol):
    controls: Controls | None

    def frames(self) -> Iterator[Frame]: ...


class SimulatedFluoroscope:
    """A C-arm over one patient. Anatomy is projected once per view and kept; needle and contrast are added per pulse.

    While the patient breathes, a pose has a view for each of the few steps of a breath: those are projected in the first
    breath and kept from then on.
    """

    COARSER = 2  # pixels of the anatomy are this many times wider while the gantry turns under X-rays
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
        self.sharp = True  # whether the last pulse saw the anatomy as finely as the detector does
        self._whole = detector
        self.controls: Controls = self
        kept = self.KEPT_VIEWS if imperfection.breathing is None else self.KEPT_WHILE_BREATHING
        self._views = KeptViews(Projector(volume, threads=threads), kept)
        self._threads = threads
        self._imperfection = imperfection
        self._patient = lying_patient(volume, position)
        self._next: dict[CArmPose, Technique] = {}  # where brightness control left each pose
        self._used: dict[CArmPose, Technique] = {}  # what the last pulse of each pose was made with
        self._on_the_way: Technique | None = None  # where brightness control is while the gantry turns
        self._set: dict[str, Any] = {}  # what a person set of the technique
        self._by_hand = False
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
        self.joints, self.pose = self.reached(direction, isocentre_mm)
        return self.pose

    def reached(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> tuple[GantryJoints, CArmPose]:
        """How the C-arm would stand there; it stays where it is. Raises UnreachablePose."""
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
        return joints, pose

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person at the table would call out at this pose: parts near patient or table, the focus near the skin."""
        return collisions(self.joints, self.pose, self.carm, self._patient)

    def travel(self, pose: CArmPose) -> tuple[float, float]:
        """Degrees and millimetres from ``pose`` to the present one."""
        return self.distance(pose.direction, pose.isocentre_mm)

    def distance(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> tuple[float, float]:
        """Degrees and millimetres from the present pose."""
        apart = np.linalg.norm(np.subtract(isocentre_mm, self.pose.isocentre_mm))
        return angle_between_deg(direction, self.pose.direction), float(apart)

    def collimate(self, half_width_mm: float, half_height_mm: float) -> None:
        self._collimator = Collimator(half_width_mm, half_height_mm)
        self._next.clear()
        self._used.clear()
        if self._on_the_way is not None:
            self._on_the_way = replace(self._on_the_way, collimator=self._collimator)

    @property
    def collimator(self) -> Collimator | None:
        return self._collimator

    def choose(self, pulses_per_s: float, zoom: float, kvp: float | None, ma: float | None) -> None:
        """Pulse rate, magnification, and kVp and mA by hand (None: brightness control).

        Raises UnphysicalView and then changes nothing.
        """
        detector, asked = magnified(self._whole, zoom, self.carm), dict[str, Any](pulses_per_s=pulses_per_s)
        if kvp is not None and ma is not None:
            asked |= {"kvp": kvp, "ma": ma}
            rate = kerma_rate_mgy_min(replace(starting_technique(), **asked), self.pose)
            limit = float(physics("brightness")["kerma_rate_limit_mgy_min"])
            if rate > limit:
                raise UnphysicalView(
                    f"that would be {rate:.0f} mGy a minute, the limit is {limit:g}: fewer pulses or less mA"
                )
        self.detector, self._set, self._by_hand = detector, asked, kvp is not None

    def technique(self, locked: bool = False) -> Technique:
        """What the next pulse at this pose is made with."""
        found = (self._used if locked else self._next).get(self.pose) or self._next.get(self.pose) or self._on_the_way
        return replace(found or starting_technique(collimator=self._collimator), **self._set)

    def pulse(
        self,
        time_s: float,
        rng: Generator,
        steel: Sequence[CapsuleChain],
        iodine: LayerGrid | None,
        locked: bool = False,
        turning: bool = False,
    ) -> Frame:
        """One pulse. Brightness control then sets the next one's technique.

        ``locked`` keeps the technique of the last pulse at this pose, so that the two can be subtracted. ``turning``: the
        gantry is on its way, anatomy is projected coarser and brightness goes on from pose to pose.
        """
        geometry = self.geometry_at(time_s)
        self.sharp = not turning or geometry in self._views
        anatomy = self._views.anatomy(geometry, 1 if self.sharp else self.COARSER)
        scene = self._views.scene(geometry, steel, iodine, anatomy=anatomy)
        technique = self.technique(locked) if not turning else self._turning_technique()
        frame = expose(scene, self.pose, self.detector, technique, self.carm, rng, time_s=time_s, threads=self._threads)
        following = technique
        if not locked and not self._by_hand:
            frame, following = controlled(frame)
        if turning:
            self._on_the_way = following
        else:
            self._used[self.pose] = technique
            if not locked:
                self._next[self.pose] = following
                self._on_the_way = following if self._on_the_way is not None else None
        self._made = [frame]
        return frame

    def _turning_technique(self) -> Technique:
        """Of the last pulse on the way, else what the C-arm came from."""
        last = self._made[-1].technique if self._made else None
        found = self._on_the_way or last or starting_technique()
        return replace(found, collimator=self._collimator, **self._set)

    def geometry_at(self, time_s: float) -> ProjectionGeometry:
        """From where the anatomy is truly seen at this pose and time; no frame holds it."""
        return true_geometry(self.pose, self.detector, self.position, self._imperfection, time_s)

    def anatomy_at(self, time_s: float) -> LineIntegrals:
        """The body as it is seen at this pose and time, without needle and contrast."""
        return self._views.anatomy(self.geometry_at(time_s))

    def frames(self) -> Iterator[Frame]:
        """The frames of the last pulse."""
        yield from self._made
