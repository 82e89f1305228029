"""The numbers of the arthrogram reading as read from ``arthrogram.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads

from sijoint.model import ContrastPattern


@dataclass(frozen=True)
class SubtractionRule:
    smooth_mm: float
    noise_window_mm: float
    sure_sigma: float
    faint_sigma: float
    least_mg_per_cm2: float
    least_area_mm2: float
    reach_mm: float


@dataclass(frozen=True)
class ZoneRule:
    pitch_mm: float
    reach_mm: float
    cleft_half_mm: float
    rim_mm: float
    foramen_mm: float
    ligament_wider_mm: float
    rounds: int


@dataclass(frozen=True)
class ArthrogramRule:
    subtraction: SubtractionRule
    zones: ZoneRule
    none_below_share: float
    second_view_deg: float
    one_view_trust: float
    sure_leak_share: float
    feared_from: float
    usual: Mapping[str, tuple[float, float]]  # of each feature: what lies beyond counts as this much and no more
    scores: Mapping[ContrastPattern, Mapping[str, float]]  # feature -> weight, with its bias
    made_by: str


@cache
def load_arthrogram_rule() -> ArthrogramRule:
    """The rule shipped with the package."""
    table = loads(resources.files("sijoint.guidance").joinpath("arthrogram.toml").read_text(encoding="utf-8"))
    return ArthrogramRule(
        SubtractionRule(**table["subtraction"]),
        ZoneRule(**table["zones"]),
        float(table["none_below_share"]),
        float(table["second_view_deg"]),
        float(table["one_view_trust"]),
        float(table["sure_leak_share"]),
        float(table["feared_from"]),
        {name: (float(low), float(high)) for name, (low, high) in table["usual"].items()},
        {ContrastPattern[name.upper()]: weights for name, weights in table["scores"].items()},
        str(table["made_by"]),
    )
