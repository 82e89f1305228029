"""Half an hour of watching, and leaving."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.finding import Finding
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
class DischargeScore:
    """Five marks of 0 to 2 after sedation: how near to before, 2 being as before or nothing to see."""

    vital_signs: int
    walking: int
    nausea: int
    pain: int
    bleeding: int

    @property
    def marks(self) -> tuple[int, ...]:
        return (self.vital_signs, self.walking, self.nausea, self.pain, self.bleeding)


@dataclass(frozen=True)
class RecoveryCheck:
    """One check by the nurse; ``minutes`` after the drug, or after the end where none was given.

    ``at`` is when it was made, ``entered_at`` when it was written down.
    """

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
    dressing_intact: Fact = NOT_ASKED
    score: DischargeScore | None = None
    entered_at: datetime | None = None


class SedativeRoute(StrEnum):
    INTRAVENOUS = "intravenous"
    ORAL = "oral"
    INHALED = "inhaled"


@dataclass(frozen=True)
class SedativeGiven:
    """A sedative, an opioid, or (``reversal``) what undoes one. ``dose`` in words, with its unit."""

    at: datetime
    by: str
    name: str
    dose: str
    route: SedativeRoute
    reversal: bool = False
    entered_at: datetime | None = None


@dataclass(frozen=True)
class LeftEarly:
    """A patient who left before the discharge was due. ``outstanding`` and ``call_by`` are the clinic's, made when kept."""

    at: datetime
    by: str
    reason: str
    told_the_risks: Fact = NOT_ASKED
    signed_against_advice: Fact = NOT_ASKED
    physician_told: Fact = NOT_ASKED
    escort_seen: Fact = NOT_ASKED
    sheet_given: Fact = NOT_ASKED
    entered_at: datetime | None = None
    outstanding: tuple[Finding, ...] = ()
    call_by: datetime | None = None


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
    zone: str = "UTC"  # whose clock its times are written by
