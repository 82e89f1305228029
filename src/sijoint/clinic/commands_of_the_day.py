"""Commands of the day: confirmed, marked, signed in, in the room, watched, sent home."""

from dataclasses import dataclass

from sijoint.clinic.command import ClinicCommand
from sijoint.model import (
    AgentLine,
    DayOfConfirmation,
    Discharge,
    LeftEarly,
    ProcedureForm,
    RecoveryCheck,
    SedativeGiven,
    SignIn,
    SignOut,
    SiteReadiness,
    SkinMark,
    SkinPreparation,
    Syringe,
    SyringeAccount,
    TimeOut,
)
from sijoint.room.events import Event


@dataclass(frozen=True, kw_only=True)
class ConfirmToday(ClinicCommand):
    confirmation: DayOfConfirmation


@dataclass(frozen=True, kw_only=True)
class ConfirmSite(ClinicCommand):
    """Before the clinic opens: the emergency cards are this site's protocol, kit and lipid are there.

    Said in one session it holds for those that sign in later, for as long as the policy says.
    """

    readiness: SiteReadiness


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
class SignOutPatient(ClinicCommand):
    sign_out: SignOut


@dataclass(frozen=True, kw_only=True)
class RecordRecovery(ClinicCommand):
    check: RecoveryCheck


@dataclass(frozen=True, kw_only=True)
class DischargePatient(ClinicCommand):
    discharge: Discharge


@dataclass(frozen=True, kw_only=True)
class RecordLeftEarly(ClinicCommand):
    leaving: LeftEarly
