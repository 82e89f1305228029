"""Is a NIfTI file whole? The reader fills what a truncated file lacks with zeros, and turns NaN into zero, without a word.

So the file itself is looked at first: its compression's checksum, the length that its header promises, its floats, and whether
it says where its voxels lie: without that the reader would guess which side is left.
"""

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from sijoint.anatomy.errors import UnreadableImage

_FLOATS = {16: "f4", 64: "f8"}  # NIfTI data type codes
_COMPLEX = (32, 1792, 2048)
_RIGHT_ANGLE = 1e-3  # cosine between two axes; headers round them
_HEADER_BYTES = {348: ("i", 40, "8h", 70, 72, 108, "f"), 540: ("i", 16, "8q", 12, 14, 168, "q")}  # NIfTI-1 and NIfTI-2
_ORIENTATION_BYTES = {348: ("2h", 252, "12f", 280), 540: ("2i", 344, "12d", 400)}  # qform and sform code; sform rows


def check_nifti(path: Path) -> None:
    """Raises UnreadableImage when a file is no NIfTI volume, is truncated or damaged, does not say where its voxels lie, or
    holds voxels that are not numbers.
    """
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
    _check_orientation(content, order, size, path)
    if kind in _COMPLEX:
        raise UnreadableImage(f"{path} holds complex numbers, not grey values; export the magnitude, or the CT itself.")
    if kind in _FLOATS and not np.isfinite(np.frombuffer(content, order + _FLOATS[kind], voxels, start)).all():
        raise UnreadableImage(f"{path} holds voxels that are not numbers (NaN or infinite); export the image again.")


def _check_orientation(content: bytes, order: str, size: int, path: Path) -> None:
    codes_format, codes_at, rows_format, rows_at = _ORIENTATION_BYTES[size]
    qform, sform = struct.unpack_from(order + codes_format, content, codes_at)
    if qform <= 0 and sform <= 0:
        raise UnreadableImage(
            f"{path}: the file does not say which side is left; export it again with its orientation (a NIfTI qform or sform)."
        )
    if sform <= 0:
        return  # a quaternion's axes are always at right angles
    axes = np.array(struct.unpack_from(order + rows_format, content, rows_at)).reshape(3, 4)[:, :3]
    lengths = np.linalg.norm(axes, axis=0)
    if not np.isfinite(axes).all() or lengths.min() == 0:
        raise UnreadableImage(
            f"{path} does not say where its voxels lie (spacing or axes are missing); export it again."
        )
    cosines = (axes / lengths).T @ (axes / lengths)
    if np.abs(cosines - np.eye(3)).max() > _RIGHT_ANGLE:
        raise UnreadableImage(
            f"{path}: its axes are not at right angles (sheared, or a tilted gantry); resample it to straight slices."
        )
