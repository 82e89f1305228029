"""Photons through layered slabs of water and bone: a small Monte Carlo of what a detector behind them receives.

Photoelectric absorption, Compton scattering (Klein-Nishina with the incoherent scattering function) and Rayleigh
scattering (squared form factor), with cross-sections and scattering functions from `xray_tables.npz`. Absorption is
counted by weight, so that no photon ends by it; every scattering adds its expected share of energy at the detector. The
slab is infinite sideways; the beam comes from a point. Not modelled: fluorescence, bound-electron Doppler broadening,
order between molecules in water, scatter inside grid and detector, and what comes back from behind the detector.
"""

# mypy: disable-error-code=no-untyped-def
# (numba kernels take their types from the arrays they are called with)

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

TABLES = Path(__file__).parents[1] / "src" / "sijoint" / "fluoroscopy" / "data" / "xray_tables.npz"
ELECTRON_KEV = 510.99895
KEV_ANGSTROM = 12.398420
RING_MM, RINGS = 5.0, 90  # rings on the detector round the pencil beam or the middle of the field
LEAST_WEIGHT = 1e-3
CHUNK = 20_000  # photons of one seed
MATERIALS = ("water", "bone")


@dataclass(frozen=True)
class Grid:
    """An anti-scatter grid of lead strips focused at the source: heights and widths in mm, g/cm2 of its covers."""

    ratio: float
    lines_per_cm: float
    lead_mm: float
    interspace_g_cm3: float
    cover_g_cm2: float

    @property
    def interspace_mm(self) -> float:
        return 10 / self.lines_per_cm - self.lead_mm

    @property
    def height_mm(self) -> float:
        return self.ratio * self.interspace_mm


@dataclass(frozen=True)
class Setting:
    """Where the slab's middle and the detector are, from the focus, and what the detector and the grid are made of."""

    grid: Grid
    source_detector_mm: float = 1020.0
    source_middle_mm: float = 530.0
    caesium_iodide_g_cm2: float = 0.18


@dataclass(frozen=True)
class Layers:
    """Thicknesses (cm), materials (index into MATERIALS) and densities (g/cm3), from the source on."""

    thickness_cm: tuple[float, ...]
    material: tuple[int, ...] = (0,)
    density: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, eq=False)
class Received:
    """Per photon that falls on the slab.

    ``scatter`` (3: once by Compton, once by Rayleigh, more often; 2: without and with grid; rings) keV per mm2 absorbed by
    the detector; ``uncollided`` share; ``deposited``, ``upwards``, ``downwards`` and ``incident`` keV.
    """

    scatter: NDArray[np.float64]
    uncollided: float
    deposited: float
    upwards: float
    downwards: float
    incident: float

    @property
    def total(self) -> NDArray[np.float64]:
        """(2, rings) keV per mm2 per photon, all scatter, without and with grid."""
        return np.asarray(self.scatter.sum(axis=0))


def ring_edges_mm() -> NDArray[np.float64]:
    return np.linspace(0, RINGS * RING_MM, RINGS + 1)


