"""What a person or program may ask of an episode. Each command carries the client's ``id`` and ``by``, who asks.

The same id with the same contents is answered once and for ever; with other contents it is refused.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sijoint.frames import Side
from sijoint.model import (
    AgentLine,
    AppointmentRequest,
    Assessment,
    Authorisation,
    BookingWish,
    Complication,
    Consent,
    ConservativeCare,
    DayOfConfirmation,
    DiaryEntry,
    Discharge,
    FlagAnswer,
    FollowUp,
    FunctionBaseline,
    LeftEarly,
    OrderKind,
    Patient,
    PrescriberContact,
    ProcedureForm,
    Recipe,
    RecoveryCheck,
    ScreeningAnswers,
    Sedation,
    SedativeGiven,
    SignIn,
    SignOut,
    SiteReadiness,
    SkinMark,
    SkinPreparation,
    Syringe,
    SyringeAccount,
    Target,
    TestConditions,
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
class LogConservativeCare(ClinicCommand):
    care: ConservativeCare


@dataclass(frozen=True, kw_only=True)
class RecordAuthorisation(ClinicCommand):
    authorisation: Authorisation


@dataclass(frozen=True, kw_only=True)
class JoinRequest(ClinicCommand):
    """The request of the other episode is the same one, as a person says: it is kept here, too."""

    other_episode_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class CloseAsDuplicate(ClinicCommand):
    """Ends an episode whose request is held by another one now."""

    joined_into: str


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
class SignHold(ClinicCommand):
    """A physician (``by``) signs the dates of a pause for the appointment as it is now; moving it takes this away."""

    agent: str


@dataclass(frozen=True, kw_only=True)
class OverrideFinding(ClinicCommand):
    """``by`` decides; a ``stop`` needs ``second``, another clinician. It counts for the facts as they are now."""

    code: str
    reason_code: str
    reason: str
    second: str = ""


@dataclass(frozen=True, kw_only=True)
class Book(ClinicCommand):
    """A first appointment, or another time for it; ``wished_by`` and ``reason`` say who moved it and why."""

    at: datetime
    wished_by: BookingWish = BookingWish.NOT_STATED
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Prepare(ClinicCommand):
    """Make the preparation sheet from the answers."""


@dataclass(frozen=True, kw_only=True)
class GiveConsent(ClinicCommand):
    consent: Consent


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent(ClinicCommand):
    """The patient says no; ``reason`` in the patient's words, where one is given."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ConfirmToday(ClinicCommand):
    confirmation: DayOfConfirmation


@dataclass(frozen=True, kw_only=True)
class MarkSkin(ClinicCommand):
    skin_mark: SkinMark


@dataclass(frozen=True, kw_only=True)
class PrepareSkin(ClinicCommand):
    """Given when the skin is cleaned, and again when it is seen dry."""

    skin_preparation: SkinPreparation


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
    """The evidence for a payer, as it stands now, sealed by its digest. ``payer`` is the name of a payer's policy."""

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


@dataclass(frozen=True, kw_only=True)
class CancelBooking(ClinicCommand):
    reason: str
    wished_by: BookingWish = BookingWish.NOT_STATED


@dataclass(frozen=True, kw_only=True)
class RecordNoShow(ClinicCommand):
    """The time has come and the patient has not; ``reason`` where one is known afterwards."""

    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class CloseEpisode(ClinicCommand):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ConfirmSite(ClinicCommand):
    """Before the clinic opens: the emergency cards are this site's protocol, kit and lipid are there."""

    readiness: SiteReadiness


@dataclass(frozen=True, kw_only=True)
class DrawUp(ClinicCommand):
    syringe: Syringe


@dataclass(frozen=True, kw_only=True)
class AcceptSyringe(ClinicCommand):
    """``by`` decides on what is under review about a syringe; what stops it is not decided on."""

    syringe_id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AccountForSyringe(ClinicCommand):
    account: SyringeAccount


@dataclass(frozen=True, kw_only=True)
class RecordSedative(ClinicCommand):
    sedative: SedativeGiven


@dataclass(frozen=True, kw_only=True)
class RecordProcedure(ClinicCommand):
    """A procedure from a form or a file of facts; what was done is recorded whatever was left out before it."""

    form: ProcedureForm


@dataclass(frozen=True, kw_only=True)
class RecordGiven(ClinicCommand):
    """Something given that the record of the procedure does not hold yet."""

    given: AgentLine


@dataclass(frozen=True, kw_only=True)
class RecordLeftEarly(ClinicCommand):
    leaving: LeftEarly


Command = (
    RequestAppointment
    | Assess
    | PlaceOrder
    | AnswerScreening
    | ContactPrescriber
    | SignHold
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
    | RecordFunctionBaseline
    | RecordTestConditions
    | AnswerRedFlag
    | RecordComplication
    | FollowComplication
    | SealPacket
    | CancelBooking
    | RecordNoShow
    | CloseEpisode
    | ConfirmSite
    | DrawUp
    | AcceptSyringe
    | AccountForSyringe
    | RecordSedative
    | RecordProcedure
    | RecordGiven
    | RecordLeftEarly
    | LogConservativeCare
    | RecordAuthorisation
    | JoinRequest
    | CloseAsDuplicate
    | WithdrawConsent
    | PrepareSkin
    | WriteNote
    | SignNote
    | AddToNote
    | MarkNoteInError
)
