"""Half an hour of watching, and leaving."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.order import Target
from sijoint.model.procedure import SyringeUse


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
    physician_saw: Fact = NOT_ASKED  # needed once the physician was to be called


class Painkiller(StrEnum):
    """What the patient is told to take for a sore place, beside ice."""

    IBUPROFEN = "ibuprofen"
    PARACETAMOL = "paracetamol"
    ASK_FIRST = "none without asking"


class DischargeTopic(StrEnum):
    SORENESS = "soreness"
    PAINKILLERS = "ice and painkillers"
    MEDICINES = "your other medicines"
    DRIVING = "driving"
    ACTIVITY = "today and tomorrow"
    DIARY = "your pain diary"
    DIABETES = "blood sugar"
    EFFECT = "what to expect"
    OUR_CALL = "we call you"


@dataclass(frozen=True)
class GivenLine:
    """What one agent came to, summed over the syringes of one use; ``words`` is the line as the patient reads it."""

    use: SyringeUse
    agent: str
    name: str
    volume_ml: Decimal
    side: Side
    words: str


@dataclass(frozen=True)
class DischargeItem:
    """One sentence; ``code`` names it in whichever language it stands (``driving.today``)."""

    topic: DischargeTopic
    text: str
    source: str = ""
    code: str = ""


@dataclass(frozen=True)
class DischargeSheet:
    """What the patient goes home with, made at discharge from what was given and answered; kept as it was given.

    ``emergency_if`` needs the emergency number at once, ``call_if`` the clinic's. ``painkiller_from`` is the end of the
    test window where ibuprofen is allowed and that window is still open. ``ibuprofen_held_back_by`` says for the
    clinician why ibuprofen is not printed. The clinic calls between ``call_from`` and ``call_until``.
    """

    made_at: datetime
    procedure_id: str
    given_at: datetime | None
    side: Side
    target: Target
    given: tuple[GivenLine, ...]
    items: tuple[DischargeItem, ...]
    emergency_if: tuple[str, ...]
    call_if: tuple[str, ...]
    clinic_phone: str
    emergency_phone: str
    painkiller: Painkiller
    call_from: datetime
    call_until: datetime
    painkiller_from: datetime | None = None
    ibuprofen_held_back_by: tuple[str, ...] = ()
    language: str = "en"
