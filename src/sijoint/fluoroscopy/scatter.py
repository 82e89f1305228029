"""Scatter as a smooth, declared share of the primary: form and size are assumed (physics.toml), not computed."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sijoint.fluoroscopy.physics import physics
from sijoint.fluoroscopy.technique import Technique

COARSE_MM = 6.0  # scatter is smooth: it is computed on pixels of about this size


def scatter_ratio(water_equivalent_g_cm2: NDArray[np.float32] | float, field_half_mm: float) -> NDArray[np.float32]:
    """Scatter over primary at the detector, without a grid, by thickness and field at the isocentre."""
    numbers = physics("scatter")
    field = 1 - 2.0 ** (-field_half_mm / float(numbers["field_half_mm"]))
    full = 1 - 2.0 ** (-75 / float(numbers["field_half_mm"]))  # the ratio is stated for the full field of 150 mm
    thickness = np.maximum(np.asarray(water_equivalent_g_cm2, dtype=np.float32), 0) / 20
    return np.asarray(
        numbers["ratio_at_20_cm"] * field / full * thickness ** numbers["thickness_power"], dtype=np.float32
    )


def grid_transmission(technique: Technique) -> tuple[float, float]:
    """Shares of primary and of scatter that reach the detector."""
    numbers = physics("scatter")
    return (float(numbers["grid_primary"]), float(numbers["grid_scatter"])) if technique.grid else (1.0, 1.0)


def scatter_signal(
    primary: NDArray[np.float32],
    thickness: NDArray[np.float32],
    field: NDArray[np.bool_],
    pixel_mm: float,
    field_half_mm: float,
) -> tuple[NDArray[np.float32], int]:
    """Scattered energy in keV/mm2 on coarse pixels and how many fine pixels one of them spans."""
    factor = max(1, min(round(COARSE_MM / pixel_mm), *primary.shape))
    source = binned(primary * field, factor)
    ratio = scatter_ratio(binned(thickness, factor), field_half_mm)
    # a ray through air sends little into the detector beside it, but its great primary must not be spread by the filter
    sigma = float(physics("scatter")["sigma_mm"]) / (factor * pixel_mm)
    return ndimage.gaussian_filter(source * ratio, sigma, mode="constant"), factor


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
