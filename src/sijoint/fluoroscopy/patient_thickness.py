"""How thick patients are by class of body mass index, and what one injection through that thickness costs in dose.

The numbers, with their sources and what is assumed, are in ``data/patient_thickness.toml``; they were fixed before any dose was
computed from them.
"""

from dataclasses import replace
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any

import numpy as np
from scipy.special import ndtri

from sijoint.fluoroscopy.brightness import regulate, starting_technique
from sijoint.fluoroscopy.dose_total import DoseTotal
from sijoint.fluoroscopy.exposure import expose
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.line_integrals import LineIntegrals
from sijoint.fluoroscopy.scene import Scene
from sijoint.frames import CArmModel

CLASSES = ("normal", "overweight", "obese")
SETTLING_PULSES = 8
COARSE_ROWS = 64  # a slab is the same everywhere


@cache
def patient_table() -> dict[str, Any]:
    """``patient_thickness.toml``."""
    data = resources.files("sijoint.fluoroscopy").joinpath("data", "patient_thickness.toml")
    return loads(data.read_text(encoding="utf-8"))


def sagittal_diameters_cm() -> dict[str, float]:
    """Median thickness of each class, skin to skin, front to back, at the iliac crests.

    The population's thickness at the middle of the class's share of the population.
    """
    table = patient_table()
    measured, shares = table["sagittal_diameter"], table["class_share"]
    thickness, below = {}, 0.0
    for name in CLASSES:
        middle = below + shares[name] / 2
        thickness[name] = float(np.interp(ndtri(middle), ndtri(np.array(measured["percentile"]) / 100), measured["cm"]))
        below += shares[name]
    return thickness


def equivalent_cylinders_cm() -> dict[str, float]:
    """Diameter of the cylinder of water that has the height and weight of a typical person of each class."""
    table = patient_table()["equivalent_cylinder"]
    height = table["height_m"]
    per_metre = {name: table["body_mass_index"][name] * height for name in CLASSES}  # kg of body for each m of height
    return {name: 100 * 2 * float(np.sqrt(kg / (np.pi * 1000))) for name, kg in per_metre.items()}


def slab(thickness_cm: float, shape: tuple[int, int]) -> LineIntegrals:
    """A body of this thickness as water and bone (rows, columns), the same everywhere."""
    tissue = patient_table()["tissue"]
    water = (thickness_cm - tissue["bone_g_cm2"] / tissue["bone_g_cm3"]) * tissue["soft_g_cm3"]
    full = np.ones(shape, np.float32)
    return LineIntegrals(full * np.float32(water), full * np.float32(tissue["bone_g_cm2"]), np.zeros(shape, np.bool_))


def injection_dose(
    thickness_cm: float, carm: CArmModel, rng: np.random.Generator, *, tube_output: float = 1.0
) -> tuple[DoseTotal, Frame]:
    """Dose of one injection's fluoroscopy at the technique that brightness control settles on, and a frame made with it.

    ``tube_output``: a tube that gives so many times the kerma of ours for the same mAs.
    """
    procedure = patient_table()["procedure"]
    detector = carm.detector.binned_to(COARSE_ROWS)
    scene = Scene(slab(thickness_cm, (detector.rows, detector.columns)))
    pose = carm.pose((0.0, 1.0, 0.0), (0.0, 0.0, 0.0))
    start = starting_technique()
    technique = replace(start, pulses_per_s=procedure["pulses_per_s"], pulse_ms=start.pulse_ms * tube_output)
    for _ in range(SETTLING_PULSES):
        frame = expose(scene, pose, detector, technique, carm, rng)
        technique = regulate(frame)
    frame = expose(scene, pose, detector, technique, carm, rng)
    return DoseTotal.of([frame] * round(procedure["seconds"] * procedure["pulses_per_s"])), frame
