"""Where in the body the seen iodine lies: the one or two views traced back into the places that can hold fluid.

Expectation maximisation for non-negative amounts at lattice points (Shepp and Vardi 1982): with two views some 90° apart
the crossing of their rays decides; with one view the amount stays spread along the rays, and the reading stays uncertain.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from sijoint.guidance.iodine_map import IodineMap
from sijoint.guidance.zones import ZoneLattice


def placed_iodine(
    views: Sequence[IodineMap], lattice: ZoneLattice, weight: NDArray[np.float64], rounds: int
) -> NDArray[np.float64]:
    """Amount (n,) of iodine at the lattice points, summing to one (or zero where nothing is seen).

    ``weight`` (n,) is the amount each point starts from. Views are scaled to the same amount: contrast may have washed
    out between them.
    """
    shown = [view for view in views if view.mass_mg > 0]
    if not shown:
        return np.zeros(len(lattice.points_mm))
    seen = [_binned(view, lattice) for view in shown]
    amount = weight / weight.sum()
    for _ in range(rounds):
        factor = np.zeros_like(amount)
        for measured, pixel, spread in seen:
            expected = (
                _spread(np.bincount(pixel, amount, measured.size).astype(np.float64), measured.shape, spread) + 1e-9
            )
            ratio = measured.ravel() / expected
            factor += _spread(ratio, measured.shape, spread)[pixel]
        amount = amount * factor / len(seen)
        amount /= max(float(amount.sum()), 1e-12)
    return np.asarray(amount, dtype=np.float64)


def _binned(view: IodineMap, lattice: ZoneLattice) -> tuple[NDArray[np.float64], NDArray[np.intp], float]:
    """The view at about the lattice's pitch, its share per pixel, the pixel of each lattice point, and the footprint."""
    factor = max(1, round(lattice.pitch_mm / view.pixel_mm / 1.5))
    rows, columns = (n // factor for n in view.mg_per_cm2.shape)
    cut = view.mg_per_cm2[: rows * factor, : columns * factor]
    measured = cut.reshape(rows, factor, columns, factor).sum(axis=(1, 3))
    column, row = np.moveaxis(view.geometry.project(lattice.points_mm), -1, 0) / factor
    column = np.clip(np.nan_to_num(np.rint(column - 0.5 + 0.5 / factor)), 0, columns - 1).astype(np.intp)
    row = np.clip(np.nan_to_num(np.rint(row - 0.5 + 0.5 / factor)), 0, rows - 1).astype(np.intp)
    spread = lattice.pitch_mm / (view.pixel_mm * factor) / 2
    share = np.asarray(measured / measured.sum(), dtype=np.float64)
    return share, np.asarray(row * columns + column, dtype=np.intp), spread


def _spread(values: NDArray[np.float64], shape: tuple[int, ...], sigma: float) -> NDArray[np.float64]:
    return np.asarray(gaussian_filter(values.reshape(shape), sigma, mode="constant")).ravel()
