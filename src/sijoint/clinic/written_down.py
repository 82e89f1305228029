"""A procedure that the room did not record: from a form, from a file of facts, and what somebody adds to it later."""

from dataclasses import replace
from datetime import datetime, timedelta

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.clearance import with_session
from sijoint.clinic.commands import RecordGiven, RecordProcedure
from sijoint.clinic.situation import Change, CommandRefused, Situation, stepped
from sijoint.model import (
    Assessed,
    EpisodeState,
    ImageOrigin,
    Procedure,
    Session,
    StoreKind,
)
from sijoint.pathway import (
    Step,
    UnusableForm,
    administration,
    authorise_drug,
    check_given,
    diary_prompts,
    given_before,
    injected_at,
    next_state,
    procedure_findings,
    procedure_from_form,
)
from sijoint.records import Tag

MAY_RUN = (EpisodeState.TIMED_OUT, EpisodeState.IN_PROCEDURE)


@carry_out.register
def _(command: RecordProcedure, now: Situation) -> Change:
    """The gate is asked afterwards, of the record as it stood before each drug; what it holds against it is a deviation."""
    form = command.form
    next_state(now.episode.state, Step.RECORD_PROCEDURE, now.session)
    begun = now.session.procedure
    _room_left_nothing(begun, form.procedure_id)
    if begun is None and any(one.procedure and one.procedure.id == form.procedure_id for one in now.episode.sessions):
        raise CommandRefused("a procedure needs an id of its own that no other procedure has")
    running = EpisodeState.IN_PROCEDURE if now.episode.state in MAY_RUN else now.episode.state

    def gate(so_far: Procedure, at: datetime) -> Assessed:
        episode = with_session(replace(now.episode, state=running), replace(now.session, procedure=so_far))
        return authorise_drug(episode, now.policy, at)

    try:
        procedure = procedure_from_form(form, command.by, now.now, gate)
    except UnusableForm as refusal:
        raise CommandRefused(str(refusal)) from None
    _images_are_kept(procedure, now)
    session = finished(replace(now.session, procedure=procedure), now)
    assert session.procedure is not None
    episode = stepped(now, Step.RECORD_PROCEDURE, session)
    return Change(episode, Tag.PROCEDURE_RECORDED, session.procedure.deviations)


@carry_out.register
def _(command: RecordGiven, now: Situation) -> Change:
    """Added where it belongs in time, with the time of entry. A verdict made without it is none any more."""
    procedure = now.session.procedure
    next_state(now.episode.state, Step.RECORD_GIVEN, now.session)
    if procedure is None:
        raise CommandRefused("no procedure is on record: record the procedure first")
    try:
        check_given(command.given, "what is added")
    except UnusableForm as refusal:
        raise CommandRefused(str(refusal)) from None
    if not procedure.started_at <= command.given.at <= now.now:
        raise CommandRefused("it was given after the procedure began and before now: correct the time")
    at_s = (command.given.at - procedure.started_at) / timedelta(seconds=1)
    given = administration(command.given, procedure, _movement_at(procedure, at_s))
    given = replace(given, entered_at=now.now, entered_by=command.by)
    before = [one for one in procedure.administrations if one.at_s <= at_s]
    after = procedure.administrations[len(before) :]
    procedure = replace(procedure, administrations=(*before, given, *after))
    session = replace(now.session, procedure=procedure, verdict=None)
    if procedure.ended_at is not None:
        session = finished(session, now)
    assert session.procedure is not None
    episode = stepped(now, Step.RECORD_GIVEN, session)
    return Change(episode, Tag.PROCEDURE_ADDED_TO, session.procedure.deviations)


def finished(session: Session, now: Situation) -> Session:
    """The session with the findings of its record, and with the questions that the injection makes due.

    Questions that somebody has answered stay as they are.
    """
    procedure = session.procedure
    assert procedure is not None
    earlier = replace(now.episode, sessions=now.episode.sessions[:-1])
    before = given_before((earlier, *now.others_of_patient()), now.policy, procedure.started_at)
    findings = procedure_findings(session, now.patient, now.policy, before)
    session = replace(session, procedure=replace(procedure, deviations=findings))
    given = injected_at(procedure)
    if session.entries:
        return session
    return replace(session, prompts=diary_prompts(session.order, given, now.ordered_policy) if given else ())


def _room_left_nothing(begun: Procedure | None, procedure_id: str) -> None:
    if begun is None:
        return
    if begun.id != procedure_id:
        raise CommandRefused(f"procedure {begun.id} has begun: write that one down, under its own id")
    if begun.images or begun.exposures or begun.administrations or begun.movements:
        raise CommandRefused(
            "the room has recorded this procedure: end it there, and add what is missing to it line by line"
        )


def _images_are_kept(procedure: Procedure, now: Situation) -> None:
    for image in procedure.images:
        if image.origin is ImageOrigin.SIMULATED and now.store_kind is StoreKind.CARE:
            raise CommandRefused(
                "a care store refuses simulated images in a performed procedure: use a virtual store for simulation"
            )
        if not image.sha256:
            continue
        origin = now.origin_of_image(image.sha256)
        if origin is None:
            raise CommandRefused(f"image {image.sha256[:12]} is not kept for this episode: keep its bytes first")
        if origin != image.origin:
            raise CommandRefused(f"image {image.sha256[:12]} is {origin}, not {image.origin}: correct the form")


def _movement_at(procedure: Procedure, at_s: float) -> int:
    """How often the needle had moved by then, as far as what was recorded until then tells."""
    known = [one.after_movement for one in procedure.administrations if one.at_s <= at_s]
    known += [one.after_movement for one in procedure.judgements if one.at_s <= at_s]
    known += [one.after_movement for one in procedure.images if one.at_s <= at_s]
    return max(known, default=0)
