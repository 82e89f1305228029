"""Half an hour of watching, and leaving."""

from dataclasses import dataclass
from datetime import datetime

from sijoint.model.facts import NOT_ASKED, Fact


@dataclass(frozen=True)
class Vitals:
    at: datetime
    systolic: int
    diastolic: int
    pulse: int
    spo2: int


@dataclass(frozen=True)
class RecoveryCheck:
    """One check by the nurse; ``minutes`` after the drug."""

    at: datetime
    by: str
    minutes: int
    vitals: Vitals
    index_nrs: int | None = None
    rest_nrs: int | None = None
    leg_power_at_baseline: Fact = NOT_ASKED
    gait_at_baseline: Fact = NOT_ASKED
    leg_numb: Fact = NOT_ASKED
    site_dry: Fact = NOT_ASKED


@dataclass(frozen=True)
class Discharge:
    at: datetime
    by: str
    escort_seen: Fact = NOT_ASKED
    sheet_given: Fact = NOT_ASKED
