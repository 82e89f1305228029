"""Where the tip meets bone: met steeply it stands, met at a shallow angle it skids along and the shaft gives way a little.

The same between the two bones of the cleft, which is how a needle slips into a gap hardly wider than itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import unit
from sijoint.needle.body_map import TissueMap
from sijoint.needle.mechanics import mechanics

Vector = NDArray[np.float64]
_PROBE_MM = 0.2


@dataclass(frozen=True)
class Skid:
    """The tip after one step along bone: point (3,), direction (3,), and how far the bone pushed it aside."""

    tip_mm: Vector
    direction: Vector
    pushed_mm: float


def first_contact(clearance_mm: Vector, contact_mm: float) -> int:
    """Index of the last sample before bone: a tip that already touches may leave it, not press on."""
    nearer = clearance_mm[1:] < clearance_mm[:-1] - 1e-6
    blocked = (clearance_mm[1:] < contact_mm) & nearer
    return int(np.argmax(blocked)) if blocked.any() else len(clearance_mm) - 1


def skid(
    tip_mm: Vector,
    direction: Vector,
    step_mm: float,
    body: TissueMap,
    contact_mm: float,
    flexed_mm: float,
    yields: float,
) -> Skid | None:
    """One step along the bone that is in the way; None where the tip stands.

    It stands when it meets bone steeply, when the shaft has flexed as far as a hand bends it, or between two walls that leave
    no way. `yields` is how much more this shaft gives way than one of 22 G.
    """
    rule = mechanics().bone
    out = _outward(tip_mm, body)
    grazing = float(np.arcsin(np.clip(-(direction @ out), 0.0, 1.0)))
    if grazing > np.radians(rule.slides_below_deg) or flexed_mm >= rule.flex_mm * yields:
        return None
    turn = min(grazing, np.radians(rule.turn_deg_per_mm) * yields * step_mm)
    along = direction + (direction @ out) * -out
    turned = (
        unit(direction)
        if grazing < 1e-9
        else unit(np.sin(grazing - turn) * -out + np.cos(grazing - turn) * unit(along))
    )
    reached = tip_mm + step_mm * turned
    inside = contact_mm - float(body.bone_distance_mm(reached[None])[0])
    if inside > 0:
        reached = reached + inside * out
    moved = tip_mm + step_mm * unit(reached - tip_mm)
    if float(body.bone_distance_mm(moved[None])[0]) < contact_mm / 2:
        return None
    return Skid(moved, turned, max(inside, 0.0))


def _outward(point_mm: Vector, body: TissueMap) -> Vector:
    """Unit vector away from the nearest bone."""
    offsets = _PROBE_MM * np.eye(3)
    away = body.bone_distance_mm(np.vstack([point_mm + offsets, point_mm - offsets]))
    slope = away[:3] - away[3:]
    length = float(np.linalg.norm(slope))
    return np.asarray(slope / length) if length > 1e-9 else np.zeros(3)
