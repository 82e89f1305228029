"""What is typed as words and numbers: where the receptor shall be, places, a field, a window."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy import Window
from sijoint.frames import ReceptorTilt, receptor_direction


class UnclearView(ValueError):
    """What was asked for is no view, or two; the text says what to give instead."""


class View(StrEnum):
    """Views by name. PA: receptor behind the patient. AP: in front. Lateral: receptor at that side of the patient."""

    PA = "pa"
    AP = "ap"
    LATERAL_LEFT = "lateral-left"
    LATERAL_RIGHT = "lateral-right"
    TRAJECTORY = "trajectory"


LATERAL_DEG = {View.LATERAL_LEFT: 90.0, View.LATERAL_RIGHT: -90.0}


def receptor(
    view: View | None,
    left: float | None,
    right: float | None,
    cephalad: float | None,
    caudad: float | None,
    primary: float | None,
    secondary: float | None,
    prone: bool,
) -> NDArray[np.float64] | None:
    """Unit vector (LPS) from the isocentre to the receptor; None for the trajectory view, which the plan decides.

    Without any wish the receptor is straight above the table. Raises UnclearView, and UnreachablePose for angles that do
    not exist.
    """
    tilts = {"--left": left, "--right": right, "--cephalad": cephalad, "--caudad": caudad}
    tilted = [name for name, value in tilts.items() if value is not None]
    if primary is not None or secondary is not None:
        if view is not None or tilted:
            raise UnclearView(
                "give the view either in words (--view, --left, --right, --cephalad, --caudad) or as --primary and --secondary"
            )
        return receptor_direction(180.0 if primary is None and prone else primary or 0.0, secondary or 0.0)
    for one, other in (("--left", "--right"), ("--cephalad", "--caudad")):
        if one in tilted and other in tilted:
            raise UnclearView(f"give {one} or {other}, not both")
    if view is View.TRAJECTORY:
        if tilted:
            raise UnclearView(f"the trajectory view is decided by the plan: leave out {' and '.join(tilted)}")
        return None
    for name, value in tilts.items():
        if value is not None and not np.isfinite(value):
            raise UnclearView(f"{name} is {value:g}: give a number of degrees")
    left_deg = left if left is not None else -(right or 0.0)
    cephalad_deg = cephalad if cephalad is not None else -(caudad or 0.0)
    if view in LATERAL_DEG:
        if left is not None or right is not None:
            raise UnclearView("a lateral view tilts towards head or feet alone: leave out --left and --right")
        left_deg = LATERAL_DEG[view]
    if not abs(left_deg) <= 180 or not abs(cephalad_deg) <= 90:
        raise UnclearView("tilts to the side go up to 180 degrees, towards head and feet up to 90")
    behind = view is not View.AP if view is not None else prone
    return ReceptorTilt(left_deg, cephalad_deg, behind).direction


def place(text: str, name: str) -> NDArray[np.float64]:
    """(3,) one place in mm from ``x,y,z``. Raises UnclearView."""
    points = places(text, name)
    if len(points) > 1:
        raise UnclearView(f"{name} {text!r} is {len(points)} places: give one, x,y,z in mm")
    return np.asarray(points[0])


def places(text: str, name: str, at_least: int = 1) -> NDArray[np.float64]:
    """(n, 3) places in mm from ``x,y,z[:x,y,z...]``. Raises UnclearView."""
    try:
        points = np.array([[float(value) for value in part.split(",")] for part in text.split(":")], dtype=np.float64)
    except ValueError:
        points = np.empty((0, 0))
    if points.ndim != 2 or points.shape[-1] != 3 or len(points) < at_least or not np.all(np.isfinite(points)):
        shape = "x,y,z" if at_least == 1 else "x,y,z:x,y,z"
        raise UnclearView(f"{name} {text!r} is no place: give {shape} in mm, patient coordinates (LPS)")
    return points


def limits(text: str) -> Window:
    """A grey window from ``LOW,HIGH``. Raises UnclearView."""
    try:
        low, high = (float(value) for value in text.split(","))
    except ValueError:
        low = high = float("nan")
    if not -np.inf < low < high < np.inf:
        raise UnclearView(f"--window {text!r} is no window: give two numbers, LOW,HIGH, as --json tells them")
    return Window(low, high)


def field_mm(text: str) -> tuple[float, float]:
    """Width and height of a collimated field from ``WxH``. Raises UnclearView."""
    try:
        width, height = (float(value) for value in text.lower().split("x"))
    except ValueError:
        width = height = float("nan")
    if not (0 < width < np.inf and 0 < height < np.inf):
        raise UnclearView(
            f"--collimate {text!r} is no field: give width x height in mm at the isocentre, such as 100x80"
        )
    return width, height
