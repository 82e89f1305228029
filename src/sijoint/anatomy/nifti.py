"""Is a NIfTI file whole? The reader fills what a truncated file lacks with zeros, and turns NaN into zero, without a word.

So the file itself is looked at first: its compression's checksum, the length that its header promises, and its floats.
"""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from sijoint.anatomy.errors import UnreadableImage

_FLOATS = {16: "f4", 64: "f8"}  # NIfTI data type codes
_HEADER_BYTES = {348: ("i", 40, "8h", 70, 72, 108, "f"), 540: ("i", 16, "8q", 12, 14, 168, "q")}  # NIfTI-1 and NIfTI-2


def check_nifti(path: Path) -> None:
    """Raises UnreadableImage when a file is no NIfTI volume, is truncated or damaged, or holds voxels that are not numbers."""
    damaged = UnreadableImage(
        f"{path} cannot be read: the file is truncated or damaged; copy it again from its source."
    )
    try:
        content = path.read_bytes()
        packed = content[:2] == b"\x1f\x8b"
        if packed:
            content = gzip.decompress(content)
    except PermissionError:
        raise UnreadableImage(
            f"{path} may not be read by you; ask for leave to read it, or copy it elsewhere."
        ) from None
    except (OSError, EOFError, zlib.error):
        raise damaged from None
    if not content:
        raise damaged
    order = next(
        (sign for sign in "<>" if len(content) >= 4 and struct.unpack_from(f"{sign}i", content)[0] in _HEADER_BYTES),
        None,
    )
    if order is None:
        raise UnreadableImage(
            f"{path} cannot be read: it is not a NIfTI file; give a .nii or .nii.gz file, or the folder with a DICOM CT series."
        )
    if not path.name.lower().endswith(".nii.gz" if packed else (".nii", ".nii.gz")):
        raise UnreadableImage(  # the reader goes by the name
            f"{path} is a {'compressed ' if packed else ''}NIfTI file under another name; rename it so that it ends in "
            f"{'.nii.gz' if packed else '.nii'}."
        )
    size = struct.unpack_from(f"{order}i", content)[0]
    if len(content) < size:
        raise damaged
    _, dim_at, dim_format, type_at, bits_at, offset_at, offset_format = _HEADER_BYTES[size]
    dim = struct.unpack_from(order + dim_format, content, dim_at)
    kind, bits = (struct.unpack_from(f"{order}h", content, at)[0] for at in (type_at, bits_at))
    start = int(struct.unpack_from(order + offset_format, content, offset_at)[0])
    voxels = int(np.prod([max(1, n) for n in dim[1 : 1 + max(0, min(7, dim[0]))]], dtype=np.int64))
    if start < size or len(content) < start + voxels * bits // 8:
        raise damaged
    if kind in _FLOATS and not np.isfinite(np.frombuffer(content, order + _FLOATS[kind], voxels, start)).all():
        raise UnreadableImage(f"{path} holds voxels that are not numbers (NaN or infinite); export the image again.")
