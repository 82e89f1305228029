"""What a payer asks for, what is still missing, and the evidence that is handed over, sealed by a digest."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.finding import Grade
from sijoint.model.order import OrderKind, Target
from sijoint.model.procedure import ImageOrigin, SyringeUse, ViewPurpose
from sijoint.model.verdict import Gap, ReliefLine


class Met(StrEnum):
    """Whether a requirement is shown; what nobody has recorded is not met."""

    YES = "met"
    NO = "not met"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Requirement:
    """One thing that the payer's policy asks for; ``sentence`` says what, and what the record shows of it."""

    code: str
    sentence: str
    met: Met
    source: str
    grade: Grade


@dataclass(frozen=True)
class PayerCheck:
    """What one payer's policy says of an injection. ``gaps`` is what it still lacks, in the same order."""

    policy_id: str
    effective: date
    kind: OrderKind
    side: Side
    target: Target
    on: date
    requirements: tuple[Requirement, ...]
    gaps: tuple[Gap, ...]
    complete: bool


@dataclass(frozen=True)
class BillingLine:
    """A bare code with its modifiers, proposed to a biller who decides; no descriptor stands here."""

    code: str
    modifiers: tuple[str, ...]
    place: str
    session: int
    side: Side
    why: str
    source: str
    grade: Grade


@dataclass(frozen=True)
class ManifestImage:
    """One stored image of the packet, by the SHA-256 of its bytes."""

    sha256: str
    session: int
    at: datetime
    purpose: ViewPurpose
    origin: ImageOrigin
    primary_deg: float
    secondary_deg: float
    after_contrast: bool


@dataclass(frozen=True)
class GivenDrug:
    use: SyringeUse
    agent: str
    name: str
    volume_ml: Decimal
    dose_mg: Decimal | None


@dataclass(frozen=True)
class PacketSession:
    """One session as a payer reads it: what was done, where the contrast went, and pain before and after."""

    number: int
    kind: OrderKind
    side: Side
    target: Target
    done_on: date
    operator: str
    consent_at: datetime | None
    pain_before: int | None
    given: tuple[GivenDrug, ...]
    contrast: tuple[str, ...]
    familiar_pain_on_filling: bool | None
    verdict: str
    verdict_reasons: tuple[str, ...]
    threshold_percent: Decimal
    relief: tuple[ReliefLine, ...]
    fluoroscopy_s: Decimal
    dose_area_product_mgy_cm2: Decimal
    complications: tuple[str, ...]
    deviations: tuple[str, ...]
    signed_out_at: datetime | None


@dataclass(frozen=True)
class PacketPerson:
    id: str
    family_name: str
    given_name: str
    birth_date: date
    virtual: bool


@dataclass(frozen=True)
class EvidencePacket:
    """Everything that supports a claim, before it is sealed. ``notices`` come first when a person reads it."""

    schema_version: int
    episode_id: str
    episode_version: int
    made_at: datetime
    policy_id: str
    policy_title: str
    policy_effective: date
    notices: tuple[str, ...]
    person: PacketPerson
    diagnosis: str
    pain_since: date | None
    positive_tests: tuple[str, ...]
    conservative_care: tuple[str, ...]
    check: PayerCheck
    sessions: tuple[PacketSession, ...]
    billing: tuple[BillingLine, ...]
    not_billed: tuple[str, ...]
    images: tuple[ManifestImage, ...]


@dataclass(frozen=True)
class SealedPacket:
    """``digest`` is the SHA-256 of the canonical JSON (RFC 8785) of the packet, images' hashes included."""

    packet: EvidencePacket
    digest: str


@dataclass(frozen=True)
class PacketSeal:
    """What the episode keeps of a packet that was handed over: whose policy, when, and the digest of all of it."""

    policy_id: str
    policy_effective: date
    made_at: datetime
    by: str
    episode_version: int
    digest: str
