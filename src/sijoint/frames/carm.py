"""The C-arm as a camera: pose, detector and the projection between world and image.

Images are stored as seen from the source: column direction u, row direction v (downwards), u x v from source to detector.
At positioner angles 0/0 the patient orientation is R\\F, at 180/0 it is L\\F. Pixel centres are at integer indices and
arrays are indexed ``[row, column]``.
"""

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames.errors import UnreachablePose
from sijoint.frames.receptor import Direction, positioner_angles, receptor_direction
from sijoint.frames.transform import Points


@dataclass(frozen=True)
class Detector:
    """A flat detector, centred on the central ray."""

    rows: int
    columns: int
    pixel_mm: float

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1 or not self.pixel_mm > 0:
            raise ValueError("a detector has at least one row and column and a pixel size above zero")

    def binned_to(self, rows: int) -> "Detector":
        """The same field of view with ``rows`` rows."""
        factor = self.rows / rows
        return Detector(rows, round(self.columns / factor), self.pixel_mm * factor)


@dataclass(frozen=True)
class CArmPose:
    """Where source and receptor are in the patient (LPS, mm).

    ``primary_deg`` and ``secondary_deg`` are DICOM positioner angles; ``roll_deg`` turns the detector about the central
    ray, right-handed about the direction from source to receptor, from its canonical orientation. Raises UnreachablePose
    for numbers that are missing, angles out of range and distances that cannot be.
    """

    primary_deg: float
    secondary_deg: float
    isocentre_mm: tuple[float, float, float]
    source_detector_mm: float
    source_isocentre_mm: float
    roll_deg: float = 0.0

    def __post_init__(self) -> None:
        receptor_direction(self.primary_deg, self.secondary_deg)
        if not all(isfinite(value) for value in self.isocentre_mm):
            raise UnreachablePose("the isocentre is not a place: each of its three coordinates must be a number of mm")
        if not isfinite(self.roll_deg):
            raise UnreachablePose("the detector's turn about the central ray is not a number of degrees")
        if not 0 < self.source_isocentre_mm < np.inf:
            raise UnreachablePose(
                f"the source stands at a distance above zero from the isocentre, not at {self.source_isocentre_mm:g} mm"
            )
        if not 0 < self.source_detector_mm < np.inf:
            raise UnreachablePose(
                f"the detector stands at a distance above zero before the source, not at {self.source_detector_mm:g} mm"
            )
        if not self.source_detector_mm > self.source_isocentre_mm:
            raise UnreachablePose(
                f"the detector must be beyond the isocentre: source to detector {self.source_detector_mm:g} mm is not "
                f"more than source to isocentre {self.source_isocentre_mm:g} mm"
            )

    @staticmethod
    def towards(
        direction: ArrayLike,
        isocentre_mm: ArrayLike,
        source_detector_mm: float,
        source_isocentre_mm: float,
        roll_deg: float = 0.0,
    ) -> "CArmPose":
        """The pose with the receptor in ``direction`` (LPS) from the isocentre."""
        primary, secondary = positioner_angles(direction)
        x, y, z = (float(value) for value in np.asarray(isocentre_mm, dtype=np.float64))
        return CArmPose(primary, secondary, (x, y, z), source_detector_mm, source_isocentre_mm, roll_deg)

    @property
    def direction(self) -> Direction:
        """Unit vector from source to receptor."""
        return receptor_direction(self.primary_deg, self.secondary_deg)

    @property
    def axes(self) -> tuple[Direction, Direction, Direction]:
        """Column direction u, row direction v and source-to-receptor direction n, orthonormal, u x v = n."""
        p, s, roll = np.radians([self.primary_deg, self.secondary_deg, self.roll_deg])
        u = np.array([-np.cos(p), -np.sin(p), 0.0])
        v = np.array([np.sin(p) * np.sin(s), -np.cos(p) * np.sin(s), -np.cos(s)])
        return np.cos(roll) * u + np.sin(roll) * v, np.cos(roll) * v - np.sin(roll) * u, self.direction

    @property
    def source_mm(self) -> Points:
        return np.asarray(self.isocentre_mm) - self.source_isocentre_mm * self.direction

    @property
    def patient_orientation(self) -> tuple[str, str]:
        """DICOM (0020,0020): the main patient directions of increasing column and of increasing row."""
        return _letter(self.axes[0]), _letter(self.axes[1])


def _letter(direction: Direction) -> str:
    axis = int(np.argmax(np.abs(direction)))
    return ("LPH" if direction[axis] > 0 else "RAF")[axis]


@dataclass(frozen=True, eq=False)
class ProjectionGeometry:
    """The twelve numbers of a view in world millimetres: source, centre of pixel (0, 0), column step and row step."""

    source_mm: Points
    pixel_origin_mm: Points
    column_step_mm: Points
    row_step_mm: Points
    shape: tuple[int, int]  # rows, columns

    @staticmethod
    def of(pose: CArmPose, detector: Detector) -> "ProjectionGeometry":
        u, v, n = pose.axes
        centre = pose.source_mm + pose.source_detector_mm * n
        step_u, step_v = u * detector.pixel_mm, v * detector.pixel_mm
        origin = centre - step_u * (detector.columns - 1) / 2 - step_v * (detector.rows - 1) / 2
        return ProjectionGeometry(pose.source_mm, origin, step_u, step_v, (detector.rows, detector.columns))

    @property
    def image_from_world(self) -> NDArray[np.float64]:
        """(3, 4): homogeneous (column, row, 1) of homogeneous world points; the third component grows with depth."""
        world_from_image = np.column_stack(
            [self.column_step_mm, self.row_step_mm, self.pixel_origin_mm - self.source_mm]
        )
        camera = np.linalg.inv(world_from_image)
        return np.column_stack([camera, -camera @ self.source_mm])

    def project(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """(..., 2) column and row of world points (..., 3); NaN for points not in front of the source."""
        points = np.asarray(points_mm, dtype=np.float64)
        matrix = self.image_from_world
        homogeneous = points @ matrix[:, :3].T + matrix[:, 3]
        depth = homogeneous[..., 2:]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(depth > 1e-12, homogeneous[..., :2] / depth, np.nan)

    def pixel_positions(self, column: ArrayLike, row: ArrayLike) -> Points:
        """World positions (..., 3) of detector pixels, which may lie between or beyond the real ones."""
        column, row = np.asarray(column, dtype=np.float64), np.asarray(row, dtype=np.float64)
        return self.pixel_origin_mm + column[..., None] * self.column_step_mm + row[..., None] * self.row_step_mm

    def ray_directions(self, column: ArrayLike, row: ArrayLike) -> Points:
        """Unit vectors (..., 3) from the source through detector pixels."""
        rays = self.pixel_positions(column, row) - self.source_mm
        return np.asarray(rays / np.linalg.norm(rays, axis=-1, keepdims=True))

    def magnification_at(self, point_mm: ArrayLike) -> float:
        """Size on the detector over size in the body, at a world point."""
        normal = np.cross(self.column_step_mm, self.row_step_mm)
        normal /= np.linalg.norm(normal)
        to_detector = float(np.dot(self.pixel_origin_mm - self.source_mm, normal))
        return to_detector / float(np.dot(np.asarray(point_mm, dtype=np.float64) - self.source_mm, normal))
