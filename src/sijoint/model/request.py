"""Asking for an appointment, and the visit that answers it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.order import OrderKind, Target


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
    """One kind of care from day to day; ``ended`` None: it goes on."""

    kind: ConservativeKind
    began: date
    ended: date | None
    helped: bool
    note: str = ""


@dataclass(frozen=True)
class PainArea:
    """One place marked on the body map; ``region`` is a code of the map, ``side`` None on the mid-line or not stated."""

    region: str
    side: Side | None
    worst: bool = False


@dataclass(frozen=True)
class Referrer:
    name: str
    practice: str = ""
    contact: str = ""


@dataclass(frozen=True)
class AppointmentRequest:
    """``bilateral``: both joints hurt; ``side`` is then the worse one. Each side is a target of its own later."""

    requested_by: RequestedBy
    at: datetime
    side: Side | None  # None: not stated, which is not agreement
    reason: str
    zones: tuple[BodyZone, ...] = ()
    causes: tuple[Cause, ...] = ()
    pain_since: date | None = None
    bilateral: bool = False
    areas: tuple[PainArea, ...] = ()
    referrer: Referrer | None = None
    conservative_care: tuple[ConservativeCare, ...] = ()


@dataclass(frozen=True)
class JoinedRequest:
    """Another request of the same person for the same complaint, joined to this episode by a person; kept as it was."""

    episode_id: str
    request: AppointmentRequest
    by: str
    at: datetime
    reason: str


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


class ImagingKind(StrEnum):
    RADIOGRAPH = "radiograph"
    CT = "CT"
    MRI = "MRI"
    BONE_SCAN = "bone scan"


@dataclass(frozen=True)
class ImagingReviewed:
    """Pictures that exist already and what they say; none is ordered for a rehearsal."""

    kind: ImagingKind
    on: date
    finding: str


class Referral(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    REDIRECT = "redirect"


class Urgency(StrEnum):
    """How soon another place must see a redirected patient, the most urgent first."""

    AT_ONCE = "at once"
    TODAY = "today"
    DAYS = "within days"
    WEEKS = "within weeks"

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)


@dataclass(frozen=True)
class Assessment:
    """The visit before booking (history, tests by side, nerves, imaging, baselines, working diagnosis, order type).

    ``reason`` says why not, where the patient is declined or redirected; then ``redirect_to`` and ``redirect_urgency``
    say where to and how soon.
    """

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
    red_flag: Fact = NOT_ASKED  # any other sign of something dangerous
    baseline_nrs: int | None = None
    baseline_peg: Decimal | None = None
    index_movement: str = ""
    working_diagnosis: str = ""
    referral: Referral = Referral.ACCEPT
    cauda_equina_suspected: Fact = NOT_ASKED
    cancer_suspected: Fact = NOT_ASKED
    infection_suspected: Fact = NOT_ASKED
    hip_source_suspected: Fact = NOT_ASKED
    lumbar_source_suspected: Fact = NOT_ASKED
    gout_suspected: Fact = NOT_ASKED
    widespread_pain: Fact = NOT_ASKED
    lumbar_fusion_before: Fact = NOT_ASKED
    bilateral: bool = False
    history: str = ""
    imaging: tuple[ImagingReviewed, ...] = ()
    order_kind: OrderKind | None = None
    order_target: Target | None = None
    reason: str = ""
    redirect_to: str = ""
    redirect_urgency: Urgency | None = None
