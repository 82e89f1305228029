"""Which commands may be given now: the state allows their step, the facts that they are about are there, the role may."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from sijoint.clinic import commands as c
from sijoint.clinic.command import ClinicCommand
from sijoint.model import Episode, EpisodeState, OrderKind, Role, Session
from sijoint.pathway import (
    TRANSITIONS,
    Policy,
    Step,
    antithrombotics_taken,
    drug_given,
    flags_of,
    roles_for,
)

SCREENED = (Step.SCREEN_CLEAR, Step.SCREEN_REVIEW, Step.SCREEN_STOP)

STEPS: Mapping[type[ClinicCommand], tuple[Step, ...]] = MappingProxyType(
    {
        c.CorrectRequest: (Step.CORRECT_REQUEST,),
        c.JoinRequest: (Step.JOIN_REQUEST,),
        c.CloseAsDuplicate: (Step.CLOSE_DUPLICATE,),
        c.LogConservativeCare: (Step.LOG_CARE,),
        c.RecordAuthorisation: (Step.RECORD_AUTHORISATION,),
        c.Assess: (Step.ACCEPT, Step.DECLINE, Step.REDIRECT),
        c.PlaceOrder: (Step.PLACE_ORDER,),
        c.AnswerScreening: SCREENED,
        c.ContactPrescriber: (Step.CONTACT_PRESCRIBER,),
        c.SignHold: (Step.CONTACT_PRESCRIBER,),
        c.OverrideFinding: SCREENED,
        c.Book: (Step.BOOK,),
        c.Prepare: (Step.PREPARE,),
        c.CancelBooking: (Step.CANCEL,),
        c.RecordNoShow: (Step.NO_SHOW,),
        c.GiveConsent: (Step.CONSENT,),
        c.WithdrawConsent: (Step.WITHDRAW_CONSENT,),
        c.ConfirmToday: (Step.CONFIRM,),
        c.ConfirmSite: (Step.CONFIRM_SITE,),
        c.RecordCall: (Step.RECORD_CALL,),
        c.MarkSkin: (Step.MARK_SKIN,),
        c.SignInPatient: (Step.SIGN_IN,),
        c.DrawUp: (Step.DRAW_UP,),
        c.AcceptSyringe: (Step.DRAW_UP,),
        c.PrepareSkin: (Step.PREPARE_SKIN,),
        c.CallTimeOut: (Step.TIME_OUT,),
        c.BeginProcedure: (Step.BEGIN_PROCEDURE,),
        c.RecordRoomEvent: (Step.ROOM_EVENT,),
        c.RecordProcedure: (Step.RECORD_PROCEDURE,),
        c.RecordGiven: (Step.RECORD_GIVEN,),
        c.RecordSedative: (Step.RECORD_SEDATIVE,),
        c.SignOutPatient: (Step.SIGN_OUT,),
        c.AccountForSyringe: (Step.ACCOUNT_SYRINGE,),
        c.RecordRecovery: (Step.RECOVERY_CHECK,),
        c.DischargePatient: (Step.DISCHARGE,),
        c.RecordLeftEarly: (Step.LEAVE_EARLY,),
        c.AnswerDiary: (Step.ANSWER_DIARY,),
        c.AnswerRedFlag: (Step.ANSWER_RED_FLAG,),
        c.RecordFunctionBaseline: (Step.RECORD_FUNCTION,),
        c.RecordTestConditions: (Step.RECORD_TEST_CONDITIONS,),
        c.JudgeBlock: (Step.JUDGE,),
        c.AskRepeat: (Step.ASK_REPEAT,),
        c.RecordComplication: (Step.RECORD_COMPLICATION,),
        c.FollowComplication: (Step.RECORD_COMPLICATION,),
        c.WriteNote: (Step.WRITE_NOTE,),
        c.SignNote: (Step.SIGN_NOTE,),
        c.AddToNote: (Step.ADD_TO_NOTE,),
        c.MarkNoteInError: (Step.MARK_NOTE,),
        c.SealPacket: (Step.SEAL_PACKET,),
        c.CloseEpisode: (Step.CLOSE,),
    }
)


def offered(episode: Episode, role: Role, policy: Policy, now: datetime) -> tuple[type[ClinicCommand], ...]:
    """Every command that somebody of this role may give now, in the order of the pathway.

    One that is not offered would be refused; one that is may still be refused for what it says.
    """
    return tuple(
        command
        for command, steps in STEPS.items()
        if role in roles_for(command.__name__)
        and any((episode.state, step) in TRANSITIONS for step in steps)
        and _has_what_it_is_about(command, episode, policy, now)
    )


def _has_what_it_is_about(command: type[ClinicCommand], episode: Episode, policy: Policy, now: datetime) -> bool:
    ask = _NEEDS.get(command)
    return ask is None or ask(episode, policy, now)


def _session(episode: Episode) -> Session | None:
    return episode.sessions[-1] if episode.sessions else None


def _of_session(ask: Callable[[Session], bool]) -> Callable[[Episode, Policy, datetime], bool]:
    """Asked of the current session; no without one."""

    def asked(episode: Episode, policy: Policy, now: datetime) -> bool:
        session = _session(episode)
        return session is not None and ask(session)

    return asked


def _noted_sessions(episode: Episode) -> list[Session]:
    """The one that a note command without an order is about: the last with a procedure."""
    return [one for one in episode.sessions if one.procedure is not None][-1:]


def _taken(episode: Episode, policy: Policy, now: datetime) -> bool:
    answers = episode.screening_answers
    return answers is not None and bool(antithrombotics_taken(answers))


def _hold_to_sign(episode: Episode, policy: Policy, now: datetime) -> bool:
    session = _session(episode)
    booked = session is not None and session.booking is not None
    return booked and any(one.answer == "hold" for one in episode.prescriber_contacts)


def _flagged(episode: Episode, policy: Policy, now: datetime) -> bool:
    return any(flags_of(entry, one, policy) for one in episode.sessions for entry in one.entries)


def _unsigned(note_there: bool) -> Callable[[Episode, Policy, datetime], bool]:
    def asked(episode: Episode, policy: Policy, now: datetime) -> bool:
        return any(
            (one.note is not None or not note_there) and (one.note is None or one.note.signed_at is None)
            for one in _noted_sessions(episode)
        )

    return asked


def _is_a_test(session: Session) -> bool:
    return session.order.kind is OrderKind.DIAGNOSTIC


def _diagnostic(session: Session) -> bool:
    return session.order.kind is OrderKind.DIAGNOSTIC and drug_given(session) is not None


def _may_be_written(session: Session) -> bool:
    """The form is for what the room did not record."""
    done = session.procedure
    return done is None or not (done.images or done.exposures or done.administrations or done.movements)


_NEEDS: Mapping[type[ClinicCommand], Callable[[Episode, Policy, datetime], bool]] = {
    c.AnswerScreening: _of_session(lambda session: session.procedure is None),
    c.OverrideFinding: lambda episode, policy, now: episode.state in (EpisodeState.NEEDS_REVIEW, EpisodeState.STOPPED),
    c.ContactPrescriber: _taken,
    c.SignHold: _hold_to_sign,
    c.CancelBooking: _of_session(lambda session: session.booking is not None),
    c.RecordNoShow: lambda episode, policy, now: (
        (session := _session(episode)) is not None and session.booking is not None and session.booking.at <= now
    ),
    c.WithdrawConsent: _of_session(lambda session: True),
    c.AcceptSyringe: _of_session(lambda session: bool(session.syringes)),
    c.AccountForSyringe: _of_session(lambda session: bool(session.syringes)),
    c.RecordProcedure: _of_session(_may_be_written),
    c.RecordRoomEvent: _of_session(lambda session: session.procedure is not None),
    c.AnswerDiary: lambda episode, policy, now: any(one.prompts for one in episode.sessions),
    c.AnswerRedFlag: _flagged,
    c.RecordTestConditions: _of_session(_is_a_test),
    c.JudgeBlock: _of_session(_diagnostic),
    c.AskRepeat: lambda episode, policy, now: bool(_noted_sessions(episode)),
    c.RecordComplication: lambda episode, policy, now: bool(_noted_sessions(episode)),
    c.FollowComplication: lambda episode, policy, now: any(one.complications for one in episode.sessions),
    c.WriteNote: _unsigned(note_there=False),
    c.SignNote: _unsigned(note_there=True),
    c.AddToNote: lambda episode, policy, now: any(
        one.note is not None and one.note.signed_at is not None for one in _noted_sessions(episode)
    ),
    c.MarkNoteInError: lambda episode, policy, now: any(one.note is not None for one in _noted_sessions(episode)),
    c.SealPacket: lambda episode, policy, now: bool(_noted_sessions(episode)),
}
