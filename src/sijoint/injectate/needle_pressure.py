"""Pressure that pushes fluid through the needle."""

import math


def needle_pressure_kpa(bore_mm: float, length_mm: float, viscosity_mpa_s: float, rate_ml_s: float) -> float:
    """Pressure drop along the needle in kPa for laminar flow: 128 µ L Q / (π d⁴).

    Source: Hagen-Poiseuille; at 0.05 mL/s of 2 mPa·s a 22 G, 90 mm needle takes about 13 kPa.
    """
    pascal = 128 * viscosity_mpa_s * 1e-3 * length_mm * 1e-3 * rate_ml_s * 1e-6 / (math.pi * (bore_mm * 1e-3) ** 4)
    return pascal / 1000
