"""What one patient's CT is here: grey values, labels, and where they come from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import Grid


@dataclass(frozen=True, eq=False)
class CT:
    """A CT in Hounsfield units; ``hu`` (i, j, k) int16 on ``grid``."""

    grid: Grid
    hu: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Labels:
    """One structure number per voxel (TotalSegmentator v2); ``values`` (i, j, k) uint8 on ``grid``, 0 is unlabelled."""

    grid: Grid
    values: NDArray[np.uint8]


@dataclass(frozen=True)
class Provenance:
    """Where a volume comes from and which part of it was measured, in sentences for the report."""

    name: str
    source: str
    licence: str
    attribution: str
    measured: tuple[str, ...]
    modelled: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class PatientCT:
    """A CT, its labels on the same grid, and their provenance."""

    ct: CT
    labels: Labels
    provenance: Provenance
