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
    cranial_log_per_30_mm: float
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
    opening_least_kpa: float
    margin_mm: float
    margin_log_step: float
    margin_log_sd: float
    own_fluid_mm: float
    own_fluid_log_sd: float
    own_fluid_mpa_s: float
    recess_share: float
    recess_radius_mm: float
    fold_share: float
    fold_kpa: float
    tip_slack_mm: float
    ventral_overflow_share: float
    rim_rise_kpa_per_mm: float
    rim_rise_most_kpa: float
    rim_ml_s_kpa_mm: float


@dataclass(frozen=True)
class LeakRules:
    opens_median_kpa: float
    opens_log_sd: float
    ml_s_kpa: float
    back_kpa: float
    mouth_mm: float


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
    none_share: float
    around_share: float
    inside_share: float
    around_radius_mm: tuple[float, float]
    inside_radius_mm: tuple[float, float]
    around_away_mm: tuple[float, float]
    length_mm: tuple[float, float]
    flow_mm_s: tuple[float, float]
    torn_reach_mm: float


@dataclass(frozen=True)
class SeenRules:
    grade_margin_share: float
    grade_substantial_share: float
    grade_full_share: float
    cephalad_share: float
    cephalad_mm2: float
    arthrography_most_ml: float
    arthrography_outside_ml: float


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
    leak: LeakRules
    ligament: TissueRules
    muscle: TissueRules
    loose: TissueRules
    vessel: VesselRules
    seen: SeenRules
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
        leak=LeakRules(**values(raw["leak"])),
        ligament=TissueRules(**values(raw["tissue"]["ligament"])),
        muscle=TissueRules(**values(raw["tissue"]["muscle"])),
        loose=TissueRules(**values(raw["tissue"]["loose"])),
        vessel=VesselRules(**values(raw["vessel"])),
        seen=SeenRules(**values(raw["seen"])),
        numbers=NumericalRules(**values(raw["numbers"])),
        modelled=tuple(raw["modelled"]),
    )


def what_is_modelled() -> tuple[str, ...]:
    """Sentences for a reader on what this room assumes."""
    return flow_rules().modelled
