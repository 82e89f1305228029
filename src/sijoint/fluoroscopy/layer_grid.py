"""Contrast as a small local grid of concentration, projected only where its box falls on the detector.

The fluid that carries it takes the place of tissue fluid of its own density: the line integral of water is left as it is.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.line_integrator import LineIntegrator
from sijoint.frames import Grid, ProjectionGeometry


@dataclass(frozen=True, eq=False)
class LayerGrid:
    """Concentration ``mg_per_ml`` [i, j, k] of the ``agent`` (iodine or gadolinium) on a local grid; a copy, read only."""

    grid: Grid
    mg_per_ml: NDArray[np.float32]
    agent: Literal["iodine", "gadolinium"] = "iodine"

    def __post_init__(self) -> None:
        values = np.array(self.mg_per_ml, dtype=np.float32)
        if values.shape != self.grid.shape:
            raise UnphysicalView(f"the contrast has shape {values.shape}, its grid {self.grid.shape}")
        if not np.all(np.isfinite(values)) or values.min() < 0:
            raise UnphysicalView("contrast concentration is a finite number of mg/mL, zero or more, everywhere")
        if self.agent not in ("iodine", "gadolinium"):
            raise UnphysicalView(f"contrast holds iodine or gadolinium, not {self.agent!r}")
        values.setflags(write=False)  # kept shadows are known by the layer that cast them
        object.__setattr__(self, "mg_per_ml", values)


def layer_areal_density(
    layer: LayerGrid, geometry: ProjectionGeometry, *, may_be_outside: bool = False, threads: int = 2
) -> NDArray[np.float32]:
    """(rows, columns) mg/cm2 of the layer's agent.

    Raises UnphysicalView when contrast is there but none of it is in the view, unless it ``may_be_outside``.
    """
    out = np.zeros(geometry.shape, np.float32)
    if not layer.mg_per_ml.any():
        return out
    index = np.argwhere(layer.mg_per_ml > 0)
    low, high = index.min(axis=0) - 1, index.max(axis=0) + 1
    corners = np.array([[(low, high)[n >> axis & 1][axis] for axis in range(3)] for n in range(8)])
    image = geometry.project(layer.grid.to_world(corners))
    if not np.all(np.isfinite(image)):
        raise UnphysicalView("the contrast reaches behind the X-ray source: check its grid or the view")
    rows, columns = geometry.shape
    column_start, row_start = np.maximum(np.floor(image.min(axis=0)).astype(int) - 1, 0)
    column_stop, row_stop = np.minimum(np.ceil(image.max(axis=0)).astype(int) + 2, [columns, rows])
    if column_start >= column_stop or row_start >= row_stop:
        if may_be_outside:
            return out
        raise UnphysicalView("the contrast is outside this view: centre the C-arm on it")

    part = replace(
        geometry,
        pixel_origin_mm=geometry.pixel_positions(column_start, row_start),
        shape=(int(row_stop - row_start), int(column_stop - column_start)),
    )
    low, high = np.maximum(low, 0), np.minimum(high, np.array(layer.grid.shape) - 1)
    cut = layer.mg_per_ml[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))]
    matrix = np.array(layer.grid.world_from_index)
    matrix[:3, 3] = layer.grid.to_world(low)
    local = Grid((cut.shape[0], cut.shape[1], cut.shape[2]), matrix)
    density = LineIntegrator(local, cut, threads=threads).integrate(part, scale=0.1)
    out[row_start:row_stop, column_start:column_stop] = density
    return out
