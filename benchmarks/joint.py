"""What the joint extraction gives: on 80 sides of real shapes, on gaps of known width, and how long it takes.

    python benchmarks/joint.py shapes     # the 80 sides
    python benchmarks/joint.py gaps       # synthetic gaps, with and without grey values
    python benchmarks/joint.py time       # one joint of the bundled CT, cold; on an idle machine

Each part is written into benchmarks/results/joint.json and leaves the others as they are.
"""

import json
import sys
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from sijoint.anatomy import CT, Labels, bundled_pelvis, extract_joint, shape_subjects, subject_bones
from sijoint.anatomy.distance import signed_distance_mm
from sijoint.anatomy.extraction import joint_of_surfaces
from sijoint.anatomy.surface import bone_surface
from sijoint.frames import Grid, Side

RESULT = Path(__file__).parent / "results" / "joint.json"
GAPS_MM, VOXELS_MM, DRAWS = (0.5, 1.0, 2.0, 3.0, 4.0), (0.75, 1.5, 3.0), 4
CORTEX_HU, MARROW_HU, CARTILAGE_HU, CORTEX_MM = 1000.0, 250.0, 80.0, 1.5  # assumed
BLUR_MM, NOISE_HU = 0.5, 25.0  # of the scanner, assumed; the voxel's own size blurs besides
FINE = 4  # samples along a voxel's edge
CURVATURE_MM = 45.0
VALLEY_HU = 80.0  # a gap shallower than this is not seen


def shapes() -> dict[str, Any]:
    """Measures of every side of the 40 shapes."""
    rows = []
    for subject, side in product(shape_subjects(), Side):
        bones = subject_bones(subject)
        joint = joint_of_surfaces(bones.sacrum, bones.hip(side), side)
        below, beside = joint.from_psis_mm(joint.inferior_end_mm)
        rows.append(
            {
                "subject": subject,
                "side": side.value,
                "area_cm2": joint.area_cm2,
                "area_low_cm2": joint.area_band_cm2[0],
                "area_high_cm2": joint.area_band_cm2[1],
                "inferior_angle_deg": joint.axial_angles_deg[0],
                "touching_share": joint.touching_share,
                "below_psis_mm": below,
                "lateral_of_psis_mm": beside,
                "height_mm": float(np.ptp(joint.capsule_rim_mm[:, 2])),
                "doubts": len(joint.doubts),
            }
        )
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    columns = {name: np.array([row[name] for row in rows]) for name in names}
    summary = {
        name: {"mean": c.mean(), "sd": c.std(ddof=1), "low": c.min(), "high": c.max()} for name, c in columns.items()
    }
    return {"sides": len(rows), "summary": summary, "rows": rows}


def gaps() -> list[dict[str, Any]]:
    """Bias and spread of the width on parallel and curved plates, from labels and with edges moved to grey values."""
    rows = []
    for curved, gap, voxel in product((False, True), GAPS_MM, VOXELS_MM):
        found: dict[str, list[float]] = {"labels": [], "grey": [], "touching": [], "seen": []}
        for draw in range(DRAWS):
            rng = np.random.default_rng([draw, round(10 * gap), round(100 * voxel), curved])
            ct, labels, points, out = plates(gap, voxel, curved, rng)
            width, touching = label_width_mm(labels, points)
            grey, seen = grey_width_mm(ct, points, out, width)
            for name, value in zip(found, (np.median(width), np.median(grey), touching, seen), strict=True):
                found[name].append(float(value))
        mean = {name: float(np.mean(values)) for name, values in found.items()}
        rows.append(
            {
                "plates": "curved" if curved else "parallel",
                "gap_mm": gap,
                "voxel_mm": voxel,
                "label_bias_mm": mean["labels"] - gap,
                "label_sd_mm": float(np.std(found["labels"], ddof=1)),
                "grey_bias_mm": mean["grey"] - gap,
                "grey_sd_mm": float(np.std(found["grey"], ddof=1)),
                "touching_share": mean["touching"],
                "seen_share": mean["seen"],
            }
        )
        print({name: round(v, 2) if isinstance(v, float) else v for name, v in rows[-1].items()}, flush=True)
    return rows


