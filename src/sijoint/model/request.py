"""Asking for an appointment, and the visit that answers it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact


class RequestedBy(StrEnum):
    PATIENT = "patient"
    REFERRER = "referrer"


class BodyZone(StrEnum):
    LOW_BACK = "low back"
    BUTTOCK = "buttock"
    HIP = "hip"
    GROIN = "groin"
    THIGH = "thigh"
    LOWER_LEG = "lower leg"
    FOOT = "foot"


class Cause(StrEnum):
    """The seven causes that patients read of; several may be ticked."""

    MUSCLE_TIGHTNESS = "muscle tightness"
    SCIATICA = "sciatica"
    PREGNANCY = "pregnancy"
    ARTHRITIS = "arthritis"
    LEG_LENGTH_DIFFERENCE = "difference in leg lengths"
    CARTILAGE_WEAR = "cartilage wear"
    TRAUMA = "trauma"


@dataclass(frozen=True)
class AppointmentRequest:
    requested_by: RequestedBy
    at: datetime
    side: Side | None  # None: not stated, which is not agreement
    reason: str
    zones: tuple[BodyZone, ...] = ()
    causes: tuple[Cause, ...] = ()
    pain_since: date | None = None


class ProvocationTest(StrEnum):
    DISTRACTION = "distraction"
    THIGH_THRUST = "thigh thrust"
    COMPRESSION = "compression"
    SACRAL_THRUST = "sacral thrust"
    GAENSLEN = "Gaenslen"
    FABER = "FABER"


@dataclass(frozen=True)
class Provocation:
    test: ProvocationTest
    side: Side
    result: Fact


class ConservativeKind(StrEnum):
    ICE = "ice"
    HEAT = "heat"
    REST = "rest"
    MASSAGE = "massage"
    PHYSIOTHERAPY = "physiotherapy"
    HOME_EXERCISE = "home exercise"
    MEDICINES = "medicines"


@dataclass(frozen=True)
class ConservativeCare:
    kind: ConservativeKind
    began: date
    ended: date | None
    helped: bool


class Referral(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    REDIRECT = "redirect"


@dataclass(frozen=True)
class Assessment:
    """The visit before booking (history, tests by side, nerves, imaging, baselines, working diagnosis)."""

    at: datetime
    by: str
    side: Side | None
    provocations: tuple[Provocation, ...]
    conservative_care: tuple[ConservativeCare, ...]
    power_normal: Fact = NOT_ASKED
    reflexes_normal: Fact = NOT_ASKED
    sensation_normal: Fact = NOT_ASKED
    straight_leg_raise_positive: Fact = NOT_ASKED
    imaging_reviewed: Fact = NOT_ASKED
    spondyloarthritis_suspected: Fact = NOT_ASKED
    sacral_insufficiency_fracture_suspected: Fact = NOT_ASKED
    radicular_pain: Fact = NOT_ASKED
    pain_above_l5: Fact = NOT_ASKED
    red_flag: Fact = NOT_ASKED  # cauda equina, cancer, infection, fracture
    baseline_nrs: int | None = None
    baseline_peg: Decimal | None = None
    index_movement: str = ""
    working_diagnosis: str = ""
    referral: Referral = Referral.ACCEPT
