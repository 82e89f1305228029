"""Dye in a vessel: a streak downstream of the tip that the blood carries off within seconds."""

import math

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.causes import Vessel

Vector = NDArray[np.float64]


class VesselStream:
    """One vessel that was entered at one place: volume by fluid that still lies in its visible part, and what has gone.

    The visible part empties like a well-mixed tube, dV/dt = Q - V u / L, solved exactly for constant inflow Q.
    """

    def __init__(self, vessel: Vessel, tip_mm: Vector, seen_length_mm: float) -> None:
        self.vessel, self.tip_mm = vessel, tip_mm
        self.seen_length_mm = seen_length_mm
        self.held_ml: dict[str, float] = {}
        self.gone_ml: dict[str, float] = {}
        self.front_mm = 0.0
        self._start_mm = _nearest_on(vessel.points_mm, tip_mm)[1]

    @property
    def residence_s(self) -> float:
        """Mean time that dye stays in the visible part."""
        return self.seen_length_mm / self.vessel.flow_mm_s

    def flow(self, seconds: float, fluid: str = "", volume_ml: float = 0.0) -> None:
        """Time passes while this volume comes in at a constant rate."""
        self.front_mm += self.vessel.flow_mm_s * seconds
        if fluid:
            self.held_ml.setdefault(fluid, 0.0)
        turns = seconds / self.residence_s
        kept = math.exp(-turns)
        for name, held in self.held_ml.items():
            coming = volume_ml if name == fluid else 0.0
            stays = -math.expm1(-turns) / turns if turns > 1e-12 else 1.0
            left = held * kept + coming * stays
            self.gone_ml[name] = self.gone_ml.get(name, 0.0) + (held + coming - left)
            self.held_ml[name] = left

    def streak(self) -> tuple[Vector, Vector]:
        """Points (n, 3) downstream of the tip and the share (n,) of the held volume at each, sum 1."""
        lengths = _lengths(self.vessel.points_mm)
        reach = min(self._start_mm + min(self.front_mm, 3 * self.seen_length_mm), float(lengths[-1]))
        along = np.arange(self._start_mm, max(reach, self._start_mm + 0.5), 0.5)
        share = np.exp(-(along - self._start_mm) / self.seen_length_mm)
        points = np.column_stack([np.interp(along, lengths, self.vessel.points_mm[:, k]) for k in range(3)])
        # A ball of points about each makes a tube of about the vessel's radius whatever way it runs.
        ball = np.array([step for step in np.ndindex(3, 3, 3) if 1 in step], dtype=np.float64) - 1.0
        tube = (points[None] + 0.6 * self.vessel.radius_mm * ball[:, None]).reshape(-1, 3)
        return tube, np.tile(share / share.sum() / len(ball), len(ball))


def distance_to_vessel_mm(vessel: Vessel, point_mm: Vector) -> float:
    """Distance from a point to the vessel's axis."""
    return _nearest_on(vessel.points_mm, point_mm)[0]


def _lengths(points_mm: Vector) -> Vector:
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points_mm, axis=0), axis=1))])


def _nearest_on(points_mm: Vector, point_mm: Vector) -> tuple[float, float]:
    """Distance to the polyline and the length along it to the nearest point."""
    start, step = points_mm[:-1], np.diff(points_mm, axis=0)
    size = np.einsum("ij,ij->i", step, step)
    share = np.clip(np.einsum("ij,ij->i", point_mm - start, step) / np.maximum(size, 1e-12), 0, 1)
    distance = np.linalg.norm(start + share[:, None] * step - point_mm, axis=1)
    best = int(np.argmin(distance))
    return float(distance[best]), float(_lengths(points_mm)[best] + share[best] * np.sqrt(size[best]))