def received(
    energy_kev: NDArray[np.float64],
    photons_of: NDArray[np.float64],
    layers: Layers,
    setting: Setting,
    photons: int,
    seed: int,
    field_half_mm: float = 0.0,
    workers: int = 2,
) -> Received:
    """What ``photons`` of a spectrum give: a pencil beam, or a square field of that half-width on the detector."""
    tables, chance = _tables(), np.cumsum(photons_of) / np.sum(photons_of)
    middle, half = setting.source_middle_mm, sum(layers.thickness_cm) * 5
    edges = middle - half + np.concatenate([[0.0], np.cumsum(layers.thickness_cm) * 10])
    grid = setting.grid
    strips = np.array([grid.lead_mm, grid.interspace_mm, grid.height_mm, grid.interspace_g_cm3, grid.cover_g_cm2])

    def some(chunk: int):
        count = min(CHUNK, photons - chunk * CHUNK)
        return _follow(
            seed * 100_003 + chunk, count, np.asarray(energy_kev, float), chance, edges, np.array(layers.material),
            np.array(layers.density) / 10, tables, setting.source_detector_mm, setting.caesium_iodide_g_cm2, field_half_mm,
            strips,
        )  # fmt: skip

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(some, range(-(-photons // CHUNK))))
    rings, sums = sum(part[0] for part in parts) / photons, sum(part[1] for part in parts) / photons
    areas = np.pi * np.diff(ring_edges_mm() ** 2)
    return Received(rings / areas, *(float(value) for value in sums))


@cache
def _tables():
    """(parts, functions): cross-sections by energy and scattering functions by momentum, as plain arrays for the kernel."""
    with np.load(TABLES) as t:
        parts = np.stack(
            [[t[f"{kind}_{m}"] for kind in ("photoelectric", "incoherent", "coherent")] for m in MATERIALS]
        )
        detector = np.stack([t["absorbed_caesium_iodide"], t["mu_lead"], t["mu_water"]])
        x = t["momentum_per_angstrom"]
        incoherent = np.stack([t[f"incoherent_function_{m}"] / t[f"incoherent_function_{m}"].max() for m in MATERIALS])
        form = np.stack([t[f"form_factor2_{m}"] for m in MATERIALS])
    steps = 0.5 * (form[:, 1:] + form[:, :-1]) * np.diff(x**2)
    return parts, detector, x, incoherent, np.concatenate([np.zeros((2, 1)), np.cumsum(steps, axis=1)], axis=1)


@njit(nogil=True, cache=True)
def _at(table, kev):
    """Linear between the 1 keV bins whose first middle is 10.5 keV."""
    f = min(max(kev - 10.5, 0.0), table.size - 1.001)
    n = int(f)
    return table[n] + (f - n) * (table[n + 1] - table[n])


@njit(nogil=True, cache=True)
def compton(kev, incoherent):
    """Energy left and cosine of one Compton scattering: Klein-Nishina thinned by the incoherent scattering function."""
    k = kev / ELECTRON_KEV
    least = 1 / (1 + 2 * k)
    a1, a2 = -np.log(least), 0.5 * (1 - least * least)
    while True:
        if np.random.random() * (a1 + a2) < a1:
            left = np.exp(-a1 * np.random.random())
        else:
            left = np.sqrt(least * least + (1 - least * least) * np.random.random())
        t = (1 - left) / (k * left)
        accept = 1 - left * t * (2 - t) / (1 + left * left)
        x = kev / KEV_ANGSTROM * np.sqrt(0.5 * t)
        f = min(x * 100 if x < 1 else 100 + (x - 1) * 10, incoherent.size - 1.001)
        n = int(f)
        if np.random.random() < accept * (incoherent[n] + (f - n) * (incoherent[n + 1] - incoherent[n])):
            return left * kev, 1 - t


@njit(nogil=True, cache=True)
def rayleigh(kev, x, cumulated):
    """Cosine of one Rayleigh scattering: squared form factor times Thomson."""
    most = kev / KEV_ANGSTROM
    last = np.searchsorted(x, most) - 1
    top = cumulated[last] + (cumulated[last + 1] - cumulated[last]) * (most * most - x[last] ** 2) / (
        x[last + 1] ** 2 - x[last] ** 2
    )
    while True:
        wanted = np.random.random() * top
        n = np.searchsorted(cumulated, wanted, side="right") - 1
        share = (wanted - cumulated[n]) / (cumulated[n + 1] - cumulated[n])
        x2 = x[n] ** 2 + share * (x[n + 1] ** 2 - x[n] ** 2)
        cosine = max(1 - 2 * x2 / (most * most), -1.0)
        if np.random.random() < 0.5 * (1 + cosine * cosine):
            return cosine


@njit(nogil=True, cache=True)
def through_grid(enters, across, along, lead, interspace, height, mu_lead, mu_interspace, cover):
    """Share that passes strips entered at ``enters`` (mm from a strip's edge), by slopes to the strips' own direction."""
    period = lead + interspace
    stretch = np.sqrt(1 + across * across + along * along)
    width = height * abs(across)
    if width < 1e-9:
        in_lead = 1.0 if enters < lead else 0.0
    else:
        end = enters + width
        covered = np.floor(end / period) * lead + min(end % period, lead) - min(enters, lead)
        in_lead = covered / width
    return np.exp(-height * stretch * (mu_lead * in_lead + mu_interspace * (1 - in_lead)) - cover * stretch)


@njit(nogil=True, cache=True)
def _turned(dx, dy, dz, cosine):
    sine, phi = np.sqrt(max(1 - cosine * cosine, 0.0)), 2 * np.pi * np.random.random()
    c, s = np.cos(phi), np.sin(phi)
    flat = np.sqrt(1 - dz * dz) if dz * dz < 1 else 0.0
    if flat < 1e-9:
        return sine * c, sine * s, cosine * (1.0 if dz > 0 else -1.0)
    return (
        dx * cosine + sine * (dx * dz * c - dy * s) / flat,
        dy * cosine + sine * (dy * dz * c + dx * s) / flat,
        dz * cosine - sine * flat * c,
    )


@njit(nogil=True, cache=True)
def _follow(seed, photons, energies, chance, edges, material, density, tables, distance, crystal, field_half, strips):
    parts, detector, momentum, incoherent, cumulated = tables
    np.random.seed(seed)
    lead, interspace, height, interspace_density, cover = strips
    count = material.size
    rings, sums, mu = np.zeros((3, 2, RINGS)), np.zeros(5), np.empty(count)
    for _ in range(photons):
        kev = energies[min(np.searchsorted(chance, np.random.random()), energies.size - 1)]
        aim_x = field_half * (2 * np.random.random() - 1)
        aim_y = field_half * (2 * np.random.random() - 1)
        size = np.sqrt(aim_x * aim_x + aim_y * aim_y + distance * distance)
        dx, dy, dz = aim_x / size, aim_y / size, distance / size
        z = edges[0]
        x, y = aim_x * z / distance, aim_y * z / distance
        weight, order, kind, layer = 1.0, 0, 0, 0
        sums[4] += kev
        while True:
            for n in range(count):
                m = material[n]
                mu[n] = density[n] * (_at(parts[m, 0], kev) + _at(parts[m, 1], kev) + _at(parts[m, 2], kev))
            left = -np.log(1 - np.random.random())  # mean free paths to the next collision
            inside = True
            while True:
                if abs(dz) < 1e-9:
                    step = left / mu[layer]
                    x, y, left = x + step * dx, y + step * dy, 0.0
                    break
                border = edges[layer + 1] if dz > 0 else edges[layer]
                step = (border - z) / dz
                if left < step * mu[layer]:
                    step = left / mu[layer]
                    x, y, z = x + step * dx, y + step * dy, z + step * dz
                    break
                left -= step * mu[layer]
                x, y, z = x + step * dx, y + step * dy, border
                layer += 1 if dz > 0 else -1
                if layer < 0 or layer >= count:
                    inside = False
                    break
            if not inside:
                if order == 0:
                    sums[0] += 1
                sums[2 if dz < 0 else 3] += weight * kev
                break
            m = material[layer]
            absorb, inco, cohe = _at(parts[m, 0], kev), _at(parts[m, 1], kev), _at(parts[m, 2], kev)
            scattered = (inco + cohe) / (absorb + inco + cohe)
            sums[1] += weight * (1 - scattered) * kev
            weight *= scattered
            if weight < LEAST_WEIGHT:
                sums[1] += weight * kev
                break
            order += 1
            if np.random.random() * (inco + cohe) < inco:
                after, cosine = compton(kev, incoherent[m])
                sums[1] += weight * (kev - after)
                kev = after
                kind = 0 if order == 1 else 2
                if kev <= 10.5:  # the tables' end
                    sums[1] += weight * kev
                    break
            else:
                cosine = rayleigh(kev, momentum, cumulated[m])
                kind = 1 if order == 1 else 2
            dx, dy, dz = _turned(dx, dy, dz, cosine)
            if dz <= 1e-6:
                continue
            far = (distance - z) / dz
            at_x, at_y = x + far * dx, y + far * dy
            ring = int(np.sqrt(at_x * at_x + at_y * at_y) / RING_MM)
            if ring >= RINGS:
                continue
            depth, start = 0.0, z
            for n in range(layer, count):
                m = material[n]
                mu_here = density[n] * (_at(parts[m, 0], kev) + _at(parts[m, 1], kev) + _at(parts[m, 2], kev))
                depth += mu_here * (edges[n + 1] - start)
                start = edges[n + 1]
            energy = weight * np.exp(-depth / dz) * kev * (1 - np.exp(-_at(detector[0], kev) * crystal / dz))
            rings[kind, 0, ring] += energy
            water = _at(detector[2], kev)
            rings[kind, 1, ring] += energy * through_grid(
                np.random.random() * (lead + interspace), dx / dz - at_x / distance, dy / dz - at_y / distance, lead,
                interspace, height, 1.134 * _at(detector[1], kev), 0.1 * interspace_density * water, cover * water,
            )  # fmt: skip
    return rings, sums
