"""Where the receptor is, drawn: the C-arm round a schematic patient on the table, across and along, with the words beneath.

The same drawing as SVG (takes the colour of the text round it) and as pixels. The patient is a sign, not this patient's size;
angles and distances of source and receptor are those of the pose.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sijoint.frames import CArmPose, DisplayOrientation, ReceptorTilt, Side, default_display, side_at_screen_left

PANEL, HEAD, FOOT = 240, 22, 62  # pixels of one panel, of the captions above and of the words below
MM_PER_PIXEL = 6.2
BODY_HALF_MM = (180.0, 110.0)  # half width and depth of the sign for a trunk
DETECTOR_HALF_MM, RECEPTOR_DEPTH_MM = 149.0, 90.0
TUBE_HALF_MM, TUBE_DEPTH_MM = 85.0, 130.0
ARC_MM = 640.0

Points = NDArray[np.float64]  # (n, 2) pixels

SVG_STYLE = {
    "body": 'fill="none" stroke="currentColor" stroke-width="1.5"',
    "table": 'fill="none" stroke="currentColor" stroke-width="4"',
    "arc": 'fill="none" stroke="currentColor" stroke-width="5" stroke-opacity="0.35" stroke-linecap="round"',
    "beam": 'fill="#d99000" fill-opacity="0.25" stroke="none"',
    "receptor": 'fill="#d99000" stroke="currentColor"',
    "tube": 'fill="currentColor" fill-opacity="0.6" stroke="currentColor"',
}
RGB_STYLE: dict[str, tuple[tuple[int, int, int] | None, tuple[int, int, int] | None, int]] = {
    "body": (None, (200, 200, 200), 1),
    "table": (None, (170, 170, 170), 4),
    "arc": (None, (85, 85, 85), 5),
    "beam": ((70, 52, 10), None, 0),
    "receptor": ((255, 176, 0), (235, 235, 235), 1),
    "tube": ((140, 140, 140), (235, 235, 235), 1),
}
INK = (235, 235, 235)


@dataclass(frozen=True, eq=False)
class _Shape:
    style: str  # of SVG_STYLE, or "text"
    points: Points
    text: str = ""
    size: int = 13

    @property
    def closed(self) -> bool:
        return self.style not in ("arc", "table")


@dataclass(frozen=True, eq=False)
class _Panel:
    """A plane to draw on: screen right and screen up as patient directions, and where the isocentre is on the picture."""

    right: NDArray[np.float64]
    up: NDArray[np.float64]
    centre: tuple[float, float]

    def at(self, places_mm: NDArray[np.float64]) -> Points:
        """Pixels of places (n, 3) in mm from the isocentre, in patient directions."""
        across, above = places_mm @ self.right, places_mm @ self.up
        return np.stack([self.centre[0] + across / MM_PER_PIXEL, self.centre[1] - above / MM_PER_PIXEL], axis=-1)


def receptor_words(pose: CArmPose, behind: bool = True) -> tuple[str, str]:
    """The receptor in words, and the raw DICOM angles that go beside them."""
    return ReceptorTilt.of(pose.direction, behind).words, f"DICOM {pose.primary_deg:.1f}°/{pose.secondary_deg:.1f}°"


def receptor_picture(pose: CArmPose, display: DisplayOrientation | None = None, *, behind: bool = True) -> str:
    """SVG of the C-arm round the patient. ``display`` is the image's (None: the default one): left is drawn where it is there.

    ``behind``: the patient lies prone, so that the receptor above the table is behind the patient.
    """
    width, height = 2 * PANEL, HEAD + PANEL + FOOT
    words, raw = receptor_words(pose, behind)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(words)} ({escape(raw)})</title>",
    ]
    for shape in _shapes(pose, display, behind):
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        if shape.style == "text":
            x, y = shape.points[0]
            parts.append(
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="{shape.size}" fill="currentColor" text-anchor="middle" '
                f'dominant-baseline="central">{escape(shape.text)}</text>'
            )
        else:
            element = "polygon" if shape.closed else "polyline"
            parts.append(f'<{element} points="{places}" {SVG_STYLE[shape.style]}/>')
    return "\n".join([*parts, "</svg>"])


def receptor_picture_pixels(
    pose: CArmPose, display: DisplayOrientation | None = None, *, behind: bool = True, scale: int = 2
) -> NDArray[np.uint8]:
    """The same drawing as RGB (rows, columns, 3), light on black, ``scale`` times as large; smooth by drawing it larger."""
    finer = 2 * scale
    picture = Image.new("RGB", (2 * PANEL * finer, (HEAD + PANEL + FOOT) * finer))
    draw = ImageDraw.Draw(picture)
    for shape in _shapes(pose, display, behind):
        places = [(float(x * finer), float(y * finer)) for x, y in shape.points]
        if shape.style == "text":
            draw.text(places[0], shape.text, INK, ImageFont.load_default(shape.size * finer), anchor="mm")
            continue
        fill, line, thick = RGB_STYLE[shape.style]
        if shape.closed:
            draw.polygon(places, fill, line, max(1, thick * finer))
        else:
            draw.line(places, line, thick * finer, joint="curve")
    return np.asarray(picture.reduce(2), dtype=np.uint8)


def _shapes(pose: CArmPose, display: DisplayOrientation | None, behind: bool) -> Iterator[_Shape]:
    """Everything on the picture, from the back to the front."""
    up = np.array([0.0, 1.0 if behind else -1.0, 0.0])
    left = np.array([1.0, 0.0, 0.0])
    shown = side_at_screen_left(pose, default_display(pose) if display is None else display)
    left_at_left = behind if shown is None else shown is Side.LEFT
    middle = HEAD + PANEL / 2
    across = _Panel(-left if left_at_left else left, up, (PANEL / 2, middle))
    along = _Panel(np.array([0.0, 0.0, -1.0]), up, (1.5 * PANEL, middle))

    for panel, caption in (
        (across, f"from the {'feet' if left_at_left == behind else 'head'}"),
        (along, f"from the patient's {'left, face down' if behind else 'right, face up'}"),
    ):
        x = panel.centre[0]
        yield _text((x, HEAD / 2), caption)
        yield from _carm(panel, pose)
        yield from _body(panel, up)
        if panel is across:
            half, lower, size = BODY_HALF_MM[0] / MM_PER_PIXEL + 12, 0.0, 17
            names = ("L", "R") if left_at_left else ("R", "L")
        else:
            half, lower, size = PANEL / 2 - 18, 36.0, 13
            names = ("head", "feet")
        for place, name in zip((x - half, x + half), names, strict=True):
            yield _text((place, middle + lower), name, size)
    words, raw = receptor_words(pose, behind)
    below = HEAD + PANEL
    yield _text((PANEL, below + 12), words, 15)
    yield _text((PANEL, below + 31), raw)
    for x, style, name in ((PANEL - 70, "receptor", "receptor"), (PANEL + 38, "tube", "X-ray tube")):
        yield _Shape(style, np.array([x, below + 50]) + 5 * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]))
        yield _text((x + 40, below + 50), name)


def _carm(panel: _Panel, pose: CArmPose) -> Iterator[_Shape]:
    """The C, the beam, and tube and receptor with the nearer one in front."""
    u, v, n = pose.axes
    focus = -pose.source_isocentre_mm * n
    plane = (pose.source_detector_mm - pose.source_isocentre_mm) * n
    side = u if u @ panel.up < -1e-9 or (abs(u @ panel.up) <= 1e-9 and u @ panel.right > 0) else -u
    angle = np.radians(np.linspace(0, 180, 61))[:, None]
    yield _Shape("arc", panel.at(ARC_MM * (np.cos(angle) * n + np.sin(angle) * side)))
    corners = np.array([plane + DETECTOR_HALF_MM * (a * u + b * v) for a in (-1, 1) for b in (-1, 1)])
    yield _Shape("beam", _hull(panel.at(np.vstack([focus, corners]))))
    parts = [
        _Shape("tube", _box(panel, focus, TUBE_HALF_MM, -TUBE_DEPTH_MM, (u, v, n))),
        _Shape("receptor", _box(panel, plane, DETECTOR_HALF_MM + 20, RECEPTOR_DEPTH_MM, (u, v, n))),
    ]
    receptor_is_nearer = n @ np.cross(panel.right, panel.up) > 0
    yield from parts if receptor_is_nearer else reversed(parts)


def _body(panel: _Panel, up: NDArray[np.float64]) -> Iterator[_Shape]:
    """Table, trunk and, seen from the side, head: the isocentre is in the middle of the trunk."""
    half_width, half_depth = BODY_HALF_MM
    turn = np.radians(np.arange(0, 360, 6))[:, None]
    side = np.array([1.0, 0.0, 0.0])
    head = np.array([0.0, 0.0, 1.0])
    from_side = abs(panel.right[2]) > 0.5
    along = head if from_side else side
    reach = 640.0 if from_side else 260.0
    table = -(half_depth + 22) * up + np.array([[-reach], [reach]]) * along
    yield _Shape("table", panel.at(table))
    if from_side:
        shape = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.5  # a long trunk with round ends
        yield _Shape("body", panel.at(360.0 * shape * head + half_depth * np.sin(turn) * up - 60 * head))
        yield _Shape("body", panel.at(85.0 * (np.cos(turn) * head + np.sin(turn) * up) + 400 * head - 20 * up))
    else:
        yield _Shape("body", panel.at(half_width * np.cos(turn) * side + half_depth * np.sin(turn) * up))


def _box(
    panel: _Panel,
    face: NDArray[np.float64],
    half: float,
    depth: float,
    axes: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> Points:
    u, v, n = axes
    corners = [face + half * (a * u + b * v) + d * n for a in (-1, 1) for b in (-1, 1) for d in (0.0, depth)]
    return _hull(panel.at(np.array(corners)))


def _hull(points: Points) -> Points:
    """The points that enclose all, in order round them (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in np.round(points, 6)})
    sides: list[list[tuple[float, float]]] = [[], []]
    for side, some in zip(sides, (ordered, ordered[::-1]), strict=True):
        for x, y in some:
            while len(side) > 1:
                (x0, y0), (x1, y1) = side[-2:]
                if (x1 - x0) * (y - y0) > (y1 - y0) * (x - x0):
                    break
                side.pop()
            side.append((x, y))
    return np.array(sides[0][:-1] + sides[1][:-1])


def _text(place: tuple[float, float], text: str, size: int = 12) -> _Shape:
    return _Shape("text", np.array([place]), text, size)
