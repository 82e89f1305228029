"""Makes the X-ray tables that `sijoint.fluoroscopy` ships: spectra and mass attenuation, in 1 keV bins.

Run once, in an environment of its own (both packages are needed for the making only):

    python -m venv tables && tables/bin/pip install spekpy==2.5.4 xraydb==4.5.8 numpy
    tables/bin/python scripts/make_xray_tables.py src/sijoint/fluoroscopy/data/xray_tables.npz

Spectra: SpekPy (Poludniowski et al., Med Phys 2021;48:3630, MIT), tungsten anode 10 degrees, physics model "kqp",
1 mAs, 1 m from the focus on the central ray, 3 mm Al and the named copper, no air in between.
Attenuation: Elam, Ravel and Sieber tables through xraydb (public domain data).
Scattering by water and bone: atoms as if free of each other. Elastic form factors of Waasmaier and Kirfel (1995) through
xraydb; incoherent scattering function of an atom Z - f0^2/Z, exact for hydrogen.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import spekpy
import xraydb

ANODE_DEG = 10.0
ALUMINIUM_MM = 3.0
COPPER_MM = (0.0, 0.1, 0.2, 0.3)
KVP = np.arange(40, 130, 5)
ENERGY_KEV = np.arange(10.5, 125.5, 1.0)  # bin centres
MOMENTUM_PER_ANGSTROM = np.concatenate([np.arange(0, 1, 0.01), np.arange(1, 10.3, 0.1)])  # sin(theta/2) / wavelength

# Mass fractions. Cortical bone: ICRU Report 44 (1989), density 1.92 g/cm3. Steel: AISI 304, density 7.9 g/cm3.
MATERIALS = {
    "water": {"H": 0.111898, "O": 0.888102},
    "bone": {
        "H": 0.034,
        "C": 0.155,
        "N": 0.042,
        "O": 0.435,
        "Na": 0.001,
        "Mg": 0.002,
        "P": 0.103,
        "S": 0.003,
        "Ca": 0.225,
    },
    "iodine": {"I": 1.0},
    "gadolinium": {"Gd": 1.0},
    "steel": {"Fe": 0.70, "Cr": 0.19, "Ni": 0.09, "Mn": 0.02},
    "titanium": {"Ti": 1.0},
    "aluminium": {"Al": 1.0},
    "lead": {"Pb": 1.0},
    "caesium_iodide": {"Cs": 0.511549, "I": 0.488451},
}


def mass_attenuation(fractions: dict[str, float], kind: str = "total") -> np.ndarray:
    """cm2/g, averaged over each 1 keV bin so that edges inside a bin are shared out."""
    fine = (ENERGY_KEV[:, None] + np.linspace(-0.45, 0.45, 10)).ravel() * 1000
    total = sum(share * xraydb.mu_elam(element, fine, kind=kind) for element, share in fractions.items())
    return np.asarray(total).reshape(ENERGY_KEV.size, 10).mean(axis=1)


def scattering_functions(fractions: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Elastic form factor squared and incoherent scattering function per gram (in moles of electrons squared, electrons)."""
    elastic, incoherent = np.zeros(MOMENTUM_PER_ANGSTROM.size), np.zeros(MOMENTUM_PER_ANGSTROM.size)
    for element, share in fractions.items():
        charge = xraydb.atomic_number(element)
        factor = np.minimum(xraydb.f0(element, MOMENTUM_PER_ANGSTROM), charge)
        moles = share / xraydb.atomic_mass(element)
        elastic += moles * factor**2
        incoherent += moles * np.maximum(charge - factor**2 / charge, 0)
    incoherent[0] = 0.0
    return elastic, incoherent


def spectrum(kvp: float, copper_mm: float) -> tuple[np.ndarray, float, float]:
    """Photons per cm2, mAs and keV at 1 m; air kerma in mGy per mAs at 1 m; first half-value layer in mm Al."""
    tube = spekpy.Spek(kvp=kvp, th=ANODE_DEG, dk=0.5, physics="kqp", mas=1, z=100)
    tube.filter("Al", ALUMINIUM_MM)
    if copper_mm:
        tube.filter("Cu", copper_mm)
    energy, fluence = tube.get_spectrum()  # per keV
    return np.interp(ENERGY_KEV, energy, fluence, left=0, right=0), tube.get_kerma() / 1000, tube.get_hvl1()


def main(path: Path) -> None:
    fluence = np.zeros((len(COPPER_MM), len(KVP), ENERGY_KEV.size))
    kerma, half_value_layer = np.zeros(fluence.shape[:2]), np.zeros(fluence.shape[:2])
    for c, copper in enumerate(COPPER_MM):
        for k, kvp in enumerate(KVP):
            fluence[c, k], kerma[c, k], half_value_layer[c, k] = spectrum(float(kvp), copper)
    attenuation = {f"mu_{name}": mass_attenuation(fractions) for name, fractions in MATERIALS.items()}
    for name in ("water", "bone"):
        for kind, word in (("photo", "photoelectric"), ("incoh", "incoherent"), ("coh", "coherent")):
            attenuation[f"{word}_{name}"] = mass_attenuation(MATERIALS[name], kind)
        attenuation[f"form_factor2_{name}"], attenuation[f"incoherent_function_{name}"] = scattering_functions(
            MATERIALS[name]
        )
    np.savez_compressed(
        path,
        momentum_per_angstrom=MOMENTUM_PER_ANGSTROM,
        energy_kev=ENERGY_KEV,
        kvp=KVP.astype(float),
        copper_mm=np.array(COPPER_MM),
        fluence_per_cm2_mas_kev=fluence.astype(np.float32),
        kerma_mgy_per_mas=kerma,
        half_value_layer_mm_al=half_value_layer,
        absorbed_caesium_iodide=mass_attenuation(MATERIALS["caesium_iodide"], "photo"),
        made_with=np.array([f"spekpy {version('spekpy')}", f"xraydb {version('xraydb')}"]),
        **attenuation,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
