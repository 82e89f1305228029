"""What the options of ``sij fluoro`` stand for: C-arm, detector field, technique, needle, contrast, patient, plan."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from sijoint.anatomy import CT, PatientCT, body_of, bundled_pelvis, read_ct, read_field, read_patient
from sijoint.cli.fluoro_bounds import refuse_contrast, refuse_distances, refuse_small_field
from sijoint.cli.fluoro_view import UnclearView, field_mm, places
from sijoint.fluoroscopy import CapsuleChain, Collimator, LayerGrid, Technique, on_curve, starting_technique
from sijoint.formulary import needles
from sijoint.frames import CArmModel, PatientPosition, Side, load_carm_model
from sijoint.guidance import Plan, plan
from sijoint.model import Target

PLANNED = "planned"
USUAL_GAUGE = 22
SHORTEST_NEEDLE_MM = 1.0


class Agent(StrEnum):
    """What contrast is made of."""

    IODINE = "iodine"
    GADOLINIUM = "gadolinium"


def c_arm(source_detector_mm: float | None, source_isocentre_mm: float | None) -> CArmModel:
    """The default C-arm, with other distances where they are given; the reference point goes with the isocentre."""
    refuse_distances(source_detector_mm, source_isocentre_mm)
    carm = load_carm_model()
    isocentre_mm = carm.source_isocentre_mm if source_isocentre_mm is None else source_isocentre_mm
    return replace(
        carm,
        source_detector_mm=carm.source_detector_mm if source_detector_mm is None else source_detector_mm,
        source_isocentre_mm=isocentre_mm,
        reference_point_mm=carm.reference_point_mm + (isocentre_mm - carm.source_isocentre_mm),
    )


def first_technique(
    kvp: float | None,
    ma: float | None,
    pulse_ms: float | None,
    copper_mm: float | None,
    grid: bool,
    collimate: str | None,
    pulses_per_s: float | None,
) -> Technique:
    """The technique of every pulse where ``kvp`` is given, else where brightness control starts. Raises UnphysicalView."""
    if ma is not None and kvp is None:
        raise UnclearView("--ma goes with --kvp: give both, or neither for automatic brightness")
    collimator = None
    if collimate is not None:
        width, height = field_mm(collimate)
        refuse_small_field(width, height)
        collimator = Collimator(width / 2, height / 2)
    technique = replace(starting_technique(collimator), grid=grid)
    given: dict[str, Any] = {"pulse_ms": pulse_ms, "copper_mm": copper_mm, "pulses_per_s": pulses_per_s}
    technique = replace(technique, **{name: value for name, value in given.items() if value is not None})
    if kvp is not None:
        technique = on_curve(kvp, technique) if ma is None else replace(technique, kvp=kvp, ma=ma)
    return technique


def needle_chain(text: str, gauge: int | None) -> CapsuleChain:
    """A needle of the formulary's diameters through the places of ``text``, hub to tip; without ``gauge`` the usual one."""
    gauge = USUAL_GAUGE if gauge is None else gauge
    points = places(text, "--needle", at_least=2)
    if np.linalg.norm(np.diff(points, axis=0), axis=1).sum() < SHORTEST_NEEDLE_MM:
        raise UnclearView(f"--needle {text!r} has no length: give two places that lie apart, hub to tip")
    for needle in needles():
        if needle.gauge == gauge:
            return CapsuleChain(points, needle.outer_mm, needle.bore_mm)
    known = " or ".join(str(value) for value in sorted({needle.gauge for needle in needles()}))
    raise UnclearView(f"there is no {gauge} G needle on the tray: choose --gauge {known}")


def contrast_layer(path: Path, agent: Agent) -> LayerGrid:
    """Contrast in mg/mL from a NIfTI volume. Raises UnreadableImage, and UnphysicalView for negative or missing values."""
    grid, values = read_field(path)
    layer = LayerGrid(grid, values.astype(np.float32), agent.value)
    refuse_contrast(layer, str(path))
    return layer


def refuse_subtraction(subtract: bool, contrast: Path | None, agent: Agent, out: Path) -> None:
    """Raises UnclearView where nothing sensible could be subtracted or kept."""
    if not subtract:
        return
    if contrast is None:
        raise UnclearView("--subtract shows what contrast has added: give it with --contrast")
    if out.suffix.lower() not in (".png", ".npy"):
        raise UnclearView("a subtracted image has no stored pixels: end the name of --out in .png or .npy")
    if out.suffix.lower() == ".npy" and agent is not Agent.IODINE:
        raise UnclearView("the amount is estimated for iodine alone: end the name of --out in .png to see gadolinium")


def patient_ct(ct: Path | None, labels: Path | None) -> tuple[CT, PatientCT | None]:
    """The CT to be imaged, and the patient with labels where there are some."""
    if ct is None:
        patient = bundled_pelvis()
        return patient.ct, patient
    if labels is None:
        return read_ct(ct), None
    patient = read_patient(ct, labels)
    return patient.ct, patient


def best_plan(patient: PatientCT, side: Side, target: Target, carm: CArmModel, position: PatientPosition) -> Plan:
    """The best straight way of the needle. Raises UnsuitableAnatomy and NoPlan."""
    return plan(body_of(patient, (side,)), side, target, carm, position)[0]
