"""One episode of care: from a request to the answer and the next one."""

from dataclasses import dataclass
from enum import StrEnum

from sijoint.model.authorisation import Authorisation
from sijoint.model.calls import CallMade, PauseTold
from sijoint.model.checks import (
    Booking,
    BookingChange,
    Consent,
    PreparationSheet,
    SignIn,
    SignOut,
    SkinMark,
    SkinPreparation,
    TimeOut,
)
from sijoint.model.complications import Complication
from sijoint.model.diary import DiaryEntry, DiaryPrompt, FlagAnswer, FunctionBaseline
from sijoint.model.emergency import SiteReadiness
from sijoint.model.finding import Assessed, Override
from sijoint.model.note import Note
from sijoint.model.order import Order
from sijoint.model.payer import PacketSeal
from sijoint.model.procedure import Procedure
from sijoint.model.recovery import Discharge, DischargeSheet, LeftEarly, RecoveryCheck, SedativeGiven
from sijoint.model.request import AppointmentRequest, Assessment, ConservativeCare, JoinedRequest
from sijoint.model.screening import DayOfConfirmation, PrescriberContact, ScreeningAnswers, ScreeningSet
from sijoint.model.syringe import Syringe, SyringeAccount
from sijoint.model.verdict import DualVerdict, RepeatAnswer, TestConditions, Verdict


class StoreKind(StrEnum):
    """Fixed when a store is created, for ever."""

    CARE = "care"
    VIRTUAL = "virtual"


class EpisodeState(StrEnum):
    REQUESTED = "requested"
    DECLINED = "declined"
    REDIRECTED = "redirected"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    NEEDS_REVIEW = "needs review"
    STOPPED = "stopped"
    CLEARED = "cleared"
    BOOKED = "booked"
    PREPARED = "prepared"
    CONSENTED = "consented"
    CONFIRMED = "confirmed today"
    SIGNED_IN = "signed in"
    TIMED_OUT = "timed out"
    IN_PROCEDURE = "in procedure"
    PROCEDURE_ENDED = "procedure ended"
    RECOVERING = "recovering"
    DISCHARGED = "discharged"
    JUDGED = "judged"
    CANCELLED = "cancelled"
    NO_SHOW = "no-show"
    CLOSED = "closed"


@dataclass(frozen=True)
class Session:
    """One treatment day and what follows from it."""

    order: Order
    screening: Assessed | None = None
    recipe_check: Assessed | None = None
    overrides: tuple[Override, ...] = ()
    booking: Booking | None = None
    preparation: PreparationSheet | None = None
    consent: Consent | None = None
    confirmation: DayOfConfirmation | None = None
    skin_mark: SkinMark | None = None
    sign_in: SignIn | None = None
    time_out: TimeOut | None = None
    procedure: Procedure | None = None
    sign_out: SignOut | None = None
    recovery: tuple[RecoveryCheck, ...] = ()
    discharge: Discharge | None = None
    prompts: tuple[DiaryPrompt, ...] = ()
    entries: tuple[DiaryEntry, ...] = ()
    verdict: Verdict | None = None
    discharge_sheet: DischargeSheet | None = None
    function_baseline: FunctionBaseline | None = None
    test_conditions: TestConditions | None = None
    flag_answers: tuple[FlagAnswer, ...] = ()
    complications: tuple[Complication, ...] = ()
    dual: DualVerdict | None = None
    booking_changes: tuple[BookingChange, ...] = ()  # oldest first
    skin_preparation: SkinPreparation | None = None
    note: Note | None = None
    readiness: SiteReadiness | None = None
    syringes: tuple[Syringe, ...] = ()
    syringe_accounts: tuple[SyringeAccount, ...] = ()
    sedatives: tuple[SedativeGiven, ...] = ()
    left_early: LeftEarly | None = None
    pauses_told: tuple[PauseTold, ...] = ()  # of every sheet, oldest first
    calls_made: tuple[CallMade, ...] = ()


@dataclass(frozen=True)
class Episode:
    """``version`` counts commands accepted; the last session is the current one."""

    id: str
    patient_id: str
    state: EpisodeState
    version: int
    request: AppointmentRequest
    assessment: Assessment | None = None
    screening_answers: ScreeningAnswers | None = None
    prescriber_contacts: tuple[PrescriberContact, ...] = ()
    sessions: tuple[Session, ...] = ()
    repeat_answers: tuple[RepeatAnswer, ...] = ()
    screening_history: tuple[ScreeningSet, ...] = ()  # every set of answers, oldest first
    packet_seals: tuple[PacketSeal, ...] = ()
    care_log: tuple[ConservativeCare, ...] = ()  # kept from the request on, beside what the assessment heard
    authorisations: tuple[Authorisation, ...] = ()
    joined_requests: tuple[JoinedRequest, ...] = ()
    joined_into: str = ""  # the episode that holds this request now
    earlier_requests: tuple[JoinedRequest, ...] = ()  # this request before it was corrected, oldest first
