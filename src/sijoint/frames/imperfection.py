"""An imperfect C-arm and a patient who moves: what is seen, beside what is reported.

The reported pose is nominal and stays so. The sag is that of an elastic C which is right when upright: with gravity ``d``
(down) and the beam ``n`` (source to receptor), unit vectors, the source is displaced by ``sag / 2 (d + n)`` and the receptor
twisted by ``twist (n x d)``. Both depend on the joints only through the beam, are zero with the receptor above the table,
and never exceed ``sag`` and ``twist``.
"""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads
from typing import Any

import numpy as np

from sijoint.frames.carm import CArmPose, Detector, ProjectionGeometry
from sijoint.frames.table import PatientPosition
from sijoint.frames.transform import Matrix, Points, rigid, rotation_about, transform_directions, transform_points

BREATH_STEPS = (
    8  # of the way from out to in; a pulse sees the nearest, so a breath needs few projections of the anatomy
)


@dataclass(frozen=True)
class Flex:
    """How the C bends and what its geometry is wrong by. ``principal_point_mm``: where the central ray meets the
    detector, off its middle, along columns and rows."""

    source_sag_mm: float = 0.0
    receptor_twist_deg: float = 0.0
    source_detector_error_mm: float = 0.0
    principal_point_mm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Breathing:
    """The pelvis between breathing out (where the CT was made) and in, and the time of one breath."""

    posterior_mm: float
    caudal_mm: float
    period_s: float

    def __post_init__(self) -> None:
        if not self.period_s > 0:
            raise ValueError("a breath takes a time above zero")

    def moved_mm(self, time_s: float) -> Points:
        """Displacement (3,) in LPS, in steps of an eighth of the way; zero at time 0."""
        way = (1 - np.cos(2 * np.pi * (time_s % self.period_s) / self.period_s)) / 2
        way = round(float(way) * BREATH_STEPS) / BREATH_STEPS
        return way * np.array([0.0, self.posterior_mm, -self.caudal_mm])


@dataclass(frozen=True)
class PatientShift:
    """The patient moves as a whole at a time, by millimetres (LPS) after a turn about the long axis through ``about_mm``."""

    at_s: float
    by_mm: tuple[float, float, float]
    turned_deg: float = 0.0
    about_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def moved_from_before(self) -> Matrix:
        turn = rotation_about("z", self.turned_deg)
        about = np.array(self.about_mm)
        return rigid(turn, about - turn @ about + self.by_mm)


@dataclass(frozen=True)
class Imperfection:
    """What differs from the reported pose; by default nothing."""

    flex: Flex = Flex()
    breathing: Breathing | None = None
    shifts: tuple[PatientShift, ...] = ()

    def now_from_ct(self, time_s: float) -> Matrix | None:
        """Where the patient is, from where the CT and the pose have the patient; None while that is the same."""
        if self.breathing is None and not any(shift.at_s <= time_s for shift in self.shifts):
            return None
        moved = np.eye(4)
        if self.breathing is not None:
            moved[:3, 3] = self.breathing.moved_mm(time_s)
        for shift in sorted(self.shifts, key=lambda shift: shift.at_s):
            if shift.at_s <= time_s:
                moved = shift.moved_from_before @ moved
        return moved

    @property
    def words(self) -> tuple[str, ...]:
        """What differs, one sentence each, for a debrief; none when perfect."""
        flex, told = self.flex, []
        if flex.source_sag_mm or flex.receptor_twist_deg:
            told.append(
                f"the C bends: up to {flex.source_sag_mm:g} mm at the source and {flex.receptor_twist_deg:g}° at the receptor"
            )
        if flex.source_detector_error_mm or any(flex.principal_point_mm):
            across, along = flex.principal_point_mm
            told.append(
                f"source to detector is wrong by {flex.source_detector_error_mm:g} mm, "
                f"the principal point by {np.hypot(across, along):.2g} mm"
            )
        if self.breathing is not None:
            way = np.hypot(self.breathing.posterior_mm, self.breathing.caudal_mm)
            told.append(f"the pelvis moves by {way:.1f} mm with a breath every {self.breathing.period_s:g} s")
        told += [
            f"the patient moved by {np.linalg.norm(shift.by_mm):.1f} mm and {shift.turned_deg:g}° at {shift.at_s:g} s"
            for shift in self.shifts
        ]
        return tuple(told)


PERFECT = Imperfection()


def load_flex(name: str) -> Flex:
    """``uncalibrated`` or ``calibrated`` of imperfections.toml. Raises KeyError for another name."""
    row = _data()[name]
    across, down = row["principal_point_mm"]
    return Flex(
        row["source_sag_mm"], row["receptor_twist_deg"], row["source_detector_error_mm"], (float(across), float(down))
    )


def load_breathing() -> Breathing:
    """Quiet breathing of a prone patient, of imperfections.toml."""
    row = _data()["breathing"]
    return Breathing(row["posterior_mm"], row["caudal_mm"], row["period_s"])


def true_geometry(
    pose: CArmPose,
    detector: Detector,
    position: PatientPosition,
    imperfection: Imperfection = PERFECT,
    time_s: float = 0.0,
) -> ProjectionGeometry:
    """What the C-arm sees at ``time_s`` when it reports ``pose``, in the frame of the CT: source, detector and patient moved.

    Without imperfection it is exactly the geometry of the pose.
    """
    geometry = ProjectionGeometry.of(pose, detector)
    if imperfection.flex != Flex():
        geometry = _bent(geometry, pose, position, imperfection.flex)
    moved = imperfection.now_from_ct(time_s)
    if moved is None:
        return geometry
    ct_from_now: Matrix = np.linalg.inv(moved).astype(np.float64)
    return ProjectionGeometry(
        transform_points(ct_from_now, geometry.source_mm),
        transform_points(ct_from_now, geometry.pixel_origin_mm),
        transform_directions(ct_from_now, geometry.column_step_mm),
        transform_directions(ct_from_now, geometry.row_step_mm),
        geometry.shape,
    )


def _bent(geometry: ProjectionGeometry, pose: CArmPose, position: PatientPosition, flex: Flex) -> ProjectionGeometry:
    u, v, n = pose.axes
    down = position.patient_from_table @ np.array([0.0, 1.0, 0.0])
    across, along = flex.principal_point_mm
    centre = pose.source_mm + pose.source_detector_mm * n
    twist = _rotation(np.radians(flex.receptor_twist_deg) * np.cross(n, down))
    shifted = flex.source_detector_error_mm * n - across * u - along * v
    return ProjectionGeometry(
        geometry.source_mm + flex.source_sag_mm / 2 * (down + n),
        centre + shifted + twist @ (geometry.pixel_origin_mm - centre),
        twist @ geometry.column_step_mm,
        twist @ geometry.row_step_mm,
        geometry.shape,
    )


def _rotation(vector: Points) -> Points:
    """Rotation (3, 3) about a vector by its length in radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _data() -> dict[str, Any]:
    text = resources.files("sijoint.frames").joinpath("imperfections.toml").read_text(encoding="utf-8")
    return loads(text)
