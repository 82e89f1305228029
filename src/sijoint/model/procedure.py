"""What was done. Three writers (room, manual form, import) and no ground truth."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sijoint.frames.side import Side
from sijoint.model.facts import NOT_ASKED, Fact
from sijoint.model.finding import Finding
from sijoint.model.order import Target


class ProcedureKind(StrEnum):
    REHEARSAL = "rehearsal"
    PERFORMED = "performed"


class ProcedureWriter(StrEnum):
    """Who wrote the record: the room as it happened, a person on a form, or another system in a file of facts."""

    ROOM = "room"
    FORM = "manual form"
    IMPORT = "import"


class ImageOrigin(StrEnum):
    SIMULATED = "simulated"
    RECEIVED = "received"
    DERIVED = "derived"


class ContrastPattern(StrEnum):
    """What the image shows, in the operator's word."""

    IA_TYPE_I = "intra-articular, cephalad spread"
    IA_TYPE_II = "intra-articular, poor cephalad spread"
    IA_CAPSULAR_LEAK = "intra-articular with capsular leak"
    PERIARTICULAR = "peri-articular"
    LIGAMENT = "ligament"
    MUSCLE = "muscle"
    VASCULAR = "vascular"
    FORAMINAL = "foraminal or epidural"
    VENTRAL_LEAK = "ventral leak"
    MIXED_WITH_VASCULAR = "mixed with vascular part"
    NONE_SEEN = "none seen"


class ViewPurpose(StrEnum):
    SCOUT = "scout"
    TRAJECTORY = "trajectory"
    NEEDLE = "needle on target"
    LATERAL = "lateral safety"
    BEFORE_CONTRAST = "before contrast"
    CONTRAST = "contrast"
    AFTER_CONTRAST = "after contrast"


@dataclass(frozen=True)
class StoredImage:
    """One stored frame by the hash of its bytes. Angles are DICOM positioner angles.

    ``after_movement`` counts the needle movements before it; -1 is not known, and the gate does not count such a view.
    ``kept_as`` says where an image lies that is not kept here; a view without hash and without place is not a stored one.
    Where ``pose_known`` is False the angles say nothing.
    """

    sha256: str
    at_s: float
    origin: ImageOrigin
    purpose: ViewPurpose
    primary_deg: float
    secondary_deg: float
    after_contrast: bool
    after_movement: int = -1
    kept_as: str = ""
    pose_known: bool = True


@dataclass(frozen=True)
class Exposure:
    """One press of the pedal: pulses at one pose."""

    at_s: float
    pulses: int
    seconds: float
    primary_deg: float
    secondary_deg: float
    kvp: float
    ma: float
    kerma_reference_mgy: float
    dose_area_product_mgy_cm2: float


class SyringeUse(StrEnum):
    SKIN = "skin anaesthetic"
    CONTRAST = "contrast"
    DRUG = "drug"


@dataclass(frozen=True)
class Administration:
    """What was given. ``after_movement`` counts needle movements before it: gates ask for the same number.

    ``entered_at`` and ``entered_by`` are there where it was written down later than it was given.
    """

    at_s: float
    use: SyringeUse
    agent: str
    volume_ml: Decimal
    side: Side
    target: Target
    after_movement: int
    peak_pressure_kpa: float = 0.0
    entered_at: datetime | None = None
    entered_by: str = ""


@dataclass(frozen=True)
class ContrastJudgement:
    """The physician's (or virtual operator's) word on one contrast run, since the last needle movement."""

    at_s: float
    pattern: ContrastPattern
    by: str
    virtual_operator: bool
    after_movement: int
    image_sha256: tuple[str, ...] = ()


@dataclass(frozen=True)
class GateAnswer:
    """One answer of the contrast gate, allowed or with the reasons why not.

    ``afterwards``: nobody asked it at the time; it is the gate's answer to the record, for that moment.
    """

    at_s: float
    allowed: bool
    findings: tuple[Finding, ...]
    after_movement: int
    afterwards: bool = False


@dataclass(frozen=True)
class NeedleUse:
    """One needle and what became of it; ``depth_mm`` is the deepest it was, along its path."""

    gauge: int
    length_mm: float
    tip: str
    passes: int = 0
    redirections: int = 0
    bone_contacts: int = 0
    gives_felt: int = 0
    depth_mm: float = 0.0


@dataclass(frozen=True)
class StatedDose:
    """Radiation as a person read it off the console or a file told it; ``as_stated`` are the words with their units."""

    dose_area_product_mgy_cm2: Decimal | None
    kerma_reference_mgy: Decimal | None
    seconds: Decimal | None
    as_stated: tuple[str, ...]


@dataclass(frozen=True)
class Procedure:
    """``entered_at`` and ``entered_by`` are there where it was written down afterwards; ``dose`` where it was stated as a
    whole and not measured exposure by exposure."""

    id: str
    kind: ProcedureKind
    side: Side
    target: Target
    operator: str
    virtual_operator: bool
    started_at: datetime
    ended_at: datetime | None = None
    abandoned_because: str = ""
    needle: NeedleUse | None = None
    movements: int = 0  # needle movements so far
    images: tuple[StoredImage, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    administrations: tuple[Administration, ...] = ()
    judgements: tuple[ContrastJudgement, ...] = ()
    gate_answers: tuple[GateAnswer, ...] = ()
    familiar_pain_on_filling: bool | None = None
    deviations: tuple[Finding, ...] = ()
    writer: ProcedureWriter = ProcedureWriter.ROOM
    source: str = ""  # the system or paper that an import or a form was made from
    entered_at: datetime | None = None
    entered_by: str = ""
    recorded_for: str = ""
    read_back: Fact = NOT_ASKED
    dose: StatedDose | None = None
