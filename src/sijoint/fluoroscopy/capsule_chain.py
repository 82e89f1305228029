"""A bent tube, such as a needle, projected analytically: chords of each ray through mitred hollow cylinders.

Every pixel averages a small bundle of rays over its area, so a needle thinner than a pixel still darkens it by its share.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.frames import ProjectionGeometry

STEEL_G_CM3 = 7.9  # AISI 304
MARGIN_PIXELS = 2


@dataclass(frozen=True, eq=False)
class CapsuleChain:
    """A tube along ``points_mm`` (n, 3) with outer and bore diameter; only steel is known."""

    points_mm: NDArray[np.float64]
    outer_mm: float
    bore_mm: float = 0.0
    material: str = "steel"

    def __post_init__(self) -> None:
        points = np.array(self.points_mm, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3 or len(points) < 2 or not np.all(np.isfinite(points)):
            raise UnphysicalView("a tube runs through at least two points (n, 3) that are finite")
        if not 0 <= self.bore_mm < self.outer_mm:
            raise UnphysicalView(f"a tube of {self.outer_mm:g} mm with a bore of {self.bore_mm:g} mm has no wall")
        if self.material != "steel":
            raise UnphysicalView(f"attenuation of {self.material!r} is not known; tubes are of steel")
        keep = np.append(True, np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-6)
        object.__setattr__(self, "points_mm", points[keep])


def chain_areal_density(chain: CapsuleChain, geometry: ProjectionGeometry) -> NDArray[np.float32]:
    """(rows, columns) g/cm2 of steel, averaged over each pixel's area; zeros where the tube is outside the image."""
    out = np.zeros(geometry.shape, np.float32)
    points = chain.points_mm
    if len(points) < 2:
        return out
    directions = np.diff(points, axis=0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    mitres = np.vstack([directions[:1], directions[:-1] + directions[1:], directions[-1:]])
    pixel_mm = float(np.linalg.norm(geometry.column_step_mm))
    rays = int(np.clip(np.ceil(4 * pixel_mm / chain.outer_mm), 3, 12))  # a quarter of the width apart, unmagnified
    for n, axis in enumerate(directions):
        box = _box_on_detector(points[n : n + 2], chain.outer_mm, geometry)
        if box is None:
            continue
        _add_segment(
            geometry.source_mm, geometry.pixel_origin_mm - geometry.source_mm, geometry.column_step_mm, geometry.row_step_mm,
            points[n], points[n + 1], axis, mitres[n], mitres[n + 1], chain.outer_mm / 2, chain.bore_mm / 2,
            STEEL_G_CM3 / 10, rays, *box, out,
        )  # fmt: skip
    return out


def _box_on_detector(
    ends: NDArray[np.float64], outer_mm: float, geometry: ProjectionGeometry
) -> tuple[int, int, int, int] | None:
    """Row and column ranges that a segment can darken; None where it is off the detector or behind the source."""
    image = geometry.project(ends)
    if not np.all(np.isfinite(image)):
        return None
    half = outer_mm * geometry.magnification_at(ends[0]) / np.linalg.norm(geometry.column_step_mm) + MARGIN_PIXELS
    low, high = np.floor(image.min(axis=0) - half), np.ceil(image.max(axis=0) + half) + 1
    column_start, row_start = (max(int(value), 0) for value in low)
    column_stop, row_stop = (min(int(value), size) for value, size in zip(high, geometry.shape[::-1], strict=True))
    if column_start >= column_stop or row_start >= row_stop:
        return None
    return row_start, row_stop, column_start, column_stop


@njit(nogil=True, cache=True, error_model="numpy")
def _add_segment(
    source, to_origin, column_step, row_step, start, end, axis, mitre_start, mitre_end, outer, bore, density, rays,
    row_start, row_stop, column_start, column_stop, out,
):  # fmt: skip
    to_start = source - start
    to_end = source - end
    o = np.cross(to_start, axis)
    for row in range(row_start, row_stop):
        for column in range(column_start, column_stop):
            centre = to_origin + column * column_step + row * row_step
            # closest approach of the pixel's central ray to the axis, to leave distant pixels early
            across = np.cross(centre, axis)
            size = np.sqrt((across * across).sum())
            pixel = np.sqrt((column_step * column_step).sum())
            apart = abs((to_start * across).sum())
            if size > 1e-6 * np.sqrt((centre * centre).sum()) and apart / size > outer + pixel * 1.5:
                continue
            total = 0.0
            for a in range(rays):
                for b in range(rays):
                    d = centre + ((a + 0.5) / rays - 0.5) * column_step + ((b + 0.5) / rays - 0.5) * row_step
                    d = d / np.sqrt((d * d).sum())
                    low, high = _between_planes(to_start, to_end, mitre_start, mitre_end, d)
                    if high > low:
                        q = np.cross(d, axis)
                        total += _chord(o, q, outer, low, high)
                        if bore > 0:
                            total -= _chord(o, q, bore, low, high)
            out[row, column] += total / (rays * rays) * density


@njit(nogil=True, cache=True, error_model="numpy")
def _between_planes(to_start, to_end, normal_start, normal_end, d):
    """Range of distances along the ray at which it is beyond the start plane and before the end plane."""
    low, high = 0.0, 1e9
    rate, offset = (normal_start * d).sum(), (normal_start * to_start).sum()
    if rate > 0:
        low = max(low, -offset / rate)
    elif rate < 0:
        high = min(high, -offset / rate)
    elif offset < 0:
        return 0.0, -1.0
    rate, offset = (normal_end * d).sum(), (normal_end * to_end).sum()
    if rate > 0:
        high = min(high, -offset / rate)
    elif rate < 0:
        low = max(low, -offset / rate)
    elif offset > 0:
        return 0.0, -1.0
    return low, high


@njit(nogil=True, cache=True, error_model="numpy")
def _chord(o, q, radius, low, high):
    """Length of the ray inside the endless cylinder |o + t q| < radius, for t in low..high."""
    a, b, c = (q * q).sum(), (o * q).sum(), (o * o).sum() - radius * radius
    if a < 1e-12:
        return high - low if c < 0 else 0.0
    root = b * b - a * c
    if root <= 0:
        return 0.0
    root = np.sqrt(root)
    return max(min((-b + root) / a, high) - max((-b - root) / a, low), 0.0)
