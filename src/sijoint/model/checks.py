"""Booking, preparation, consent, skin mark and the three checks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.order import OrderKind, Target


@dataclass(frozen=True)
class Booking:
    at: datetime
    made_at: datetime
    made_by: str


class BookingEvent(StrEnum):
    MADE = "made"
    MOVED = "moved"
    CANCELLED = "cancelled"
    MISSED = "missed"


class BookingWish(StrEnum):
    """Who wanted an appointment moved or cancelled."""

    PATIENT = "patient"
    CLINIC = "clinic"
    REFERRER = "referrer"
    PAYER = "payer"
    NOT_STATED = "not stated"


@dataclass(frozen=True)
class BookingChange:
    """What happened to an appointment; ``appointment`` is its time, after a move the new one."""

    event: BookingEvent
    appointment: datetime
    at: datetime
    by: str
    wished_by: BookingWish = BookingWish.NOT_STATED
    reason: str = ""


class SheetTopic(StrEnum):
    ARRIVAL = "arrival"
    MEDICINES = "medicines"
    EATING = "eating"
    DIABETES = "diabetes"
    DRIVER = "driver"
    PAIN_BEFORE = "pain before the test"
    WHAT_HAPPENS = "what happens"
    AFTER = "afterwards"
    CALL_US = "call us"


@dataclass(frozen=True)
class SheetItem:
    """One sentence; ``code`` names it in whichever language it stands (``medicines.keep``)."""

    topic: SheetTopic
    text: str
    source: str = ""
    code: str = ""


@dataclass(frozen=True)
class PreparationSheet:
    """Made from the answers. Voided whenever the booking or an answer changes."""

    made_at: datetime
    for_booking_at: datetime
    items: tuple[SheetItem, ...]
    language: str = "en"
    zone: str = "UTC"  # whose clock its times are written by


@dataclass(frozen=True)
class Consent:
    at: datetime
    side: Side | None
    target: Target
    kind: OrderKind
    steroid: str  # formulary code of the steroid consented to, "" for none
    risks_explained: tuple[str, ...]
    given: Fact = NOT_ASKED
    before_sedation: Fact = NOT_ASKED
    taken_by: str = ""


@dataclass(frozen=True)
class SkinMark:
    at: datetime
    by: str
    side: Side | None
    patient_awake: Fact = NOT_ASKED


@dataclass(frozen=True)
class SedationReadiness:
    """What is asked before a sedative; a time is None where nobody knows it. ``last_own_sedative_at``: taken at home,
    None with ``took_own_sedative`` no."""

    last_clear_drink_at: datetime | None = None
    last_light_meal_at: datetime | None = None
    last_heavy_meal_at: datetime | None = None
    took_own_sedative: Fact = NOT_ASKED
    last_own_sedative_at: datetime | None = None
    escort_named: Fact = NOT_ASKED


@dataclass(frozen=True)
class SkinPreparation:
    """``agent`` is a code of the formulary's skin preparations; ``seen_dry_at`` None: not seen dry yet."""

    agent: str
    applied_at: datetime
    by: str
    seen_dry_at: datetime | None = None
    hair_at_site: Fact = NOT_ASKED


@dataclass(frozen=True)
class SignIn:
    at: datetime
    by: str
    two_identifiers: Fact = NOT_ASKED
    skin_mark_seen: Fact = NOT_ASKED
    allergies_read: Fact = NOT_ASKED
    pregnancy_read: Fact = NOT_ASKED
    vitals_taken: Fact = NOT_ASKED
    resuscitation_kit_present: Fact = NOT_ASKED
    lipid_present: Fact = NOT_ASKED
    last_antithrombotic_dose_read: Fact = NOT_ASKED
    baseline_pain_read: Fact = NOT_ASKED
    sedation: SedationReadiness | None = None


@dataclass(frozen=True)
class TimeOut:
    """``labels_read``: the formulary codes of the syringes as their labels were read aloud."""

    at: datetime
    by: str
    side: Side | None
    target: Target
    labels_read_aloud: Fact = NOT_ASKED
    all_agree: Fact = NOT_ASKED
    labels_read: tuple[str, ...] = ()


@dataclass(frozen=True)
class SignOut:
    """``recorded_for``: the operator for whom a scribe wrote; the operator confirms here what was read back."""

    at: datetime
    by: str
    counts_correct: Fact = NOT_ASKED
    dressing_applied: Fact = NOT_ASKED
    site_dry: Fact = NOT_ASKED
    complications: str = ""
    recorded_for: str = ""
    complications_seen: Fact = NOT_ASKED
    read_back: Fact = NOT_ASKED
    confirmed_by: str = ""
