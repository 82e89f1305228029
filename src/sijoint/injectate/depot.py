"""Fluid in tissue outside the joint: a depot that grows along the fibres by the way of least resistance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.graph import MCP_Geometric

from sijoint.anatomy import Tissue
from sijoint.frames import Grid
from sijoint.injectate.asked_of_anatomy import TissueMap
from sijoint.injectate.causes import Compartment
from sijoint.injectate.flow_rules import NumericalRules, TissueRules

Vector = NDArray[np.float64]


@dataclass(eq=False)
class Depot:
    """One pool in tissue: voxel centres (n, 3) in the order in which fluid reaches them, `voxel_ml` each."""

    compartment: Compartment
    origin_mm: Vector
    order_mm: Vector
    voxel_ml: float
    voxel_mm: float
    axes: Vector  # (3, 3) columns: along the fibre, across it in the sheet, through the sheet

    def wet(self, volume_ml: float) -> tuple[Vector, Vector]:
        """Voxel centres (m, 3) and the volume (m,) in mL that each holds of this total."""
        # Tissue that is full to the end of its grid swells: every voxel holds more, none is lost.
        voxel_ml = max(self.voxel_ml, volume_ml / len(self.order_mm))
        count = min(int(np.ceil(volume_ml / voxel_ml - 1e-9)), len(self.order_mm))
        held = np.full(count, voxel_ml)
        if count:
            held[-1] = volume_ml - voxel_ml * (count - 1)
        return self.order_mm[:count], held

    def places(self, volume_ml: float) -> tuple[Vector, Vector]:
        """Points (8 m, 3), eight to a wet voxel, and the volume (8 m,) in mL at each: a picture of them has no raster."""
        centres, held = self.wet(volume_ml)
        eighths = (np.array(list(np.ndindex(2, 2, 2))) - 0.5) * self.voxel_mm / 2
        points = centres[:, None] + (eighths @ self.axes.T)[None]
        return points.reshape(-1, 3), np.repeat(held / 8, 8)


def depot_in(
    compartment: Compartment,
    body: TissueMap,
    origin_mm: Vector,
    fibre: Vector,
    sheet_normal: Vector,
    rules: TissueRules,
    numbers: NumericalRules,
    rng: np.random.Generator,
) -> Depot:
    """A depot at a point; `fibre` and `sheet_normal` are unit vectors of the tissue's texture there."""
    axes = _texture_axes(fibre, sheet_normal)
    spread = np.array(rules.spread)
    half = np.ceil(_reach_mm(rules, numbers) * np.maximum(spread, 0.35) / numbers.depot_voxel_mm).astype(int)
    i, j, k = (int(n) for n in 2 * half + 1)
    shape = (i, j, k)
    corner = origin_mm - axes @ (half * numbers.depot_voxel_mm)
    grid = Grid.from_spacing(shape, [numbers.depot_voxel_mm] * 3, corner, axes)
    centres = grid.to_world(np.indices(shape).reshape(3, -1).T)
    tissue = np.asarray(body.tissue_at(centres)).reshape(shape)

    start = tuple(int(n) for n in half)
    own = tissue[start] if tissue[start] != Tissue.BONE else Tissue.LIGAMENT
    # Streaks: resistance that varies little along the fibre and much across it makes the margin feathery.
    streaks = ndimage.gaussian_filter(rng.normal(size=shape), (4.0, 0.8, 0.8))
    resistance = np.exp(rules.feather * streaks / max(float(streaks.std()), 1e-12))
    resistance[tissue != own] *= numbers.other_tissue_cost
    resistance[tissue == Tissue.BONE] *= numbers.bone_cost
    steps = tuple(float(s) for s in numbers.depot_voxel_mm / spread)
    arrival, _ = MCP_Geometric(resistance, sampling=steps).find_costs([start])
    order = np.argsort(arrival.ravel(), kind="stable")
    voxel_ml = rules.porosity * numbers.depot_voxel_mm**3 / 1000
    return Depot(compartment, origin_mm, centres[order], voxel_ml, numbers.depot_voxel_mm, axes)


def _reach_mm(rules: TissueRules, numbers: NumericalRules) -> float:
    """Half length along the fibre of a grid with room for a usual depot: an ellipsoid of the tissue's spread, and a margin."""
    tissue_mm3 = 1000 * numbers.depot_usual_ml / rules.porosity
    along = float(np.cbrt(tissue_mm3 * 3 / (4 * np.pi * np.prod(rules.spread))))
    return min(numbers.depot_margin * along, numbers.depot_reach_mm)


def _texture_axes(fibre: Vector, sheet_normal: Vector) -> Vector:
    """Columns: along the fibre, across it in the sheet, through the sheet."""
    along = fibre / np.linalg.norm(fibre)
    through = sheet_normal - (sheet_normal @ along) * along
    through = through / np.linalg.norm(through)
    return np.column_stack([along, np.cross(through, along), through])
