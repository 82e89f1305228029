"""The mid-surface of a joint as heights over a plane."""

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Chart:
    """A height field over a plane: mid-surface = origin + a * axis_a + b * axis_b + height * normal.

    ``axis_a`` points from dorsal to ventral, ``axis_b`` from caudal to cranial, ``normal`` towards the ilium (so the three are
    right-handed on the patient's right and left-handed on the left). ``origin_mm`` belongs to node (0, 0); ``height_mm``
    (na, nb) has one node every ``pitch_mm`` and is finite everywhere, beyond the joint by continuation.
    """

    origin_mm: NDArray[np.float64]
    axis_a: NDArray[np.float64]
    axis_b: NDArray[np.float64]
    normal: NDArray[np.float64]
    pitch_mm: float
    height_mm: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        return self.height_mm.shape

    @cached_property
    def nodes_mm(self) -> NDArray[np.float64]:
        """World points (na, nb, 3) of the nodes on the mid-surface."""
        a, b = np.meshgrid(*(np.arange(n) * self.pitch_mm for n in self.shape), indexing="ij")
        return self._lift(a, b, self.height_mm)

    @cached_property
    def slope_cosine(self) -> NDArray[np.float64]:
        """Cosine (na, nb) of the angle between the mid-surface and the plane; one over the area metric."""
        along_a, along_b = np.gradient(self.height_mm, self.pitch_mm)
        return 1.0 / np.sqrt(1.0 + along_a**2 + along_b**2)

    def sample(self, values: NDArray, a_mm: ArrayLike, b_mm: ArrayLike) -> NDArray[np.float64]:
        """Bilinear value of a map (na, nb) of this chart at chart coordinates; beyond the chart its border value."""
        a, b = np.broadcast_arrays(np.asarray(a_mm, float), np.asarray(b_mm, float))
        flat = _bilinear(
            np.ascontiguousarray(values, dtype=np.float64), a.ravel() / self.pitch_mm, b.ravel() / self.pitch_mm
        )
        return flat.reshape(a.shape)

    def world(self, a_mm: ArrayLike, b_mm: ArrayLike, offset_mm: ArrayLike = 0.0) -> NDArray[np.float64]:
        """World points (..., 3) at chart coordinates, ``offset_mm`` off the mid-surface along the normal."""
        return self._lift(
            np.asarray(a_mm, float),
            np.asarray(b_mm, float),
            self.sample(self.height_mm, a_mm, b_mm) + np.asarray(offset_mm),
        )

    def coordinates(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Chart coordinates (..., 3) of world points: a, b, and offset from the mid-surface along the normal."""
        relative = np.asarray(points_mm, dtype=np.float64) - self.origin_mm
        a, b, height = relative @ self.axis_a, relative @ self.axis_b, relative @ self.normal
        return np.stack([a, b, height - self.sample(self.height_mm, a, b)], axis=-1)

    def _lift(self, a_mm: NDArray, b_mm: NDArray, height_mm: NDArray) -> NDArray[np.float64]:
        return (
            self.origin_mm
            + np.asarray(a_mm)[..., None] * self.axis_a
            + np.asarray(b_mm)[..., None] * self.axis_b
            + np.asarray(height_mm)[..., None] * self.normal
        )


@numba.njit(cache=True, nogil=True)
def _bilinear(values, i, j):
    out = np.empty(len(i))
    ni, nj = values.shape
    for n in range(len(i)):
        x, y = min(max(i[n], 0.0), ni - 1.0), min(max(j[n], 0.0), nj - 1.0)
        p, q = min(int(x), ni - 2), min(int(y), nj - 2)
        u, v = x - p, y - q
        low = values[p, q] * (1.0 - v) + values[p, q + 1] * v
        high = values[p + 1, q] * (1.0 - v) + values[p + 1, q + 1] * v
        out[n] = low * (1.0 - u) + high * u
    return out