def plates(
    gap: float, voxel: float, curved: bool, rng: np.random.Generator
) -> tuple[CT, Labels, np.ndarray, np.ndarray]:
    """Two plates turned at random, blurred, sampled and noisy; points (n, 3) on their mid-surface and normals (n, 3) there."""
    count = int(np.ceil(30.0 / voxel))
    fine = voxel / FINE
    shift = rng.uniform(-0.5, 0.5, 3) * voxel
    turn = Rotation.random(rng=rng).as_matrix()
    axis = (np.arange(count * FINE) - (count * FINE - 1) / 2) * fine
    place = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).astype(np.float32) + shift.astype(np.float32)
    place = place @ turn.astype(np.float32)
    across = (
        np.linalg.norm(place + np.array([0, 0, CURVATURE_MM], np.float32), axis=-1) - CURVATURE_MM
        if curved
        else place[..., 2]
    )
    depth = np.abs(across) - 0.5 * gap  # into bone
    hu = np.where(depth < 0, CARTILAGE_HU, np.where(depth < CORTEX_MM, CORTEX_HU, MARROW_HU)).astype(np.float32)
    hu = gaussian_filter(hu, BLUR_MM / fine)

    def by_voxel(values: np.ndarray) -> np.ndarray:
        return values.reshape(count, FINE, count, FINE, count, FINE).mean(axis=(1, 3, 5))

    values = np.where(by_voxel((depth > 0) & (across < 0)) > 0.5, 25, 0)
    values = np.where(by_voxel((depth > 0) & (across > 0)) > 0.5, 77, values).astype(np.uint8)
    grid = Grid.from_spacing((count,) * 3, [voxel] * 3, [-(count - 1) / 2 * voxel] * 3)
    measured = by_voxel(hu) + rng.normal(0, NOISE_HU, (count,) * 3)
    a, b = (c.ravel() for c in np.meshgrid(np.arange(-7.0, 7.5), np.arange(-7.0, 7.5)))
    flat = np.stack([a, b, np.sqrt(CURVATURE_MM**2 - a**2 - b**2) - CURVATURE_MM if curved else np.zeros_like(a)], 1)
    normal = flat + np.array([0, 0, CURVATURE_MM]) if curved else np.tile([0.0, 0.0, 1.0], (len(flat), 1))
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    return CT(grid, measured.astype(np.int16)), Labels(grid, values), flat @ turn.T - shift, normal @ turn.T


def label_width_mm(labels: Labels, points: np.ndarray) -> tuple[np.ndarray, float]:
    """Width as the extraction takes it, unclipped sum of the distances, and the share where labels touch."""
    width = sum(signed_distance_mm(points, bone_surface(labels, (number,))) for number in (25, 77))
    return np.clip(width, 0.3, 12.0), float((width < 0.3).mean())


def grey_width_mm(ct: CT, points: np.ndarray, normals: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, float]:
    """Width between half-heights of the grey valley; the label width where no valley is seen. Share seen beside it."""
    way = np.arange(-6.0, 6.01, 0.1)
    samples = ct.grid.to_index(points[:, None] + way[:, None] * normals[:, None])
    profile = map_coordinates(ct.hu.astype(np.float32), np.moveaxis(samples, -1, 0), order=1, mode="nearest")
    found, seen = width.copy(), np.zeros(len(points), dtype=bool)
    middle = len(way) // 2
    for n, line in enumerate(profile):
        reach = int((0.5 * width[n] + 2.0) / 0.1)
        near = slice(max(0, middle - 10), middle + 11)
        valley = near.start + int(line[near].argmin())
        sides = line[max(0, middle - reach) : valley + 1][::-1], line[valley : middle + reach + 1]
        peaks = [side.max() for side in sides]
        if min(peaks) - line[valley] < VALLEY_HU:
            continue
        edges = [int(np.argmax(side > 0.5 * (peak + line[valley]))) for side, peak in zip(sides, peaks, strict=True)]
        found[n], seen[n] = 0.1 * sum(edges), True
    return found, float(seen.mean())


def timed() -> dict[str, Any]:
    """Seconds for one joint of the bundled CT, alone, after a first run that compiles."""
    patient = bundled_pelvis()
    extract_joint(patient, Side.LEFT)
    wall, cpu = [], []
    for _ in range(5):
        before, worked = time.perf_counter(), time.process_time()
        extract_joint(patient, Side.RIGHT)
        wall.append(time.perf_counter() - before)
        cpu.append(time.process_time() - worked)
    return {"machine": machine(), "wall_s": wall, "processor_s": cpu}


PARTS = {"shapes": shapes, "gaps": gaps, "time": timed}


if __name__ == "__main__":
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    for part in sys.argv[1:] or PARTS:
        kept[part] = PARTS[part]()
        RESULT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
