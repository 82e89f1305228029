"""Makes the attenuation of tungsten that the heel effect needs, in the 1 keV bins of the X-ray tables.

Run once, in an environment of its own:

    python -m venv tables && tables/bin/pip install xraydb==4.5.8 numpy
    tables/bin/python scripts/make_tungsten_table.py src/sijoint/fluoroscopy/data

Attenuation: Elam, Ravel and Sieber tables through xraydb (public domain data), averaged over each bin.
"""

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import xraydb


def main(folder: Path) -> None:
    with np.load(folder / "xray_tables.npz") as tables:
        energy = tables["energy_kev"]
    fine = (energy[:, None] + np.linspace(-0.45, 0.45, 10)).ravel() * 1000
    attenuation = xraydb.mu_elam("W", fine).reshape(energy.size, 10).mean(axis=1)
    made_with = np.array(f"xraydb {version('xraydb')}")
    np.savez_compressed(folder / "tungsten.npz", energy_kev=energy, cm2_g=attenuation, made_with=made_with)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
