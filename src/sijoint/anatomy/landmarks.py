"""Points that a physician steers by or stays away from, each with how it was found."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sijoint.anatomy.ct import PatientCT
from sijoint.anatomy.joint import Joint
from sijoint.anatomy.landmark_numbers import landmark_number
from sijoint.anatomy.notch import sciatic_notch
from sijoint.anatomy.sacrum import dorsal_foramina, sacrum_of


@dataclass(frozen=True, eq=False)
class Landmark:
    """A named point (3,) in LPS; ``found_by`` is 'label' when bone shape gives it, 'landmark' when it is only estimated."""

    name: str
    point_mm: NDArray[np.float64]
    found_by: str


def find_landmark(name: str, patient: PatientCT, joint: Joint) -> Landmark:
    """One landmark on the side of a joint; a foramen's is the middle of its dorsal opening.

    Raises KeyError, naming those there are, for another name, UnsuitableAnatomy for a notch that the CT does not show.
    """
    match name:
        case "psis":
            return Landmark(name, joint.psis_mm, "label")
        case "sciatic_notch":
            return Landmark(name, sciatic_notch(patient.labels, joint).apex_mm, "label")
        case "sacral_hiatus_level":
            return Landmark(name, _sacral_hiatus(patient, joint), "landmark")
        case "foramen_s1" | "foramen_s2" | "foramen_s3":
            foramen = dorsal_foramina(patient.labels, joint)[int(name[-1]) - 1]
            return Landmark(name, foramen.opening_mm, foramen.found_by)
    raise KeyError(
        f"no landmark {name!r}; there are psis, sciatic_notch, sacral_hiatus_level, foramen_s1, foramen_s2, foramen_s3"
    )


def _sacral_hiatus(patient: PatientCT, joint: Joint) -> NDArray[np.float64]:
    sacrum = sacrum_of(patient.labels)
    lowest = float(sacrum.behind.along_mm[np.isfinite(sacrum.behind.near_mm).any(axis=0)].min())
    level = max(joint.inferior_end_mm[2] - landmark_number("hiatus_below_joint_mm"), lowest)
    return sacrum.back_mm(sacrum.middle_x_mm, level)
