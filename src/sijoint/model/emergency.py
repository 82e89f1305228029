"""Emergency cards, and the site's word that they are its own protocol."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.finding import Grade


class Emergency(StrEnum):
    ANAESTHETIC_POISONING = "local anaesthetic poisoning"
    ANAPHYLAXIS = "anaphylaxis"
    VASOVAGAL = "vasovagal reaction"


@dataclass(frozen=True)
class LipidRow:
    """Lipid emulsion 20 % for one body weight: a bolus, then an infusion, and the ceiling of both together.

    Minutes and rates are ranges, lower end first.
    """

    weight_kg: Decimal
    bolus_ml: Decimal
    bolus_minutes: tuple[Decimal, Decimal]
    infusion_ml_min: tuple[Decimal, Decimal]
    infusion_minutes: tuple[Decimal, Decimal] | None  # None: until stable
    ceiling_ml: Decimal


@dataclass(frozen=True)
class CardStep:
    """One thing to do. ``source`` and ``grade`` are those of the dose that it names; empty where it names none."""

    text: str
    source: str = ""
    grade: Grade | None = None


@dataclass(frozen=True)
class EmergencyCard:
    """``weight_kg`` is whose doses stand on it; None for the site's card, which has ``lipid_rows`` for every weight."""

    emergency: Emergency
    title: str
    when: str
    steps: tuple[CardStep, ...]
    weight_kg: Decimal | None
    lipid_rows: tuple[LipidRow, ...]
    edition: str


@dataclass(frozen=True)
class SiteReadiness:
    """Said once before the clinic opens: the cards of this edition are the site's protocol, kit and lipid are there."""

    at: datetime
    by: str
    cards_edition: str
    cards_are_our_protocol: Fact = NOT_ASKED
    resuscitation_kit_checked: Fact = NOT_ASKED
    lipid_expires: date | None = None
