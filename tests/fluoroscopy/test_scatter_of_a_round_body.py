"""How far scatter of the frame is right for a body that is no slab: an elliptic cylinder of water, followed photon by photon.

The kernels know slabs only. These are the stated limits of that, not a proof of agreement; docs/fluoroscopy.md gives the figures.
"""

# mypy: disable-error-code=no-untyped-def

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from sijoint.fluoroscopy import Technique
from sijoint.fluoroscopy.beam import spectrum_at_detector
from sijoint.fluoroscopy.physics import xray_tables
from sijoint.fluoroscopy.scatter import scatter_signal

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import make_scatter_kernels as maker
import slab_transport as mc

STRIP_MM, STRIPS = 10.0, 30  # along x on the detector, 60 mm high about the axis
FAR, MIDDLE = 1020.0, 530.0


@njit(cache=True)
def way(x, z, dx, dz, half_width, half_depth):
    """Distances at which a line enters and leaves the ellipse; none is (0, -1)."""
    a = (dx / half_width) ** 2 + (dz / half_depth) ** 2
    b = x * dx / half_width**2 + (z - MIDDLE) * dz / half_depth**2
    c = (x / half_width) ** 2 + ((z - MIDDLE) / half_depth) ** 2 - 1
    inside = b * b - a * c
    if inside <= 0 or a < 1e-15:
        return 0.0, -1.0
    return (-b - np.sqrt(inside)) / a, (-b + np.sqrt(inside)) / a


@njit(nogil=True, cache=True)
def scatter_behind_ellipse(
    seed, photons, energies, chance, tables, half_width, half_depth, field_half, crystal, strips
):
    parts, detector, momentum, incoherent, cumulated = tables
    lead, interspace, height, interspace_density, cover = strips
    np.random.seed(seed)
    image = np.zeros((2, STRIPS))
    for _ in range(photons):
        kev = energies[min(np.searchsorted(chance, np.random.random()), energies.size - 1)]
        aim_x, aim_y = field_half * (2 * np.random.random() - 1), field_half * (2 * np.random.random() - 1)
        size = np.sqrt(aim_x**2 + aim_y**2 + FAR**2)
        dx, dy, dz = aim_x / size, aim_y / size, FAR / size
        enters, leaves = way(0.0, 0.0, dx, dz, half_width, half_depth)
        if leaves <= 0:
            continue
        x, y, z, weight = enters * dx, enters * dy, enters * dz, 1.0
        while True:
            absorb, inco, cohe = mc._at(parts[0, 0], kev), mc._at(parts[0, 1], kev), mc._at(parts[0, 2], kev)
            step = -np.log(1 - np.random.random()) / (0.1 * (absorb + inco + cohe))
            if step >= way(x, z, dx, dz, half_width, half_depth)[1]:
                break
            x, y, z = x + step * dx, y + step * dy, z + step * dz
            weight *= (inco + cohe) / (absorb + inco + cohe)
            if weight < 1e-3:
                break
            if np.random.random() * (inco + cohe) < inco:
                kev, cosine = mc.compton(kev, incoherent[0])
            else:
                cosine = mc.rayleigh(kev, momentum, cumulated[0])
            if kev <= 10.5:
                break
            dx, dy, dz = mc._turned(dx, dy, dz, cosine)
            if dz <= 1e-6:
                continue
            at_x, at_y = x + (FAR - z) / dz * dx, y + (FAR - z) / dz * dy
            if abs(at_x) >= STRIP_MM * STRIPS / 2 or abs(at_y) >= 30:
                continue
            mu = 0.1 * (mc._at(parts[0, 0], kev) + mc._at(parts[0, 1], kev) + mc._at(parts[0, 2], kev))
            out = max(way(x, z, dx, dz, half_width, half_depth)[1], 0.0)
            energy = weight * np.exp(-mu * out) * kev * (1 - np.exp(-mc._at(detector[0], kev) * crystal / dz))
            strip, water = int((at_x + STRIP_MM * STRIPS / 2) / STRIP_MM), mc._at(detector[2], kev)
            image[0, strip] += energy
            image[1, strip] += energy * mc.through_grid(
                np.random.random() * (lead + interspace), dx / dz - at_x / FAR, dy / dz - at_y / FAR, lead, interspace,
                height, 1.134 * mc._at(detector[1], kev), 0.1 * interspace_density * water, cover * water,
            )  # fmt: skip
    return image


@pytest.mark.deep
@pytest.mark.parametrize(
    ("half_width", "half_depth", "field_half", "grid", "low", "high"),
    [
        (170.0, 105.0, 150.0, True, 0.85, 1.2),  # from the back
        (170.0, 105.0, 150.0, False, 0.9, 1.2),
        (105.0, 170.0, 118.0, True, 0.7, 1.3),  # from the side, collimated to the body
        (105.0, 170.0, 150.0, True, 0.7, 1.7),
        (105.0, 170.0, 150.0, False, 1.0, 1.9),
    ],
)
def test_scatter_of_an_elliptic_body_stays_within_its_stated_limits(
    half_width, half_depth, field_half, grid, low, high
):
    photons, setting, t = 4_000_000, maker.shipped_setting(), xray_tables()
    signal = spectrum_at_detector(80, 0.1)
    crystal = setting.caesium_iodide_g_cm2
    fluence = signal / (t.energy_kev * (1 - np.exp(-t.absorbed_caesium_iodide * crystal)))
    g = setting.grid
    strips = np.array([g.lead_mm, g.interspace_mm, g.height_mm, g.interspace_g_cm3, g.cover_g_cm2])
    chance = np.cumsum(fluence) / fluence.sum()
    theirs = scatter_behind_ellipse(
        8, photons, t.energy_kev, chance, mc._tables(), half_width, half_depth, field_half, crystal, strips
    )
    theirs = theirs[int(grid)] / photons / (STRIP_MM * 60)

    x = np.arange(300) - 149.5
    depth = np.array(
        [
            np.subtract(*way(0.0, 0.0, v / np.hypot(v, FAR), FAR / np.hypot(v, FAR), half_width, half_depth)[::-1])
            for v in x
        ]
    )
    water = np.maximum(depth, 0) / 10
    lit = (
        (signal[:, None] * np.exp(-np.outer(t.mu["water"], water))).sum(axis=0) / fluence.sum() / (2 * field_half) ** 2
    )
    field = (np.abs(x) < field_half)[:, None] & (np.abs(x) < field_half)
    image = np.ones((300, 1)) * np.stack([lit, water])[:, None]
    ours, factor = scatter_signal(*image.astype(np.float32), None, field, 1.0, replace(Technique(80, 5), grid=grid))
    row = ours[ours.shape[0] // 2 - 2 : ours.shape[0] // 2 + 3].mean(axis=0)
    at = (np.arange(STRIPS) + 0.5) * STRIP_MM - 150
    ours = np.interp(at, (np.arange(row.size) + 0.5) * factor - 150, row)
    halves = [(values + values[::-1])[STRIPS // 2 :].reshape(5, 3).mean(axis=1) for values in (ours, theirs)]
    inside = np.arange(5) * 30 + 15 < field_half
    ratio = (halves[0] / halves[1])[inside]
    assert np.all((ratio > low) & (ratio < high)), ratio
