"""Where the tip may come to rest: points just inside the cleft's dorsal border, or in the posterior ligaments."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy import Body, Joint, Tissue
from sijoint.guidance.rule import Search

_Place = tuple[float, float, float, float, float]  # chart a and b, height, inside, off centre
_LIGAMENT_STEP_MM = 4.0
_Accepts = Callable[[NDArray[np.float64]], NDArray[np.bool_]]


@dataclass(frozen=True, eq=False)
class Goals:
    """Tip positions with the plane that the needle has to follow there."""

    tip_mm: NDArray[np.float64]  # (n, 3) LPS
    normal: NDArray[np.float64]  # (n, 3) unit, across the cleft
    height_mm: NDArray[np.float64]  # (n,) above the inferior end of the joint, along it
    inside_mm: NDArray[np.float64]  # (n,) beyond the dorsal border; 0 for the ligament
    off_centre_mm: NDArray[np.float64]  # (n,) from the centre of the ligament region; 0 for the cleft

    def __len__(self) -> int:
        return len(self.height_mm)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | list[int]) -> "Goals":
        return Goals(
            self.tip_mm[rows], self.normal[rows], self.height_mm[rows], self.inside_mm[rows], self.off_centre_mm[rows]
        )


def goals_in_cleft(joint: Joint, search: Search, height_mm: tuple[float, float]) -> Goals:
    """Tips 2-4 mm inside the synovial cleft along its dorsal border, at heights above its inferior end (low, high)."""
    border = joint.chart.coordinates(joint.dorsal_border_mm)
    lowest = _height_zero(joint)
    low, high = height_mm
    places: list[_Place] = []
    for height in np.arange(low, high + 0.01, search.height_step_mm):
        level = np.abs(border[:, 1] - lowest - height) <= search.height_step_mm / 2
        if not level.any():
            continue
        a_border = float(border[level, 0].min())
        places += [(a_border + inside, lowest + height, height, inside, 0.0) for inside in search.inside_mm]
    return _goals_at(joint, places, search, lambda tips: joint.contains(tips))


def goals_in_ligament(body: Body, joint: Joint, search: Search, spread_mm: float) -> Goals:
    """Tips in the posterior ligament region within ``spread_mm`` round its centre."""
    centre = np.asarray(joint.ligament_target_mm, dtype=np.float64)
    a, b, _ = joint.chart.coordinates(centre)
    lowest = _height_zero(joint)
    steps = np.linspace(-spread_mm, spread_mm, 2 * round(spread_mm / _LIGAMENT_STEP_MM) + 1)
    places: list[_Place] = [(a + da, b + db, b + db - lowest, 0.0, 0.0) for da in steps for db in steps]

    def accepted(tips: NDArray[np.float64]) -> NDArray[np.bool_]:
        near = np.linalg.norm(tips - centre, axis=1) <= spread_mm  # the surface may fall away steeply
        return np.asarray(near & (body.tissue_at(tips) == Tissue.LIGAMENT))

    goals = _goals_at(joint, places, search, accepted)
    return replace(goals, off_centre_mm=np.linalg.norm(goals.tip_mm - centre, axis=1))


def _height_zero(joint: Joint) -> float:
    return float(joint.chart.coordinates(joint.inferior_end_mm)[1])


def _goals_at(joint: Joint, places: list[_Place], search: Search, accepted: _Accepts) -> Goals:
    table = np.array(places, dtype=np.float64).reshape(-1, 5)
    tips = joint.chart.world(table[:, 0], table[:, 1])
    keep = accepted(tips)
    table, tips = table[keep], tips[keep]
    normals = np.array([cleft_normal(joint, a, b, search.plane_window_mm) for a, b in table[:, :2]]).reshape(-1, 3)
    return Goals(tips, normals, *table[:, 2:].T)


def cleft_normal(joint: Joint, a_mm: float, b_mm: float, window_mm: float) -> NDArray[np.float64]:
    """Unit normal (3,) of the plane that fits the mid-surface best round a place of the chart."""
    da, db = np.meshgrid(np.linspace(-window_mm, window_mm, 9), np.linspace(-window_mm / 2, window_mm / 2, 5))
    points = joint.chart.world(a_mm + da.ravel(), b_mm + db.ravel())
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 6:
        return np.asarray(joint.chart.normal, dtype=np.float64)
    _, _, axes = np.linalg.svd(points - points.mean(axis=0))
    normal = np.asarray(axes[2], dtype=np.float64)
    return normal if normal @ joint.chart.normal > 0 else -normal
