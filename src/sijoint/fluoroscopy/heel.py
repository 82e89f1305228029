"""The heel effect: rays that leave the anode at a grazing angle are weakened by the tungsten that they cross.

Photons are born a little below the anode's face. Towards the anode's side the way out is longer, so fewer photons arrive,
the softest least. A detector's flat-field calibration, kept over tube voltages, divides that fall out of the picture; what
stays is the noise of the fewer photons, and what a patient's hardening changes against the calibration's.
"""

from functools import cache, lru_cache
from importlib import resources
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.beam import spectrum_at_detector
from sijoint.fluoroscopy.physics import physics, xray_tables

TUNGSTEN_G_CM3 = 19.3


@cache
def tungsten_attenuation() -> NDArray[np.float64]:
    """(energies,) cm2/g in the bins of the X-ray tables; made by scripts/make_tungsten_table.py."""
    stored = resources.files("sijoint.fluoroscopy").joinpath("data", "tungsten.npz").read_bytes()
    with np.load(BytesIO(stored)) as table:
        return np.interp(xray_tables().energy_kev, table["energy_kev"], table["cm2_g"])


def mean_depth_cm(kvp: float, energy_kev: NDArray[np.float64]) -> NDArray[np.float64]:
    """How deep photons of an energy are born: their electrons slow down from kVp to that energy, evenly.

    Depth by the Thomson-Whiddington law, (T0^2 - T^2) / (density x constant), with the mean of T^2 between E and T0.
    """
    constant = float(physics("detector")["thomson_whiddington_kev2_cm2_g"])
    mean_square = (kvp * kvp + kvp * energy_kev + energy_kev * energy_kev) / 3
    return np.maximum(kvp * kvp - mean_square, 0) / (TUNGSTEN_G_CM3 * constant)


@lru_cache(maxsize=256)
def heel_profile(
    kvp: float, copper_mm: float, water_g_cm2: float, angles_deg: tuple[float, ...]
) -> NDArray[np.float64]:
    """(angles,) detected energy over that of the central ray, at angles from it towards the anode (positive) or away.

    Behind ``water_g_cm2``, whose hardening takes the softest, most weakened photons away anyhow. Zero beyond the anode's face.
    """
    numbers, tables = physics("detector"), xray_tables()
    target = np.radians(float(numbers["target_angle_deg"]))
    energy = tables.energy_kev
    signal = spectrum_at_detector(kvp, copper_mm) * np.exp(-water_g_cm2 * tables.mu["water"])
    take_off = target - np.radians(np.array(angles_deg))
    leaves = take_off > 1e-3
    way = 1 / np.sin(np.where(leaves, take_off, 1.0)) - 1 / np.sin(target)
    through = np.exp(-np.outer(way, tungsten_attenuation() * TUNGSTEN_G_CM3 * mean_depth_cm(kvp, energy)))
    return np.where(leaves, through @ signal / signal.sum(), 0.0)


def heel_of_rows(
    kvp: float, copper_mm: float, rows: int, pixel_mm: float, source_detector_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(rows,) gain that the flat-field calibration applies, and the share of the calibrated field that is left in the image.

    The anode is towards the last row or the first (physics.toml). Both are one on the central ray.
    """
    numbers = physics("detector")
    towards = 1.0 if numbers["anode_towards"] == "last row" else -1.0
    corners = np.linspace(-(rows - 1) / 2, (rows - 1) / 2, 33)  # smooth: interpolated between 33 rows
    angles = tuple(float(a) for a in np.degrees(np.arctan(towards * corners * pixel_mm / source_detector_mm)))
    # never below a twentieth: a detector that reaches beyond the anode's face is dark there, not infinitely amplified
    calibrated = np.maximum(heel_profile(kvp, 0.0, float(numbers["calibration_water_g_cm2"]), angles), 0.05)
    present = heel_profile(kvp, copper_mm, float(numbers["heel_water_g_cm2"]), angles)
    at = np.arange(rows) - (rows - 1) / 2
    gain, left = np.interp(at, corners, 1 / calibrated), np.interp(at, corners, present / calibrated)
    return gain.astype(np.float32), left.astype(np.float32)
