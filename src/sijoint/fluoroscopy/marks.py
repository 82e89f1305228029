"""Marks on a displayed image: lines and points of the patient, drawn where the view shows them. Only a picture asked for
with marks has any; pixels that are read or subtracted never do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from sijoint.fluoroscopy.frame import Frame
from sijoint.frames import DisplayOrientation, ProjectionGeometry

Colour = tuple[int, int, int]
CROSS_SHARE = 1 / 45  # half a cross, of the image's width


@dataclass(frozen=True, eq=False)
class Mark:
    """Points (n, 3) in LPS mm with a name: joined to a line, or each a cross with an open middle."""

    points_mm: NDArray[np.float64]
    colour: Colour
    words: str
    kind: Literal["line", "cross"] = "line"


def draw_marks(
    draw: ImageDraw.ImageDraw, marks: Sequence[Mark], frame: Frame, display: DisplayOrientation, top: int
) -> None:
    """The marks on a displayed frame whose first row lies ``top`` pixels down; nothing for a frame without a pose."""
    if frame.pose is None:
        return
    geometry = ProjectionGeometry.of(frame.pose, frame.detector)
    rows, columns = frame.pixels.shape
    reach, width = columns * CROSS_SHARE, max(1, columns // 300)
    for mark in marks:
        places = display.to_display(geometry.project(mark.points_mm), (rows, columns)) + np.array([0, top])
        places = places[np.isfinite(places).all(axis=-1)]
        if mark.kind == "line" and len(places) > 1:
            draw.line([(float(x), float(y)) for x, y in places], mark.colour, width)
        elif mark.kind == "cross":
            for x, y in places:
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                    near, far = reach * 0.35, reach
                    draw.line([(x + dx * near, y + dy * near), (x + dx * far, y + dy * far)], mark.colour, width)
