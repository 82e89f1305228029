"""A CT as densities of water and cortical bone: what X-rays of any energy need to know of a body.

Per voxel two densities are found so that at the scanner's effective energy E0 the attenuation is exactly
``mu = mu_water(E0) (1 + HU/1000)``, smoothly in HU and without a threshold. Below 0 HU all is water of lower density; above,
the volume share of cortical bone grows as ``h^2 / (H_bone (h + h0))``, so that dense muscle stays soft tissue.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.physics import mass_attenuation, physics
from sijoint.frames import Grid

Density = NDArray[np.float32]  # (i, j, k), g/cm3


@dataclass(frozen=True, eq=False)
class AttenuationVolume:
    """Densities on ``grid``, which is the CT's grid with slices added at its head and foot end.

    ``end_axis`` is the grid axis along the patient; ``ct_range`` its first and last index that came from the CT;
    ``outlines`` (2, n, m) the body outline that continues below and above. ``metal`` is None where nothing is saturated.
    """

    grid: Grid
    water: Density
    bone: Density
    metal: Density | None
    end_axis: int
    ct_range: tuple[int, int]
    outlines: NDArray[np.bool_]
    effective_kev: float
    assumed: tuple[str, ...]


def densities_from_hu(hu: ArrayLike, effective_kev: float = 70.0) -> tuple[Density, Density]:
    """Densities (same shape) of water and cortical bone in g/cm3 of CT numbers."""
    h = np.asarray(hu, dtype=np.float32)
    numbers = physics("conversion")
    mu_water, mu_bone = mass_attenuation("water", effective_kev), mass_attenuation("bone", effective_kev)
    dense, onset = float(numbers["bone_density_g_cm3"]), float(numbers["bone_onset_hu"])
    bone_hu = 1000 * (dense * mu_bone / mu_water - 1)
    relative = np.maximum(1 + h / np.float32(1000), np.float32(0))
    above = np.maximum(h, np.float32(0))
    bone = np.float32(dense / bone_hu) * above * above / (above + np.float32(onset))
    bone = np.minimum(bone, relative * np.float32(mu_water / mu_bone))  # no negative water in very dense bone
    water = np.maximum(relative - bone * np.float32(mu_bone / mu_water), np.float32(0))
    return water, bone


def volume_from_hu(
    grid: Grid, hu: ArrayLike, *, effective_kev: float = 70.0, continue_ends_mm: float = 120.0
) -> AttenuationVolume:
    """The body as X-rays see it, from CT numbers ``[i, j, k]`` on ``grid``.

    Beyond the head and foot end the outline of the last slices continues for ``continue_ends_mm`` as soft tissue, marked
    assumed. Voxels at 3000 HU and above are taken as steel, marked assumed. Raises UnphysicalView for NaN, for numbers
    that are not HU, and for a single slice.
    """
    values = _checked_hu(grid, hu)
    if not 30 <= effective_kev <= 120:
        raise UnphysicalView(
            f"the scanner's effective energy is given as {effective_kev:g} keV; it lies in 30..120 keV"
        )
    if continue_ends_mm < 0:
        raise UnphysicalView("the body cannot be continued by a negative length; use 0 to end it with the CT")
    numbers = physics("conversion")
    assumed = [f"HU were read at an effective energy of {effective_kev:g} keV"]
    saturated = values >= numbers["metal_from_hu"]
    water, bone = densities_from_hu(np.where(saturated, -1000, values), effective_kev)
    metal = None
    if saturated.any():
        metal = np.where(saturated, np.float32(numbers["metal_density_g_cm3"]), np.float32(0))
        assumed.append(
            f"{int(saturated.sum())} voxels at or above {numbers['metal_from_hu']:.0f} HU are taken as steel"
        )

    axis = int(np.argmax(np.abs(grid.world_from_index[2, :3])))
    outlines = np.stack([_outline(values, axis, first) for first in (True, False)])
    added = int(np.ceil(continue_ends_mm / grid.spacing_mm[axis]))
    if added:
        assumed.append(
            f"beyond the ends of the CT the body outline continues for {continue_ends_mm:g} mm as soft tissue"
        )
        soft = np.float32(numbers["continued_density_g_cm3"])
        water = _continued(water, axis, added, outlines * soft)
        bone = _continued(bone, axis, added, outlines * np.float32(0))
        metal = None if metal is None else _continued(metal, axis, added, outlines * np.float32(0))
    return AttenuationVolume(
        _longer_grid(grid, axis, added),
        water,
        bone,
        metal,
        axis,
        (added, added + grid.shape[axis] - 1),
        outlines,
        effective_kev,
        tuple(assumed),
    )


def _checked_hu(grid: Grid, hu: ArrayLike) -> NDArray[np.float32]:
    values = np.asarray(hu)
    if values.shape != grid.shape:
        raise UnphysicalView(f"the CT numbers have shape {values.shape}, their grid {grid.shape}; both are [i, j, k]")
    if min(values.shape) < 2:
        raise UnphysicalView("a CT of one slice cannot be imaged: read the whole series")
    values = values.astype(np.float32, copy=False)
    low, high = float(values.min()), float(values.max())  # NaN goes through min and max
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnphysicalView("the CT holds values that are not numbers: repair or read it again")
    if low > -50:
        raise UnphysicalView(
            f"these are not HU: the lowest value is {low:g}, but a CT holds air near -1000; apply slope and intercept"
        )
    if low < -8192 or high > 65535 or high < -200:
        raise UnphysicalView(f"these are not HU of a body: values from {low:g} to {high:g}; apply slope and intercept")
    return values


def _outline(values: NDArray[np.float32], axis: int, first: bool, slices: int = 3) -> NDArray[np.bool_]:
    """The filled body outline of the last ``slices`` slices at one end."""
    take = range(slices) if first else range(values.shape[axis] - slices, values.shape[axis])
    last = np.take(values, [n for n in take if 0 <= n < values.shape[axis]], axis=axis).mean(axis=axis)
    return np.asarray(ndimage.binary_fill_holes(last > physics("conversion")["body_from_hu"]))


def _continued(inside: Density, axis: int, added: int, ends: NDArray[np.float32]) -> Density:
    shape = list(inside.shape)
    shape[axis] = added
    below, above = (np.broadcast_to(np.expand_dims(end, axis), shape) for end in ends)
    return np.ascontiguousarray(np.concatenate([below, inside, above], axis=axis), dtype=np.float32)


def _longer_grid(grid: Grid, axis: int, added: int) -> Grid:
    shape = list(grid.shape)
    shape[axis] += 2 * added
    matrix = np.array(grid.world_from_index)
    matrix[:3, 3] -= added * matrix[:3, axis]
    return Grid((shape[0], shape[1], shape[2]), matrix)
