"""What the study finds out about one pelvis; a line of its file of outcomes."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(frozen=True)
class Outcome:
    """None: not measured on this pelvis, for the reason in ``refusals``. Volumes in mL, lengths in mm, angles in degrees."""

    seed: int
    side: str
    sex: str
    age_years: float
    bmi: float
    # geometry of the joint as extracted from the pelvis' CT and labels
    area_cm2: float | None = None
    width_drawn_mm: float | None = None
    width_measured_mm: float | None = None
    inferior_angle_deg: float | None = None
    overlap_angle_deg: float | None = None
    below_psis_mm: float | None = None
    # arthrography to the firm end-point
    fill_ml: float | None = None
    leak_arthrography_ml: float | None = None
    familiar_on_filling: bool | None = None  # of a patient whose pain comes from this joint
    # a clinical injection with the tip on the planned target
    leak_lower_ml: float | None = None
    leak_upper_ml: float | None = None
    leak_test_lower_ml: float | None = None  # after the contrast alone
    leak_test_upper_ml: float | None = None
    leak_seen_from_ml: float | None = None  # lower third: injected when so much was outside as is seen; None: never
    grade: int | None = None
    type_one: bool | None = None
    # the operator's procedure: what images said, and the truth
    read_inside_lower: bool | None = None
    read_inside_upper: bool | None = None
    truly_inside_lower: bool | None = None
    truly_inside_upper: bool | None = None
    attempts_lower: int | None = None
    attempts_upper: int | None = None
    uptake_lower: bool | None = None
    uptake_upper: bool | None = None
    vessel_gap_mm: float | None = None  # lower third, first placement: the tip to the wall of the nearest vessel
    # one placement without a second look
    dissection_inside: bool | None = None
    dissection_felt: bool | None = None
    dissection_ml: float | None = None  # of what was injected, in the joint
    vessel_near: bool | None = None
    # a needle pushed 80 mm into muscle, which bends it as gel does
    deflection_quincke_mm: float | None = None
    deflection_short_bevel_mm: float | None = None
    refusals: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Self:
        known = {each.name for each in fields(cls)}
        facts: dict[str, Any] = {key: value for key, value in line.items() if key in known}
        return cls(**{**facts, "refusals": tuple(facts.get("refusals", ()))})
