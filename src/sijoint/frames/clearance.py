"""How near the C-arm comes to patient and table, and the focus to the skin. Plain solids, in the table's cross-section.

Patient and table top run along the table without end: the body goes on beyond the CT. The patient is an ellipse round the
extent of the body, the housings are boxes round the central ray and the C is its inner circle, so distances are good to some
centimetres: they warn; only what is deeper than such solids can be wrong is a collision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.carm import CArmPose, Detector, ProjectionGeometry
from sijoint.frames.carm_model import CArmModel
from sijoint.frames.gantry import AT_REST, GantryJoints
from sijoint.frames.table import PatientPosition

Section = NDArray[np.float64]  # (n, 2): table x and y of points
SAMPLE_MM = 40.0
PATIENT = "the patient"


@dataclass(frozen=True)
class LyingPatient:
    """The body's extent in table directions (x across, y down, z to the table's head end, mm, origin that of LPS).

    ``centre_mm`` and ``half_mm`` in the cross-section; ``along_mm`` is the part along the table that is known.
    """

    position: PatientPosition
    centre_mm: tuple[float, float]
    half_mm: tuple[float, float]
    along_mm: tuple[float, float]

    @staticmethod
    def between(low_mm: ArrayLike, high_mm: ArrayLike, position: PatientPosition) -> "LyingPatient":
        """From the lowest and highest LPS coordinates (3,) of the body."""
        ends = np.array([low_mm, high_mm], dtype=np.float64) @ position.patient_from_table
        (x0, y0, z0), (x1, y1, z1) = ends.min(axis=0), ends.max(axis=0)
        return LyingPatient(
            position,
            (float(x0 + x1) / 2, float(y0 + y1) / 2),
            (float(x1 - x0) / 2, float(y1 - y0) / 2),
            (float(z0), float(z1)),
        )

    def distance_mm(self, point_mm: ArrayLike) -> float:
        """From a point (LPS) to the known part of the body; 0 inside."""
        place = np.asarray(point_mm, dtype=np.float64) @ self.position.patient_from_table
        beyond = max(self.along_mm[0] - place[2], place[2] - self.along_mm[1], 0.0)
        return float(np.hypot(max(float(self.gap_mm(place[None, :2])[0]), 0.0), beyond))

    def gap_mm(self, points: Section) -> NDArray[np.float64]:
        """Distance (n,) to the ellipse, to two millimetres; negative inside."""
        turn = np.radians(np.arange(0, 360, 1.0))
        rim = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * self.half_mm
        local = points - self.centre_mm
        inside = np.linalg.norm(local / self.half_mm, axis=-1) < 1
        squares = (rim**2).sum(axis=1) - 2 * local @ rim.T
        nearest = np.sqrt(np.maximum((local**2).sum(axis=1) + squares.min(axis=1), 0))
        return np.asarray(np.where(inside, -nearest, nearest))

    def gap_to_table_mm(self, points: Section) -> NDArray[np.float64]:
        """Distance (n,) to the table top, on which the body lies; negative inside."""
        table = surroundings("table")
        half = np.array([table["half_width_mm"], table["thickness_mm"] / 2])
        middle = np.array([self.centre_mm[0], self.centre_mm[1] + self.half_mm[1] + half[1]])
        beyond = np.abs(points - middle) - half
        return np.asarray(np.linalg.norm(np.maximum(beyond, 0), axis=-1) + np.minimum(beyond.max(axis=-1), 0))


@dataclass(frozen=True)
class Clearance:
    """How far a part of the C-arm is from patient or table; negative when the one reaches into the other."""

    part: str
    obstacle: str
    gap_mm: float

    @property
    def words(self) -> str:
        if self.gap_mm < 0:
            return f"{self.part} would meet {self.obstacle}, {-self.gap_mm:.0f} mm deep: move the isocentre or the view"
        return f"{self.part} is {self.gap_mm:.0f} mm from {self.obstacle}"


def clearances(
    joints: GantryJoints, isocentre_mm: ArrayLike, model: CArmModel, patient: LyingPatient
) -> tuple[Clearance, ...]:
    """Least gap of each part of the C-arm to patient and to table, isocentre in LPS; none without housings in the model."""
    found = []
    for part, points in _parts(joints, model):
        place = points + np.asarray(isocentre_mm, dtype=np.float64) @ patient.position.patient_from_table
        for obstacle, gaps in (
            (PATIENT, patient.gap_mm(place[:, :2])),
            ("the table", patient.gap_to_table_mm(place[:, :2])),
        ):
            found.append(Clearance(part, obstacle, float(gaps.min())))
    return tuple(found)


def beam_misses(pose: CArmPose, detector: Detector, patient: LyingPatient) -> str:
    """The sentence on a beam that passes the known part of the body by; empty when it meets it."""
    geometry = ProjectionGeometry.of(pose, detector)
    columns, rows = np.meshgrid(np.linspace(0, detector.columns - 1, 9), np.linspace(0, detector.rows - 1, 9))
    turn = patient.position.patient_from_table
    source = pose.source_mm @ turn
    rays = geometry.pixel_positions(columns, rows).reshape(-1, 3) @ turn - source
    low, high = _through_ellipse((source[:2] - patient.centre_mm) / patient.half_mm, rays[:, :2] / patient.half_mm)
    ahead = high > 0
    middle = source[2] + (low + high)[ahead] / 2 * rays[ahead, 2]
    if np.any((middle >= patient.along_mm[0]) & (middle <= patient.along_mm[1])):
        return ""
    away = patient.distance_mm(pose.isocentre_mm)
    return f"the beam would miss the patient, with the isocentre {away:.0f} mm away from the body: move table or C-arm"


def collision(near: tuple[Clearance, ...]) -> str:
    """The sentence of the deepest true collision with the patient, deeper than the solids can be wrong; else empty.

    The table is only warned of: its size is assumed.
    """
    deepest = min(
        (gap for gap in near if gap.obstacle == PATIENT), key=lambda clearance: clearance.gap_mm, default=None
    )
    return deepest.words if deepest and deepest.gap_mm < -surroundings("near")["certain_mm"] else ""


def collisions(joints: GantryJoints, pose: CArmPose, model: CArmModel, patient: LyingPatient) -> tuple[str, ...]:
    """What a person at the table would call out at this pose: parts that are near or touch, and a focus near the skin."""
    limit = surroundings("near")["warn_mm"]
    near = [gap.words for gap in clearances(joints, pose.isocentre_mm, model, patient) if gap.gap_mm < limit]
    skin = focus_skin_words(focus_skin_distance_mm(pose, patient))
    return (*near, skin) if skin else tuple(near)


def focus_skin_distance_mm(pose: CArmPose, patient: LyingPatient) -> float:
    """Focus to the body's outline along the central ray; 0 inside it, infinite where the ray misses it."""
    turn = patient.position.patient_from_table
    start = ((pose.source_mm @ turn)[:2] - patient.centre_mm) / patient.half_mm
    low, high = _through_ellipse(start, (pose.direction @ turn)[None, :2] / patient.half_mm)
    return max(float(low[0]), 0.0) if high[0] > 0 else float("inf")


