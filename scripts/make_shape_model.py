"""Makes src/sijoint/anatomy/data/pelvis_shapes/shape_model.npz from the published surfaces of 40 pelves.

    python scripts/make_shape_model.py surfaces.npz [shape_model.npz]

``surfaces.npz`` holds vertices (40, 3, 5000, 3) in LPS millimetres of sacrum, left and right hip bone, their faces and the
subjects' numbers (see LICENCE.txt in that folder for where they come from). The pelves are brought to one position and size
(generalised Procrustes analysis), their principal modes are taken, and all is rounded to STEP_MM so that the file stays small;
the script prints what that costs.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from shape_correspondence import (
    CUT_MM,
    bundled_bones,
    control_vertices,
    fitted,
    places_on_bundled,
    turn_between,
)

from sijoint.anatomy.distance import signed_distance_mm
from sijoint.anatomy.library_shape import BONES

STEP_MM = 0.01
OUT = Path(__file__).parent.parent / "src/sijoint/anatomy/data/pelvis_shapes/shape_model.npz"
ROUNDS = 10


def aligned(vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pelves (s, n, 3) at one position and size (geometric mean); turn (s, 3, 3), size (s,) and centre (s, 3) that undo it."""
    centre = vertices.mean(axis=1)
    size = np.sqrt(((vertices - centre[:, None]) ** 2).sum(axis=(1, 2)) / vertices.shape[1])
    unit = (vertices - centre[:, None]) / size[:, None, None]
    mean = unit[0]
    for _ in range(ROUNDS):
        turns = np.stack([turn_between(one, mean) for one in unit])
        turned = np.einsum("sni,sji->snj", unit, turns)
        mean = turned.mean(axis=0)
        mean /= np.sqrt((mean**2).sum() / len(mean))
    return turned * np.exp(np.log(size).mean()), turns, size, centre


def placed_as_bundled(mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn and shift that lay the mean bones on those of the bundled CT, by the nearest points."""
    targets = bundled_bones()
    trees = [cKDTree(target.vertices_mm) for target in targets]
    bottom = min(target.vertices_mm[:, 2].min() for target in targets)
    bones = mean.reshape(3, -1, 3)
    turn, shift = np.eye(3), targets[0].vertices_mm.mean(axis=0) - bones[0].mean(axis=0)
    for _ in range(60):
        here = bones @ turn.T + shift
        nearest = np.stack([t.vertices_mm[tree.query(h)[1]] for t, tree, h in zip(targets, trees, here, strict=True)])
        kept = (nearest[..., 2] > bottom + CUT_MM) & (np.linalg.norm(nearest - here, axis=-1) < 25.0)
        one, other = bones[kept], nearest[kept]
        turn = turn_between(one - one.mean(axis=0), other - other.mean(axis=0))
        shift = other.mean(axis=0) - one.mean(axis=0) @ turn.T
    return turn, shift


def modes_of(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean (n, 3), what one SD of each mode adds (s - 1, n * 3), and every shape's weights (s, s - 1)."""
    count, mean = len(shapes), shapes.mean(axis=0)
    u, s, vt = np.linalg.svd((shapes - mean).reshape(count, -1), full_matrices=False)
    modes = vt[: count - 1] * s[: count - 1, None] / np.sqrt(count - 1)
    weights = u[:, : count - 1] * np.sqrt(count - 1)
    signs = np.sign(np.take_along_axis(weights, np.abs(weights).argmax(axis=0)[None], 0)[0])
    # a mode's sign is arbitrary: fixed, so that the same data give the same file
    return mean, (modes * signs[:, None]).reshape(count - 1, *mean.shape), weights * signs


def main(source: Path, out: Path) -> None:
    kept = np.load(source)
    vertices = kept["vertices"].astype(np.float64)
    count = len(vertices)
    flat = vertices.reshape(count, -1, 3)
    shapes, turns, size, centre = aligned(flat)
    mean = shapes.mean(axis=0)
    base_turn, base_shift = placed_as_bundled(mean)
    shapes = shapes @ base_turn.T
    faces = [kept[name].astype(np.int64) for name in ("faces_sacrum", "faces_left", "faces_right")]
    mean, modes, _ = modes_of(shapes)
    bundled_turn, centre_mm, bundled_size, bundled_weights = fitted(
        mean.reshape(3, -1, 3), modes.reshape(count - 1, 3, -1, 3), faces, base_shift
    )
    base_turn = bundled_turn @ base_turn
    shapes = shapes @ bundled_turn.T  # the model stands as the bundled pelvis does; its centre stays at the origin
    mean, modes, weights = modes_of(shapes)
    modes_count = count - 1
    fit = bundled_size * (mean + np.tensordot(bundled_weights, modes, axes=1)).reshape(3, -1, 3) + centre_mm
    places, matched = places_on_bundled(fit, faces)
    control = control_vertices(places, matched)
    log_size = np.log(size) - np.log(size).mean()
    placements = np.concatenate([np.einsum("sji,kj->sik", turns, base_turn), centre[:, :, None]], axis=2)
    step = STEP_MM
    document = {
        "step_mm": np.float64(step),
        "mean": np.rint(mean.reshape(3, -1, 3) / step).astype(np.int16),
        "modes": np.rint(modes.reshape(modes_count, 3, -1, 3) / step).astype(np.int16),
        "log_size_sd": np.float64(log_size.std(ddof=1)),
        "subjects": kept["ids"].astype(np.int16),
        "weights": weights.astype(np.float32),
        "log_size": log_size,
        "placements": placements,
        "centre_mm": centre_mm,
        "control": control.astype(np.int16),
        "control_places": places[control[:, 0], control[:, 1]].astype(np.float32),
    }
    for bone, faces in zip(BONES, ("faces_sacrum", "faces_left", "faces_right"), strict=True):
        document[f"faces_{bone}"] = kept[faces].astype(np.int16)
    np.savez_compressed(out, **document)

    again = (document["mean"] + np.tensordot(document["weights"].astype(np.float64), document["modes"], axes=1)) * step
    again = again.reshape(count, -1, 3) * np.exp(log_size)[:, None, None]
    again = np.einsum("sni,sji->snj", again, placements[:, :, :3]) + placements[:, None, :, 3]
    error = np.linalg.norm(again - flat, axis=-1)
    print(f"{out.name}: {out.stat().st_size / 1e6:.2f} MB, {modes_count} modes")
    print(f"subjects come back within {error.mean():.3f} mm on average, {error.max():.3f} mm at most")
    spread = (modes**2).sum(axis=(1, 2))
    share = np.cumsum(spread) / spread.sum()
    print("share of the variance in 5, 10, 15, 20 modes: " + ", ".join(f"{share[n - 1]:.2f}" for n in (5, 10, 15, 20)))
    print(
        f"size: SD {100 * log_size.std(ddof=1):.1f} %; correlation with the first five modes: "
        + ", ".join(f"{np.corrcoef(log_size, weights[:, n])[0, 1]:.2f}" for n in range(5))
    )
    away = [np.abs(signed_distance_mm(fit[n], bone)) for n, bone in enumerate(bundled_bones())]
    print(f"bundled pelvis: size {bundled_size:.3f}, modes up to {np.abs(bundled_weights).max():.1f} SD")
    for bone, distance, found in zip(BONES, away, matched, strict=True):
        print(
            f"  {bone}: fit {np.median(distance[found]):.1f} mm (median), {100 * found.mean():.0f} % of vertices matched"
        )
    print(f"{len(control)} vertices carry the warp")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else OUT)
