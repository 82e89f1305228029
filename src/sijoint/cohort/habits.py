"""How the virtual operator's hand and eye work: the values of ``operator.toml``, all assumed and fitted to no outcome."""

from dataclasses import dataclass
from importlib import resources
from tomllib import loads


@dataclass(frozen=True)
class Habits:
    source: str
    grade: str
    entry_sd_mm: float
    aim_sd_mm: float
    correction: float
    attempts: int
    walks: int
    turn_depth_mm: float
    far_step_mm: float
    near_step_mm: float
    near_mm: float
    overshoot_mm: float
    seat_mm: float
    give_n: float
    contrast_rate_ml_s: float
    contrast_watch_s: float
    drug_rate_ml_s: float
    scout_pulses: int
    check_pulses: int
    field_half_mm: float
    lateral_ventral_mm: float


HABITS = Habits(**loads(resources.files("sijoint.cohort").joinpath("operator.toml").read_text(encoding="utf-8")))
