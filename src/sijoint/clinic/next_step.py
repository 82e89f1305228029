"""What comes next in an episode: one command, by state and by what the day already holds."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sijoint.clinic import commands as c
from sijoint.clinic.command import ClinicCommand
from sijoint.clinic.standing import TOLD_WITH_DISCHARGE
from sijoint.model import Decision, Episode, EpisodeState, OrderKind, Session
from sijoint.pathway import Policy, check_discharge, drug_given, injected_at

Next = type[ClinicCommand] | None
S = EpisodeState


def next_command(episode: Episode, policy: Policy, now: datetime) -> Next:
    """The one that leads on; None where nothing is left to do or only time can."""
    known = _BY_STATE.get(episode.state)
    if known is not None or not episode.sessions:
        return known
    told = _BY_SESSION.get(episode.state)
    return None if told is None else told(episode.sessions[-1], policy, now)


def ready_to_judge(session: Session, now: datetime) -> bool:
    """A test of which the longest window is over, so that no answer to come can count."""
    given = injected_at(session.procedure)
    if session.order.kind is not OrderKind.DIAGNOSTIC or given is None or session.verdict is not None:
        return False
    longest = max((one.longest_min for one in session.order.rule.windows), default=0)
    return now >= given + timedelta(minutes=longest)


def _confirmed(session: Session, policy: Policy, now: datetime) -> Next:
    return c.MarkSkin if session.skin_mark is None else c.SignInPatient


def _signed_in(session: Session, policy: Policy, now: datetime) -> Next:
    if session.readiness is None:
        return c.ConfirmSite
    if not session.syringes:
        return c.DrawUp
    if session.skin_preparation is None or session.skin_preparation.seen_dry_at is None:
        return c.PrepareSkin
    return c.CallTimeOut


def _recovering(session: Session, policy: Policy, now: datetime) -> Next:
    """Discharge as soon as nothing but the escort and the sheet, which are told with it, stands against it."""
    proposed = {*TOLD_WITH_DISCHARGE, "discharge.physician-not-seen"}
    against = [
        one
        for one in check_discharge(session, policy, now).findings
        if one.severity != "note" and one.code not in proposed
    ]
    return c.RecordRecovery if against else c.DischargePatient


def _discharged(session: Session, policy: Policy, now: datetime) -> Next:
    if session.order.kind is OrderKind.THERAPEUTIC or drug_given(session) is None:
        return None
    if session.test_conditions is None:
        return c.RecordTestConditions
    return c.JudgeBlock if ready_to_judge(session, now) else None


def _undecided(session: Session, policy: Policy, now: datetime) -> Next:
    judged = (session.screening, session.recipe_check)
    absolute = any(one is not None and one.decision is Decision.ABSOLUTE for one in judged)
    return c.AnswerScreening if absolute or session.screening is None else c.OverrideFinding


_BY_STATE: Mapping[EpisodeState, Next] = MappingProxyType(
    {
        S.REQUESTED: c.Assess,
        S.ACCEPTED: c.PlaceOrder,
        S.ORDERED: c.AnswerScreening,
        S.CLEARED: c.Book,
        S.BOOKED: c.Prepare,
        S.PREPARED: c.GiveConsent,
        S.CONSENTED: c.ConfirmToday,
        S.TIMED_OUT: c.BeginProcedure,
        S.PROCEDURE_ENDED: c.SignOutPatient,
        S.JUDGED: c.AskRepeat,
        S.CANCELLED: c.Book,
        S.NO_SHOW: c.Book,
        S.DECLINED: c.CloseEpisode,
        S.REDIRECTED: c.CloseEpisode,
    }
)
_BY_SESSION: Mapping[EpisodeState, Callable[[Session, Policy, datetime], Next]] = MappingProxyType(
    {
        S.NEEDS_REVIEW: _undecided,
        S.STOPPED: _undecided,
        S.CONFIRMED: _confirmed,
        S.SIGNED_IN: _signed_in,
        S.RECOVERING: _recovering,
        S.DISCHARGED: _discharged,
    }
)
