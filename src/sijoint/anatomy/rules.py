"""The numbers of this room, read once from their data files."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class JointRule:
    """How the joint is found and bounded; meaning, source and grade of every number stand in ``joint_rule.toml``."""

    smoothing_voxel: float
    smoothing_most_mm: float
    stairs_share: float
    stairs_from_mm: float
    normal_lateral: float
    normal_posterior: float
    normal_deviation_deg: float
    chart_pitch_mm: float
    chart_half_extent_mm: float
    neighbour_mm: float
    widest_mm: float
    narrowest_mm: float
    thin_mm: float
    thin_rise_mm: float
    thin_reach_mm: float
    thin_widest_mm: float
    bay_mm: float
    arm_mm: float
    arm_band_mm: float
    touching_limit: float
    doubtful_share: float
    fused_share: float
    mended_limit: float
    coarse_voxel_mm: float
    refused_voxel_mm: float
    recess_height_mm: float
    recess_window_mm: tuple[float, float]
    recess_inset_mm: float
    needle_clearance_mm: float
    needle_radius_mm: float
    approach_room_deg: float
    arm_start: tuple[float, float]
    arm_end: tuple[float, float]
    capsule_mm: float
    ligament_reach_mm: float
    skin_mm: float


@dataclass(frozen=True)
class LabelScheme:
    """Label numbers by what they stand for; ``highest`` is the largest number of the scheme."""

    sacrum: tuple[int, ...]
    hip_left: tuple[int, ...]
    hip_right: tuple[int, ...]
    other_bone: tuple[int, ...]
    vessel: tuple[int, ...]
    bowel: tuple[int, ...]
    nerve: tuple[int, ...]
    muscle: tuple[int, ...]
    organ: tuple[int, ...]
    highest: int


@dataclass(frozen=True)
class PublishedValue:
    """A value from the literature in the words of its source, with its grade."""

    words: str
    source: str
    grade: str


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("sijoint.anatomy").joinpath(name).read_text(encoding="utf-8"))


@cache
def joint_rule() -> JointRule:
    """The rule in ``joint_rule.toml``."""
    values: dict[str, Any] = {name: entry["value"] for name, entry in _table("joint_rule.toml").items()}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return JointRule(**values)


@cache
def label_scheme() -> LabelScheme:
    """The scheme in ``label_names.toml``."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in _table("label_names.toml").items()}
    return LabelScheme(**values)


@cache
def published(name: str) -> PublishedValue:
    """One entry of ``published.toml``."""
    return PublishedValue(**_table("published.toml")[name])
