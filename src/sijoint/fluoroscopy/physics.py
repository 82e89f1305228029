"""The room's numbers, read once: tables made with SpekPy and xraydb, and the declared constants of physics.toml."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from tomllib import loads
from typing import Any

import numpy as np
from numpy.typing import NDArray

MATERIALS = ("water", "bone", "iodine", "gadolinium", "steel", "titanium", "aluminium")
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
    mu: dict[str, NDArray[np.float64]]  # by names in MATERIALS
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
        {name: table[f"mu_{name}"] for name in MATERIALS},
        table["absorbed_caesium_iodide"],
        tuple(str(text) for text in table["made_with"]),
    )


@dataclass(frozen=True, eq=False)
class ScatterTables:
    """Scatter over primary of single energies as round Gaussians; made by scripts/make_scatter_kernels.py.

    ``scatter_over_primary`` (without and with grid, widths, energies, thicknesses); ``grid_primary``: share of the primary
    that the grid lets pass, in the energy bins of XrayTables; ``lean_per_mm`` (without
    and with grid): see scatter.ScatterKernel. The distances are those of the C-arm that they were made for.
    """

    energy_kev: NDArray[np.float64]
    water_g_cm2: NDArray[np.float64]
    width_mm: NDArray[np.float64]
    scatter_over_primary: NDArray[np.float64]
    grid_primary: NDArray[np.float64]
    lean_per_mm: NDArray[np.float64]
    source_detector_mm: float
    source_isocentre_mm: float


@cache
def scatter_tables() -> ScatterTables:
    with np.load(BytesIO(_DATA.joinpath("scatter_kernels.npz").read_bytes())) as stored:
        table = {name: stored[name].astype(np.float64) for name in stored.files}
    names = ("energy_kev", "water_g_cm2", "width_mm", "scatter_over_primary", "grid_primary", "lean_per_mm")
    distances = (float(table[name]) for name in ("source_detector_mm", "source_middle_mm"))
    return ScatterTables(*(table[name] for name in names), *distances)


@cache
def physics(section: str) -> dict[str, Any]:
    """One section of physics.toml."""
    return dict(loads(_DATA.joinpath("physics.toml").read_text(encoding="utf-8"))[section])


def mass_attenuation(material: str, energy_kev: float) -> float:
    """cm2/g of one of MATERIALS at one energy, log-log between bins."""
    tables = xray_tables()
    log = np.interp(np.log(energy_kev), np.log(tables.energy_kev), np.log(tables.mu[material]))
    return float(np.exp(log))
