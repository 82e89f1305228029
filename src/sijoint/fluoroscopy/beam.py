"""The beam that a technique makes, and what of it a detector absorbs behind water and bone.

Detected energy per mm2 behind areal densities w, b: sum over energies of fluence x energy x absorbed share x exp(-mu_w w -
mu_b b): an energy-integrating caesium iodide detector. Because w and b are the only unknowns of the anatomy, the sum is a
smooth table of two variables per spectrum.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.physics import physics, xray_tables

WATER_STEP, WATER_COUNT = 0.5, 161  # g/cm2: to 80, beyond it the table is extended at constant slope
BONE_STEP, BONE_COUNT = 0.5, 81  # g/cm2: to 40
GROUP_KEV = 3  # energies are grouped for rays through contrast or metal
K_EDGES_KEV = (33.17, 50.24)  # of iodine and gadolinium (NISTIR 5632): no group reaches across
GROUPED = ("water", "bone", "iodine", "gadolinium", "steel", "titanium")


@dataclass(frozen=True, eq=False)
class Beam:
    """One spectrum at 1 m and its detector response, per mAs.

    ``log_signal`` (water, bone): ln of detected keV/mm2; ``quantum_kev`` (water, bone): second over first moment of the
    detected energy, the step of the quantum noise. ``group_*``: few-energy spectrum behind 20 cm of water.
    """

    kerma_mgy_per_mas: float
    log_signal: NDArray[np.float32]
    quantum_kev: NDArray[np.float32]
    group_weight: NDArray[np.float32]
    group_mu: NDArray[np.float32]  # (materials, groups) in cm2/g, in the order of GROUPED


def kerma_mgy_per_mas(kvp: float, copper_mm: float) -> float:
    """Air kerma at 1 m in mGy per mAs (SpekPy, same spectra as the signal)."""
    tables = xray_tables()
    return float(_between(tables.kerma_mgy_per_mas, kvp, copper_mm))


@lru_cache(maxsize=64)
def spectrum_at_detector(kvp: float, copper_mm: float) -> NDArray[np.float64]:
    """keV per mm2 and mAs that the detector absorbs at 1 m with nothing in between, in the tables' energy bins."""
    tables = xray_tables()
    fluence = np.asarray(_between(tables.fluence_per_cm2_mas_kev, kvp, copper_mm)) / 100  # per mm2
    absorbed = 1 - np.exp(-tables.absorbed_caesium_iodide * float(physics("detector")["caesium_iodide_g_cm2"]))
    return np.asarray(fluence * tables.energy_kev * absorbed)


@lru_cache(maxsize=64)
def beam(kvp: float, copper_mm: float) -> Beam:
    """The beam of a tube voltage and added copper, interpolated between the tables' spectra."""
    tables = xray_tables()
    energy = tables.energy_kev
    signal = spectrum_at_detector(kvp, copper_mm)
    behind_water = np.exp(-np.outer(np.arange(WATER_COUNT) * WATER_STEP, tables.mu["water"]))
    behind_bone = np.exp(-np.outer(np.arange(BONE_COUNT) * BONE_STEP, tables.mu["bone"]))
    # not by BLAS: its own threads get in the way of the room's, and would decide on the last bit
    first, second = (
        np.einsum("we,be->wb", behind_water * weighted, behind_bone) for weighted in (signal, signal * energy)
    )

    hardened = signal * np.exp(-20 * tables.mu["water"])
    starts = np.union1d(np.arange(0, energy.size, GROUP_KEV), np.searchsorted(energy, K_EDGES_KEV))
    weight, norm = np.add.reduceat(signal, starts), np.add.reduceat(hardened, starts)
    used = norm > 1e-9 * norm.sum()
    materials = [tables.mu[name] for name in GROUPED]
    mu = np.stack([np.add.reduceat(hardened * values, starts)[used] / norm[used] for values in materials])
    return Beam(
        kerma_mgy_per_mas(kvp, copper_mm),
        np.log(first).astype(np.float32),
        (second / first).astype(np.float32),
        weight[used].astype(np.float32),
        mu.astype(np.float32),
    )


def behind_water(source: Beam, water_g_cm2: float) -> tuple[float, float]:
    """ln detected keV/mm2 per mAs at 1 m, and mass attenuation of a little iodine (cm2/g), behind water alone."""
    depth = np.arange(WATER_COUNT) * WATER_STEP
    signal = float(np.interp(water_g_cm2, depth, source.log_signal[:, 0]))
    share = source.group_weight * np.exp(-source.group_mu[0] * water_g_cm2)
    return signal, float((share * source.group_mu[2]).sum() / share.sum())


def _between(table: NDArray[np.float64], kvp: float, copper_mm: float) -> NDArray[np.float64]:
    """``table`` (copper, kVp, ...) at one setting, linear in both."""
    tables = xray_tables()
    for axis_values, value in ((tables.copper_mm, copper_mm), (tables.kvp, kvp)):
        n = int(np.clip(np.searchsorted(axis_values, value, side="right") - 1, 0, axis_values.size - 2))
        share = (value - axis_values[n]) / (axis_values[n + 1] - axis_values[n])
        table = (1 - share) * table[n] + share * table[n + 1]
    return table
