"""Homogeneous transforms, named ``a_from_b`` so that chains are visible: ``c_from_a = c_from_b @ b_from_a``."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrix = NDArray[np.float64]  # (4, 4)
Points = NDArray[np.float64]  # (..., 3)


def rigid(rotation: ArrayLike, translation_mm: ArrayLike) -> Matrix:
    """The 4x4 matrix of ``x -> rotation @ x + translation_mm``."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.asarray(rotation, dtype=np.float64)
    matrix[:3, 3] = np.asarray(translation_mm, dtype=np.float64)
    return matrix


def transform_points(b_from_a: Matrix, points: ArrayLike) -> Points:
    """Points (..., 3) of frame a in frame b."""
    points = np.asarray(points, dtype=np.float64)
    return points @ b_from_a[:3, :3].T + b_from_a[:3, 3]


def transform_directions(b_from_a: Matrix, directions: ArrayLike) -> Points:
    """Directions (..., 3) of frame a in frame b: rotated, not moved."""
    return np.asarray(directions, dtype=np.float64) @ b_from_a[:3, :3].T


def rotation_about(axis: str, angle_deg: float) -> NDArray[np.float64]:
    """Right-handed rotation (3, 3) about x, y or z by degrees."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    match axis:
        case "x":
            return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
        case "y":
            return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
        case "z":
            return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    raise ValueError(f"axis is x, y or z, not {axis!r}")


def unit(vector: ArrayLike) -> NDArray[np.float64]:
    """The vector at length one. Raises ValueError for the zero vector."""
    vector = np.asarray(vector, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if length == 0.0:
        raise ValueError("the zero vector has no direction")
    return vector / length
