"""A field of values on a grid as the projecting kernels read it: 16 bits a voxel, with empty margins.

All kernels, plain and fast, read these same numbers, so what they disagree about is geometry and sampling alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.frames import Grid

FULL_SCALE = 32767
LEAD = 32  # empty voxels before a row: one 64-byte load that starts before the first voxel finds zeros

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]  # first and last index along i, j, k


@dataclass(frozen=True, eq=False)
class DensityField:
    """Values of zero or more on ``grid``: ``counts * step``.

    ``counts`` (i + 2, j + 2, pitch) has one empty voxel before and after i and j; a row along k starts at ``LEAD``, and the
    empty start of the next row ends it.
    """

    grid: Grid
    counts: NDArray[np.int16]
    step: float

    @staticmethod
    def of(grid: Grid, values: ArrayLike) -> "DensityField":
        """The field of an array [i, j, k]. Raises UnphysicalView for other shapes and for values below zero or not finite."""
        array = np.asarray(values)
        if array.shape != grid.shape:
            raise UnphysicalView(f"the values have shape {array.shape}, their grid {grid.shape}; both are [i, j, k]")
        low, high = float(array.min()), float(array.max())
        if not (np.isfinite(low) and np.isfinite(high)) or low < 0:
            raise UnphysicalView("attenuation is a finite number, zero or more, in every voxel")
        step = step_for(high)
        return DensityField.made(grid, step, lambda i: np.rint(array[i] / step))

    @staticmethod
    def made(grid: Grid, step: float, counts_at: Callable[[int], NDArray[Any]]) -> "DensityField":
        """The field whose counts [j, k] at each i are made when needed, so that no second copy of a large CT exists."""
        n_i, n_j, n_k = grid.shape
        counts = np.zeros((n_i + 2, n_j + 2, _pitch(n_k)), np.int16)
        for i in range(n_i):
            counts[i + 1, 1:-1, LEAD : LEAD + n_k] = counts_at(i)
        counts.setflags(write=False)
        return DensityField(grid, counts, step)

    @property
    def inside(self) -> NDArray[np.int16]:
        """The counts [i, j, k] without their margins, a view."""
        return self.counts[1:-1, 1:-1, LEAD : LEAD + self.grid.shape[2]]

    def dense(self) -> NDArray[np.float32]:
        """The values [i, j, k], for looking at and for tests."""
        return np.asarray(self.inside * np.float32(self.step))

    def every(self, step: int) -> NDArray[np.float32]:
        """The values [i, j, k] of every so many voxels from the first, for a coarse look at a large field."""
        return np.asarray(self.inside[::step, ::step, ::step] * np.float32(self.step))

    def at(self, index: tuple[int, int, int]) -> float:
        """The value of one voxel."""
        i, j, k = index
        return float(self.counts[i + 1, j + 1, LEAD + k]) * self.step

    def content(self) -> Box:
        """First and last index of ``grid`` that is not empty, along i, j, k; first beyond last when all is empty."""
        seen = [np.zeros(n, np.bool_) for n in self.counts.shape]
        for i, slab in enumerate(self.counts):
            rows = slab.any(axis=1)
            seen[0][i] = rows.any()
            seen[1] |= rows
            seen[2] |= slab.any(axis=0)
        found = [np.flatnonzero(some) - lead for some, lead in zip(seen, (1, 1, LEAD), strict=True)]
        along_i, along_j, along_k = ((int(some[0]), int(some[-1])) if some.size else (0, -1) for some in found)
        return along_i, along_j, along_k

    def turned(self, box: Box) -> "DensityField":
        """The part of the field within ``box`` with its third axis first: kernels step along the first or second axis."""
        (i0, i1), (j0, j1), (k0, k1) = box
        matrix = np.array(self.grid.world_from_index)[:, [2, 0, 1, 3]]
        matrix[:3, 3] = self.grid.to_world((i0, j0, k0))
        shape = (k1 - k0 + 1, i1 - i0 + 1, j1 - j0 + 1)
        counts = np.zeros((shape[0] + 2, shape[1] + 2, _pitch(shape[2])), np.int16)
        for n in range(shape[1]):
            slab = self.counts[i0 + n + 1, j0 + 1 : j1 + 2, LEAD + k0 : LEAD + k1 + 1]
            counts[1:-1, n + 1, LEAD : LEAD + shape[2]] = slab.T
        counts.setflags(write=False)
        return DensityField(Grid(shape, matrix), counts, self.step)


def step_for(highest: float) -> float:
    """The value of one count where the highest value is ``highest``."""
    return max(highest, 1e-6) / FULL_SCALE


def _pitch(n: int) -> int:
    """Voxels from one row of ``n`` to the next in memory: its start, itself and at least one empty one, in whole loads."""
    return -(-(LEAD + n + 1) // 32) * 32
