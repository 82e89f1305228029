"""The compiled kernel of the separable projector, where the installation has one and the processor can run it.

The library is built from ``compiled/separable.cpp`` when the package is installed and a C++ compiler is there. It asks the
processor at run time for AVX-512 with VNNI, else for AVX2 with FMA; without library or processor the portable kernel projects.
"""

import ctypes
import threading
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sijoint.fluoroscopy
from sijoint.fluoroscopy.density_field import LEAD, DensityField
from sijoint.fluoroscopy.shear_warp import ShearWarp
from sijoint.fluoroscopy.workers import workers

NEEDED_ROWS = 8  # EIGHT of separable.h
_KEPT = threading.local()
_FLOAT, _INT = ctypes.c_double, ctypes.c_int64


class Instructions(IntEnum):
    """What the compiled kernel's inner loops are written in; numbers as ``sij_runs_here`` gives them, the fastest last."""

    AVX2 = 1
    AVX512 = 2

    @property
    def kernel_name(self) -> str:
        """What the compiled kernel is called with these instructions."""
        return f"separable, compiled for {'AVX2' if self is Instructions.AVX2 else 'AVX-512 VNNI'}"


class _View(ctypes.Structure):
    """``SijView`` of separable.cpp."""

    _fields_ = (
        ("voxels", ctypes.c_void_p), ("stride_m", _INT), ("stride_b", _INT), ("n_b", _INT), ("n_a", _INT),
        ("source_m", _FLOAT), ("source_b", _FLOAT), ("source_a", _FLOAT), ("first_m", _INT), ("last_m", _INT),
        ("v0", _FLOAT), ("dv", _FLOAT), ("u0", _FLOAT), ("du", _FLOAT), ("n_v", _INT), ("n_u", _INT), ("band", _INT), ("needed", ctypes.c_void_p), ("sums", ctypes.c_void_p),
        ("plane", _FLOAT * 9), ("world", _FLOAT * 9), ("scale", _FLOAT),
        ("rows", _INT), ("columns", _INT), ("out", ctypes.c_void_p), ("instructions", _INT),
    )  # fmt: skip


@cache
def library() -> tuple[ctypes.CDLL | None, str]:
    """The library and an empty text, or None and why the portable kernel projects instead."""
    # an editable installation keeps what is built apart from what is written, and the package's path names both
    folders = [Path(folder) / "compiled" for folder in sijoint.fluoroscopy.__path__]
    found = [
        path for folder in folders for path in sorted(folder.glob("*sijoint_separable.*")) if path.suffix != ".cpp"
    ]
    if not found:
        return (
            None,
            "the compiled kernel was not built when SIJoint was installed, for want of a C++ compiler as a rule",
        )
    try:
        loaded = ctypes.CDLL(str(found[0]))
        if not loaded.sij_runs_here():
            return None, "this processor has neither AVX-512 with VNNI nor AVX2"
        if loaded.sij_view_size() != ctypes.sizeof(_View) or not loaded.sij_project:
            return None, "the compiled kernel is of another version of SIJoint: install SIJoint again"
    except (OSError, AttributeError):
        return None, "the compiled kernel of this installation was made for another machine or version"
    return loaded, ""


def fastest_instructions() -> Instructions:
    """The best that this processor has; only where there is a library."""
    loaded, why_not = library()
    assert loaded is not None, why_not
    return Instructions(loaded.sij_runs_here())


def _scratch(size: int) -> NDArray[np.float32]:
    """Memory for the sums, kept by each thread that projects: fresh pages would cost a twentieth of a frame."""
    kept: NDArray[np.float32] | None = getattr(_KEPT, "sums", None)
    if kept is None or not size <= kept.size <= 4 * size:
        kept = _KEPT.sums = np.empty(size, np.float32)
    return kept


def project_compiled(
    field: DensityField, plan: ShearWarp, threads: int, scale: float, instructions: Instructions | None = None
) -> NDArray[np.float32]:
    """Integrals (rows, columns) of ``field`` in its unit times millimetres, times ``scale``. Raises MemoryError.

    ``instructions``: no more than the processor has; None for the fastest.
    """
    loaded, why_not = library()
    assert loaded is not None, why_not
    view, u, v = plan.view, plan.u, plan.v
    rows, columns = view.shape
    sums, out = _scratch(v.count * u.count), np.empty((rows, columns), np.float32)
    n_j, pitch = field.counts.shape[1:]
    stride, needed = (n_j * pitch, pitch), plan.needed(NEEDED_ROWS)
    m, b, _ = plan.order
    given = _View(
        field.counts.ctypes.data + 2 * (n_j * pitch + pitch + LEAD), stride[m], stride[b], field.grid.shape[b],
        field.grid.shape[2], *plan.source, *plan.slices, v.first, v.step, u.first, u.step, v.count, u.count, v.band, needed.ctypes.data, sums.ctypes.data,
        (_FLOAT * 9)(*plan.plane.ravel()), (_FLOAT * 9)(*view.world_from_pixel.ravel()), field.step * scale,
        rows, columns, out.ctypes.data, instructions or fastest_instructions(),
    )  # fmt: skip
    progress = (_INT * 3)()  # of the threads that work on this view; the calling one is one of them

    def work() -> int:
        return int(loaded.sij_project(ctypes.byref(given), progress))

    others = [workers(threads).submit(work) for _ in range(threads - 1)]
    if any([work(), *(other.result() for other in others)]):
        raise MemoryError
    return out
