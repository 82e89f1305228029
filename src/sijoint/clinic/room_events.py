"""Room events become facts of the procedure, one by one, as they happen. What was done is always recorded."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import RecordRoomEvent
from sijoint.clinic.situation import Change, CommandRefused, Situation, stepped
from sijoint.clinic.written_down import finished
from sijoint.model import GateAnswer, ImageOrigin, Procedure, StoreKind
from sijoint.pathway import Step, allows, authorise_drug, next_state
from sijoint.records import Tag
from sijoint.room import recorded
from sijoint.room.events import Ended, Event, Exposed, GateAnswered, Refused, Started
from sijoint.room.permission import Action


@carry_out.register
def _(command: RecordRoomEvent, now: Situation) -> Change:
    event = command.event
    next_state(now.episode.state, Step.ROOM_EVENT, now.session)
    before = now.session.procedure
    if before is None:
        raise CommandRefused("no procedure has begun: begin it before anything is recorded in it")
    procedure = with_event(before, event, now)
    if isinstance(event, Ended):
        return _ended(procedure, now)
    session = replace(now.session, procedure=procedure)
    return Change(stepped(now, Step.ROOM_EVENT, session), _tag(event, procedure))


def with_event(procedure: Procedure, event: Event, now: Situation) -> Procedure:
    """The procedure's facts after one event. Raises CommandRefused for an event of another procedure."""
    match event:
        case Started():
            _same_procedure(procedure, event)
            return procedure
        case Exposed():
            return _exposed(procedure, event, now)
        case GateAnswered():
            # The room's word is not taken for it: the answer is computed again from what is stored.
            answer = authorise_drug(now.episode, now.policy, now.now)
            gate = GateAnswer(event.at_s, allows(answer), answer.findings, procedure.movements)
            return replace(procedure, gate_answers=(*procedure.gate_answers, gate))
        case Ended():
            return replace(procedure, ended_at=now.now, abandoned_because=event.abandoned_because)
        case _:
            return recorded.with_event(procedure, event)  # what leaves no fact is in the ledger's own command


def _same_procedure(procedure: Procedure, event: Started) -> None:
    begun = (procedure.id, procedure.kind, procedure.side, procedure.target)
    told = (event.procedure_id, event.procedure_kind, event.side, event.target)
    if told != begun:
        raise CommandRefused(
            f"the room runs a {event.procedure_kind} procedure on the {event.side} ({event.target}); the record has begun "
            f"a {procedure.kind} one on the {procedure.side} ({procedure.target}): end the room and start the right one"
        )


def _exposed(procedure: Procedure, event: Exposed, now: Situation) -> Procedure:
    for image in event.images:
        origin = now.origin_of_image(image.sha256)
        if origin is None:
            raise CommandRefused(f"image {image.sha256[:12]} is not kept for this episode: keep its bytes first")
        if origin != image.origin:
            raise CommandRefused(f"image {image.sha256[:12]} is {origin}, not {image.origin}: correct the event")
        if image.origin is ImageOrigin.SIMULATED and now.store_kind is StoreKind.CARE:
            raise CommandRefused(
                "a care store refuses simulated images in a performed procedure: use a virtual store for simulation"
            )
    return recorded.with_event(procedure, event)


def _ended(procedure: Procedure, now: Situation) -> Change:
    session = finished(replace(now.session, procedure=procedure), now)
    assert session.procedure is not None
    return Change(stepped(now, Step.END_PROCEDURE, session), Tag.PROCEDURE_ENDED, session.procedure.deviations)


def _tag(event: Event, procedure: Procedure) -> Tag:
    if isinstance(event, GateAnswered):
        return Tag.GATE_ALLOWED if procedure.gate_answers[-1].allowed else Tag.GATE_REFUSED
    if isinstance(event, Refused) and event.action is Action.DRUG:
        return Tag.GATE_REFUSED
    return Tag.PROCEDURE_EVENT
