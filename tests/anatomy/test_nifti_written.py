"""A volume as NIfTI bytes is the same volume to whoever reads it."""

import numpy as np

from sijoint.anatomy import read_field
from sijoint.anatomy.nifti_written import nifti_bytes
from sijoint.frames import Grid


def test_values_and_places_come_back(tmp_path):
    turned = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    grid = Grid.from_spacing((4, 3, 2), (1.5, 2.0, 3.0), (10.0, -20.0, 30.0), turned)
    values = np.arange(24, dtype=np.int16).reshape(4, 3, 2) - 12
    path = tmp_path / "volume.nii"
    path.write_bytes(nifti_bytes(grid, values))
    read, back = read_field(path)
    np.testing.assert_allclose(read.world_from_index, grid.world_from_index, atol=1e-4)
    np.testing.assert_array_equal(back, values)
