"""Which rays meet body that the CT does not show: beyond its head or foot end, or where its sides cut the body off."""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.ray_geometry import IndexGeometry
from sijoint.fluoroscopy.volume import AttenuationVolume
from sijoint.fluoroscopy.workers import workers

COARSE = 8  # the outline is known to a voxel, the mask needs no finer pixels
STEPS = 96  # samples along the part of a ray beyond an end
FAR = 1e6  # voxels: the body goes on for ever


def truncated_rays(volume: AttenuationVolume, view: IndexGeometry, threads: int = 2) -> NDArray[np.bool_]:
    """(rows, columns) True where a ray passes through the body outline beyond the first or last slice of the CT, or enters
    or leaves the CT through body at one of its sides.
    """
    axis = volume.end_axis
    across = [n for n in range(3) if n != axis]
    order = [*across, axis]
    rows, columns = view.shape
    factor = max(1, min(COARSE, min(rows, columns) // 32))
    coarse = np.zeros((-(-rows // factor), -(-columns // factor)), np.bool_)
    ends = np.array([volume.ct_range[0] - 0.5, volume.ct_range[1] + 0.5])
    first = view.to_origin[order] + (factor - 1) / 2 * (view.column_step + view.row_step)[order]

    rays = view.source[order], first, factor * view.column_step[order], factor * view.row_step[order]
    sides = volume.cut_sides
    size = np.array(volume.grid.shape)[order]

    def some(start: int) -> None:
        stop = min(start + 8, coarse.shape[0])
        _mark_truncated(volume.outlines, ends, *rays, start, stop, coarse)
        if sides is not None:
            _mark_cut(*sides, size, *rays, start, stop, coarse)

    list(workers(threads).map(some, range(0, coarse.shape[0], 8)))
    return np.repeat(np.repeat(coarse, factor, axis=0), factor, axis=1)[:rows, :columns]


@njit(nogil=True, cache=True, error_model="numpy")
def _mark_cut(faces_a, faces_b, size, source, to_origin, column_step, row_step, start, stop, out):
    for row in range(start, stop):
        for column in range(out.shape[1]):
            d = to_origin + column * column_step + row * row_step
            near, far = 0.0, 1.0
            enters, leaves = 2, 2  # through which axis: 2 is the end axis, or neither source nor detector is outside
            for axis in range(3):
                if abs(d[axis]) < 1e-12:
                    if source[axis] < -0.5 or source[axis] > size[axis] - 0.5:
                        far = -1.0
                    continue
                a, b = (-0.5 - source[axis]) / d[axis], (size[axis] - 0.5 - source[axis]) / d[axis]
                if min(a, b) > near:
                    near, enters = min(a, b), axis
                if max(a, b) < far:
                    far, leaves = max(a, b), axis
            if far <= near:
                continue
            for end in range(2):
                axis, t = (enters, near) if end == 0 else (leaves, far)
                if axis == 2:
                    continue
                last = 1 if (d[axis] > 0) == (end == 1) else 0
                other = min(max(int(np.round(source[1 - axis] + t * d[1 - axis])), 0), size[1 - axis] - 1)
                along = min(max(int(np.round(source[2] + t * d[2])), 0), size[2] - 1)
                if (faces_a if axis == 0 else faces_b)[last, other, along]:
                    out[row, column] = True


@njit(nogil=True, cache=True, error_model="numpy")
def _mark_truncated(outlines, ends, source, to_origin, column_step, row_step, start, stop, out):
    n_a, n_b = outlines.shape[1:]
    for row in range(start, stop):
        for column in range(out.shape[1]):
            d = (
                to_origin[0] + column * column_step[0] + row * row_step[0],
                to_origin[1] + column * column_step[1] + row * row_step[1],
                to_origin[2] + column * column_step[2] + row * row_step[2],
            )
            for end in range(2):
                # the part of the ray, source to detector, beyond the CT's end face
                low, high = (-FAR, ends[0]) if end == 0 else (ends[1], FAR)
                near, far = 0.0, 1.0
                if abs(d[2]) < 1e-12:
                    if source[2] < low or source[2] > high:
                        continue
                else:
                    a, b = (low - source[2]) / d[2], (high - source[2]) / d[2]
                    near, far = max(near, min(a, b)), min(far, max(a, b))
                for axis in range(2):
                    size = n_a if axis == 0 else n_b
                    if abs(d[axis]) > 1e-12:
                        a, b = (-0.5 - source[axis]) / d[axis], (size - 0.5 - source[axis]) / d[axis]
                        near, far = max(near, min(a, b)), min(far, max(a, b))
                if far <= near:
                    continue
                for n in range(STEPS):
                    t = near + (far - near) * (n + 0.5) / STEPS
                    i, j = int(np.round(source[0] + t * d[0])), int(np.round(source[1] + t * d[1]))
                    if 0 <= i < n_a and 0 <= j < n_b and outlines[end, i, j]:
                        out[row, column] = True
                        break
