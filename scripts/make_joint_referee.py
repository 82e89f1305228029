"""Write tests/anatomy/joint_referee.npz: one subject's bones as voxels, and the middle of the cartilage between them.

    python scripts/make_joint_referee.py FOLDER_WITH_THE_STL_FILES

FOLDER holds ``sacrum_ras.stl``, ``left_hip_bone_ras.stl`` and ``left_cartilage_lps.stl`` (CarGen and LibHip, Moshfeghifar et
al. 2022, MIT licence). Despite its name the cartilage file is in the bones' frame turned by half a circle about z: negate x and y
to lay it on them. Voxels are filled by counting surface crossings, cartilage mid-points lie between the two crossings of rays
along the cartilage's own mean normal: neither uses anything of the program under test.
"""

import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[1] / "tests" / "anatomy" / "joint_referee.npz"
VOXELS_MM = (0.7, 1.5, 3.0)
MARGIN_MM = 18.0  # bone kept round the cartilage
LATTICE_MM = 0.5


def main(folder: Path) -> None:
    flip = np.array([-1.0, -1.0, 1.0])  # RAS to LPS
    sacrum, hip = (read_stl(folder / f"{name}_ras.stl") * flip for name in ("sacrum", "left_hip_bone"))
    cartilage = read_stl(folder / "left_cartilage_lps.stl")
    low, high = cartilage.min((0, 1)) - MARGIN_MM, cartilage.max((0, 1)) + MARGIN_MM
    kept: dict[str, np.ndarray] = {}
    for mm in VOXELS_MM:
        shape = tuple(int(n) for n in np.ceil((high - low) / mm))
        inside = [filled(bone, low, mm, shape) for bone in (sacrum, hip)]
        name = f"{mm:g}".replace(".", "p")
        kept[f"sacrum_{name}"], kept[f"hip_{name}"] = (np.packbits(bone) for bone in inside)
        kept[f"shape_{name}"] = np.array(shape, np.int16)
        print(
            f"{mm:g} mm: {shape}, sacrum {inside[0].sum() * mm**3 / 1000:.1f} mL, hip {inside[1].sum() * mm**3 / 1000:.1f} mL"
        )
    middle, thick = middle_points(cartilage)
    kept |= {
        "origin_mm": low,
        "cartilage_middle_hundredths_mm": np.rint((middle - low) * 100).astype(np.uint16),
        "cartilage_thickness_median_mm": np.float32(np.median(thick)),
    }
    np.savez_compressed(TARGET, **kept)
    print(f"{len(middle)} mid-points, cartilage {np.median(thick):.2f} mm thick; {TARGET.stat().st_size / 1000:.0f} kB")


def read_stl(path: Path) -> np.ndarray:
    """Triangles (m, 3, 3) of a binary or text STL file."""
    content = path.read_bytes()
    count = int.from_bytes(content[80:84], "little")
    if len(content) == 84 + 50 * count:
        layout = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("spare", "<u2")])
        return np.frombuffer(content[84:], layout)["corners"].astype(np.float64)
    lines = [line.split()[1:] for line in content.decode("ascii").splitlines() if line.strip().startswith("vertex")]
    return np.array(lines, dtype=np.float64).reshape(-1, 3, 3)


def crossings(
    triangles: np.ndarray, low: np.ndarray, mm: float, shape: tuple[int, int]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For lines along z over a lattice in x and y: flat numbers of the lines and heights at which they pass each triangle."""
    found = []
    shift = 1e-4 * np.array([1.0, 0.618])  # no line may run through a corner
    for triangle in triangles:
        flat = (triangle[:, :2] - low[:2] - shift) / mm
        first, last = np.ceil(flat.min(0)).astype(int), np.floor(flat.max(0)).astype(int)
        first, last = np.maximum(first, 0), np.minimum(last, np.array(shape) - 1)
        if (first > last).any():
            continue
        i, j = np.meshgrid(*(np.arange(a, b + 1) for a, b in zip(first, last, strict=True)), indexing="ij")
        (x0, y0), (x1, y1), (x2, y2) = flat
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0:
            continue
        u = ((i - x0) * (y2 - y0) - (x2 - x0) * (j - y0)) / area
        v = ((x1 - x0) * (j - y0) - (i - x0) * (y1 - y0)) / area
        hit = (u >= 0) & (v >= 0) & (u + v <= 1)
        z = triangle[0, 2] + u * (triangle[1, 2] - triangle[0, 2]) + v * (triangle[2, 2] - triangle[0, 2])
        found.append((i[hit] * shape[1] + j[hit], z[hit]))
    return found


def filled(triangles: np.ndarray, low: np.ndarray, mm: float, shape: tuple[int, ...]) -> np.ndarray:
    """Voxels (i, j, k) whose centre lies inside a closed surface; voxel (0, 0, 0) is centred on ``low``."""
    turns = np.zeros((shape[0] * shape[1], shape[2] + 1), np.int32)
    for line, z in crossings(triangles, low, mm, shape[:2]):
        level = np.clip(np.ceil((z - low[2]) / mm), 0, shape[2]).astype(int)
        np.add.at(turns, (line, level), 1)
    return (np.cumsum(turns, axis=1)[:, :-1] % 2 == 1).reshape(shape)


def middle_points(cartilage: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mid-points (n, 3) and thickness (n,) where a ray along the cartilage's mean normal enters and leaves it once."""
    points = cartilage.reshape(-1, 3)
    centre = points.mean(axis=0)
    axes = np.linalg.svd(points - centre, full_matrices=False)[2]  # rows: two along the sheet, then its normal
    turned = (cartilage - centre) @ axes.T
    low = turned.min((0, 1)) - LATTICE_MM
    shape = tuple(int(n) for n in np.ceil((turned.max((0, 1)) - low)[:2] / LATTICE_MM) + 1)
    hits = crossings(turned, low, LATTICE_MM, shape)
    line, z = (np.concatenate(part) for part in zip(*hits, strict=True))
    order = np.lexsort((z, line))
    line, z = line[order], z[order]
    lines, first, count = np.unique(line, return_index=True, return_counts=True)
    twice = count == 2
    lines, first = lines[twice], first[twice]
    i, j = np.divmod(lines, shape[1])
    across = 0.5 * (z[first] + z[first + 1])
    middle = np.stack([low[0] + i * LATTICE_MM, low[1] + j * LATTICE_MM, across], axis=1) @ axes + centre
    return middle, z[first + 1] - z[first]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
