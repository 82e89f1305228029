"""The shape of contrast in one view: a line or a blob, sharp or feathery, dense or thin."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, binary_erosion, distance_transform_edt

from sijoint.guidance.iodine_map import IodineMap


def thinness(view: IodineMap) -> tuple[float, float, float]:
    """0 round .. 1 a line, and root-mean-square width and length (mm) of the shadow, by its second moments."""
    mass = view.mg_per_cm2
    total = float(mass.sum())
    if total <= 0:
        return 0.0, 0.0, 0.0
    rows, columns = np.nonzero(view.seen)
    weights = mass[rows, columns] / total
    places = np.stack([rows, columns]).astype(np.float64)
    away = places - (places @ weights)[:, None]
    moments = (away * weights) @ away.T
    small, large = np.sqrt(np.maximum(np.linalg.eigvalsh(moments), 1e-9)) * view.pixel_mm
    return float(1 - small / large), float(small), float(large)


def stroke_mm(view: IodineMap) -> float:
    """How thick the shadow is across itself, wherever it bends: four times the mean distance to its edge."""
    if not view.seen.any():
        return 0.0
    inwards = (
        float(distance_transform_edt(view.seen)[view.seen].mean()) - 0.5
    )  # from the edge, not from the next pixel's middle
    return 4 * inwards * view.pixel_mm


def raggedness(view: IodineMap) -> float:
    """Length of the outline over that of a circle of the same area: feathers and branches make it long."""
    pixels = int(view.seen.sum())
    if not pixels:
        return 0.0
    edge = int((view.seen & ~binary_erosion(view.seen)).sum())
    return edge / (2 * np.sqrt(np.pi * pixels))


def depth_cm(view: IodineMap, iodine_mg_ml: float) -> float:
    """How deep pure contrast would have to be to look as dense as the densest twentieth of the shadow."""
    shown = view.mg_per_cm2[view.seen]
    return float(np.quantile(shown, 0.95)) / iodine_mg_ml if len(shown) else 0.0


def share_in_footprint(view: IodineMap, points_mm: NDArray[np.float64], wider_mm: float) -> float:
    """Share of the seen iodine that lies in the shadow of body points (n, 3), widened by a distance at the tip's depth."""
    if view.mass_mg <= 0:
        return 0.0
    column, row = np.moveaxis(view.geometry.project(points_mm), -1, 0)
    rows, columns = view.mg_per_cm2.shape
    shadow = np.zeros((rows, columns), dtype=bool)
    keep = (column > -0.5) & (column < columns - 0.5) & (row > -0.5) & (row < rows - 0.5)
    shadow[np.rint(row[keep]).astype(int), np.rint(column[keep]).astype(int)] = True
    shadow = binary_dilation(shadow, iterations=max(1, round(wider_mm / view.pixel_mm)))
    return float(view.mg_per_cm2[shadow].sum() / view.mg_per_cm2.sum())
