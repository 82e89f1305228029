"""Where frames come from: a simulated C-arm here, a received one from `exchange`.

``Fluoroscope`` is what both offer; ``Controls`` is absent on received runs, where nobody here moves the gantry.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy import (
    AttenuationVolume,
    CapsuleChain,
    Collimator,
    Frame,
    LayerGrid,
    LineIntegrals,
    Projector,
    Scene,
    Technique,
    chain_areal_density,
    expose,
    layer_areal_density,
    regulate,
    starting_technique,
)
from sijoint.frames import (
    CArmModel,
    CArmPose,
    Detector,
    GantryJoints,
    PatientPosition,
    ProjectionGeometry,
    angle_between_deg,
    joints_for_direction,
    pose_from_joints,
)


class Controls(Protocol):
    """What a person can do to a fluoroscope that is really here."""

    def move(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> CArmPose: ...
    def collimate(self, half_width_mm: float, half_height_mm: float) -> None: ...
    def pulse(self, time_s: float, rng: Generator, steel: CapsuleChain | None, iodine: LayerGrid | None) -> Frame: ...


class Fluoroscope(Protocol):
    controls: Controls | None

    def frames(self) -> Iterator[Frame]: ...


class SimulatedFluoroscope:
    """A C-arm over one patient. Anatomy is projected once per pose and kept; needle and contrast are added per pulse."""

    KEPT_POSES = 4

    def __init__(
        self,
        volume: AttenuationVolume,
        carm: CArmModel,
        detector: Detector,
        position: PatientPosition,
        threads: int = 2,
    ) -> None:
        self.carm, self.detector, self.position = carm, detector, position
        self.controls: Controls = self
        self._projector = Projector(volume, threads=threads)
        self._threads = threads
        self._anatomy: dict[CArmPose, LineIntegrals] = {}
        self._next: dict[CArmPose, Technique] = {}  # where brightness control left each pose
        self._used: dict[CArmPose, Technique] = {}  # what the last pulse of each pose was made with
        self._collimator: Collimator | None = None
        self._last_steel: tuple[object, NDArray[np.float32]] | None = None
        self._made: list[Frame] = []
        self.joints = GantryJoints(0.0, 0.0)
        self.pose = pose_from_joints(self.joints, position, carm, volume.grid.centre_mm)

    def move(self, direction: ArrayLike, isocentre_mm: ArrayLike) -> CArmPose:
        """Bring the receptor to ``direction`` with the isocentre at a place. Raises UnreachablePose."""
        self.joints = joints_for_direction(direction, self.position, self.carm)
        self.pose = pose_from_joints(self.joints, self.position, self.carm, isocentre_mm)
        return self.pose

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
        geometry = ProjectionGeometry.of(self.pose, self.detector)
        scene = Scene(
            self._line_integrals(geometry),
            self._steel_of(steel, geometry) if steel else None,
            layer_areal_density(iodine, geometry, may_be_outside=True) if iodine else None,
        )
        technique = (self._used if locked else self._next).get(self.pose)
        technique = technique or self._next.get(self.pose) or starting_technique(collimator=self._collimator)
        frame = expose(scene, self.pose, self.detector, technique, self.carm, rng, time_s=time_s, threads=self._threads)
        self._used[self.pose] = technique
        if not locked:
            self._next[self.pose] = regulate(frame)
        self._made = [frame]
        return frame

    def frames(self) -> Iterator[Frame]:
        """The frames of the last pulse."""
        yield from self._made

    def _steel_of(self, steel: CapsuleChain, geometry: ProjectionGeometry) -> NDArray[np.float32]:
        """The needle's shadow, made again only when needle or pose are others than for the last pulse."""
        key = (self.pose, np.asarray(steel.points_mm).tobytes(), steel.outer_mm)
        if self._last_steel is None or self._last_steel[0] != key:
            self._last_steel = (key, chain_areal_density(steel, geometry))
        return self._last_steel[1]

    def _line_integrals(self, geometry: ProjectionGeometry) -> LineIntegrals:
        if self.pose not in self._anatomy:
            while len(self._anatomy) >= self.KEPT_POSES:
                self._anatomy.pop(next(iter(self._anatomy)))
            self._anatomy[self.pose] = self._projector.project(geometry)
        return self._anatomy[self.pose]
