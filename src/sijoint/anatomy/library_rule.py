"""The numbers from which library pelves are drawn; meaning, source and grade of each stand in ``library.toml``."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class LibraryRule:
    """The values of ``library.toml``; pairs by sex are women, men."""

    modes: int
    mode_limit_sd: float
    bmi_reference: float
    bmi_range: tuple[float, float]
    wall_reference_mm: float
    wall_thinnest_mm: float
    age_range: tuple[float, float]
    width_young_mm: float
    width_older_mm: float
    width_age: float
    width_sd_mm: float
    width_range_mm: tuple[float, float]
    width_sides_correlation: float
    width_evenness: float
    width_floor_mm: float
    accessory_share: float
    complex_share: float
    form_women_to_men: tuple[float, float]
    vacuum_share: tuple[float, float]
    vacuum_both_sides: float
    bridge_share: tuple[float, float]
    variant_both_sides: float
    accessory_gap_mm: float
    accessory_radius_mm: float
    complex_depth_mm: float
    bridge_length_mm: float
    bridge_radius_mm: float
    bridge_hu: float
    gas_share: float
    gas_radius_mm: float
    gas_hu: float
    cartilage_hu: float
    blur_voxel: float


@cache
def library_rule() -> LibraryRule:
    """The rule in ``library.toml``."""
    table = library_numbers()
    values: dict[str, Any] = {field.name: table[field.name]["value"] for field in fields(LibraryRule)}
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return LibraryRule(**values)


def library_numbers() -> dict[str, dict[str, Any]]:
    """Every entry of ``library.toml``: value, source and grade by name."""
    return tomllib.loads(files("sijoint.anatomy").joinpath("library.toml").read_text(encoding="utf-8"))
