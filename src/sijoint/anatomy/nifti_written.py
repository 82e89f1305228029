"""A volume as the bytes of a NIfTI-1 file, for a program that reads no folder, such as a browser."""

import struct

import numpy as np
from numpy.typing import NDArray

from sijoint.frames import Grid

HEADER_BYTES, DATA_AT = 348, 352
INT16 = 4
MILLIMETRES = 2
SCANNER = 1  # qform and sform code: where the scanner says that the voxels lie
RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def nifti_bytes(grid: Grid, values: NDArray[np.int16]) -> bytes:
    """Little endian, uncompressed; ``values`` [i, j, k] on the grid. Coordinates in the file are RAS, as NIfTI has them."""
    header = bytearray(DATA_AT)
    struct.pack_into("<i", header, 0, HEADER_BYTES)
    struct.pack_into("<8h", header, 40, 3, *values.shape, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, INT16, 16)
    struct.pack_into("<8f", header, 76, 1.0, *grid.spacing_mm, 0.0, 0.0, 0.0, 0.0)
    struct.pack_into("<3f", header, 108, float(DATA_AT), 1.0, 0.0)
    struct.pack_into("<b", header, 123, MILLIMETRES)
    struct.pack_into("<2h", header, 252, 0, SCANNER)
    rows = (RAS_FROM_LPS @ grid.world_from_index)[:3]
    struct.pack_into("<12f", header, 280, *rows.ravel())
    header[344:348] = b"n+1\0"
    return bytes(header) + np.asarray(values, dtype="<i2").tobytes(order="F")
