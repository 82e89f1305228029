"""A CT as densities of water and cortical bone: what X-rays of any energy need to know of a body.

Per voxel two densities are found so that at the scanner's effective energy E0 the attenuation is exactly
``mu = mu_water(E0) (1 + HU/1000)``, smoothly in HU and without a threshold. Below 0 HU all is water of lower density; above,
the volume share of cortical bone grows as ``h^2 / (H_bone (h + h0))``, so that dense muscle stays soft tissue.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from sijoint.fluoroscopy.density_field import FULL_SCALE, DensityField, step_for
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.physics import mass_attenuation, physics
from sijoint.frames import Grid

Density = NDArray[np.float32]  # (i, j, k), g/cm3


@dataclass(frozen=True, eq=False)
class AttenuationVolume:
    """Densities in g/cm3 on the CT's grid with slices added at its head and foot end.

    ``end_axis`` is the grid axis along the patient; ``ct_range`` its first and last index that came from the CT;
    ``outlines`` (2, n, m) the body outline that continues below and above. ``metal`` has a grid of its own, as small as it
    can be, and is None where nothing is saturated.
    """

    water: DensityField
    bone: DensityField
    metal: DensityField | None
    end_axis: int
    ct_range: tuple[int, int]
    outlines: NDArray[np.bool_]
    effective_kev: float
    assumed: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        return self.water.grid

    @cached_property
    def cut_sides(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
        """Where body lies in the outermost voxels of the two axes across the patient: (first or last, other axis, end axis).

        None where it lies in none: the CT shows the body from side to side.
        """
        least = physics("conversion")["cut_body_g_cm3"] / self.water.step
        counts = np.moveaxis(self.water.inside, self.end_axis, 2)
        faces = counts[[0, -1]] >= least, counts[:, [0, -1]].swapaxes(0, 1) >= least
        if not (faces[0].any() or faces[1].any()):
            return None
        return np.ascontiguousarray(faces[0]), np.ascontiguousarray(faces[1])

    @property
    def ct_grid(self) -> Grid:
        """The part of ``grid`` that came from the CT, without the continued ends."""
        first, last = self.ct_range
        shape, matrix = list(self.grid.shape), np.array(self.grid.world_from_index)
        shape[self.end_axis] = last - first + 1
        matrix[:3, 3] += first * matrix[:3, self.end_axis]
        return Grid((shape[0], shape[1], shape[2]), matrix)


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
    metal = _metal_of(grid, values, numbers)
    if metal is not None:
        assumed.append(
            f"{np.count_nonzero(metal.counts)} voxels at or above {numbers['metal_from_hu']:.0f} HU are taken as steel"
        )

    axis = int(np.argmax(np.abs(grid.world_from_index[2, :3])))
    outlines = np.stack([_outline(values, axis, first) for first in (True, False)])
    added = int(np.ceil(continue_ends_mm / grid.spacing_mm[axis]))
    if added:
        assumed.append(
            f"beyond the ends of the CT the body outline continues for {continue_ends_mm:g} mm as soft tissue"
        )
    longer = _longer_grid(grid, axis, added)
    soft = float(numbers["continued_density_g_cm3"])

    # CT numbers are whole, so each is looked up; metal is air here and stands in a field of its own
    lowest, metal_from = int(np.floor(values.min())), int(numbers["metal_from_hu"])
    table_hu = np.append(np.arange(lowest, metal_from), -1000)
    fields = []
    for densities, continued in zip(densities_from_hu(table_hu, effective_kev), (soft, 0.0), strict=True):
        step = step_for(max(float(densities[: int(np.ceil(values.max())) - lowest + 1].max()), continued))
        table = np.minimum(np.rint(densities / step), FULL_SCALE).astype(np.int16)
        beyond = np.int16(round(continued / step)) * outlines
        fields.append(DensityField.made(longer, step, _slabs(values, table, lowest, beyond, axis, added)))
    water, bone = fields
    return AttenuationVolume(
        water, bone, metal, axis, (added, added + grid.shape[axis] - 1), outlines, effective_kev, tuple(assumed)
    )


def _slabs(
    values: NDArray[Any], table: NDArray[np.int16], lowest: int, beyond: NDArray[np.int16], axis: int, added: int
) -> Callable[[int], NDArray[np.int16]]:
    """Counts [j, k] at each i of the longer grid: looked up inside the CT, the continued outline before and after it."""

    def slab(i: int) -> NDArray[np.int16]:
        if axis == 0 and not added <= i < added + values.shape[0]:
            return np.asarray(beyond[0 if i < added else 1])
        hu = values[i - added if axis == 0 else i]
        if not np.issubdtype(hu.dtype, np.integer):
            hu = np.rint(hu)
        inside = table[np.minimum(hu.astype(np.int32) - lowest, len(table) - 1)]
        if axis == 0 or not added:
            return inside
        before, after = (np.repeat(np.expand_dims(end[i], axis - 1), added, axis=axis - 1) for end in beyond)
        return np.concatenate([before, inside, after], axis=axis - 1)

    return slab


def _metal_of(grid: Grid, values: NDArray[Any], numbers: dict[str, Any]) -> DensityField | None:
    """Saturated voxels as steel on the smallest grid that holds them, so that a screw costs no second copy of the CT."""
    found = np.argwhere(values >= numbers["metal_from_hu"])
    if not len(found):
        return None
    low, high = found.min(axis=0), found.max(axis=0) + 1
    matrix = np.array(grid.world_from_index)
    matrix[:3, 3] = grid.to_world(low)
    box = values[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    steel = (box >= numbers["metal_from_hu"]) * np.float32(numbers["metal_density_g_cm3"])
    return DensityField.of(Grid((box.shape[0], box.shape[1], box.shape[2]), matrix), steel)


def _checked_hu(grid: Grid, hu: ArrayLike) -> NDArray[Any]:
    values = np.asarray(hu)
    if values.shape != grid.shape:
        raise UnphysicalView(f"the CT numbers have shape {values.shape}, their grid {grid.shape}; both are [i, j, k]")
    if min(values.shape) < 2:
        raise UnphysicalView("a CT of one slice cannot be imaged: read the whole series")
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


def _outline(values: NDArray[Any], axis: int, first: bool, slices: int = 3) -> NDArray[np.bool_]:
    """The filled body outline of the last ``slices`` slices at one end."""
    take = range(slices) if first else range(values.shape[axis] - slices, values.shape[axis])
    last = np.take(values, [n for n in take if 0 <= n < values.shape[axis]], axis=axis).mean(axis=axis)
    return np.asarray(ndimage.binary_fill_holes(last > physics("conversion")["body_from_hu"]))


def _longer_grid(grid: Grid, axis: int, added: int) -> Grid:
    shape = list(grid.shape)
    shape[axis] += 2 * added
    matrix = np.array(grid.world_from_index)
    matrix[:3, 3] -= added * matrix[:3, axis]
    return Grid((shape[0], shape[1], shape[2]), matrix)
