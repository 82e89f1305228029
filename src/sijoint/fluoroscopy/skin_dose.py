"""Skin-dose map: every pulse's kerma carried to the skin where its beam enters, and added up.

Dose of a patch = kerma at the reference point x inverse square x table x backscatter x skin over air. Outside the collimated
field it is zero: what scatters there from inside the body is a few percent of the field's dose and left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sijoint.fluoroscopy.dose import field_half_sizes_mm
from sijoint.fluoroscopy.errors import UnphysicalView
from sijoint.fluoroscopy.frame import Frame
from sijoint.fluoroscopy.skin_factors import (
    backscatter_factor,
    half_value_layer_mm_al,
    skin_over_air,
    skin_table,
    table_transmission,
)
from sijoint.fluoroscopy.skin_surface import Points, SkinSurface
from sijoint.fluoroscopy.technique import Technique
from sijoint.frames import CArmModel, CArmPose, Detector, PatientPosition


@dataclass(frozen=True, eq=False)
class TableTop:
    """A flat table: unit vectors ``down`` and ``across`` (LPS), where its top lies along them, and what it weakens."""

    down: NDArray[np.float64]
    across: NDArray[np.float64]
    level_mm: float
    middle_mm: float
    half_width_mm: float
    aluminium_mm: float

    @staticmethod
    def under(surface: SkinSurface, position: PatientPosition) -> "TableTop":
        """The assumed table of skin_dose.toml, under the lowest skin of a patient who lies in ``position``."""
        numbers = skin_table("table")
        across, down, _ = position.patient_from_table.T
        level = float((surface.centres_mm @ down).max())
        lies = surface.centres_mm @ across
        return TableTop(
            down,
            across,
            level,
            float(lies.min() + lies.max()) / 2,
            float(numbers["half_width_mm"]),
            float(numbers["aluminium_mm"]),
        )

    def path_mm(self, source_mm: NDArray[np.float64], points_mm: Points) -> NDArray[np.float64]:
        """(n,) mm of aluminium between a source and points above the table; none for rays that miss it."""
        ray = points_mm - source_mm
        drop = float(source_mm @ self.down) - self.level_mm
        if drop <= 0:
            return np.zeros(len(points_mm))
        rise = -(ray @ self.down)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = source_mm @ self.across + drop / rise * (ray @ self.across)
            slant = np.linalg.norm(ray, axis=1) / rise
        hit = (rise > 0) & (np.abs(crossing - self.middle_mm) <= self.half_width_mm)
        return np.where(hit, self.aluminium_mm * slant, 0.0)


@dataclass(frozen=True, eq=False)
class SkinDose:
    """Absorbed dose in mGy (n,) on the patches of ``surface``; ``pulses_left_out`` stated no dose, pose or technique."""

    surface: SkinSurface
    dose_mgy: NDArray[np.float64]
    pulses_left_out: int = 0

    @property
    def peak_mgy(self) -> float:
        return float(self.dose_mgy.max())

    @property
    def peak_at_mm(self) -> NDArray[np.float64]:
        """Where the peak is (LPS)."""
        return np.asarray(self.surface.centres_mm[int(np.argmax(self.dose_mgy))])

    @property
    def peak_is_on_assumed_skin(self) -> bool:
        """Whether the peak lies on body that the CT does not show."""
        return bool(self.surface.assumed[int(np.argmax(self.dose_mgy))])

    def area_above_cm2(self, dose_mgy: float) -> float:
        """Area of the skin with more than ``dose_mgy``."""
        return float(self.surface.areas_mm2[self.dose_mgy > dose_mgy].sum()) / 100


def skin_dose(
    surface: SkinSurface, frames: Iterable[Frame], carm: CArmModel, table: TableTop | None = None
) -> SkinDose:
    """The skin dose of frames, each pulse in one of them only. ``table`` None: nothing between tube and skin.

    Raises UnphysicalView for a source inside the body.
    """
    kerma: dict[tuple[CArmPose, Detector, Technique], float] = defaultdict(float)
    left_out = 0
    for frame in frames:
        if frame.pose is None or frame.technique is None or frame.kerma_reference_mgy is None:
            left_out += frame.averaged
            continue
        beam_alike = replace(frame.technique, ma=1.0, pulse_ms=1.0, pulses_per_s=1.0)
        kerma[frame.pose, frame.detector, beam_alike] += frame.kerma_reference_mgy
    dose = np.zeros(len(surface.areas_mm2))
    met: dict[tuple[CArmPose, Detector, object], NDArray[np.int64]] = {}
    for (pose, detector, technique), at_reference in kerma.items():
        view = (pose, detector, technique.collimator)
        if view not in met:
            _refuse_inside(surface, pose)
            met[view] = np.flatnonzero(surface.met_by(pose, detector, technique))
        patches = met[view]
        dose[patches] += at_reference * _dose_per_kerma(surface, patches, pose, detector, technique, carm, table)
    return SkinDose(surface, dose, left_out)


def _dose_per_kerma(
    surface: SkinSurface,
    patches: NDArray[np.int64],
    pose: CArmPose,
    detector: Detector,
    technique: Technique,
    carm: CArmModel,
    table: TableTop | None,
) -> NDArray[np.float64]:
    """Skin dose of ``patches`` in the field for each mGy of air kerma at the reference point."""
    points = surface.centres_mm[patches]
    distance = np.linalg.norm(points - pose.source_mm, axis=1)
    width, height = (2 * half for half in field_half_sizes_mm(pose, detector, technique))
    side_cm = 2 * width * height / (width + height) / 10 * distance / pose.source_isocentre_mm  # equivalent square
    hvl = half_value_layer_mm_al(technique.kvp, technique.copper_mm)
    per_kerma = (carm.reference_point_mm / distance) ** 2
    per_kerma *= backscatter_factor(side_cm, technique.kvp, hvl) * skin_over_air(technique.kvp, technique.copper_mm)
    if table is not None:
        aluminium = table.path_mm(pose.source_mm, points)
        per_kerma *= table_transmission(technique.kvp, technique.copper_mm, aluminium)
    return np.asarray(per_kerma)


def _refuse_inside(surface: SkinSurface, pose: CArmPose) -> None:
    index = np.rint(surface.grid.to_index(pose.source_mm)).astype(int)
    if np.all((index >= 0) & (index < np.array(surface.inside.shape))) and surface.inside[tuple(index)]:
        raise UnphysicalView("the X-ray source is inside the body: the skin dose of this view has no meaning")
