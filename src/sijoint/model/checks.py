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
    topic: SheetTopic
    text: str
    source: str = ""


@dataclass(frozen=True)
class PreparationSheet:
    """Made from the answers. Voided whenever the booking or an answer changes."""

    made_at: datetime
    for_booking_at: datetime
    items: tuple[SheetItem, ...]


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


@dataclass(frozen=True)
class SkinMark:
    at: datetime
    by: str
    side: Side | None
    patient_awake: Fact = NOT_ASKED


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


@dataclass(frozen=True)
class TimeOut:
    at: datetime
    by: str
    side: Side | None
    target: Target
    labels_read_aloud: Fact = NOT_ASKED
    all_agree: Fact = NOT_ASKED


@dataclass(frozen=True)
class SignOut:
    at: datetime
    by: str
    counts_correct: Fact = NOT_ASKED
    dressing_applied: Fact = NOT_ASKED
    site_dry: Fact = NOT_ASKED
    complications: str = ""
    recorded_for: str = ""
