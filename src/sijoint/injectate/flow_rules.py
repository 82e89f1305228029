"""The numbers of flow, read once from `flow.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class CapacityRules:
    mean_ml: float
    sd_ml: float
    low_ml: float
    high_ml: float


@dataclass(frozen=True)
class CleftRules:
    opening_median_kpa: float
    opening_log_sd: float
    correlation_mm: float
    width_log_slope_per_mm: float
    cranial_log_sd_per_30_mm: float
    way_kpa_per_mm: float
    compliance_kpa: float
    opening_share: float
    full_kpa: float
    contact_share_mean: float
    contact_share_sd: float
    contact_log_step: float
    open_share_least: float
    width_low_mm: float
    width_high_mm: float
    recess_share: float
    recess_radius_mm: float
    tip_slack_mm: float
    ventral_overflow_share: float
    overflow_kpa_s_ml: float


@dataclass(frozen=True)
class TissueRules:
    yield_kpa: float
    resistance_kpa_s_ml: float
    porosity: float
    spread: tuple[float, float, float]
    feather: float


@dataclass(frozen=True)
class VesselRules:
    yield_kpa: float
    resistance_kpa_s_ml: float
    seen_length_mm: float


@dataclass(frozen=True)
class NumericalRules:
    depot_voxel_mm: float
    depot_reach_mm: float
    depot_usual_ml: float
    depot_margin: float
    same_depot_mm: float
    other_tissue_cost: float
    bone_cost: float
    sub_step_ml: float
    iodine_voxel_mm: float
    iodine_voxels_most: int


@dataclass(frozen=True)
class FlowRules:
    capacity: CapacityRules
    cleft: CleftRules
    ligament: TissueRules
    muscle: TissueRules
    loose: TissueRules
    vessel: VesselRules
    numbers: NumericalRules
    modelled: tuple[str, ...]


@cache
def flow_rules() -> FlowRules:
    """The shipped flow parameters: the fill volume is measured, the rest assumed."""
    raw = tomllib.loads(resources.files("sijoint.injectate").joinpath("flow.toml").read_text("utf-8"))

    def values(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        return {
            name: tuple(row["value"]) if isinstance(row["value"], list) else row["value"] for name, row in table.items()
        }

    return FlowRules(
        capacity=CapacityRules(**values(raw["capacity"])),
        cleft=CleftRules(**values(raw["cleft"])),
        ligament=TissueRules(**values(raw["tissue"]["ligament"])),
        muscle=TissueRules(**values(raw["tissue"]["muscle"])),
        loose=TissueRules(**values(raw["tissue"]["loose"])),
        vessel=VesselRules(**values(raw["vessel"])),
        numbers=NumericalRules(**values(raw["numbers"])),
        modelled=tuple(raw["modelled"]),
    )


def what_is_modelled() -> tuple[str, ...]:
    """Sentences for a reader on what this room assumes."""
    return flow_rules().modelled
