"""Commands afterwards: diary, verdict, repeat, complications, the payer's packet, the note."""

from dataclasses import dataclass
from datetime import date

from sijoint.clinic.command import ClinicCommand
from sijoint.frames import Side
from sijoint.model import (
    CallMade,
    Complication,
    DiaryEntry,
    FlagAnswer,
    FollowUp,
    FunctionBaseline,
    OrderKind,
    Target,
    TestConditions,
)


@dataclass(frozen=True, kw_only=True)
class AnswerDiary(ClinicCommand):
    entry: DiaryEntry


@dataclass(frozen=True, kw_only=True)
class JudgeBlock(ClinicCommand):
    """Ask the policy for the verdict on the last session."""


@dataclass(frozen=True, kw_only=True)
class AskRepeat(ClinicCommand):
    """May there be another session of this kind on this day? Without side or target, those of the last session."""

    on: date
    kind: OrderKind
    side: Side | None = None
    target: Target | None = None


@dataclass(frozen=True, kw_only=True)
class RecordFunctionBaseline(ClinicCommand):
    """How daily life went before the injection of the current session."""

    baseline: FunctionBaseline


@dataclass(frozen=True, kw_only=True)
class RecordTestConditions(ClinicCommand):
    """What came with the block of the current session and would spoil its reading."""

    conditions: TestConditions


@dataclass(frozen=True, kw_only=True)
class AnswerRedFlag(ClinicCommand):
    """A clinician has seen the red flags of a diary entry; not reached leaves them open."""

    answer: FlagAnswer


@dataclass(frozen=True, kw_only=True)
class RecordCall(ClinicCommand):
    """A call to the patient was made; ``order_id`` names the session it was about, "" the last one."""

    call: CallMade
    order_id: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordComplication(ClinicCommand):
    """``order_id`` names the session it belongs to; "" the last one with a procedure."""

    complication: Complication
    order_id: str = ""


@dataclass(frozen=True, kw_only=True)
class FollowComplication(ClinicCommand):
    complication_id: str
    follow_up: FollowUp


@dataclass(frozen=True, kw_only=True)
class SealPacket(ClinicCommand):
    """The evidence for a payer, as it stands now, sealed by its digest. ``payer`` is the id of a payer's policy.

    One that ships, or one of the policy files that the site works by.
    """

    payer: str


@dataclass(frozen=True, kw_only=True)
class WriteNote(ClinicCommand):
    """A version of the procedure note; ``generated`` from the events, unchanged. ``order_id`` "": the last procedure."""

    text: str
    generated: bool = False
    order_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SignNote(ClinicCommand):
    """``seen_digest`` is the SHA-256 of the text that was read, so that nothing else is signed."""

    seen_digest: str
    order_id: str = ""


@dataclass(frozen=True, kw_only=True)
class AddToNote(ClinicCommand):
    text: str
    order_id: str = ""


@dataclass(frozen=True, kw_only=True)
class MarkNoteInError(ClinicCommand):
    """Version or addendum ``place``, counted from 0, was entered in error and stays visible."""

    place: int
    reason: str
    addendum: bool = False
    order_id: str = ""
