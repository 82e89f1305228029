"""Where the vertices of the shape model lie on the bones of the bundled CT: fitted modes first, then nearest points made smooth.

Used by make_shape_model.py. The CT's hip bones are cut below and its sacrum is whole while the model's ends below S3, so a
vertex counts as matched only where it found bone that faces the same way.
"""

import numpy as np
from scipy.spatial import cKDTree

from sijoint.anatomy import bundled_pelvis
from sijoint.anatomy.rules import label_scheme
from sijoint.anatomy.surface import Surface, bone_surface

CUT_MM = 4.0  # nearer than this to the CT's end a surface is the cut, not bone
FACING = 0.5  # cosine between the normals of a vertex and its place on the CT
NEAR_MM = 2.0  # how far a matched vertex may still be from the CT's surface
STIFFNESS_MM = (30.0, 20.0, 14.0, 10.0, 7.0, 5.0)
STRAY_MM = 3.0  # how far a vertex may have moved otherwise than those around it
CONTROL_MM = 7.0  # distance between the vertices that carry the warp


def bundled_bones() -> list[Surface]:
    labels, scheme = bundled_pelvis().labels, label_scheme()
    return [bone_surface(labels, numbers) for numbers in (scheme.sacrum, scheme.hip_left, scheme.hip_right)]


def turn_between(moving: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """The rotation (3, 3) that brings centred points (n, 3) nearest to others, as ``moving @ turn.T`` (Kabsch)."""
    u, _, vt = np.linalg.svd(moving.T @ fixed)
    return (u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt).T


def nearest_places(
    vertices: np.ndarray, faces: list[np.ndarray], bones: list[Surface], reach_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """For every vertex (3, n, 3) the nearest place on its bone that faces the same way, and whether there is one."""
    places, good = np.empty_like(vertices), np.zeros(vertices.shape[:2], dtype=bool)
    bottom = min(bone.vertices_mm[:, 2].min() for bone in bones) + CUT_MM
    for n, bone in enumerate(bones):
        own = Surface(vertices[n], faces[n]).vertex_normals
        away, candidates = cKDTree(bone.vertices_mm).query(vertices[n], k=12)
        facing = np.einsum("ncj,nj->nc", bone.vertex_normals[candidates], own) > FACING
        cost = np.where(facing, away, np.inf)
        best = cost.argmin(axis=1)
        row = np.arange(len(best))
        places[n] = bone.vertices_mm[candidates[row, best]]
        good[n] = (cost[row, best] < reach_mm) & (places[n][:, 2] > bottom) & (vertices[n][:, 2] > bottom)
    return places, good


def fitted(mean: np.ndarray, modes: np.ndarray, faces: list[np.ndarray], start_shift: np.ndarray) -> tuple:
    """Turn, shift, size and mode weights of the model nearest to the bundled bones, ridge by one SD."""
    bones = bundled_bones()
    weights, size, turn, shift = np.zeros(len(modes)), 1.0, np.eye(3), start_shift
    for step in range(60):
        shape = mean + np.tensordot(weights, modes, axes=1)
        here = size * shape @ turn.T + shift
        places, good = nearest_places(here, faces, bones, 30.0 if step < 20 else 12.0 if step < 40 else 8.0)
        one, other = shape[good], places[good]
        c1, c2 = one.mean(axis=0), other.mean(axis=0)
        turn = turn_between(one - c1, other - c2)
        size = float((((one - c1) @ turn.T) * (other - c2)).sum() / ((one - c1) ** 2).sum())
        shift = c2 - size * c1 @ turn.T
        if step >= 10:
            count = min(len(modes), 5 + step)
            wanted = ((places - shift) @ turn / size - mean)[good].ravel()
            basis = modes[:count][:, good].reshape(count, -1)
            ridge = 3.0 * 3.0 * np.eye(count) * 20.0  # 3 mm of doubt; some 20 neighbouring vertices tell the same
            weights = np.zeros(len(modes))
            weights[:count] = np.linalg.solve(basis @ basis.T + ridge, basis @ wanted)
    return turn, shift, size, weights


def places_on_bundled(vertices: np.ndarray, faces: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Fitted vertices (3, n, 3) brought onto the bundled bones, ever less stiffly; and which of them are matched."""
    bones = bundled_bones()
    here = vertices.copy()
    for stiffness in STIFFNESS_MM:
        for _ in range(4):
            places, good = nearest_places(here, faces, bones, 15.0)
            for n in range(3):
                tree = cKDTree(here[n][good[n]])
                away, near = tree.query(here[n], k=60)
                kernel = np.exp(-0.5 * (away / stiffness) ** 2) + 1e-9
                step = (places[n] - here[n])[good[n]]
                here[n] += np.einsum("nc,ncj->nj", kernel / kernel.sum(axis=1, keepdims=True), step[near])
    places, good = nearest_places(here, faces, bones, NEAR_MM)
    for n in range(3):  # a vertex that slid elsewhere than its neighbours is no match
        moved = places[n] - vertices[n]
        near = cKDTree(vertices[n][good[n]]).query(vertices[n], k=40)[1]
        usual = np.median(moved[good[n]][near], axis=1)
        good[n] &= np.linalg.norm(moved - usual, axis=1) < STRAY_MM
    return np.where(good[..., None], places, here), good


def control_vertices(places: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Numbers (c, 2) of bone and vertex, some CONTROL_MM apart on the same bone (farthest points first)."""
    chosen = []
    for n in range(3):
        kept = np.flatnonzero(good[n])
        points = places[n][kept]
        away = np.linalg.norm(points - points[points[:, 2].argmax()], axis=1)
        while away.max() > CONTROL_MM:
            far = int(away.argmax())
            chosen.append((n, kept[far]))
            away = np.minimum(away, np.linalg.norm(points - points[far], axis=1))
    return np.array(chosen)
