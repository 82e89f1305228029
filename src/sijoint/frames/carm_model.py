"""A C-arm as data: distances, detector, what its joints reach, how large its housings are, and where the numbers come from."""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads
from typing import Any

from numpy.typing import ArrayLike

from sijoint.frames.carm import CArmPose, Detector

Range = tuple[float, float]
UNBOUNDED = (float("-inf"), float("inf"))


@dataclass(frozen=True)
class Housings:
    """The parts that meet patient and table, as plain solids round the central ray; millimetres."""

    collimator_ahead_mm: float  # focus to the front face of the collimator
    collimator_half_mm: float  # half its width and length
    tube_ahead_mm: float  # focus to the front of the wider tube housing
    tube_behind_mm: float  # focus to its rear
    tube_half_mm: float
    receptor_ahead_mm: float  # detector plane to the cover in front of it
    receptor_behind_mm: float
    receptor_half_mm: float
    arc_radius_mm: float  # isocentre to the inside of the C


@dataclass(frozen=True)
class CArmModel:
    """Distances, detector and joint ranges of one C-arm.

    ``tilt_deg`` counts from upright and, where ``turns_over``, also from the C turned over (receptor below the table at
    tilt 180). ``zooms`` are the magnifications of the detector's fields, the whole detector first. ``housings`` is None where
    nothing is known about them.
    """

    name: str
    source_detector_mm: float
    source_isocentre_mm: float
    detector: Detector
    orbital_deg: Range
    tilt_deg: Range
    wigwag_deg: Range
    reference_point_mm: float  # distance from the source to the patient entrance reference point
    provenance: str
    turns_over: bool = True
    across_mm: Range = UNBOUNDED
    lift_mm: Range = UNBOUNDED
    zooms: tuple[float, ...] = (1.0,)
    housings: Housings | None = None

    def pose(self, direction: ArrayLike, isocentre_mm: ArrayLike, roll_deg: float = 0.0) -> CArmPose:
        return CArmPose.towards(direction, isocentre_mm, self.source_detector_mm, self.source_isocentre_mm, roll_deg)


def load_carm_model(name: str = "default") -> CArmModel:
    """A C-arm from ``carm_models.toml``. Raises KeyError for a name that is not there."""
    table = loads(resources.files("sijoint.frames").joinpath("carm_models.toml").read_text(encoding="utf-8"))[name]
    return CArmModel(
        name,
        float(table["source_detector_mm"]),
        float(table["source_isocentre_mm"]),
        Detector(table["rows"], table["columns"], table["pixel_mm"]),
        _range(table, "orbital_deg"),
        _range(table, "tilt_deg"),
        _range(table, "wigwag_deg"),
        float(table["reference_point_mm"]),
        table["provenance"],
        bool(table["turns_over"]),
        _range(table, "across_mm"),
        _range(table, "lift_mm"),
        tuple(float(zoom) for zoom in table["zooms"]),
        Housings(**{key: float(value) for key, value in table["housings"].items()}) if "housings" in table else None,
    )


def _range(table: dict[str, Any], key: str) -> Range:
    low, high = table.get(key, UNBOUNDED)
    return float(low), float(high)
