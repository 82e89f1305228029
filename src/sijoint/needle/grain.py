"""The fine structure of one patient that no CT shows: fat between the bands of the posterior ligaments, uneven fibres.

A field in space, so that a needle that comes to the same place again meets the same. Modelled; numbers in `mechanics.toml`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from sijoint.needle.mechanics import mechanics

Vector = NDArray[np.float64]
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # splitmix64
_AXES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


@dataclass(frozen=True)
class Grain:
    """One patient's fine structure, by its seed; `even` is the patient of a textbook: no fat in ligaments, no fascia."""

    seed: int
    even: bool = False

    def fat_in_ligament(self, points_mm: Vector) -> NDArray[np.bool_]:
        """Whether points (n, 3) that lie in posterior ligament lie in fat between its bands."""
        if self.even:
            return np.zeros(len(points_mm), dtype=bool)
        return np.asarray(_noise(points_mm, mechanics().grain.lobule_mm, self.seed) > _fat_from())

    def unevenness(self, points_mm: Vector) -> Vector:
        """Factor (n,) round 1 on the resistance at points (n, 3)."""
        if self.even:
            return np.ones(len(points_mm))
        rule = mechanics().grain
        spread = (_noise(points_mm, rule.lobule_mm / 4, self.seed + 1) - 0.5) / _noise_sd()
        return np.asarray(np.clip(1 + rule.uneven_share * spread, 0.2, None))


EVEN = Grain(0, even=True)


def drawn_grain(rng: Generator) -> Grain:
    return Grain(int(rng.integers(2**62)))


def _noise(points_mm: Vector, size_mm: float, seed: int) -> Vector:
    """Smooth noise (n,) in 0..1: hashed values at the nodes of a lattice, blended between them."""
    place = np.asarray(points_mm, dtype=np.float64) / size_mm
    node = np.floor(place)
    part = place - node
    part = part * part * (3 - 2 * part)
    low = node.astype(np.int64)
    total = np.zeros(len(place))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, part, 1 - part), axis=1)
        total += weight * _hashed(low + np.array(corner), seed)
    return total


def _hashed(nodes: NDArray[np.int64], seed: int) -> Vector:
    """A number 0..1 (n,) for each node (n, 3), the same whenever it is asked."""
    x = np.full(len(nodes), np.uint64(seed))
    for axis in range(3):
        x = (x ^ nodes[:, axis].astype(np.uint64)) * _AXES[axis]
        x ^= x >> np.uint64(29)
    for factor in _MIX:
        x = (x ^ (x >> np.uint64(27))) * factor
    return np.asarray((x >> np.uint64(11)) / float(1 << 53))


@cache
def _sample() -> Vector:
    points = np.random.default_rng(0).uniform(-1e4, 1e4, (40_000, 3))
    return _noise(points, 1.0, 0)


@cache
def _fat_from() -> float:
    """The noise above which lies the share that is fat."""
    return float(np.quantile(_sample(), 1 - mechanics().grain.fat_share))


@cache
def _noise_sd() -> float:
    return float(_sample().std())
