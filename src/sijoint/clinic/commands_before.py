"""Commands before the day: the request, the visit, the order, screening, booking, preparation, consent."""

from dataclasses import dataclass
from datetime import datetime

from sijoint.clinic.command import ClinicCommand
from sijoint.frames import Side
from sijoint.model import (
    AppointmentRequest,
    Assessment,
    Authorisation,
    BookingWish,
    Consent,
    ConservativeCare,
    OrderKind,
    Patient,
    PrescriberContact,
    Recipe,
    ScreeningAnswers,
    Sedation,
    Target,
)


@dataclass(frozen=True, kw_only=True)
class RequestAppointment(ClinicCommand):
    """Opens the episode. A patient who is kept already keeps the stored record."""

    patient: Patient
    request: AppointmentRequest


@dataclass(frozen=True, kw_only=True)
class CorrectRequest(ClinicCommand):
    """The whole request as it should have been; ``reason`` says how that is known."""

    request: AppointmentRequest
    reason: str


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
class CancelBooking(ClinicCommand):
    reason: str
    wished_by: BookingWish = BookingWish.NOT_STATED


@dataclass(frozen=True, kw_only=True)
class RecordNoShow(ClinicCommand):
    """The time has come and the patient has not; ``reason`` where one is known afterwards."""

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
class CloseEpisode(ClinicCommand):
    reason: str
