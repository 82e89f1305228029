"""A frame as a person sees it: turned for the eye, with a strip above and below that names it. Pixels stay as they are.

The strip lies outside the field, so nothing ever covers anatomy; readers and subtraction use the frame, not this picture.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sijoint.fluoroscopy.display import DEFAULT, DisplayOptions, Window, display_pixels
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.marks import Mark, draw_marks
from sijoint.frames import CArmPose, DisplayOrientation, ReceptorTilt, default_display, side_at_screen_left

AMBER, WHITE, GREY = (255, 176, 0), (235, 235, 235), (150, 150, 150)


def annotated(
    frame: Frame,
    *,
    display: DisplayOrientation | None = None,
    behind: bool = True,
    text: Sequence[str] = (),
    options: DisplayOptions = DEFAULT,
    window: Window | None = None,
    marks: Sequence[Mark] = (),
) -> NDArray[np.uint8]:
    """RGB (rows + strips, columns, 3): SIMULATED, side markers, receptor words with raw angles, time, technique, dose.

    ``display`` None is the default orientation of the pose. ``behind``: the receptor is behind the patient in the straight
    view (prone). ``text``: more lines for the lower strip. ``marks`` are the only thing that is ever drawn on the image, and
    are named in the strip. Without a pose there is no side and no word on the receptor.
    """
    if display is None:
        display = default_display(frame.pose) if frame.pose else DisplayOrientation()
    grey = display.apply(display_pixels(frame, options, window=window))
    rows, columns = grey.shape
    size = max(10, columns // 46)
    lower = [_receptor_line(frame, behind), _technique_line(frame), *frame.warnings, *text]
    lower += [mark.words for mark in marks]
    lower = [line for whole in lower for line in _wrapped(whole, columns - size, size) if line]
    top, bottom = round(2.2 * size), round(1.35 * size * len(lower) + 0.7 * size)
    picture = Image.new("RGB", (columns, rows + top + bottom))
    picture.paste(Image.fromarray(np.ascontiguousarray(grey)), (0, top))
    draw = ImageDraw.Draw(picture)
    font, large = ImageFont.load_default(size), ImageFont.load_default(round(1.5 * size))

    left, right = edge_letters(frame.pose, display)
    middle = top / 2
    draw.text((size / 2, middle), left, AMBER, large, anchor="lm")
    draw.text((columns - size / 2, middle), right, AMBER, large, anchor="rm")
    draw.text((columns / 2, middle), _origin_words(frame), AMBER, large, anchor="mm")
    for n, line in enumerate(lower):
        draw.text((size / 2, top + rows + size * (0.4 + 1.35 * n)), line, _colour(n, line, frame, marks), font)
    draw_marks(draw, marks, frame, display, top)
    return np.asarray(picture, dtype=np.uint8)


def _colour(number: int, line: str, frame: Frame, marks: Sequence[Mark]) -> tuple[int, int, int]:
    for mark in marks:
        if line == mark.words:
            return mark.colour
    if any(line in warning for warning in frame.warnings):
        return AMBER
    return WHITE if number == 0 else GREY


def with_origin_strip(frame: Frame) -> NDArray[np.uint16]:
    """16-bit pixels (strip + rows, columns) as they leave the program: the frame's own below a strip that says SIMULATED.

    Stored orientation; pixels of the frame are unchanged, and the strip is outside the field.
    """
    columns = frame.pixels.shape[1]
    size = max(10, columns // 30)
    strip = Image.new("L", (columns, round(1.6 * size)))
    place = (columns / 2, 0.8 * size)
    ImageDraw.Draw(strip).text(place, _origin_words(frame), 255, ImageFont.load_default(size), anchor="mm")
    return np.vstack([np.asarray(strip, dtype=np.uint16) * 257, frame.pixels])


def edge_letters(pose: CArmPose | None, display: DisplayOrientation) -> tuple[str, str]:
    """Letters for the left and right edge of the displayed image: L and R, A and P in laterals, empty without a pose."""
    if pose is None:
        return "", ""
    side = side_at_screen_left(pose, display)
    if side is not None:
        return side.letter, side.opposite.letter
    u, v, _ = pose.axes
    right = -u if display.mirror else u
    for _ in range(display.quarter_turns % 4):
        right, v = v, -right
    axis = int(np.argmax(np.abs(right)))
    letters = "RL" if axis == 0 else "AP" if axis == 1 else "FH"
    return (letters[0], letters[1]) if right[axis] > 0 else (letters[1], letters[0])


def _origin_words(frame: Frame) -> str:
    """SIMULATED on everything that is not known to come from a real C-arm."""
    if frame.origin == "received":
        return ""
    name = "DERIVED" if frame.derived_from == "received" else "SIMULATED"
    return name if frame.averaged == 1 else f"{name} · {frame.averaged} pulses"


def _receptor_line(frame: Frame, behind: bool) -> str:
    if frame.pose is None:
        return "receptor direction not known" + (f": {', '.join(frame.missing)} missing" if frame.missing else "")
    pose = frame.pose
    words = ReceptorTilt.of(pose.direction, behind).words
    primary, secondary = (round(angle, 1) + 0.0 for angle in (pose.primary_deg, pose.secondary_deg))  # never -0.0
    return f"{words}   (DICOM {primary:.1f}°/{secondary:.1f}°)"


def _technique_line(frame: Frame) -> str:
    parts = [f"{frame.time_s:.1f} s"]
    if frame.technique:
        parts.append(f"{frame.technique.kvp:.0f} kVp {frame.technique.ma:.1f} mA {frame.technique.pulse_ms:.0f} ms")
    if frame.dose_area_product_mgy_cm2 is not None and frame.kerma_reference_mgy is not None:
        parts.append(
            f"{frame.kerma_reference_mgy:.3f} mGy at reference point, {frame.dose_area_product_mgy_cm2:.2f} mGy·cm2"
        )
    else:
        parts.append("dose not known")
    return "   ".join(parts)


def _wrapped(line: str, width: int, size: int) -> list[str]:
    """``line`` in pieces no wider than ``width`` pixels."""
    font = ImageFont.load_default(size)
    lines: list[str] = []
    for word in line.split(" "):
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
