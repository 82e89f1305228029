"""Where a cleft opens easily and where it hardly does: correlated fields that do not depend on the grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.injectate.flow_rules import CleftRules

Vector = NDArray[np.float64]

WAVES = 96  # a sum of so many random waves is Gaussian to the eye


@dataclass(frozen=True, eq=False)
class OpeningField:
    """Opening pressure (n,) in kPa of each cell, and what else was drawn for it."""

    opening_kpa: Vector
    contact_rank: Vector  # (n,) 0..1: the share of the surface that touches more than this cell
    contact_share: float  # of the surface, that hardly opens
    moist: NDArray[np.bool_]  # (n,) the joint's own fluid lies here before


def opening_field(
    places_mm: Vector,
    width_mm: Vector,
    from_rim_mm: Vector,
    from_recess_mm: Vector,
    area_mm2: Vector,
    rules: CleftRules,
    rng: np.random.Generator,
) -> OpeningField:
    """Fields over the chart coordinates `places_mm` (n, 2) of a sheet; the same generator gives the same field at any pitch.

    Low where the cleft is wide and along the rim, where the capsule's fold keeps the bones apart; towards the head mostly
    higher, by a drawn tilt, which makes cephalad spread or none.
    """
    resistance = correlated(places_mm, rules.correlation_mm, rng)
    touching = correlated(places_mm, rules.correlation_mm, rng)
    cranial = (places_mm[:, 1] - np.average(places_mm[:, 1], weights=area_mm2)) / 30.0
    log_kpa = (
        np.log(rules.opening_median_kpa)
        + rules.opening_log_sd * resistance
        - rules.width_log_slope_per_mm * (width_mm - np.average(width_mm, weights=area_mm2))
        + (rules.cranial_log_per_30_mm + rules.cranial_log_sd_per_30_mm * rng.normal()) * cranial
        + (rules.margin_log_step + rules.margin_log_sd * rng.normal()) * (from_rim_mm <= rules.margin_mm)
    )
    share = float(np.clip(rng.normal(rules.contact_share_mean, rules.contact_share_sd), 0.0, 0.6))
    moist_mm = rules.own_fluid_mm * np.exp(rules.own_fluid_log_sd * rng.normal())
    return OpeningField(
        np.maximum(np.exp(log_kpa), rules.opening_least_kpa),
        _rank(np.where(from_rim_mm <= rules.margin_mm, np.inf, -touching), area_mm2),
        share,
        (from_recess_mm <= moist_mm) & (from_rim_mm <= 2 * rules.margin_mm),
    )


def correlated(places_mm: Vector, correlation_mm: float, rng: np.random.Generator) -> Vector:
    """A Gaussian random field (n,) of mean 0, standard deviation 1 and correlation exp(-(r / correlation_mm)²).

    As a sum of random plane waves (the spectral method), so that it is a function of the place and not of the grid.
    """
    waves = rng.normal(size=(WAVES, 2)) * np.sqrt(2.0) / correlation_mm
    phases = rng.uniform(0, 2 * np.pi, WAVES)
    return np.asarray(np.sqrt(2.0 / WAVES) * np.cos(places_mm @ waves.T + phases).sum(axis=1))


def _rank(values: Vector, area_mm2: Vector) -> Vector:
    """Share (n,) of the area that has a lower value."""
    order = np.argsort(values, kind="stable")
    rank = np.empty(len(values))
    rank[order] = (np.cumsum(area_mm2[order]) - area_mm2[order]) / area_mm2.sum()
    return rank
