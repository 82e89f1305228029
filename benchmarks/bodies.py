"""What is projected: a CT as attenuation per mm on straight axes about the world's origin, at any voxel size; noise; a bead."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import ndimage

from sijoint.anatomy import bundled_pelvis, read_ct
from sijoint.anatomy.ct import CT

WATER_MU = 0.02  # per mm
NOISE_HU = 150.0
NOISE_SEED = 1
BEAD_RADIUS_MM = 1.5
BEAD_HU = 3000.0


@dataclass(frozen=True, eq=False)
class Body:
    """CT numbers ``[i, j, k]`` float32 along +x, +y, +z (LPS), the middle of the volume at the origin."""

    name: str
    hu: np.ndarray
    spacing_mm: np.ndarray

    @cached_property
    def mu(self) -> np.ndarray:
        """Attenuation per mm, clipped at 0."""
        return np.maximum(WATER_MU * (1 + self.hu / 1000), 0).astype(np.float32)

    @property
    def words(self) -> str:
        size = "×".join(map(str, self.hu.shape))
        mm = " × ".join(f"{mm:.4g}" for mm in self.spacing_mm)
        return f"{self.name}, {size} voxels of {mm} mm"


def body_of(ct: Path | None, name: str, mm: float | None) -> Body:
    """The CT at ``ct`` or the bundled pelvis, brought to voxels of ``mm`` by linear interpolation."""
    read = read_ct(ct) if ct else bundled_pelvis().ct
    return resampled(_straight(name, read), mm) if mm else _straight(name, read)


def _straight(name: str, ct: CT) -> Body:
    """Axes turned and swapped until they run along +x, +y, +z; a remaining small turn is left out."""
    axes = ct.grid.world_from_index[:3, :3] / ct.grid.spacing_mm
    order = np.argmax(np.abs(axes), axis=1)
    hu = ct.hu.transpose(order)
    backwards = [n for n in range(3) if axes[n, order[n]] < 0]
    return Body(name, np.flip(hu, backwards).astype(np.float32), ct.grid.spacing_mm[order])


def resampled(body: Body, mm: float) -> Body:
    """The same body in voxels of about ``mm``, outer faces in place."""
    factor = body.spacing_mm / mm
    if np.abs(factor - 1).max() < 1e-6:
        return body
    hu = ndimage.zoom(body.hu, factor, order=1, grid_mode=True, mode="nearest").astype(np.float32)
    return replace(body, hu=hu, spacing_mm=body.spacing_mm * np.array(body.hu.shape) / np.array(hu.shape))


def noisy(body: Body) -> Body:
    """White noise in every voxel: the hardest content for a method that interpolates."""
    noise = np.random.default_rng(NOISE_SEED).standard_normal(body.hu.shape, dtype=np.float32)
    name = f"{body.name} with {NOISE_HU:.0f} HU of white noise in every voxel"
    return replace(body, name=name, hu=body.hu + np.float32(NOISE_HU) * noise)


def with_bead(body: Body, centre_mm: np.ndarray) -> Body:
    """A dense ball added; voxels on its rim take their share."""
    axes = [
        (np.arange(n) - (n - 1) / 2) * mm - c
        for n, mm, c in zip(body.hu.shape, body.spacing_mm, centre_mm, strict=True)
    ]
    distance = np.sqrt(sum(axis**2 for axis in np.ix_(*axes)))
    share = np.clip((BEAD_RADIUS_MM - distance) / body.spacing_mm.mean() + 0.5, 0, 1)
    return replace(body, name=f"{body.name} and a bead", hu=(body.hu + BEAD_HU * share).astype(np.float32))


def write_body(body: Body, folder: Path) -> Path:
    """The files that a timed program reads."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "mu.npy", body.mu)
    (folder / "volume.json").write_text(json.dumps({"spacing_mm": body.spacing_mm.tolist()}), encoding="utf-8")
    return folder
