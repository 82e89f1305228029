"""Bone surfaces light enough for a picture."""

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.rules import label_scheme
from sijoint.anatomy.surface import bone_surface


def bone_mesh(patient: PatientCT, bone: str, max_faces: int = 8000) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A light surface of "sacrum", "hip_left" or "hip_right": vertices (n, 3) in LPS, faces (m, 3) with m <= max_faces.

    Coarser by merging vertices that fall into one cell of a cubic lattice; fit for looking, not for measuring.
    Raises KeyError for another bone.
    """
    numbers = {
        "sacrum": label_scheme().sacrum,
        "hip_left": label_scheme().hip_left,
        "hip_right": label_scheme().hip_right,
    }
    surface = bone_surface(patient.labels, numbers[bone])
    vertices, faces = surface.vertices_mm, surface.faces
    cell = 2.0
    while len(faces) > max_faces:
        vertices, faces = _merged(surface.vertices_mm, surface.faces, cell)
        cell *= 1.12
    return vertices, faces


def _merged(vertices: NDArray, faces: NDArray, cell_mm: float) -> tuple[NDArray, NDArray]:
    cells = np.floor(vertices / cell_mm).astype(np.int64)
    _, member = np.unique(cells, axis=0, return_inverse=True)
    member = member.reshape(-1)
    count = np.bincount(member)
    merged = np.stack([np.bincount(member, vertices[:, n]) / count for n in range(3)], axis=1)
    kept = member[faces]
    whole = (kept[:, 0] != kept[:, 1]) & (kept[:, 1] != kept[:, 2]) & (kept[:, 2] != kept[:, 0])
    _, first = np.unique(np.sort(kept[whole], axis=1), axis=0, return_index=True)
    return merged, kept[whole][np.sort(first)]
