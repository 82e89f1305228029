"""The planner's search, limits and weights as read from ``planner.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any


@dataclass(frozen=True)
class Search:
    tilt_limit_deg: float
    tilt_step_deg: float
    refine_step_deg: float
    lower_mm: tuple[float, float]
    lower_best_mm: float
    upper_share: tuple[float, float]
    height_step_mm: float
    inside_mm: tuple[float, ...]
    ligament_spread_mm: float
    ligament_wider_mm: float
    plane_window_mm: float
    path_mm: float
    refined: int
    judged: int
    offered: int
    apart_deg: float
    apart_mm: float


@dataclass(frozen=True)
class NeedleChoice:
    tray: tuple[str, ...]
    bevel_clock_deg: tuple[float, ...]


@dataclass(frozen=True)
class Limits:
    plane_angle_deg: float
    clearance_mm: float
    opening_mm: float
    opening_clearance_mm: float
    bend_mm: float
    far_room_mm: float
    risk_margin_mm: Mapping[str, float]  # by kind of structure
    implant_margin_mm: float
    hub_mm: float


@dataclass(frozen=True)
class Executions:
    count: int
    entry_sd_mm: float
    angle_sd_deg: float
    depth_sd_mm: float
    bevel_sd_deg: float
    shift_sd_mm: float
    slack_mm: float


@dataclass(frozen=True)
class Weights:
    robustness: float
    clearance: float
    clearance_full_mm: float
    plane_angle: float
    height: float
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
    needle: NeedleChoice
    limits: Limits
    executions: Executions
    weights: Weights


@cache
def load_planner_rule() -> PlannerRule:
    """The rule shipped with the package."""
    table = loads(resources.files("sijoint.guidance").joinpath("planner.toml").read_text(encoding="utf-8"))
    return PlannerRule(
        Search(**_with_tuples(table["search"])),
        NeedleChoice(**_with_tuples(table["needle"])),
        Limits(**table["limits"], risk_margin_mm=table["risk_margin_mm"]),
        Executions(**table["executions"]),
        Weights(**table["weights"]),
    )


def _with_tuples(table: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
