"""Needle pressure by Poiseuille, and the published fill volume."""

import numpy as np
import pytest

from sijoint.formulary import needle
from sijoint.injectate import draw_capacity_ml, needle_pressure_kpa


def test_22_gauge_takes_about_13_kpa_at_the_published_setting():
    assert needle_pressure_kpa(0.41, 90.0, 2.0, 0.05) == pytest.approx(13.0, abs=0.1)


def test_pressure_is_the_integral_of_a_parabolic_flow():
    # Independent referee: integrate the velocity profile of that pressure over the bore; the flow comes out again.
    bore, length, viscosity, rate = 0.3e-3, 0.09, 1.5e-3, 0.1e-6
    pascal = 1000 * needle_pressure_kpa(bore * 1e3, length * 1e3, viscosity * 1e3, rate * 1e6)
    r = np.linspace(0, bore / 2, 20001)
    velocity = pascal / (4 * viscosity * length) * ((bore / 2) ** 2 - r**2)
    assert np.trapezoid(2 * np.pi * r * velocity, r) == pytest.approx(rate, rel=1e-6)


def test_thin_needle_takes_several_times_the_pressure():
    thick, thin = needle("quincke_22g_90mm"), needle("quincke_25g_90mm")
    one, other = (needle_pressure_kpa(n.bore_mm, n.length_mm, 2.0, 0.05) for n in (thick, thin))
    assert 4 < other / one < 10


def test_capacity_has_the_published_mean_spread_and_range():
    rng = np.random.default_rng(1)
    drawn = np.array([draw_capacity_ml(rng) for _ in range(20000)])
    assert drawn.mean() == pytest.approx(1.45, abs=0.02)
    assert drawn.std() == pytest.approx(0.44, abs=0.02)
    assert drawn.min() >= 0.7
    assert drawn.max() <= 2.5
