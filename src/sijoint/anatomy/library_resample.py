"""Grey values and labels of the new body: for every voxel the place in the bundled CT, and what is there."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from sijoint.anatomy.ct import CT, Labels, PatientCT
from sijoint.anatomy.library_wall import BodyWall, wall_source
from sijoint.anatomy.library_warp import Warp
from sijoint.frames import Grid

_WORKERS = 2
_BONE_HU = 100  # beside bone the grey values are interpolated by cubics, or its cortex would blur
_RIM_MM = 4.0
_AIR = -1000
ENDS = 2.0  # cuts left out at both ends of the bundled CT: its invented fat is falsified in the outermost


def resampled(patient: PatientCT, grid: Grid, warp: Warp, wall: BodyWall, thickness_mm: float) -> tuple[CT, Labels]:
    """CT and labels on a new grid, that the warp and a wall ``thickness_mm`` thick make of a patient."""
    hu = np.empty(grid.shape, dtype=np.int16)
    labels = np.empty(grid.shape, dtype=np.uint8)
    parts = np.array_split(np.arange(grid.shape[0]), 4 * _WORKERS)
    arguments = (
        grid.world_from_index,
        warp.shift_mm,
        warp.grid.index_from_world,
        np.array([*wall.axis_mm, thickness_mm - wall.thickness_mm, _RIM_MM]),
        wall.core_mm,
        wall.skin_mm,
        wall.slant,
        patient.ct.grid.index_from_world,
        patient.ct.hu,
        patient.labels.values,
    )
    with ThreadPoolExecutor(_WORKERS) as pool:
        list(pool.map(lambda part: _fill(hu, labels, int(part[0]), int(part[-1]) + 1, *arguments), parts))
    return CT(grid, hu), Labels(grid, labels)


@numba.njit(cache=True, inline="always")
def _cubic_weights(t, w):
    """Catmull-Rom weights of four neighbours for the place t past the second."""
    w[0] = ((-0.5 * t + 1.0) * t - 0.5) * t
    w[1] = (1.5 * t - 2.5) * t * t + 1.0
    w[2] = ((-1.5 * t + 2.0) * t + 0.5) * t
    w[3] = (0.5 * t - 0.5) * t * t


@numba.njit(cache=True, nogil=True)
def _fill(
    hu, labels, first, last, world, shift, shift_index, wall, core, skin, slant, source_index, source_hu, source_labels
):
    shape = source_hu.shape
    here, at, low, part = np.empty(3), np.empty(3), np.empty(3, np.int64), np.empty(3)
    weight = np.empty(8)
    kind = np.empty(8, np.int64)
    w = np.empty((3, 4))
    for i in range(first, last):
        for j in range(hu.shape[1]):
            for k in range(hu.shape[2]):
                for c in range(3):
                    here[c] = world[c, 0] * i + world[c, 1] * j + world[c, 2] * k + world[c, 3]
                for c in range(3):
                    x = shift_index[c, 3]
                    for d in range(3):
                        x += shift_index[c, d] * here[d]
                    x = min(max(x, 0.0), shift.shape[c] - 1.0)
                    low[c] = min(int(x), shift.shape[c] - 2)
                    part[c] = x - low[c]
                for c in range(3):
                    total = 0.0
                    for n in range(8):
                        a, b, e = n >> 2, (n >> 1) & 1, n & 1
                        total += (
                            (part[0] if a else 1 - part[0])
                            * (part[1] if b else 1 - part[1])
                            * (part[2] if e else 1 - part[2])
                            * shift[low[0] + a, low[1] + b, low[2] + e, c]
                        )
                    at[c] = here[c] + total
                cut = source_index[2, 2] * at[2] + source_index[2, 3]
                at[0], at[1] = wall_source(at[0], at[1], cut, wall[0], wall[1], core, skin, slant, wall[2], wall[3])
                outside = False
                for c in range(3):
                    x = source_index[c, 3]
                    for d in range(3):
                        x += source_index[c, d] * at[d]
                    if c < 2 and (x < 0.0 or x > shape[c] - 1.0):
                        outside = True
                    end = ENDS if c == 2 else 0.0
                    x = min(max(x, end), shape[c] - 1.0 - end)  # along the body its last sound cuts go on
                    low[c] = min(int(x), shape[c] - 2)
                    part[c] = x - low[c]
                if outside:
                    hu[i, j, k] = _AIR
                    labels[i, j, k] = 0
                    continue
                value, bone = 0.0, False
                for n in range(8):
                    a, b, e = n >> 2, (n >> 1) & 1, n & 1
                    weight[n] = (
                        (part[0] if a else 1 - part[0])
                        * (part[1] if b else 1 - part[1])
                        * (part[2] if e else 1 - part[2])
                    )
                    found = source_hu[low[0] + a, low[1] + b, low[2] + e]
                    kind[n] = source_labels[low[0] + a, low[1] + b, low[2] + e]
                    value += weight[n] * found
                    bone = bone or found > _BONE_HU
                if bone:
                    for c in range(3):
                        _cubic_weights(part[c], w[c])
                    value = 0.0
                    for a in range(4):
                        p = min(max(low[0] + a - 1, 0), shape[0] - 1)
                        for b in range(4):
                            q = min(max(low[1] + b - 1, 0), shape[1] - 1)
                            for e in range(4):
                                r = min(max(low[2] + e - 1, 0), shape[2] - 1)
                                value += w[0, a] * w[1, b] * w[2, e] * source_hu[p, q, r]
                hu[i, j, k] = int(np.rint(min(max(value, -1000.0), 3000.0)))
                best, label = -1.0, 0
                for n in range(8):  # the label with most weight round the place; on a tie the first
                    total = 0.0
                    for m in range(8):
                        if kind[m] == kind[n]:
                            total += weight[m]
                    if total > best + 1e-9:
                        best, label = total, kind[n]
                labels[i, j, k] = label
