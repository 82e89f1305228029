"""How right and how well calibrated readings of arthrograms are, as numbers with intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.model import ContrastPattern

PATTERNS = tuple(pattern.name.lower() for pattern in ContrastPattern)
INSIDE = PATTERNS[:3]
FEARED = ("vascular", "foraminal", "ventral_leak", "mixed_with_vascular")
RESAMPLES = 1000


@dataclass(frozen=True)
class Judged:
    """Readings as arrays: true and read pattern (n,), probabilities (n, patterns), and the pelvis of each."""

    truth: NDArray[np.intp]
    read: NDArray[np.intp]
    chance: NDArray[np.float64]
    pelvis: NDArray[np.str_]

    def where(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Judged":
        return Judged(self.truth[keep], self.read[keep], self.chance[keep], self.pelvis[keep])


def is_in(patterns: NDArray[np.intp], names: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(patterns, [PATTERNS.index(name) for name in names])


def right(one: Judged) -> NDArray[np.float64]:
    return (one.truth == one.read).astype(float)


def right_place(one: Judged) -> NDArray[np.float64]:
    """Right when the intra-articular patterns count as one."""
    both = is_in(one.truth, INSIDE) & is_in(one.read, INSIDE)
    return (both | (one.truth == one.read)).astype(float)


def accuracy(one: Judged) -> float:
    return float(right(one).mean())


def place_accuracy(one: Judged) -> float:
    return float(right_place(one).mean())


def found_inside(one: Judged) -> float:
    true = is_in(one.truth, INSIDE)
    return float(is_in(one.read, INSIDE)[true].mean()) if true.any() else float("nan")


def falsely_inside(one: Judged) -> float:
    out = ~is_in(one.truth, INSIDE)
    return float(is_in(one.read, INSIDE)[out].mean()) if out.any() else float("nan")


def feared_missed(one: Judged) -> float:
    """Vessel, foramen or ventral leak of which the reading names none."""
    feared = is_in(one.truth, FEARED)
    return float((~is_in(one.read, FEARED))[feared].mean()) if feared.any() else float("nan")


def brier(one: Judged) -> float:
    return float(((one.chance - np.eye(len(PATTERNS))[one.truth]) ** 2).sum(axis=1).mean())


def confidence(one: Judged) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The probability of the likeliest pattern, and whether it is the true one."""
    top = one.chance.argmax(axis=1)
    return one.chance.max(axis=1), (top == one.truth).astype(float)


def inside_confidence(one: Judged) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The probability that the contrast is in the joint, and whether it is."""
    return one.chance[:, : len(INSIDE)].sum(axis=1), is_in(one.truth, INSIDE).astype(float)


def calibration_error(chance: NDArray[np.float64], came: NDArray[np.float64]) -> float:
    """Expected calibration error over ten bins of equal width."""
    place = np.minimum((chance * 10).astype(int), 9)
    sums = [abs(chance[place == n].sum() - came[place == n].sum()) for n in range(10)]
    return float(sum(sums) / len(chance))


def ece(one: Judged) -> float:
    return calibration_error(*confidence(one))


def ece_inside(one: Judged) -> float:
    return calibration_error(*inside_confidence(one))


def brier_inside(one: Judged) -> float:
    chance, came = inside_confidence(one)
    return float(((chance - came) ** 2).mean())


def interval(one: Judged, measure: Callable[[Judged], float]) -> tuple[float, float]:
    """95 % by drawing readings of whole pelves (single readings when there is one pelvis)."""
    rng = np.random.default_rng(5)
    names = np.unique(one.pelvis)
    members = [np.flatnonzero(one.pelvis == name) for name in names]
    values = []
    for _ in range(RESAMPLES):
        if len(names) >= 5:
            chosen = np.concatenate([members[n] for n in rng.integers(len(names), size=len(names))])
        else:
            chosen = rng.integers(len(one.truth), size=len(one.truth))
        values.append(measure(one.where(chosen)))
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(low), float(high)
