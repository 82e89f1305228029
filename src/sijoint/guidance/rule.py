"""The planner's search, limits and weights as read from ``planner.toml``."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads


@dataclass(frozen=True)
class Search:
    tilt_limit_deg: float
    tilt_step_deg: float
    refine_step_deg: float
    height_range_mm: tuple[float, float]
    height_step_mm: float
    inside_mm: tuple[float, ...]
    ligament_spread_mm: float
    plane_window_mm: float
    path_mm: float
    refined: int
    judged: int
    offered: int
    apart_deg: float
    apart_mm: float


@dataclass(frozen=True)
class Limits:
    plane_angle_deg: float
    clearance_mm: float
    opening_mm: float
    opening_clearance_mm: float
    far_room_mm: float
    risk_margin_mm: float
    hub_mm: float


@dataclass(frozen=True)
class Executions:
    count: int
    entry_mm: float
    angle_deg: float
    depth_mm: float
    slack_mm: float


@dataclass(frozen=True)
class Weights:
    robustness: float
    clearance: float
    clearance_full_mm: float
    plane_angle: float
    height: float
    height_best_mm: float
    inside: float
    inside_best_mm: float
    off_centre: float
    risk: float
    risk_full_mm: float
    tilt: float
    depth: float


@dataclass(frozen=True)
class PlannerRule:
    search: Search
    limits: Limits
    executions: Executions
    weights: Weights


@cache
def load_planner_rule() -> PlannerRule:
    """The rule shipped with the package."""
    table = loads(resources.files("sijoint.guidance").joinpath("planner.toml").read_text(encoding="utf-8"))
    search = dict(table["search"])
    low, high = search["height_range_mm"]
    search["height_range_mm"] = (float(low), float(high))
    search["inside_mm"] = tuple(float(value) for value in search["inside_mm"])
    return PlannerRule(
        Search(**search), Limits(**table["limits"]), Executions(**table["executions"]), Weights(**table["weights"])
    )
