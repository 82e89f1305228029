"""The body wall: how thick the layer under the skin is for a body mass index, and the map that makes it so.

The layer is drawn out or pressed along rays from the body's axis, cut by cut, so that nothing folds and nothing under it moves. Its reference is the
bundled CT, whose soft tissue and skin are invented: the numbers follow an assumption, not a measurement (``library.toml``).
"""

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.library_rule import library_rule
from sijoint.anatomy.tissue import body_mask

_DIRECTIONS = 256
_RAY_MM = 0.5
_FAT_MM = 6.0
_LEAST = 0.25  # of the layer stays everywhere, however thin the body
_SMOOTH = (2.0, 4.0)  # directions, cuts: pixel steps of the mask are no shape


@dataclass(frozen=True, eq=False)
class BodyWall:
    """The layer of a CT by direction and cut: it reaches from ``core_mm`` to ``skin_mm`` (directions, cuts) off the axis.

    Direction 0 points to +x, the next towards +y, over the whole circle; ``axis_mm`` (2,) is x and y. ``slant`` (directions,
    cuts) is how much longer the layer is along the ray than it is thick. ``thickness_mm`` is the layer's usual thickness,
    ``area_mm2`` and ``perimeter_mm`` are those of the body inside it where the joints lie.
    """

    axis_mm: NDArray[np.float64]
    core_mm: NDArray[np.float64]
    skin_mm: NDArray[np.float64]
    slant: NDArray[np.float64]
    thickness_mm: float
    area_mm2: float
    perimeter_mm: float

    def thickness_for(self, bmi: float) -> float:
        """Thickness (mm) of the layer at the reference size: the body's cross-section grows as the index does."""
        rule = library_rule()
        wanted = self._area(self.thickness_mm) * bmi / rule.bmi_reference
        spare = max(0.0, wanted - self.area_mm2)
        thickness = (np.sqrt(self.perimeter_mm**2 + 4 * np.pi * spare) - self.perimeter_mm) / (2 * np.pi)
        return float(max(rule.wall_thinnest_mm, thickness))

    def _area(self, thickness_mm: float) -> float:
        return self.area_mm2 + self.perimeter_mm * thickness_mm + np.pi * thickness_mm**2  # Steiner, convex outline

    def outline_mm(self, thickness_mm: float, cut: int) -> NDArray[np.float64]:
        """The skin (directions, 2) of one cut when the layer is that thick."""
        angle = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
        core, skin = self.core_mm[:, cut], self.skin_mm[:, cut]
        layer = skin - core
        reach = core + np.maximum(layer + (thickness_mm - self.thickness_mm) * self.slant[:, cut], _LEAST * layer)
        return self.axis_mm + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def wall_of(patient: PatientCT, first_cut: int, last_cut: int) -> BodyWall:
    """The wall of a CT whose third axis runs along the body; area and perimeter are taken between two cuts."""
    thickness = library_rule().wall_reference_mm
    grid, inside = patient.ct.grid, body_mask(patient)
    spacing = grid.spacing_mm[:2]
    depth = np.stack(
        [distance_transform_edt(inside[..., k], sampling=spacing) for k in range(inside.shape[2])], axis=-1
    )
    deep = depth > thickness
    middle = grid.to_world(np.argwhere(deep).mean(axis=0))[:2]
    radius = np.arange(0.0, 0.75 * max(inside.shape[:2]) * float(spacing.max()), _RAY_MM)
    angle = 2 * np.pi * np.arange(_DIRECTIONS) / _DIRECTIONS
    rays = middle + radius[None, :, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None]
    world = np.concatenate([rays, np.full((*rays.shape[:2], 1), grid.to_world([0, 0, 0])[2])], axis=2)
    i, j, _ = np.moveaxis(np.rint(grid.to_index(world)).astype(int), -1, 0)
    held = (i >= 0) & (j >= 0) & (i < inside.shape[0]) & (j < inside.shape[1])
    i, j = np.where(held, i, 0), np.where(held, j, 0)

    def farthest(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        met = mask[i, j] & held[..., None]
        last = met.shape[1] - 1 - np.argmax(met[:, ::-1], axis=1)
        return np.asarray(gaussian_filter((last + 0.5) * _RAY_MM, _SMOOTH, mode=("wrap", "nearest")))

    inner, skin = farthest(deep), farthest(inside)
    slant = (skin - inner) / thickness
    # muscle may lie nearer to the skin than usual; a little fat must stay, or the smoothed outline would reach into air
    core = np.minimum(np.maximum(inner, farthest(patient.labels.values > 0)), skin - _FAT_MM * slant)
    cuts = slice(first_cut, last_cut + 1)
    points = inner[:, cuts, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, None]
    sides = np.linalg.norm(np.roll(points, -1, axis=0) - points, axis=-1).sum(axis=0)
    turned = np.roll(points, -1, axis=0)
    areas = 0.5 * np.abs((points[..., 0] * turned[..., 1] - points[..., 1] * turned[..., 0]).sum(axis=0))
    return BodyWall(middle, core, skin, slant, thickness, float(areas.mean()), float(sides.mean()))


@numba.njit(cache=True, inline="always")
def wall_source(x, y, cut, axis_x, axis_y, core, skin, slant, more, kept):
    """Where a point of the new body lay before its wall became ``more`` mm thicker: x and y in the same cut.

    The layer's outermost ``kept`` mm move as they are, so that skin stays sharp; the rest is drawn out evenly.
    """
    dx, dy = x - axis_x, y - axis_y
    r = np.sqrt(dx * dx + dy * dy)
    if r < 1.0:
        return x, y
    turn = np.arctan2(dy, dx) / (2 * np.pi) * core.shape[0]
    if turn < 0:
        turn += core.shape[0]
    n = int(turn)
    u = turn - n
    n, m = n % core.shape[0], (n + 1) % core.shape[0]
    z = min(max(cut, 0.0), core.shape[1] - 1.0)
    k = min(int(z), core.shape[1] - 2)
    v = z - k
    inner = (core[n, k] * (1 - u) + core[m, k] * u) * (1 - v) + (core[n, k + 1] * (1 - u) + core[m, k + 1] * u) * v
    outer = (skin[n, k] * (1 - u) + skin[m, k] * u) * (1 - v) + (skin[n, k + 1] * (1 - u) + skin[m, k + 1] * u) * v
    if r <= inner:
        return x, y
    layer = max(outer - inner, 1.0)
    over = (slant[n, k] * (1 - u) + slant[m, k] * u) * (1 - v) + (slant[n, k + 1] * (1 - u) + slant[m, k + 1] * u) * v
    new = max(layer + more * over, _LEAST * layer)
    rim = min(kept, 0.4 * layer, 0.4 * new)
    drawn_out = inner + (r - inner) * (layer - rim) / (new - rim)
    before = drawn_out if r < inner + new - rim else r - (new - layer)
    return axis_x + dx * before / r, axis_y + dy * before / r
