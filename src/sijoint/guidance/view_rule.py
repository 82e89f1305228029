"""What the view map searches and how views are chosen, as read from ``view_map.toml``."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any


@dataclass(frozen=True)
class DirectionGrid:
    reach_deg: float
    step_deg: float
    refine_reach_deg: float
    refine_step_deg: float


@dataclass(frozen=True)
class LineWindow:
    window_mm: tuple[float, float]
    level_mm: float


@dataclass(frozen=True)
class BeamSteps:
    path_mm: float
    step_mm: float
    through_mm: float
    through_step_mm: float


@dataclass(frozen=True)
class WorkingField:
    half_mm: float
    rays: int
    flag_share: float
    lateral_ventral_mm: float


@dataclass(frozen=True)
class Contralateral:
    oblique_deg: tuple[float, float]
    cephalad_deg: tuple[float, float]


@dataclass(frozen=True)
class Choice:
    bone_mm: float
    separation_mm: float
    tilt_deg: float
    truncated: float
    dose: float
    little_open_share: float


@dataclass(frozen=True)
class ViewRule:
    grid: DirectionGrid
    lines: LineWindow
    beam: BeamSteps
    field: WorkingField
    kerma_per_cm: float
    contralateral: Contralateral
    choice: Choice


@cache
def load_view_rule() -> ViewRule:
    """The rule shipped with the package."""
    table = loads(resources.files("sijoint.guidance").joinpath("view_map.toml").read_text(encoding="utf-8"))
    return ViewRule(
        DirectionGrid(**table["grid"]),
        LineWindow(**_pairs(table["lines"])),
        BeamSteps(**table["beam"]),
        WorkingField(**table["field"]),
        float(table["dose"]["kerma_per_cm"]),
        Contralateral(**_pairs(table["contralateral"])),
        Choice(**table["choice"]),
    )


def _pairs(table: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(float(each) for each in value) if isinstance(value, list) else value
        for name, value in table.items()
    }
