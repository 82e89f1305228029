"""How far the body in a volume reaches, for what stands round it."""

import numpy as np
from scipy import ndimage

from sijoint.fluoroscopy import AttenuationVolume
from sijoint.frames import LyingPatient, PatientPosition, transform_points

COARSE_MM = 6.0
BODY_G_CM3 = 0.5


def lying_patient(volume: AttenuationVolume, position: PatientPosition) -> LyingPatient:
    """The body as it lies: the largest connected part of what is denser than half of water, on a coarse grid.

    Only what the CT shows, not the outline that is assumed beyond its ends.
    """
    grid = volume.grid
    every = max(1, int(COARSE_MM / grid.spacing_mm.max()))
    dense = volume.water.every(every) > BODY_G_CM3
    along = every * np.arange(dense.shape[volume.end_axis])
    first, last = volume.ct_range
    np.moveaxis(dense, volume.end_axis, 0)[(along < first) | (along > last)] = False
    parts, _ = ndimage.label(dense)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    body = np.argwhere(parts == sizes.argmax()) if sizes.any() else np.array([[0, 0, 0], np.array(parts.shape) - 1])
    places = transform_points(grid.world_from_index, body * every)
    half_voxel = every * grid.spacing_mm.max() / 2
    return LyingPatient.between(places.min(axis=0) - half_voxel, places.max(axis=0) + half_voxel, position)
