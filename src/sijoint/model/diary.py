"""The pain diary: what was asked when, and what came back with which clock."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.model.facts import NOT_ASKED, Fact


class PainScale(StrEnum):
    """On what a number of pain was given. Numbers of two scales are never compared."""

    NRS = "0 to 10"
    VAS = "0 to 100"


class Activity(StrEnum):
    """The six movements of daily life that are asked about."""

    SITTING = "sitting"
    STANDING = "standing"
    WALKING = "walking"
    STAIRS = "climbing stairs"
    RISING = "rising from a chair"
    ROLLING = "rolling over in bed"


@dataclass(frozen=True)
class ActivityScore:
    """How much an activity is limited: 0 not at all, 10 cannot do it."""

    activity: Activity
    limited: int


@dataclass(frozen=True)
class Function:
    """How daily life goes: PEG (0 to 10, the mean of three questions) and the six activities."""

    peg: Decimal | None = None
    activities: tuple[ActivityScore, ...] = ()


@dataclass(frozen=True)
class FunctionBaseline:
    at: datetime
    by: str
    function: Function


@dataclass(frozen=True)
class DiaryPrompt:
    """``due`` is the moment asked about; answers outside ``opens``..``closes`` are kept, shown and not counted.

    ``asks_function``: PEG and activities are asked with it.
    """

    id: str
    label: str  # "2 h", "day 7"
    due: datetime
    opens: datetime
    closes: datetime
    asks_function: bool = False


@dataclass(frozen=True)
class DiaryEntry:
    """Four questions. ``index_nrs`` is pain on the patient's own worst movement, on ``scale``.

    Three clocks: ``opened`` and ``answered`` as the patient did it, ``sent`` the device's clock when it sent, ``received``
    the server's. Where the device's clock was wrong, ``opened`` and ``answered`` are set right by ``sent`` and
    ``received``, and ``device_opened`` and ``device_answered`` keep what the device said.
    """

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
    scale: PainScale = PainScale.NRS
    sent: datetime | None = None
    device_opened: datetime | None = None
    device_answered: datetime | None = None
    headache_severe_or_worse_upright: Fact = NOT_ASKED
    ketones_raised: Fact = NOT_ASKED
    function: Function | None = None
    site_still_sore: Fact = NOT_ASKED


class FlagOutcome(StrEnum):
    """What came of a red flag. Only ``NOT_REACHED`` leaves it open."""

    ADVISED = "reached and advised"
    SEEN = "seen by a clinician"
    SENT_TO_EMERGENCY = "sent to emergency care"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class FlagAnswer:
    """Who acknowledged the red flags of one diary entry, and what came of it."""

    entry_id: str
    at: datetime
    by: str
    outcome: FlagOutcome
    note: str = ""
