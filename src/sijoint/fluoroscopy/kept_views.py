"""What stands in the beam, pulse after pulse: anatomy projected once per view and kept, needle and contrast on top.

Line integrals add, and a gantry that stands still sees the same anatomy again, so only what moves is projected again. While
the gantry turns, anatomy may be projected on coarser pixels and enlarged; tools are always as fine as the detector.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.capsule_chain import CapsuleChain, chain_areal_density
from sijoint.fluoroscopy.layer_grid import LayerGrid, layer_areal_density
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.projector import Projector
from sijoint.fluoroscopy.scene import Scene
from sijoint.fluoroscopy.workers import workers
from sijoint.frames import ProjectionGeometry

View = bytes
ROWS = 64  # rows of one block of work


class KeptViews:
    """Scenes of one body. Keeps the anatomy of the last few views and the tools of the last pulse; not for two threads."""

    def __init__(self, projector: Projector, kept: int = 4) -> None:
        self.projector, self.kept = projector, kept
        self._anatomy: dict[View, LineIntegrals] = {}
        self._metal: dict[str, tuple[object, NDArray[np.float32]]] = {}  # by material
        self._agent: tuple[View, LayerGrid, NDArray[np.float32]] | None = None

    def __contains__(self, geometry: ProjectionGeometry) -> bool:
        """Whether the sharp anatomy of this view is at hand."""
        return view_of(geometry) in self._anatomy

    def anatomy(self, geometry: ProjectionGeometry, coarser: int = 1) -> LineIntegrals:
        """The body in a view; ``coarser`` > 1 projects pixels that many times wider, enlarged and not kept."""
        view = view_of(geometry)
        if view in self._anatomy:
            return self._anatomy[view]
        if coarser > 1:
            few = self.projector.project(coarser_geometry(geometry, coarser))
            return enlarged_integrals(few, geometry.shape, self.projector.threads)
        while len(self._anatomy) >= self.kept:
            self._anatomy.pop(next(iter(self._anatomy)))
        self._anatomy[view] = self.projector.project(geometry)
        return self._anatomy[view]

    def scene(
        self,
        geometry: ProjectionGeometry,
        tubes: Sequence[CapsuleChain] = (),
        contrast: LayerGrid | None = None,
        *,
        anatomy: LineIntegrals | None = None,
    ) -> Scene:
        """The body (or ``anatomy``) in a view with tubes and contrast; these are projected again only when they differ."""
        return Scene(
            self.anatomy(geometry) if anatomy is None else anatomy,
            steel=self._metal_of("steel", geometry, tubes),
            titanium=self._metal_of("titanium", geometry, tubes),
            iodine=self._agent_of("iodine", geometry, contrast),
            gadolinium=self._agent_of("gadolinium", geometry, contrast),
        )

    def _metal_of(
        self, material: str, geometry: ProjectionGeometry, tubes: Sequence[CapsuleChain]
    ) -> NDArray[np.float32] | None:
        chains = [chain for chain in tubes if chain.material == material]
        if not chains:
            return None
        key = (view_of(geometry), *((chain.points_mm.tobytes(), chain.outer_mm, chain.bore_mm) for chain in chains))
        if material not in self._metal or self._metal[material][0] != key:
            self._metal[material] = (key, sum_of_chains(chains, geometry))
        return self._metal[material][1]

    def _agent_of(
        self, agent: str, geometry: ProjectionGeometry, contrast: LayerGrid | None
    ) -> NDArray[np.float32] | None:
        if contrast is None or contrast.agent != agent:
            return None
        view, last = view_of(geometry), self._agent
        if last is None or last[0] != view or last[1] is not contrast:
            density = layer_areal_density(contrast, geometry, may_be_outside=True, threads=self.projector.threads)
            last = self._agent = (view, contrast, density)
        return last[2]


def view_of(geometry: ProjectionGeometry) -> View:
    """A geometry's numbers, to know it again."""
    parts = (geometry.source_mm, geometry.pixel_origin_mm, geometry.column_step_mm, geometry.row_step_mm)
    return b"".join(np.asarray(part, dtype=np.float64).tobytes() for part in parts) + repr(geometry.shape).encode()


def coarser_geometry(geometry: ProjectionGeometry, factor: int) -> ProjectionGeometry:
    """The same field on about ``factor`` times fewer rows and columns."""
    rows, columns = geometry.shape
    few_rows, few_columns = max(1, rows // factor), max(1, columns // factor)
    per_row, per_column = rows / few_rows, columns / few_columns
    return ProjectionGeometry(
        geometry.source_mm,
        geometry.pixel_positions((per_column - 1) / 2, (per_row - 1) / 2),
        geometry.column_step_mm * per_column,
        geometry.row_step_mm * per_row,
        (few_rows, few_columns),
    )


def sum_of_chains(tubes: Sequence[CapsuleChain], geometry: ProjectionGeometry) -> NDArray[np.float32]:
    """(rows, columns) g/cm2 of tubes of one material together."""
    total = chain_areal_density(tubes[0], geometry)
    for chain in tubes[1:]:
        total += chain_areal_density(chain, geometry)
    return total


def enlarged_integrals(coarse: LineIntegrals, shape: tuple[int, int], threads: int) -> LineIntegrals:
    """Line integrals of a coarser detector, bilinearly on ``shape`` pixels over the same field."""
    water, bone = np.empty(shape, np.float32), np.empty(shape, np.float32)
    metal = None if coarse.metal is None else np.empty(shape, np.float32)
    blocks = [(start, min(start + ROWS, shape[0])) for start in range(0, shape[0], ROWS)]

    def some(block: tuple[int, int]) -> None:
        _enlarge_rows(coarse.water, water, *block)
        _enlarge_rows(coarse.bone, bone, *block)
        if coarse.metal is not None and metal is not None:
            _enlarge_rows(coarse.metal, metal, *block)

    list(workers(threads).map(some, blocks))
    rows, columns = (
        np.minimum(np.arange(full) * few // full, few - 1)
        for full, few in zip(shape, coarse.truncated.shape, strict=True)
    )
    return LineIntegrals(water, bone, coarse.truncated[rows[:, None], columns[None, :]], metal)


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp"})
def _enlarge_rows(coarse, fine, start, stop):
    n_rows, n_columns = coarse.shape
    rows, columns = fine.shape
    per_row, per_column = np.float32(n_rows / rows), np.float32(n_columns / columns)
    index = np.empty(columns, np.int32)
    share = np.empty(columns, np.float32)
    for c in range(columns):
        x = min(max((c + np.float32(0.5)) * per_column - np.float32(0.5), np.float32(0)), np.float32(n_columns - 1))
        index[c] = min(int(x), max(n_columns - 2, 0))
        share[c] = x - index[c]
    line = np.empty(n_columns + 1, np.float32)
    for row in range(start, stop):
        y = min(max((row + np.float32(0.5)) * per_row - np.float32(0.5), np.float32(0)), np.float32(n_rows - 1))
        i = min(int(y), max(n_rows - 2, 0))
        t = y - i
        below = min(i + 1, n_rows - 1)
        for c in range(n_columns):
            line[c] = coarse[i, c] + t * (coarse[below, c] - coarse[i, c])
        line[n_columns] = line[n_columns - 1]
        for c in range(columns):
            left = line[index[c]]
            fine[row, c] = left + share[c] * (line[index[c] + 1] - left)
