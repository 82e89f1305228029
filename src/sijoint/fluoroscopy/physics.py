"""The room's numbers, read once: tables made with SpekPy and xraydb, and the declared constants of physics.toml."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from tomllib import loads
from typing import Any

import numpy as np
from numpy.typing import NDArray

_DATA = resources.files("sijoint.fluoroscopy").joinpath("data")


@dataclass(frozen=True, eq=False)
class XrayTables:
    """Spectra (copper, kVp, energy) and mass attenuation (cm2/g) in 1 keV bins; made by scripts/make_xray_tables.py."""

    energy_kev: NDArray[np.float64]
    kvp: NDArray[np.float64]
    copper_mm: NDArray[np.float64]
    fluence_per_cm2_mas_kev: NDArray[np.float64]  # at 1 m
    kerma_mgy_per_mas: NDArray[np.float64]  # at 1 m
    half_value_layer_mm_al: NDArray[np.float64]
    mu: dict[str, NDArray[np.float64]]  # water, bone, iodine, steel
    absorbed_caesium_iodide: NDArray[np.float64]  # photoelectric part only
    made_with: tuple[str, ...]


@cache
def xray_tables() -> XrayTables:
    with np.load(BytesIO(_DATA.joinpath("xray_tables.npz").read_bytes())) as stored:
        table = {name: stored[name] for name in stored.files}
    return XrayTables(
        table["energy_kev"],
        table["kvp"],
        table["copper_mm"],
        table["fluence_per_cm2_mas_kev"].astype(np.float64),
        table["kerma_mgy_per_mas"],
        table["half_value_layer_mm_al"],
        {name: table[f"mu_{name}"] for name in ("water", "bone", "iodine", "steel")},
        table["absorbed_caesium_iodide"],
        tuple(str(text) for text in table["made_with"]),
    )


@cache
def physics(section: str) -> dict[str, Any]:
    """One section of physics.toml."""
    return dict(loads(_DATA.joinpath("physics.toml").read_text(encoding="utf-8"))[section])


def mass_attenuation(material: str, energy_kev: float) -> float:
    """cm2/g of water, bone, iodine or steel at one energy, log-log between bins."""
    tables = xray_tables()
    log = np.interp(np.log(energy_kev), np.log(tables.energy_kev), np.log(tables.mu[material]))
    return float(np.exp(log))
