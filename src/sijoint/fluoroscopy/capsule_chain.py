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
from sijoint.fluoroscopy.physics import physics
from sijoint.frames import ProjectionGeometry

MARGIN_PIXELS = 2
DENSITY_OF = {"steel": "metal_density_g_cm3", "titanium": "titanium_density_g_cm3"}


@dataclass(frozen=True, eq=False)
class CapsuleChain:
    """A tube along ``points_mm`` (n, 3) with outer and bore diameter, of ``material`` steel or titanium."""

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
        if self.material not in DENSITY_OF:
            raise UnphysicalView(f"attenuation of {self.material!r} is not known; tubes are of steel or titanium")
        keep = np.append(True, np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-6)
        object.__setattr__(self, "points_mm", points[keep])


def chain_areal_density(chain: CapsuleChain, geometry: ProjectionGeometry) -> NDArray[np.float32]:
    """(rows, columns) g/cm2 of the tube's metal, averaged over each pixel's area; zeros where the tube is outside the image."""
    out = np.zeros(geometry.shape, np.float32)
    density = float(physics("conversion")[DENSITY_OF[chain.material]])
    points = chain.points_mm
    if len(points) < 2:
        return out
    directions = np.diff(points, axis=0)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    mitres = np.vstack([directions[:1], directions[:-1] + directions[1:], directions[-1:]])
    pixel_mm = float(np.linalg.norm(geometry.column_step_mm))
    rays = int(np.clip(np.ceil(6 * pixel_mm / chain.outer_mm), 3, 12))  # a sixth of the width apart or less, magnified
    for n, axis in enumerate(directions):
        box = _box_on_detector(points[n : n + 2], chain.outer_mm, geometry)
        if box is None:
            continue
        _add_segment(
            geometry.source_mm, geometry.pixel_origin_mm - geometry.source_mm, geometry.column_step_mm, geometry.row_step_mm,
            points[n], points[n + 1], axis, mitres[n], mitres[n + 1], chain.outer_mm / 2, chain.bore_mm / 2,
            density / 10, rays, *box, out,
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
    ax, ay, az = axis[0], axis[1], axis[2]
    sx, sy, sz = source[0] - start[0], source[1] - start[1], source[2] - start[2]
    # offsets of the source from the two end planes, and its offset from the axis: (s x a)
    behind_start = mitre_start[0] * sx + mitre_start[1] * sy + mitre_start[2] * sz
    beyond_end = (
        mitre_end[0] * (source[0] - end[0]) + mitre_end[1] * (source[1] - end[1]) + mitre_end[2] * (source[2] - end[2])
    )
    ox, oy, oz = sy * az - sz * ay, sz * ax - sx * az, sx * ay - sy * ax
    offset2 = ox * ox + oy * oy + oz * oz
    pixel2 = column_step[0] ** 2 + column_step[1] ** 2 + column_step[2] ** 2
    near2 = (outer + 1.5 * np.sqrt(pixel2)) ** 2
    for row in range(row_start, row_stop):
        for column in range(column_start, column_stop):
            total = 0.0
            for n in range(-1, rays * rays):
                if n < 0:  # the pixel's central ray first, to leave distant pixels early
                    x, y = float(column), float(row)
                else:
                    x, y = column + (n % rays + 0.5) / rays - 0.5, row + (n // rays + 0.5) / rays - 0.5
                dx = to_origin[0] + x * column_step[0] + y * row_step[0]
                dy = to_origin[1] + x * column_step[1] + y * row_step[1]
                dz = to_origin[2] + x * column_step[2] + y * row_step[2]
                size = 1 / np.sqrt(dx * dx + dy * dy + dz * dz)
                dx, dy, dz = dx * size, dy * size, dz * size
                qx, qy, qz = dy * az - dz * ay, dz * ax - dx * az, dx * ay - dy * ax
                a, b = qx * qx + qy * qy + qz * qz, ox * qx + oy * qy + oz * qz
                if n < 0:
                    if a > 1e-12 and offset2 - b * b / a > near2:
                        break
                    continue
                low, high = 0.0, 1e9  # distances between the end planes
                rate = mitre_start[0] * dx + mitre_start[1] * dy + mitre_start[2] * dz
                if rate > 0:
                    low = max(low, -behind_start / rate)
                elif rate < 0:
                    high = min(high, -behind_start / rate)
                elif behind_start < 0:
                    continue
                rate = mitre_end[0] * dx + mitre_end[1] * dy + mitre_end[2] * dz
                if rate > 0:
                    high = min(high, -beyond_end / rate)
                elif rate < 0:
                    low = max(low, -beyond_end / rate)
                elif beyond_end > 0:
                    continue
                if high <= low:
                    continue
                for wall in range(2):  # the solid cylinder less its bore
                    radius = outer if wall == 0 else bore
                    c = offset2 - radius * radius
                    chord = 0.0
                    if a < 1e-12:
                        chord = high - low if c < 0 else 0.0
                    elif b * b > a * c:
                        root = np.sqrt(b * b - a * c)
                        chord = max(min((root - b) / a, high) - max((-b - root) / a, low), 0.0)
                    total += chord if wall == 0 else -chord
            out[row, column] += total / (rays * rays) * density
