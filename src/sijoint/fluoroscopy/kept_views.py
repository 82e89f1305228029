"""What stands in the beam, pulse after pulse: anatomy projected once per pose and kept, needle and contrast on top.

Line integrals add, and a gantry that stands still sees the same anatomy again, so only what moves is projected again. While
the gantry turns, anatomy may be projected on coarser pixels and enlarged; tools are always as fine as the detector.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.capsule_chain import CapsuleChain, chain_areal_density
from sijoint.fluoroscopy.layer_grid import LayerGrid, layer_areal_density
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.projector import Projector
from sijoint.fluoroscopy.scene import Scene
from sijoint.frames import CArmPose, Detector, ProjectionGeometry

ROWS = 64  # rows of one block of work


class KeptViews:
    """Scenes of one body on one detector. Keeps the anatomy of the last few poses and the tools of the last pulse."""

    KEPT_POSES = 4

    def __init__(self, projector: Projector, detector: Detector) -> None:
        self.projector, self.detector = projector, detector
        self._anatomy: dict[CArmPose, LineIntegrals] = {}
        self._steel: tuple[object, NDArray[np.float32]] | None = None
        self._iodine: tuple[CArmPose, LayerGrid, NDArray[np.float32]] | None = None

    def __contains__(self, pose: CArmPose) -> bool:
        """Whether the sharp anatomy of this pose is at hand."""
        return pose in self._anatomy

    def anatomy(self, pose: CArmPose, coarser: int = 1) -> LineIntegrals:
        """The body from ``pose``; ``coarser`` > 1 projects pixels that many times wider, enlarged and not kept."""
        if pose in self._anatomy:
            return self._anatomy[pose]
        if coarser > 1:
            few = self.detector.binned_to(max(1, self.detector.rows // coarser))
            return enlarged_integrals(self._projected(pose, few), self.detector, self.projector.threads)
        while len(self._anatomy) >= self.KEPT_POSES:
            self._anatomy.pop(next(iter(self._anatomy)))
        self._anatomy[pose] = self._projected(pose, self.detector)
        return self._anatomy[pose]

    def scene(
        self,
        pose: CArmPose,
        anatomy: LineIntegrals,
        steel: Sequence[CapsuleChain] = (),
        contrast: LayerGrid | None = None,
    ) -> Scene:
        """``anatomy`` of ``pose`` with tubes and contrast on it; both are made again only when they are others than before."""
        geometry = ProjectionGeometry.of(pose, self.detector)
        return Scene(
            anatomy,
            self._steel_of(pose, geometry, steel) if steel else None,
            self._iodine_of(pose, geometry, contrast) if contrast is not None else None,
        )

    def _projected(self, pose: CArmPose, detector: Detector) -> LineIntegrals:
        return self.projector.project(ProjectionGeometry.of(pose, detector))

    def _steel_of(
        self, pose: CArmPose, geometry: ProjectionGeometry, steel: Sequence[CapsuleChain]
    ) -> NDArray[np.float32]:
        key = (pose, *((chain.points_mm.tobytes(), chain.outer_mm, chain.bore_mm, chain.material) for chain in steel))
        if self._steel is None or self._steel[0] != key:
            self._steel = (key, sum_of_chains(steel, geometry))
        return self._steel[1]

    def _iodine_of(self, pose: CArmPose, geometry: ProjectionGeometry, contrast: LayerGrid) -> NDArray[np.float32]:
        last = self._iodine
        if last is None or last[0] != pose or last[1] is not contrast:
            density = layer_areal_density(contrast, geometry, may_be_outside=True, threads=self.projector.threads)
            last = self._iodine = (pose, contrast, density)
        return last[2]


def sum_of_chains(steel: Sequence[CapsuleChain], geometry: ProjectionGeometry) -> NDArray[np.float32]:
    """(rows, columns) g/cm2 of all tubes together."""
    total = chain_areal_density(steel[0], geometry)
    for chain in steel[1:]:
        total += chain_areal_density(chain, geometry)
    return total


def enlarged_integrals(coarse: LineIntegrals, detector: Detector, threads: int) -> LineIntegrals:
    """Line integrals of a coarser detector over the same field, bilinearly on the pixels of ``detector``."""
    shape = (detector.rows, detector.columns)
    water, bone = np.empty(shape, np.float32), np.empty(shape, np.float32)
    metal = None if coarse.metal is None else np.empty(shape, np.float32)
    blocks = [(start, min(start + ROWS, shape[0])) for start in range(0, shape[0], ROWS)]

    def some(block: tuple[int, int]) -> None:
        _enlarge_rows(coarse.water, water, *block)
        _enlarge_rows(coarse.bone, bone, *block)
        if coarse.metal is not None and metal is not None:
            _enlarge_rows(coarse.metal, metal, *block)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(some, blocks))
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
