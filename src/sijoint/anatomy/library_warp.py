"""From the bundled CT to another pelvis: a smooth map that carries its bones onto a shape, and everything else with them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import zoom

from sijoint.anatomy.library_shape import ShapeModel
from sijoint.frames import Grid

_COARSE_MM = 7.5  # the map bends over centimetres: finer than this it has nothing to say
_KEPT_MM = 2.0**-12  # rounded to this, a last bit that another number of threads turns has no effect
_SMOOTHING = 10.0  # of the spline: bends less where neighbouring vertices disagree; 1 to 2 mm off the bones' surfaces
_INVERSE_STEPS = 25


@dataclass(frozen=True, eq=False)
class Warp:
    """For every place on ``grid`` how far off, in the bundled CT, the same place of the body lies: ``shift_mm`` (i, j, k, 3)."""

    grid: Grid
    shift_mm: NDArray[np.float32]

    def stretch(self) -> NDArray[np.float64]:
        """Volume (i, j, k) in the bundled CT of a small piece of the new body, as a share of its own; positive: no fold."""
        matrix = np.eye(3) + np.stack(list(np.gradient(self.shift_mm, *self.grid.spacing_mm, axis=(0, 1, 2))), axis=-1)
        return np.asarray(np.linalg.det(matrix))


def shift_to(model: ShapeModel, vertices_mm: NDArray[np.float64]) -> Callable[[NDArray], NDArray]:
    """The way (n, 3) back into the bundled CT from points (n, 3) of a body whose bones pass through vertices (3, n, 3).

    The spline of least bending in space through matched vertices (biharmonic, with an affine part), a little smoothed.
    """
    bone, vertex = model.control.T
    here = vertices_mm[bone, vertex]
    return RBFInterpolator(here, model.control_places_mm - here, kernel="linear", smoothing=_SMOOTHING, degree=1)


def places_in_new_body(shift: Callable[[NDArray], NDArray], source_mm: NDArray) -> NDArray[np.float64]:
    """Where points (n, 3) of the bundled CT lie in the new body, by fixed-point steps."""
    here = source_mm.copy()
    for _ in range(_INVERSE_STEPS):
        here = here + 0.8 * (source_mm - here - shift(here))
    return here


def warp_over(shift: Callable[[NDArray], NDArray], low_mm: NDArray, high_mm: NDArray) -> Warp:
    """The map on a lattice over a box, with one cell to spare."""
    low = low_mm - 2 * _COARSE_MM
    count = np.ceil((high_mm - low) / _COARSE_MM).astype(int) + 3
    axes = [a + _COARSE_MM * np.arange(n) for a, n in zip(low, count, strict=True)]
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    coarse = np.rint(shift(nodes.reshape(-1, 3)) / _KEPT_MM).reshape(nodes.shape) * _KEPT_MM
    fine = np.stack([zoom(coarse[..., n], (2 * count - 1) / count, order=3) for n in range(3)], axis=-1)
    shape = (int(fine.shape[0]), int(fine.shape[1]), int(fine.shape[2]))
    return Warp(Grid.from_spacing(shape, [_COARSE_MM / 2] * 3, low), np.ascontiguousarray(fine, dtype=np.float32))
