"""What happened in the room, in order, without ground truth: what people there could see, hear and feel.

``movement`` counts needle movements so far; the gate compares it.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator

from sijoint.frames import Side
from sijoint.model import ContrastPattern, Finding, ProcedureKind, StoredImage, SyringeUse, Target
from sijoint.room.permission import Action
from sijoint.room.settings import RoomSettings


@dataclass(frozen=True, kw_only=True)
class RoomEvent:
    at_s: float
    command_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Started(RoomEvent):
    procedure_id: str
    procedure_kind: ProcedureKind
    side: Side
    target: Target
    operator: str
    virtual_operator: bool
    kind: Literal["started"] = field(default="started", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class CArmMoved(RoomEvent):
    primary_deg: float
    secondary_deg: float
    isocentre_mm: tuple[float, float, float]
    words: str
    kind: Literal["C-arm moved"] = field(default="C-arm moved", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Collimated(RoomEvent):
    half_width_mm: float
    half_height_mm: float
    kind: Literal["collimated"] = field(default="collimated", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class SettingsChanged(RoomEvent):
    """What is set now, all of it."""

    settings: RoomSettings
    kind: Literal["settings changed"] = field(default="settings changed", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class EntryMarked(RoomEvent):
    """The pointer's tip on the skin; None: the pointer was taken away."""

    at_mm: tuple[float, float, float] | None
    kind: Literal["entry marked"] = field(default="entry marked", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Exposed(RoomEvent):
    """All pulses of one exposure; angles, kVp and mA are the last pulse's."""

    pulses: int
    seconds: float
    primary_deg: float
    secondary_deg: float
    kvp: float
    ma: float
    kerma_reference_mgy: float
    dose_area_product_mgy_cm2: float
    images: tuple[StoredImage, ...]
    kind: Literal["exposed"] = field(default="exposed", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class NeedleChosen(RoomEvent):
    code: str
    gauge: int
    length_mm: float
    tip: str
    kind: Literal["needle chosen"] = field(default="needle chosen", kw_only=True)


@dataclass(frozen=True)
class Felt:
    """What the operator's hand felt: ``layer``, ``give``, ``bone`` that stops or that the tip ``scrape``s along; depth, newtons."""

    what: Literal["layer", "give", "bone", "scrape"]
    depth_mm: float
    force_n: float


@dataclass(frozen=True, kw_only=True)
class NeedleMoved(RoomEvent):
    """``resistance_n`` is what the hub met along an advance, every 0.5 mm and at its end."""

    movement: int
    how: Literal["insert", "advance", "withdraw", "redirect", "rotate", "out"]
    depth_mm: float
    passes: int
    redirections: int
    bone_contacts: int
    felt: tuple[Felt, ...] = ()
    resistance_n: tuple[float, ...] = ()
    kind: Literal["needle moved"] = field(default="needle moved", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class PatientFelt(RoomEvent):
    """``quality`` is what the pain is like, ``where`` the places it goes to beyond the needle."""

    nrs: int
    familiar: bool | None = None  # asked on filling only
    quality: str = ""
    where: str = ""
    kind: Literal["patient felt"] = field(default="patient felt", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Injected(RoomEvent):
    """One agent of one syringe."""

    movement: int
    use: SyringeUse
    agent: str
    volume_ml: Decimal
    peak_pressure_kpa: float
    kind: Literal["injected"] = field(default="injected", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Judged(RoomEvent):
    movement: int
    pattern: ContrastPattern
    by: str
    virtual_operator: bool
    image_sha256: tuple[str, ...]
    kind: Literal["judged"] = field(default="judged", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class GateAnswered(RoomEvent):
    movement: int
    allowed: bool
    findings: tuple[Finding, ...]
    kind: Literal["gate answered"] = field(default="gate answered", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Refused(RoomEvent):
    """Something was asked for and not done; ``sentence`` is what the person reads."""

    action: Action | None  # None: a movement that cannot be made
    sentence: str
    findings: tuple[Finding, ...] = ()
    kind: Literal["refused"] = field(default="refused", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Ended(RoomEvent):
    abandoned_because: str = ""
    kind: Literal["ended"] = field(default="ended", kw_only=True)


Event = Annotated[
    Started
    | CArmMoved
    | Collimated
    | SettingsChanged
    | EntryMarked
    | Exposed
    | NeedleChosen
    | NeedleMoved
    | PatientFelt
    | Injected
    | Judged
    | GateAnswered
    | Refused
    | Ended,
    Discriminator("kind"),
]
