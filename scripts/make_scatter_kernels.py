"""Makes the scatter kernels that `sijoint.fluoroscopy` ships, by the Monte Carlo of `slab_transport.py`.

    python scripts/make_scatter_kernels.py src/sijoint/fluoroscopy/data/scatter_kernels.npz

For single energies and thicknesses of water, centred where the default C-arm has its isocentre, a pencil beam's scatter on
the detector is written as a sum of round Gaussians of fixed widths, in units of the primary that the detector absorbs.
A spectrum's kernel is the sum over its energies, each weighted by its primary behind that thickness; that sum, and the sum
over all pencils of a field, are made in the room. About four minutes on two cores; same numbers at every run.
"""

import sys
from pathlib import Path
from tomllib import loads

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, nnls
from scipy.special import erf
from slab_transport import TABLES, Grid, Layers, Received, Setting, received, ring_edges_mm

# Both sides of the detector's K edges (33.2 and 36.0 keV), where scatter that lost energy is absorbed differently.
ENERGY_KEV = np.array([16.5, 20.5, 26.5, 32.5, 36.5, 42.5, 50.5, 60.5, 70.5, 80.5, 95.5, 110.5, 124.5])
WATER_G_CM2 = np.array([0.0, 2.5, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0])
WIDTH_MM = np.array([20.0, 50.0, 100.0, 180.0, 300.0])
PHOTONS = 1_200_000


def shipped_setting() -> Setting:
    """The default C-arm, the grid and the detector of physics.toml."""
    numbers = loads((TABLES.parent / "physics.toml").read_text(encoding="utf-8"))
    return Setting(Grid(**numbers["grid"]), caesium_iodide_g_cm2=numbers["detector"]["caesium_iodide_g_cm2"])


def primary_kev(energy_kev: NDArray[np.float64], water_g_cm2: float, setting: Setting) -> NDArray[np.float64]:
    """keV that the detector absorbs of one photon behind water, without a grid."""
    with np.load(TABLES) as t:
        bins = t["energy_kev"]
        mu, crystal = (
            np.interp(energy_kev, bins, t["mu_water"]),
            np.interp(energy_kev, bins, t["absorbed_caesium_iodide"]),
        )
    return energy_kev * np.exp(-mu * water_g_cm2) * (1 - np.exp(-crystal * setting.caesium_iodide_g_cm2))


def grid_primary(setting: Setting) -> NDArray[np.float64]:
    """Share of primary photons that the grid lets pass, in the tables' energy bins."""
    grid = setting.grid
    with np.load(TABLES) as t:
        lead, water = t["mu_lead"], t["mu_water"]
    height_cm, share = grid.height_mm / 10, grid.lead_mm * grid.lines_per_cm / 10
    through = share * np.exp(-11.34 * lead * height_cm) + (1 - share) * np.exp(
        -grid.interspace_g_cm3 * water * height_cm
    )
    return np.asarray(through * np.exp(-grid.cover_g_cm2 * water))


def gaussian_parts(rings: NDArray[np.float64], widths_mm: NDArray[np.float64] = WIDTH_MM) -> NDArray[np.float64]:
    """Energy in each Gaussian part (keV per photon), from densities (keV per mm2 per photon) in rings."""
    edges = ring_edges_mm()
    inside = np.diff(1 - np.exp(-0.5 * (edges[:, None] / widths_mm) ** 2), axis=0)
    energy = rings * np.pi * np.diff(edges**2)
    weight = 1 / np.sqrt(energy + 0.02 * energy.max() + 1e-30)
    parts, _ = nnls(inside * weight[:, None], energy * weight)
    return np.asarray(parts)


def pencil(energy_kev: float, water_g_cm2: float, setting: Setting, photons: int, seed: int) -> Received:
    """A pencil beam of one energy through water."""
    one = np.array([1.0])
    return received(np.array([energy_kev]), one, Layers((water_g_cm2,)), setting, photons, seed)


def kernels(setting: Setting, photons: int = PHOTONS) -> NDArray[np.float64]:
    """(2: without and with grid, widths, energies, thicknesses) scattered over primary energy at the detector."""
    made = np.zeros((2, WIDTH_MM.size, ENERGY_KEV.size, WATER_G_CM2.size))
    for n, energy in enumerate(ENERGY_KEV):
        for m, water in enumerate(WATER_G_CM2):
            if water == 0:
                continue
            total = pencil(float(energy), float(water), setting, photons, 1000 * n + m).total
            primary = primary_kev(np.array([energy]), float(water), setting)[0]
            for grid in (0, 1):
                made[grid, :, n, m] = gaussian_parts(total[grid]) / primary
    return made


def lean_per_mm(setting: Setting, photons: int = 4 * PHOTONS) -> NDArray[np.float64]:
    """(2: without and with grid) how much nearer to the axis than their pencil the wide parts are centred.

    Diffuse scatter leaves the slab where the pencil does and no longer follows its direction; a focused grid lets hardly any
    of that pass. The mean over three open fields of the one factor that gives their scatter 60 mm from the axis.
    """
    edges, half, place = ring_edges_mm(), 150.0, 60.0
    areas = np.diff(edges**2)
    near = (edges[1:] > place - 20) & (edges[1:] <= place + 20)
    found = np.zeros((2, 3))
    for n, (energy, water) in enumerate(((50.5, 15.0), (60.5, 20.0), (80.5, 25.0))):
        one, slab = np.array([1.0]), Layers((water,))
        field = received(np.array([energy]), one, slab, setting, photons, 50_001 + n, half).total
        single = pencil(energy, water, setting, photons // 2, 60_001 + n).total
        for grid in (0, 1):
            parts = gaussian_parts(single[grid])
            wanted = (field[grid] * areas)[near].sum() / areas[near].sum() * (2 * half) ** 2

            def missing(lean: float, parts: NDArray[np.float64] = parts, wanted: float = float(wanted)) -> float:
                centred, width = 1 - lean * WIDTH_MM, WIDTH_MM * 2**0.5
                along = (erf((centred * half - place) / width) + erf((centred * half + place) / width)) / (2 * centred)
                return float((parts * along * erf(centred * half / width) / centred).sum() - wanted)

            found[grid, n] = brentq(missing, -0.001, 0.003)
    return np.asarray(found.mean(axis=1))


def main(path: Path) -> None:
    setting = shipped_setting()
    np.savez_compressed(
        path,
        energy_kev=ENERGY_KEV,
        water_g_cm2=WATER_G_CM2,
        width_mm=WIDTH_MM,
        scatter_over_primary=kernels(setting).astype(np.float32),
        grid_primary=grid_primary(setting),
        lean_per_mm=lean_per_mm(setting),
        source_detector_mm=setting.source_detector_mm,
        source_middle_mm=setting.source_middle_mm,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
