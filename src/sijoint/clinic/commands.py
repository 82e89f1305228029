"""What a person or program may ask of an episode. Each command carries the client's ``id`` and ``by``, who asks.

The same id with the same contents is answered once and for ever; with other contents it is refused.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sijoint.frames import Side
from sijoint.model import (
    AppointmentRequest,
    Assessment,
    Consent,
    DayOfConfirmation,
    DiaryEntry,
    Discharge,
    OrderKind,
    Patient,
    PrescriberContact,
    Recipe,
    RecoveryCheck,
    ScreeningAnswers,
    Sedation,
    SignIn,
    SignOut,
    SkinMark,
    Target,
    TimeOut,
)
from sijoint.room.events import Event


@dataclass(frozen=True, kw_only=True)
class ClinicCommand:
    """``seen_version`` is the episode's version that the person had before them; another one now refuses the command."""

    id: str
    by: str
    episode_id: str
    seen_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RequestAppointment(ClinicCommand):
    """Opens the episode. A patient who is kept already keeps the stored record."""

    patient: Patient
    request: AppointmentRequest


@dataclass(frozen=True, kw_only=True)
class Assess(ClinicCommand):
    assessment: Assessment


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(ClinicCommand):
    """The threshold, statistic and windows are frozen from the policy by the clinic, not given by the client."""

    order_id: str
    kind: OrderKind
    target: Target
    side: Side
    recipe: Recipe
    sedation: Sedation = Sedation.NONE


@dataclass(frozen=True, kw_only=True)
class AnswerScreening(ClinicCommand):
    answers: ScreeningAnswers


@dataclass(frozen=True, kw_only=True)
class ContactPrescriber(ClinicCommand):
    contact: PrescriberContact


@dataclass(frozen=True, kw_only=True)
class OverrideFinding(ClinicCommand):
    """``by`` decides; a ``stop`` needs ``second``, another clinician. It counts for the facts as they are now."""

    code: str
    reason_code: str
    reason: str
    second: str = ""


@dataclass(frozen=True, kw_only=True)
class Book(ClinicCommand):
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Prepare(ClinicCommand):
    """Make the preparation sheet from the answers."""


@dataclass(frozen=True, kw_only=True)
class GiveConsent(ClinicCommand):
    consent: Consent


@dataclass(frozen=True, kw_only=True)
class ConfirmToday(ClinicCommand):
    confirmation: DayOfConfirmation


@dataclass(frozen=True, kw_only=True)
class MarkSkin(ClinicCommand):
    skin_mark: SkinMark


@dataclass(frozen=True, kw_only=True)
class SignInPatient(ClinicCommand):
    sign_in: SignIn


@dataclass(frozen=True, kw_only=True)
class CallTimeOut(ClinicCommand):
    time_out: TimeOut


@dataclass(frozen=True, kw_only=True)
class BeginProcedure(ClinicCommand):
    """A performed procedure; rehearsals are no part of an episode."""

    procedure_id: str
    operator: str
    virtual_operator: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordRoomEvent(ClinicCommand):
    event: Event


@dataclass(frozen=True, kw_only=True)
class SignOutPatient(ClinicCommand):
    sign_out: SignOut


@dataclass(frozen=True, kw_only=True)
class RecordRecovery(ClinicCommand):
    check: RecoveryCheck


@dataclass(frozen=True, kw_only=True)
class DischargePatient(ClinicCommand):
    discharge: Discharge


@dataclass(frozen=True, kw_only=True)
class AnswerDiary(ClinicCommand):
    entry: DiaryEntry


@dataclass(frozen=True, kw_only=True)
class JudgeBlock(ClinicCommand):
    """Ask the policy for the verdict on the last session."""


@dataclass(frozen=True, kw_only=True)
class AskRepeat(ClinicCommand):
    """May there be another session of this kind on this day?"""

    on: date
    kind: OrderKind


@dataclass(frozen=True, kw_only=True)
class CancelBooking(ClinicCommand):
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecordNoShow(ClinicCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class CloseEpisode(ClinicCommand):
    reason: str


Command = (
    RequestAppointment
    | Assess
    | PlaceOrder
    | AnswerScreening
    | ContactPrescriber
    | OverrideFinding
    | Book
    | Prepare
    | GiveConsent
    | ConfirmToday
    | MarkSkin
    | SignInPatient
    | CallTimeOut
    | BeginProcedure
    | RecordRoomEvent
    | SignOutPatient
    | RecordRecovery
    | DischargePatient
    | AnswerDiary
    | JudgeBlock
    | AskRepeat
    | CancelBooking
    | RecordNoShow
    | CloseEpisode
)
