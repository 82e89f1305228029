"""The numbers of the arthrogram reading as read from ``arthrogram.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from tomllib import loads


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
class SubtypeRule:
    """How intra-articular patterns are told apart."""

    cephalad_mm: float
    cephalad_scale_mm: float
    leak_share: float
    leak_scale: float


@dataclass(frozen=True)
class ArthrogramRule:
    subtraction: SubtractionRule
    zones: ZoneRule
    subtypes: SubtypeRule
    none_below_share: float
    second_view_deg: float
    one_view_trust: float
    sure_leak_share: float
    feared_from: float
    scores: Mapping[str, Mapping[str, float]]  # class of pattern -> feature -> weight, with its bias
    made_by: str


@cache
def load_arthrogram_rule() -> ArthrogramRule:
    """The rule shipped with the package."""
    table = loads(resources.files("sijoint.guidance").joinpath("arthrogram.toml").read_text(encoding="utf-8"))
    return ArthrogramRule(
        SubtractionRule(**table["subtraction"]),
        ZoneRule(**table["zones"]),
        SubtypeRule(**table["subtypes"]),
        float(table["none_below_share"]),
        float(table["second_view_deg"]),
        float(table["one_view_trust"]),
        float(table["sure_leak_share"]),
        float(table["feared_from"]),
        table["scores"],
        str(table["made_by"]),
    )
