"""The pain diary: what was asked when, and what came back with which clock."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sijoint.model.facts import NOT_ASKED, Fact


@dataclass(frozen=True)
class DiaryPrompt:
    """``due`` is the moment asked about; answers outside ``opens``..``closes`` are kept, shown and not counted."""

    id: str
    label: str  # "2 h", "day 7"
    due: datetime
    opens: datetime
    closes: datetime


@dataclass(frozen=True)
class DiaryEntry:
    """Four questions. ``index_nrs`` is pain on the patient's own worst movement, 0 to 10."""

    id: str
    prompt_id: str
    opened: datetime
    answered: datetime
    received: datetime
    index_nrs: int | None
    rest_nrs: int | None
    analgesic_taken: Fact = NOT_ASKED
    asleep_or_resting: Fact = NOT_ASKED
    leg_weak: Fact = NOT_ASKED
    patient_stated_percent: int | None = None
    by_staff: bool = False
    paper: bool = False
    temperature_c: Decimal | None = None
    glucose_mg_dl: Decimal | None = None
    weakness_worse_or_both_legs: Fact = NOT_ASKED
    bladder_bowel_or_saddle_change: Fact = NOT_ASKED
    site_red_swollen_or_leaking: Fact = NOT_ASKED
    breathing_trouble_or_chest_pain: Fact = NOT_ASKED
    pain_is_back: Fact = NOT_ASKED
    blood_pressure_systolic: int | None = None
    blood_pressure_diastolic: int | None = None
