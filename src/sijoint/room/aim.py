"""From a click on the image to a place in the patient: where a beam leaves the skin, and what lies at the isocentre's depth.

Pure geometry. A needle that lies along the beam is seen as a dot; it goes in where the beam comes out, at the receptor's
side of the patient.
"""

from dataclasses import dataclass

import numpy as np

from sijoint.anatomy import Body
from sijoint.frames import CArmPose, Detector, DisplayOrientation, ProjectionGeometry

Point = tuple[float, float, float]


class NoSkinThere(ValueError):
    """The beam at this place does not come out through skin that the CT shows; the text is what the person reads."""


@dataclass(frozen=True)
class SkinMark:
    """A mark on the skin: the entry in LPS mm, and the unit direction into the body along the beam (needle as a dot)."""

    entry_mm: Point
    direction: Point


def clicked_pixel(
    column_row: tuple[float, float], detector: Detector, display: DisplayOrientation
) -> tuple[float, float]:
    """The stored column and row of a place on the displayed image, strips not counted. Raises NoSkinThere outside it."""
    shape = (detector.rows, detector.columns)
    rows, columns = shape[::-1] if display.quarter_turns % 2 else shape
    x, y = column_row
    if not (-0.5 <= x <= columns - 0.5 and -0.5 <= y <= rows - 0.5):
        raise NoSkinThere("that place is outside the image: choose one on it")
    column, row = display.to_stored((x, y), shape)
    return float(column), float(row)


def skin_mark(body: Body, pose: CArmPose, detector: Detector, column: float, row: float) -> SkinMark:
    """Where the beam through a stored pixel comes out of the skin at the receptor's side. Raises NoSkinThere."""
    geometry = ProjectionGeometry.of(pose, detector)
    ray = geometry.ray_directions(column, row)
    inner = _nearest_to_isocentre(pose, ray)
    out_mm = body.skin_exit_mm(inner, ray)
    if not np.isfinite(out_mm):
        raise NoSkinThere("the beam there does not come out through skin that the CT shows: choose a place on the body")
    return SkinMark(_point(inner + out_mm * ray), _point(-ray))


def at_isocentre_depth(pose: CArmPose, detector: Detector, column: float, row: float) -> Point:
    """The place behind a stored pixel in the plane of the isocentre that faces the receptor: what to centre on."""
    geometry = ProjectionGeometry.of(pose, detector)
    ray = geometry.ray_directions(column, row)
    along = pose.source_isocentre_mm / float(ray @ pose.direction)
    return _point(geometry.source_mm + along * ray)


def _nearest_to_isocentre(pose: CArmPose, ray: np.ndarray) -> np.ndarray:
    source = pose.source_mm
    return np.asarray(source + float((np.asarray(pose.isocentre_mm) - source) @ ray) * ray)


def _point(place: np.ndarray) -> Point:
    return float(place[0]), float(place[1]), float(place[2])