def _through_ellipse(start: Section, steps: Section) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where rays (n, 2) from ``start``, both scaled to the unit circle, enter and leave it; -inf to -inf where they miss."""
    a = np.maximum((steps**2).sum(axis=-1), 1e-300)
    b, c = steps @ start, start @ start - 1.0
    root = b * b - a * c
    half = np.sqrt(np.maximum(root, 0.0))
    return np.where(root > 0, (-b - half) / a, -np.inf), np.where(root > 0, (-b + half) / a, -np.inf)


def focus_skin_words(distance_mm: float) -> str:
    """The finding on a focus nearer to the skin than regulations allow; empty when it is far enough."""
    limits = surroundings("focus_skin")
    if distance_mm >= limits["mobile_mm"]:
        return ""
    least = f"{limits['surgical_mm']:.0f} mm"
    if distance_mm < limits["surgical_mm"]:
        return (
            f"the focus is {distance_mm:.0f} mm from the skin and must never be nearer than {least}: move the tube away"
        )
    return (
        f"the focus is {distance_mm:.0f} mm from the skin: under {limits['mobile_mm']:.0f} mm only for surgery with the "
        f"spacer removed, never under {least}"
    )


@cache
def surroundings(section: str) -> dict[str, Any]:
    """One section of clearance.toml."""
    text = resources.files("sijoint.frames").joinpath("clearance.toml").read_text(encoding="utf-8")
    return dict(loads(text)[section])


def _parts(joints: GantryJoints, model: CArmModel) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Name and surface points (n, 3) of each part, from the isocentre in table directions."""
    size = model.housings
    if size is None:
        return
    u, v, n = (joints.table_from_gantry @ AT_REST).T
    focus, plane = -model.source_isocentre_mm, model.source_detector_mm - model.source_isocentre_mm
    for part, half, near, far in (
        ("the receptor", size.receptor_half_mm, plane - size.receptor_ahead_mm, plane + size.receptor_behind_mm),
        ("the collimator", size.collimator_half_mm, focus + size.tube_ahead_mm, focus + size.collimator_ahead_mm),
        ("the tube housing", size.tube_half_mm, focus - size.tube_behind_mm, focus + size.tube_ahead_mm),
    ):
        yield part, _box_surface(half, near, far) @ np.array([u, v, n])
    angle = np.radians(np.linspace(0, 180, 61))[:, None]
    towards_base = joints.base_side * (joints.table_from_gantry @ np.array([1.0, 0.0, 0.0]))
    yield "the C", size.arc_radius_mm * (np.cos(angle) * n + np.sin(angle) * towards_base)


def _box_surface(half: float, near: float, far: float) -> NDArray[np.float64]:
    """Points (m, 3) on the faces of a box: two sides within ``half``, the third from near to far."""
    axes = [
        np.linspace(low, high, int((high - low) / SAMPLE_MM) + 2) for low, high in ((-half, half),) * 2 + ((near, far),)
    ]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    ends = np.array([[axis[0], axis[-1]] for axis in axes])
    return np.asarray(grid[np.any((grid == ends[:, 0]) | (grid == ends[:, 1]), axis=1)])
