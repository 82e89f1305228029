"""What turns air kerma free in air into dose in the skin: backscatter, the skin's absorption, and the table in between."""

from functools import cache, lru_cache
from importlib import resources
from tomllib import loads
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.physics import xray_tables


@cache
def _data() -> dict[str, Any]:
    data = resources.files("sijoint.fluoroscopy").joinpath("data", "skin_dose.toml")
    return loads(data.read_text(encoding="utf-8"))


def skin_table(section: str) -> dict[str, Any]:
    """One section of skin_dose.toml."""
    return dict(_data()[section])


def half_value_layer_mm_al(kvp: float, copper_mm: float) -> float:
    """First half-value layer of the beam, interpolated between the tables' spectra."""
    tables = xray_tables()
    by_copper = [np.interp(kvp, tables.kvp, row) for row in tables.half_value_layer_mm_al]
    return float(np.interp(copper_mm, tables.copper_mm, by_copper))


def backscatter_factor(side_cm: ArrayLike, kvp: float, half_value_layer_mm: float) -> NDArray[np.float64]:
    """Backscatter factors of water at the entrance of square fields of ``side_cm``; 1 for no field.

    Source: Benmakhlouf, Fransson and Andreo, Phys Med Biol 2013;58:247, equation 8; linear between its field sizes.
    """
    table = _data()["backscatter"]
    v, h = max(kvp, table["least_kvp"]), half_value_layer_mm
    terms = np.array([1, v, v * v, h, h * v, h * v * v, h * h, h * h * v, h * h * v * v])
    factors = terms @ np.array(table["coefficients"])
    return np.interp(np.asarray(side_cm, dtype=np.float64), [0.0, *table["side_cm"]], [1.0, *factors])


def skin_over_air(kvp: float, copper_mm: float) -> float:
    """Dose in skin over air kerma at the same place, by the ratio of mass energy-absorption coefficients."""
    table = _data()["skin_over_air"]
    by_kvp = [np.interp(copper_mm, table["copper_mm"], row) for row in table["ratio"]]
    return float(np.interp(kvp, table["kvp"], by_kvp))


def table_transmission(kvp: float, copper_mm: float, aluminium_mm: ArrayLike) -> NDArray[np.float64]:
    """Share of the air kerma behind so much aluminium: narrow beam, kerma-weighted over the spectrum."""
    thickness, share = _transmission_curve(kvp, copper_mm)
    return np.exp(np.interp(np.asarray(aluminium_mm, dtype=np.float64), thickness, share))


@lru_cache(maxsize=256)
def _transmission_curve(kvp: float, copper_mm: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Thickness in mm and ln of the share of kerma left."""
    tables, nist = xray_tables(), _data()["attenuation"]
    log_energy = np.log(nist["energy_kev"])
    aluminium, air = (
        np.exp(np.interp(np.log(tables.energy_kev), log_energy, np.log(nist[name])))
        for name in ("aluminium", "air_energy_absorption")
    )
    by_copper = np.array([_at_kvp(spectra, kvp) for spectra in tables.fluence_per_cm2_mas_kev])
    fluence = np.array([np.interp(copper_mm, tables.copper_mm, one) for one in by_copper.T])
    weight = fluence * tables.energy_kev * air
    thickness = np.linspace(0, 30, 61)
    left = np.exp(-np.outer(thickness / 10 * nist["aluminium_g_cm3"], aluminium)) @ weight
    return thickness, np.log(left / weight.sum())


def _at_kvp(spectra: NDArray[np.float64], kvp: float) -> NDArray[np.float64]:
    return np.array([np.interp(kvp, xray_tables().kvp, one) for one in spectra.T])
