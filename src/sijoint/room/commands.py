"""What a person, a program or the virtual operator may tell the room. Each command carries a client id and session seconds.

Angles and places are the patient's (LPS, mm): ``left_deg`` and ``cephalad_deg`` are the receptor's tilt from straight
behind a prone patient, in a clinician's words.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator

from sijoint.model import ContrastPattern, ViewPurpose

Point = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class RoomCommand:
    """``id`` names the command for ever: the same id twice is the same command once."""

    id: str
    at_s: float


@dataclass(frozen=True, kw_only=True)
class PositionCArm(RoomCommand):
    left_deg: float
    cephalad_deg: float
    isocentre_mm: Point
    kind: Literal["position"] = field(default="position", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Collimate(RoomCommand):
    """Half sizes of the field at the isocentre."""

    half_width_mm: float
    half_height_mm: float
    kind: Literal["collimate"] = field(default="collimate", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Pulse(RoomCommand):
    """The pedal: so many pulses; the last image holds and is stored for ``purpose``."""

    pulses: int
    purpose: ViewPurpose
    kind: Literal["pulse"] = field(default="pulse", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ChangeSettings(RoomCommand):
    """What is None stays as it is. ``kvp`` and ``ma`` are the tube by hand, ``automatic`` gives it back to brightness control.

    From ``brightness`` on it is the screen alone: neither frames nor events depend on it (meanings in `room.settings`).
    """

    pulses_per_s: float | None = None
    zoom: float | None = None
    automatic: bool | None = None
    kvp: float | None = None
    ma: float | None = None
    brightness: float | None = None
    contrast: float | None = None
    edge: float | None = None
    inverted: bool | None = None
    mirror: bool | None = None
    quarter_turns: int | None = None
    subtraction: bool | None = None
    kind: Literal["settings"] = field(default="settings", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class MarkEntry(RoomCommand):
    """Lay a metal pointer on the skin with its tip there: X-rays see it until it is taken away (None)."""

    at_mm: Point | None
    kind: Literal["mark entry"] = field(default="mark entry", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class ChooseNeedle(RoomCommand):
    code: str  # formulary code
    kind: Literal["choose needle"] = field(default="choose needle", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class InsertNeedle(RoomCommand):
    entry_mm: Point
    direction: Point
    bevel_clock_deg: float = 0.0
    kind: Literal["insert needle"] = field(default="insert needle", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class AdvanceNeedle(RoomCommand):
    """The bevel turns evenly by ``turn_deg`` meanwhile."""

    distance_mm: float
    turn_deg: float = 0.0
    kind: Literal["advance"] = field(default="advance", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class WithdrawNeedle(RoomCommand):
    """Back along its path; to the skin and out when ``distance_mm`` is the depth or more."""

    distance_mm: float
    kind: Literal["withdraw"] = field(default="withdraw", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class RedirectNeedle(RoomCommand):
    direction: Point
    kind: Literal["redirect"] = field(default="redirect", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class RotateBevel(RoomCommand):
    clock_deg: float
    kind: Literal["rotate bevel"] = field(default="rotate bevel", kw_only=True)


WhilePressed = Annotated[
    PositionCArm | Collimate | ChangeSettings | AdvanceNeedle | WithdrawNeedle | RedirectNeedle | RotateBevel,
    Discriminator("kind"),
]


@dataclass(frozen=True)
class During:
    """A command carried out with the pedal down, between two pulses: after so many of them."""

    after_pulses: int
    command: WhilePressed


@dataclass(frozen=True, kw_only=True)
class Press(RoomCommand):
    """The pedal held by a person: as many pulses as it was down for, and what was done meanwhile. The image holds."""

    purpose: ViewPurpose
    pulses: int = 1
    during: tuple[During, ...] = ()
    kind: Literal["press"] = field(default="press", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class InjectSkin(RoomCommand):
    volume_ml: Decimal
    kind: Literal["inject skin"] = field(default="inject skin", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class InjectContrast(RoomCommand):
    """Contrast under pulses at the present view, watched for some seconds after the plunger stops.

    ``stopped_after`` intervals the hand left the plunger, and the watching ended after ``watched`` pulses; None: as told.
    """

    volume_ml: Decimal
    rate_ml_s: float
    watch_s: float
    stopped_after: int | None = None
    watched: int | None = None
    kind: Literal["inject contrast"] = field(default="inject contrast", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class JudgeContrast(RoomCommand):
    pattern: ContrastPattern
    by: str
    kind: Literal["judge contrast"] = field(default="judge contrast", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class InjectDrug(RoomCommand):
    """The drug syringe of the order, all of it or so many millilitres; ``stopped_after`` as with contrast."""

    volume_ml: Decimal
    rate_ml_s: float
    stopped_after: int | None = None
    kind: Literal["inject drug"] = field(default="inject drug", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class Wait(RoomCommand):
    seconds: float
    kind: Literal["wait"] = field(default="wait", kw_only=True)


@dataclass(frozen=True, kw_only=True)
class EndProcedure(RoomCommand):
    abandoned_because: str = ""
    kind: Literal["end"] = field(default="end", kw_only=True)


Command = Annotated[
    PositionCArm
    | Collimate
    | Pulse
    | Press
    | ChangeSettings
    | MarkEntry
    | ChooseNeedle
    | InsertNeedle
    | AdvanceNeedle
    | WithdrawNeedle
    | RedirectNeedle
    | RotateBevel
    | InjectSkin
    | InjectContrast
    | JudgeContrast
    | InjectDrug
    | Wait
    | EndProcedure,
    Discriminator("kind"),
]
