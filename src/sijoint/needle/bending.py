"""Bending by tip asymmetry: in soft tissue a bevelled needle follows an arc away from its bevel opening.

The arc's radius is the one that gives the published sideways deflection after 80 mm (Rand 2016, ballistic gel); the shaft
follows the tip. Clock: looking along the needle from hub to tip, 12 o'clock is cranial, 3 o'clock the onlooker's right,
which behind a prone patient is the patient's right.
"""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.frames import unit

Vector = NDArray[np.float64]

DEFLECTION_MEASURED_AT_MM = 80.0  # depth at which the published deflections were read


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
    """Curvature 1/R of the arc that is `deflection_mm_at_80` aside at 80 mm depth: R = (80² + d²) / 2d."""
    d = needle.deflection_mm_at_80
    return 2 * d / (DEFLECTION_MEASURED_AT_MM**2 + d**2)


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
        np.cos(angle) * direction - np.sin(angle) * opening,
        np.sin(angle) * direction + np.cos(angle) * opening,
    )


def bent_path(
    needle: SpinalNeedle,
    entry_mm: ArrayLike,
    direction: ArrayLike,
    bevel_clock_deg: float,
    depth_mm: float,
    *,
    step_mm: float = 1.0,
) -> Vector:
    """Expected path (n, 3), entry to tip, of a needle pushed to this depth without rotation or wandering."""
    lengths = np.append(np.arange(0.0, depth_mm, step_mm), depth_mm)
    along = unit(direction)
    start = np.asarray(entry_mm, dtype=np.float64)
    return arc_points(start, along, bevel_opening(along, bevel_clock_deg), curvature_per_mm(needle), lengths)


def aim(needle: SpinalNeedle, entry_mm: ArrayLike, target_mm: ArrayLike, bevel_clock_deg: float = 0.0) -> Vector:
    """Unit direction at the skin so that the bent path, bevel at this clock, runs through the target.

    The tangent and the chord of an arc differ by asin(chord / 2R); the plane of the arc depends on the direction itself
    through the clock, hence the few repetitions. Raises ValueError when entry and target coincide.
    """
    chord = np.asarray(target_mm, dtype=np.float64) - np.asarray(entry_mm, dtype=np.float64)
    towards = unit(chord)
    half_turn = np.arcsin(min(1.0, float(np.linalg.norm(chord)) * curvature_per_mm(needle) / 2))
    direction = towards
    for _ in range(20):
        opening = bevel_opening(direction, bevel_clock_deg)
        aside = opening - (opening @ towards) * towards
        length = float(np.linalg.norm(aside))
        if length < 1e-9:
            break
        direction = np.cos(half_turn) * towards + np.sin(half_turn) * aside / length
    return np.asarray(direction)
