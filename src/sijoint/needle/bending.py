"""Bending by tip asymmetry: in soft tissue a bevelled needle follows an arc away from its bevel opening.

The arc's radius is the one that gives the published sideways deflection after 80 mm (Rand 2016, ballistic gel); a layer bends
the needle more or less than gel by a factor of its own; the shaft follows the tip. Clock: looking along the needle from hub to
tip, 12 o'clock is cranial, 3 o'clock the onlooker's right, which behind a prone patient is the patient's right.
"""

import math
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames import unit
from sijoint.needle.body_map import TissueMap, tissue_names
from sijoint.needle.mechanics import mechanics

Vector = NDArray[np.float64]

DEFLECTION_MEASURED_AT_MM = 80.0  # depth at which the published deflections were read
GAUGE_22_MM = (0.718, 0.413)  # outer and bore, ISO 9626: the needle of the tables


class SpinalNeedle(Protocol):
    """What this room asks of a needle; `formulary` holds the real ones."""

    @property
    def gauge(self) -> int: ...
    @property
    def length_mm(self) -> float: ...
    @property
    def outer_mm(self) -> float: ...
    @property
    def bore_mm(self) -> float: ...
    @property
    def tip(self) -> str: ...
    @property
    def deflection_mm_at_80(self) -> float: ...


def curvature_per_mm(needle: SpinalNeedle) -> float:
    """Curvature 1/R of the arc that is `deflection_mm_at_80` aside at 80 mm depth: R = (80² + d²) / 2d.

    Negative for a tip that goes towards its opening.
    """
    d = needle.deflection_mm_at_80
    return 2 * d / (DEFLECTION_MEASURED_AT_MM**2 + d**2)


def yielding(needle: SpinalNeedle) -> float:
    """How much farther this shaft gives way in tissue than one of 22 G under the same load: (EI ratio)^(-1/4).

    A beam in an elastic bed; the same rule gives the 25 G deflections of the formulary.
    """
    outer, bore = GAUGE_22_MM
    return float(((outer**4 - bore**4) / (needle.outer_mm**4 - needle.bore_mm**4)) ** 0.25)


def bends_in(names: NDArray[np.str_]) -> Vector:
    """Curvature (n,) in these tissues against that in gel."""
    layers = mechanics().layers
    return np.array([layers[name].bend for name in names.tolist()])


def bevel_opening(direction: ArrayLike, bevel_clock_deg: float) -> Vector:
    """Unit vector, square to the needle, that the bevel opening faces at this clock angle in degrees."""
    along = unit(direction)
    # A needle along the body axis has no cranial side; posterior serves instead.
    up = np.array([0.0, 0.0, 1.0]) if abs(along[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    up = unit(up - (up @ along) * along)
    right = np.cross(along, up)
    angle = np.radians(bevel_clock_deg)
    return np.asarray(np.cos(angle) * up + np.sin(angle) * right)


def arc_points(start_mm: Vector, direction: Vector, opening: Vector, curvature: float, lengths_mm: Vector) -> Vector:
    """Points (n, 3) at arc lengths (n,) from the start, bending away from the opening."""
    along = np.asarray(lengths_mm, dtype=np.float64)[:, None]
    if curvature == 0.0:
        return np.asarray(start_mm + along * direction)
    angle = along * curvature
    return np.asarray(start_mm + (np.sin(angle) * direction - (1 - np.cos(angle)) * opening) / curvature)


def arc_direction(direction: Vector, opening: Vector, curvature: float, length_mm: float) -> tuple[Vector, Vector]:
    """Tip direction and bevel opening after an arc of this length."""
    angle = length_mm * curvature
    return (
        math.cos(angle) * direction - math.sin(angle) * opening,
        math.sin(angle) * direction + math.cos(angle) * opening,
    )


def bent_path(
    needle: SpinalNeedle,
    entry_mm: ArrayLike,
    direction: ArrayLike,
    bevel_clock_deg: float,
    depth_mm: float,
    *,
    step_mm: float = 1.0,
    body: TissueMap | None = None,
) -> Vector:
    """Expected path (n, 3), entry to tip, of a needle pushed to this depth without rotation or wandering.

    As in gel, or with a body as its layers bend; bone on the way is not asked about.
    """
    lengths = np.append(np.arange(0.0, depth_mm, step_mm), depth_mm)
    along = unit(direction)
    start = np.asarray(entry_mm, dtype=np.float64)
    opening = bevel_opening(along, bevel_clock_deg)
    path = arc_points(start, along, opening, curvature_per_mm(needle), lengths)
    if body is None:
        return path
    steps = np.diff(lengths)
    angle = curvature_per_mm(needle) * bends_in(tissue_names(body, (path[1:] + path[:-1]) / 2)) * steps
    middle = (np.cumsum(angle) - angle / 2)[:, None]
    moved = steps[:, None] * (np.cos(middle) * along - np.sin(middle) * opening)
    return np.asarray(np.vstack([start, start + np.cumsum(moved, axis=0)]))


def aim(
    needle: SpinalNeedle,
    entry_mm: ArrayLike,
    target_mm: ArrayLike,
    bevel_clock_deg: float = 0.0,
    *,
    body: TissueMap | None = None,
) -> Vector:
    """Unit direction at the skin so that the bent path, bevel at this clock, runs through the target.

    The tangent and the chord of an arc differ by asin(chord / 2R); the plane of the arc depends on the direction itself
    through the clock, hence the few repetitions. With a body its layers bend. Raises ValueError when entry and target coincide.
    """
    entry = np.asarray(entry_mm, dtype=np.float64)
    chord = np.asarray(target_mm, dtype=np.float64) - entry
    towards = unit(chord)
    far = float(np.linalg.norm(chord))
    half_turn = np.arcsin(np.clip(far * curvature_per_mm(needle) / 2, -1.0, 1.0))
    direction = towards
    for _ in range(20):
        opening = bevel_opening(direction, bevel_clock_deg)
        aside = opening - (opening @ towards) * towards
        length = float(np.linalg.norm(aside))
        if length < 1e-9:
            break
        direction = np.cos(half_turn) * towards + np.sin(half_turn) * aside / length
    if body is None:
        return np.asarray(direction)
    for _ in range(4):
        path = bent_path(needle, entry, direction, bevel_clock_deg, far * 1.02, step_mm=0.5, body=body)
        near = min(int(np.argmin(np.linalg.norm(path - (entry + chord), axis=1))), len(path) - 2)
        heading = unit(path[near + 1] - path[near])
        missed = entry + chord - path[near]
        direction = unit(direction + (missed - (missed @ heading) * heading) / far)
    return np.asarray(direction)
