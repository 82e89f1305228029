"""Scatter at the detector: computed kernels by local thickness, spectrum and grid, spread over the field.

What a pencil of rays through a thickness scatters is a sum of round Gaussians in units of that pencil's own primary
(`scripts/make_scatter_kernels.py`: our Monte Carlo on water slabs centred at the isocentre of the default C-arm). A body is
the sum over its pencils, each with its own thickness. Self-computed; known to be rough where thickness changes within a few
centimetres, because a pencil's scatter is taken to meet its own thickness on its way out.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import erf

from sijoint.fluoroscopy.beam import spectrum_at_detector
from sijoint.fluoroscopy.physics import physics, scatter_tables, xray_tables
from sijoint.fluoroscopy.technique import Technique

THICKEST = 60  # g/cm2: beyond the computed 40 the ratio grows at its last slope
SAMPLE_MM = 1.2  # of the image, one sample in each such square is enough


@dataclass(frozen=True, eq=False)
class ScatterKernel:
    """Scatter over primary (widths, 0..THICKEST g/cm2 of water in steps of one), behind the grid if there is one.

    ``width_mm``: standard deviations on the detector; a part that is ``width_mm`` wide is centred nearer to the axis than its
    pencil by the share ``lean_per_mm`` x ``width_mm``. ``primary``: share of the primary that the grid lets pass.
    """

    scatter_over_primary: NDArray[np.float32]
    width_mm: NDArray[np.float64]
    lean_per_mm: float
    primary: float


@lru_cache(maxsize=64)
def scatter_kernel(kvp: float, copper_mm: float, grid: bool) -> ScatterKernel:
    """The kernel of a spectrum: those of single energies, each weighted by its primary behind the thickness."""
    tables, bins = scatter_tables(), xray_tables().energy_kev
    signal = spectrum_at_detector(kvp, copper_mm)
    behind = signal[:, None] * np.exp(-np.outer(xray_tables().mu["water"], tables.water_g_cm2))
    behind /= behind.sum(axis=0)
    above = np.clip(np.searchsorted(tables.energy_kev, bins), 1, tables.energy_kev.size - 1)
    share = np.clip((bins - tables.energy_kev[above - 1]) / np.diff(tables.energy_kev)[above - 1], 0, 1)[:, None]
    single = tables.scatter_over_primary[int(grid)]
    ratio = np.stack([((1 - share) * part[above - 1] + share * part[above]) for part in single])
    nodes = (ratio * behind).sum(axis=1)
    depth = np.arange(THICKEST + 1.0)
    spline, last = CubicSpline(tables.water_g_cm2, nodes, axis=1), tables.water_g_cm2[-1]
    inside, beyond = np.minimum(depth, last), np.maximum(depth - last, 0)
    fine = np.maximum(spline(inside) + beyond * spline(last, 1)[:, None], 0)
    passed = float((signal * np.exp(-20 * xray_tables().mu["water"]) * tables.grid_primary).sum()) if grid else 1.0
    whole = float((signal * np.exp(-20 * xray_tables().mu["water"])).sum()) if grid else 1.0
    return ScatterKernel(fine.astype(np.float32), tables.width_mm, float(tables.lean_per_mm[int(grid)]), passed / whole)


def primary_transmission(technique: Technique) -> float:
    """Share of the primary that reaches the detector through the grid, or all of it without one."""
    return scatter_kernel(technique.kvp, technique.copper_mm, technique.grid).primary


def scatter_signal(
    primary: NDArray[np.float32],
    water: NDArray[np.float32],
    bone: NDArray[np.float32] | None,
    field: NDArray[np.bool_],
    pixel_mm: float,
    technique: Technique,
) -> tuple[NDArray[np.float32], int]:
    """Scattered energy in keV/mm2 that the detector absorbs, on coarse pixels, and how many fine pixels one of them spans.

    ``primary``: keV/mm2 before the grid; ``water`` and ``bone`` in g/cm2, all (rows, columns). A grid, if the technique has
    one, has already taken its part of the scatter.
    """
    numbers = physics("scatter")
    step = max(1, min(round(SAMPLE_MM / pixel_mm), *primary.shape))
    some = slice(step // 2, None, step)
    samples = max(1, min(round(numbers["coarse_mm"] / (step * pixel_mm)), *primary[some, some].shape))
    thickness = water[some, some]
    if bone is not None:
        thickness = thickness + np.float32(numbers["bone_as_scatterer"]) * bone[some, some]
    kernel = scatter_kernel(technique.kvp, technique.copper_mm, technique.grid)
    lit = primary[some, some] * field[some, some]
    emitted = _emitted(lit, thickness, kernel.scatter_over_primary, samples)

    size_mm = step * samples * pixel_mm
    total = np.zeros_like(emitted[0])
    for width, part in zip(kernel.width_mm, emitted, strict=True):
        down, across = (_spread(count, size_mm, float(width), kernel.lean_per_mm) for count in part.shape)
        total += down @ part @ across.T
    return total, step * samples


@njit(nogil=True, cache=True, error_model="numpy")
def _emitted(lit, thickness, ratio, samples):
    """(widths, coarse rows, coarse columns) primary times its scatter ratio, each sample at its own thickness."""
    widths, last = ratio.shape[0], np.float32(ratio.shape[1] - 1.001)
    rows, columns = lit.shape
    out = np.zeros((widths, -(-rows // samples), -(-columns // samples)), np.float32)
    each = np.float32(1 / (samples * samples))
    for row in range(rows):
        for column in range(columns):
            depth = min(max(thickness[row, column], np.float32(0)), last)
            n = int(depth)
            share, light = depth - n, lit[row, column] * each
            for w in range(widths):
                out[w, row // samples, column // samples] += light * (
                    ratio[w, n] + share * (ratio[w, n + 1] - ratio[w, n])
                )
    return out


@lru_cache(maxsize=64)
def _spread(count: int, size_mm: float, width_mm: float, lean_per_mm: float) -> NDArray[np.float32]:
    """(to, from) share of a Gaussian from one pixel that falls on another, along one axis.

    The wider the part, the nearer to the axis it is centred: diffuse scatter leaves the body where the pencil does and no
    longer follows its direction.
    """
    middle = (np.arange(count) - (count - 1) / 2) * size_mm
    away = middle[:, None] - (1 - lean_per_mm * width_mm) * middle
    edges = [erf((away + half) / (width_mm * 2**0.5)) for half in (-size_mm / 2, size_mm / 2)]
    return np.asarray((edges[1] - edges[0]) / 2, dtype=np.float32)


def binned(values: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """Means over factor x factor pixels; a rest at the edge is padded with its last values."""
    rows, columns = values.shape
    padded = values
    if rows % factor or columns % factor:
        padded = np.pad(values, ((0, -rows % factor), (0, -columns % factor)), mode="edge")
    ones = np.full(factor, 1 / factor, np.float32)
    across = np.einsum("rcf,f->rc", padded.reshape(padded.shape[0], -1, factor), ones)
    return np.asarray(np.einsum("rfc,f->rc", across.reshape(-1, factor, across.shape[1]), ones), dtype=np.float32)


def enlarged(coarse: NDArray[np.float32], shape: tuple[int, ...], factor: int) -> NDArray[np.float32]:
    """``coarse`` on fine pixels of ``shape``, bilinear between the middles of the coarse ones."""
    for axis in (0, 1):
        last = coarse.shape[axis] - 1
        position = np.clip((np.arange(shape[axis]) + 0.5) / factor - 0.5, 0, last)
        index = np.minimum(position.astype(int), max(last - 1, 0))
        share = (position - index).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None, :]
        coarse = np.take(coarse, index, axis) * (1 - share) + np.take(coarse, np.minimum(index + 1, last), axis) * share
    return coarse
