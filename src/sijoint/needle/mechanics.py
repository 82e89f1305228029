"""The numbers of needle mechanics, read once from `mechanics.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from numpy.random import Generator


@dataclass(frozen=True)
class ForceSpread:
    """A normal distribution of force in newtons, cut at a fifth of its mean."""

    mean_n: float
    sd_n: float
    basis: str  # "measured" or "assumed"

    def drawn(self, rng: Generator) -> float:
        return max(self.mean_n / 5, float(rng.normal(self.mean_n, self.sd_n)))


@dataclass(frozen=True)
class Layer:
    """What a 22 G Quincke needle meets in one tissue; `bend` is its curvature against that in gel."""

    tip_n: ForceSpread
    rise_mm: float
    friction_n_per_mm: float
    bend: float


@dataclass(frozen=True)
class BoneContact:
    contact_share: float
    slides_below_deg: float
    turn_deg_per_mm: float
    flex_mm: float
    scrape_n: float


@dataclass(frozen=True)
class GrainRule:
    lobule_mm: float
    fat_share: float
    uneven_share: float
    fascia_mm: float
    fascia_between_mm: float


@dataclass(frozen=True)
class Mechanics:
    feel_step_mm: float
    path_step_mm: float
    turn_depth_mm: float
    turn_fades_mm: float
    turn_hub_deg: float
    track_turn_deg: float
    tissue_change_mm: float
    felt_above_n: float
    felt_share: float
    bone: BoneContact
    grain: GrainRule
    scatter_mm_at_80: Mapping[str, float]
    tip_force: Mapping[str, float]
    layers: Mapping[str, Layer]
    give_drop: ForceSpread
    modelled: tuple[str, ...]

    def scatter_of(self, tip: str) -> float:
        """Standard deviation in mm of the deflection at 80 mm for this tip."""
        return self.scatter_mm_at_80.get(tip.lower(), self.scatter_mm_at_80["other"])

    def tip_force_of(self, tip: str) -> float:
        """Force that this tip needs, against a Quincke tip."""
        return self.tip_force.get(tip.lower(), self.tip_force["other"])


@cache
def mechanics() -> Mechanics:
    """The shipped mechanics: bending and its scatter measured in gel, the rest assumed."""
    raw = tomllib.loads(resources.files("sijoint.needle").joinpath("mechanics.toml").read_text("utf-8"))
    return Mechanics(
        **_values(raw["movement"]),
        bone=BoneContact(**_values(raw["bone"])),
        grain=GrainRule(**_values(raw["grain"])),
        scatter_mm_at_80=_values(raw["scatter_mm_at_80"]),
        tip_force=_values(raw["tip_force"]),
        layers={tissue: _layer(table) for tissue, table in raw["layer"].items()},
        give_drop=_spread(raw["give_force_n"]["drop"]),
        modelled=tuple(raw["modelled"]),
    )


def what_is_modelled() -> tuple[str, ...]:
    """Sentences for a reader on what this room assumes."""
    return mechanics().modelled


def _values(table: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(row["value"]) for name, row in table.items()}


def _spread(row: Mapping[str, Any]) -> ForceSpread:
    return ForceSpread(float(row["mean"]), float(row["sd"]), str(row["basis"]))


def _layer(table: Mapping[str, Any]) -> Layer:
    return Layer(
        _spread(table["tip_n"]),
        float(table["rise_mm"]["value"]),
        float(table["friction_n_per_mm"]["value"]),
        float(table["bend"]["value"]),
    )
