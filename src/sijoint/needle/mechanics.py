"""The numbers of needle mechanics, read once from `mechanics.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class ForceSpread:
    """A normal distribution of force in newtons, cut at a fifth of its mean."""

    mean_n: float
    sd_n: float
    basis: str  # "measured" or "assumed"


@dataclass(frozen=True)
class Mechanics:
    feel_step_mm: float
    path_step_mm: float
    turn_depth_mm: float
    bone_contact_share: float
    tissue_change_mm: float
    felt_above_n: float
    scatter_mm_at_80: tuple[tuple[str, float], ...]
    entry_force: tuple[tuple[str, ForceSpread], ...]
    give_drop: ForceSpread
    modelled: tuple[str, ...]

    def scatter_of(self, tip: str) -> float:
        """Standard deviation in mm of the deflection at 80 mm for this tip."""
        table = dict(self.scatter_mm_at_80)
        return table.get(tip.lower(), table["other"])

    def force_of(self, tissue: str) -> ForceSpread:
        return dict(self.entry_force)[tissue]


def _spread(row: Mapping[str, Any]) -> ForceSpread:
    return ForceSpread(float(row["mean"]), float(row["sd"]), str(row["basis"]))


@cache
def mechanics() -> Mechanics:
    """The shipped mechanics: bending scatter measured in gel, forces assumed."""
    raw = tomllib.loads(resources.files("sijoint.needle").joinpath("mechanics.toml").read_text("utf-8"))
    return Mechanics(
        **{name: row["value"] for name, row in raw["movement"].items()},
        scatter_mm_at_80=tuple((tip, row["value"]) for tip, row in raw["scatter_mm_at_80"].items()),
        entry_force=tuple((tissue, _spread(row)) for tissue, row in raw["entry_force_n"].items()),
        give_drop=_spread(raw["give_force_n"]["drop"]),
        modelled=tuple(raw["modelled"]),
    )


def what_is_modelled() -> tuple[str, ...]:
    """Sentences for a reader on what this room assumes."""
    return mechanics().modelled
