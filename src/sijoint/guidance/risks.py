"""What a way has to keep clear of: structures at risk as anatomy knows them, and metal in the CT."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.anatomy import Body, metal_near
from sijoint.frames import Side
from sijoint.guidance.rule import Limits

Points = NDArray[np.float64]


class AtRisk(Protocol):
    """A structure that a needle keeps away from; ``anatomy.StructureAtRisk`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def found_by(self) -> str: ...
    def distance_mm(self, points_mm: Points) -> Points: ...


def gaps_mm(points_mm: Points, risks: Sequence[AtRisk]) -> Points:
    """Least distance (m, k) of paths (m, n, 3) to each of k structures; negative where they pass through."""
    flat = points_mm.reshape(-1, 3)
    columns = [risk.distance_mm(flat).reshape(points_mm.shape[:2]).min(axis=1) for risk in risks]
    return np.stack(columns, axis=1) if columns else np.empty((len(points_mm), 0))


def asked_margins_mm(risks: Sequence[AtRisk], limits: Limits) -> Points:
    """The margin (k,) that a way keeps to each of k structures, by its kind."""
    return np.array([limits.risk_margin_mm[risk.kind] for risk in risks])


@dataclass(frozen=True, eq=False)
class Metal:
    """Voxels of metal: their centres (n, 3) and how far a voxel reaches from its own."""

    points_mm: Points
    radius_mm: float

    def gaps_mm(self, starts_mm: Points, ends_mm: Points) -> Points:
        """Least distance (m,) of straight pieces (m) to metal; infinite where there is none."""
        return np.asarray(nearest_mm(starts_mm, ends_mm, self.points_mm) - self.radius_mm)


def metal_of(body: Body, side: Side) -> Metal:
    """The metal that anatomy finds near a joint."""
    reach = float(np.linalg.norm(body.patient.ct.grid.spacing_mm)) / 2
    return Metal(np.ascontiguousarray(metal_near(body, side).points_mm), reach)


@njit(cache=True, nogil=True)
def nearest_mm(starts, ends, points):
    """Least distance (m,) of straight pieces from starts to ends (m, 3) to points (n, 3); infinite without points."""
    out = np.full(len(starts), np.inf)
    for m in range(len(starts)):
        ax, ay, az = starts[m]
        dx, dy, dz = ends[m, 0] - ax, ends[m, 1] - ay, ends[m, 2] - az
        length = dx * dx + dy * dy + dz * dz
        best = np.inf
        for n in range(len(points)):
            px, py, pz = points[n, 0] - ax, points[n, 1] - ay, points[n, 2] - az
            t = 0.0 if length == 0.0 else min(max((px * dx + py * dy + pz * dz) / length, 0.0), 1.0)
            qx, qy, qz = px - t * dx, py - t * dy, pz - t * dz
            best = min(best, qx * qx + qy * qy + qz * qz)
        out[m] = np.sqrt(best)
    return out
