"""The day: confirm what may have changed, mark the skin, sign in, clean the skin, call the time-out, begin, sign out."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.clearance import clearance, with_session
from sijoint.clinic.commands import (
    BeginProcedure,
    CallTimeOut,
    ConfirmToday,
    MarkSkin,
    PrepareSkin,
    SignInPatient,
    SignOutPatient,
)
from sijoint.clinic.site_word import with_word_of_site
from sijoint.clinic.situation import Change, CommandRefused, Situation, require_clear, sentences, stepped
from sijoint.model import Assessed, Decision, Procedure, ProcedureKind
from sijoint.pathway import (
    Step,
    changed_today,
    check_operator,
    check_sides,
    check_sign_in,
    check_sign_out,
    check_skin,
    check_time_out,
    confirmation_step,
    next_state,
)
from sijoint.records import Tag


@carry_out.register
def _(command: ConfirmToday, now: Situation) -> Change:
    """Kept whatever it says; a changed fact takes the clearance away."""
    session = replace(now.session, confirmation=command.confirmation)
    judged = clearance(now, with_session(now.episode, session), session)
    assert judged.day is not None
    if changed_today(command.confirmation, now.episode.screening_answers):
        session = replace(session, screening=None)
    episode = stepped(now, confirmation_step(judged.together.decision), session)
    return Change(episode, Tag.DAY_CONFIRMED, judged.together.findings)


@carry_out.register
def _(command: MarkSkin, now: Situation) -> Change:
    """On the side that request, examination, order and consent name, with the patient awake."""
    session = replace(now.session, skin_mark=command.skin_mark)
    episode = stepped(now, Step.MARK_SKIN, session)
    if command.skin_mark.side is None:
        raise CommandRefused("the skin mark names no side: absent is not agreement")
    sides = check_sides(
        now.episode.request, now.episode.assessment, session.order, session.consent, command.skin_mark, None
    )
    wrong = tuple(finding for finding in sides.findings if finding.code != "side.missing")  # the time-out comes later
    require_clear("the skin mark is not accepted", Assessed(sides.decision if wrong else Decision.CLEAR, wrong))
    return Change(episode, Tag.SIDE_MARKED)


@carry_out.register
def _(command: SignInPatient, now: Situation) -> Change:
    session = with_word_of_site(replace(now.session, sign_in=command.sign_in), now)
    episode = stepped(now, Step.SIGN_IN, session)
    check = check_sign_in(command.sign_in, session, now.policy, now.now)
    require_clear("sign-in is not complete", check)
    return Change(episode, Tag.SIGN_IN_DONE, check.findings)


@carry_out.register
def _(command: PrepareSkin, now: Situation) -> Change:
    """Kept as it was done; skin that is wet or cleaned with the wrong thing lets no needle through the gate."""
    done = command.skin_preparation
    session = replace(now.session, skin_preparation=done)
    episode = stepped(now, Step.PREPARE_SKIN, session)
    check = check_skin(done, now.episode.screening_answers, now.now)
    if any(one.code == "skin-prep.unknown-agent" for one in check.findings):
        raise CommandRefused(f"the skin preparation is not recorded: {sentences(check)}", check.findings)
    return Change(episode, Tag.SKIN_PREPARED, check.findings)


@carry_out.register
def _(command: CallTimeOut, now: Situation) -> Change:
    session = with_word_of_site(replace(now.session, time_out=command.time_out), now)
    episode = stepped(now, Step.TIME_OUT, session)
    check = check_time_out(command.time_out, session, now.episode.request, now.episode.assessment, now.policy, now.now)
    require_clear("time-out is not complete", check)
    return Change(episode, Tag.TIME_OUT_CALLED, check.findings)


@carry_out.register
def _(command: BeginProcedure, now: Situation) -> Change:
    """The order is checked once more: what the patient was given elsewhere meanwhile counts."""
    order = now.session.order
    next_state(now.episode.state, Step.BEGIN_PROCEDURE, now.session)
    require_clear("the procedure cannot begin", check_operator(command.operator, now.session))
    require_clear("the order no longer stands", clearance(now, now.episode, now.session).order)
    procedure = Procedure(
        id=command.procedure_id,
        kind=ProcedureKind.PERFORMED,
        side=order.side,
        target=order.target,
        operator=command.operator,
        virtual_operator=command.virtual_operator,
        started_at=now.now,
    )
    if not command.procedure_id or any(
        one.procedure is not None and one.procedure.id == command.procedure_id for one in now.episode.sessions
    ):
        raise CommandRefused("a procedure needs an id of its own that no other procedure has")
    return Change(stepped(now, Step.BEGIN_PROCEDURE, replace(now.session, procedure=procedure)), Tag.PROCEDURE_BEGUN)


@carry_out.register
def _(command: SignOutPatient, now: Situation) -> Change:
    """Kept whatever it says; what it leaves open is told now and holds the discharge."""
    session = replace(now.session, sign_out=command.sign_out)
    check = check_sign_out(command.sign_out, session, now.policy, now.now)
    return Change(stepped(now, Step.SIGN_OUT, session), Tag.SIGN_OUT_DONE, check.findings)
