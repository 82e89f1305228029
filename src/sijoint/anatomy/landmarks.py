"""Points that a physician steers by or stays away from, each with how it was found."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.reading import hip_numbers
from sijoint.anatomy.rules import label_scheme
from sijoint.anatomy.surface import bone_surface


@dataclass(frozen=True, eq=False)
class Landmark:
    """A named point (3,) in LPS; ``found_by`` is 'label' when bone shape gives it, 'landmark' when it is only estimated."""

    name: str
    point_mm: NDArray[np.float64]
    found_by: str


def find_landmark(name: str, patient: PatientCT, joint: Joint) -> Landmark:
    """One landmark on the side of a joint. Raises KeyError, naming those there are, for another name."""
    match name:
        case "psis":
            return Landmark(name, joint.psis_mm, "label")
        case "sciatic_notch":
            return Landmark(name, _sciatic_notch(patient, joint), "label")
        case "sacral_hiatus_level":
            return Landmark(name, _sacral_hiatus(patient, joint), "landmark")
        case "foramen_s1" | "foramen_s2" | "foramen_s3":
            return Landmark(name, _dorsal_foramen(patient, joint, int(name[-1]) - 1), "landmark")
    raise KeyError(
        f"no landmark {name!r}; there are psis, sciatic_notch, sacral_hiatus_level, foramen_s1, foramen_s2, foramen_s3"
    )


def _sciatic_notch(patient: PatientCT, joint: Joint) -> NDArray[np.float64]:
    """The deepest, that is most ventral, point of the hip bone's posterior outline below the joint."""
    points = bone_surface(patient.labels, hip_numbers(joint.side)).vertices_mm
    low, high = _number("notch_below_joint_mm")
    below = joint.inferior_end_mm[2] - points[:, 2]
    band = points[(below >= low) & (below <= high)]
    outline = []
    for level in np.arange(np.floor(band[:, 2].min()), band[:, 2].max(), 2.0):
        cut = band[(band[:, 2] >= level) & (band[:, 2] < level + 2.0)]
        if len(cut):
            outline.append(cut[cut[:, 1].argmax()])
    return min(outline, key=lambda point: point[1])


def _sacral_hiatus(patient: PatientCT, joint: Joint) -> NDArray[np.float64]:
    sacrum = bone_surface(patient.labels, label_scheme().sacrum).vertices_mm
    middle = float(np.median(sacrum[:, 0]))
    level = max(joint.inferior_end_mm[2] - _number("hiatus_below_joint_mm"), float(sacrum[:, 2].min()))
    return _dorsal_surface(sacrum, middle, level)


def _dorsal_foramen(patient: PatientCT, joint: Joint, number: int) -> NDArray[np.float64]:
    sacrum = bone_surface(patient.labels, label_scheme().sacrum).vertices_mm
    middle = float(np.median(sacrum[:, 0]))
    low, high = joint.dorsal_border_mm[0], joint.dorsal_border_mm[-1]
    share = _number("foramen_height_share")[number]
    level = low[2] + share * (high[2] - low[2])
    border = joint.dorsal_border_mm[np.abs(joint.dorsal_border_mm[:, 2] - level).argmin()]
    lateral = middle + _number("foramen_lateral_share") * (border[0] - middle)
    return _dorsal_surface(sacrum, lateral, level)


def _dorsal_surface(bone_mm: NDArray, x_mm: float, z_mm: float) -> NDArray[np.float64]:
    """The most posterior surface point within 3 mm of a place seen from behind, or the nearest such place."""
    away = np.hypot(bone_mm[:, 0] - x_mm, bone_mm[:, 2] - z_mm)
    column = bone_mm[away <= max(3.0, float(away.min()) + 0.1)]
    return np.array([x_mm, column[:, 1].max(), z_mm])


@cache
def _numbers() -> dict[str, Any]:
    return tomllib.loads(files("sijoint.anatomy").joinpath("landmarks.toml").read_text(encoding="utf-8"))


def _number(name: str) -> Any:
    return _numbers()[name]["value"]
