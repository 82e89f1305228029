"""A field of values on a grid as the projecting kernels read it: 16 bits a voxel, with empty margins.

All kernels, plain and fast, read these same numbers, so what they disagree about is geometry and sampling alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.frames import Grid

FULL_SCALE = 32767
LEAD = 32  # empty voxels before a row: one 64-byte load that starts before the first voxel finds zeros

Slab = NDArray[np.float32]


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
        return DensityField.made(grid, high, lambda i: np.asarray(array[i], dtype=np.float32))

    @staticmethod
    def made(grid: Grid, highest: float, slab_of: Callable[[int], Slab]) -> "DensityField":
        """The field whose slab [j, k] at each i is made when it is needed, so that no second copy of a large CT exists."""
        n_i, n_j, n_k = grid.shape
        pitch = -(-(LEAD + n_k + 1) // 32) * 32
        step = max(highest, 1e-6) / FULL_SCALE
        counts = np.zeros((n_i + 2, n_j + 2, pitch), np.int16)
        for i in range(n_i):
            counts[i + 1, 1:-1, LEAD : LEAD + n_k] = np.rint(slab_of(i) / np.float32(step))
        counts.setflags(write=False)
        return DensityField(grid, counts, step)

    def dense(self) -> NDArray[np.float32]:
        """The values [i, j, k], for looking at and for tests."""
        return np.asarray(self.counts[1:-1, 1:-1, LEAD : LEAD + self.grid.shape[2]] * np.float32(self.step))

    def every(self, step: int) -> NDArray[np.float32]:
        """The values [i, j, k] of every so many voxels from the first, for a coarse look at a large field."""
        inside = self.counts[1:-1:step, 1:-1:step, LEAD : LEAD + self.grid.shape[2] : step]
        return np.asarray(inside * np.float32(self.step))

    def at(self, index: tuple[int, int, int]) -> float:
        """The value of one voxel."""
        i, j, k = index
        return float(self.counts[i + 1, j + 1, LEAD + k]) * self.step

    def content(self) -> tuple[tuple[int, int], ...]:
        """First and last index of ``grid`` that is not empty, along i, j, k; first beyond last when all is empty."""
        seen = [np.zeros(n, np.bool_) for n in self.counts.shape]
        for i, slab in enumerate(self.counts):
            rows = slab.any(axis=1)
            seen[0][i] = rows.any()
            seen[1] |= rows
            seen[2] |= slab.any(axis=0)
        found = [np.flatnonzero(some) - lead for some, lead in zip(seen, (1, 1, LEAD), strict=True)]
        return tuple((int(some[0]), int(some[-1])) if some.size else (0, -1) for some in found)

    def turned(self) -> "DensityField":
        """The same field with its third axis first, for views along it: kernels step along the first or second axis."""
        matrix = np.array(self.grid.world_from_index)[:, [2, 0, 1, 3]]
        n_i, n_j, n_k = self.grid.shape
        inside = self.counts[1:-1, 1:-1, LEAD : LEAD + n_k]
        counts = np.zeros((n_k + 2, n_i + 2, -(-(LEAD + n_j + 1) // 32) * 32), np.int16)
        counts[1:-1, 1:-1, LEAD : LEAD + n_j] = inside.transpose(2, 0, 1)
        counts.setflags(write=False)
        return DensityField(Grid((n_k, n_i, n_j), matrix), counts, self.step)
