"""The procedure note: written and rewritten, signed by the operator, added to; nothing of it is ever taken away."""

from dataclasses import replace

from sijoint.clinic.carry_out import carry_out
from sijoint.clinic.commands import AddToNote, MarkNoteInError, SignNote, WriteNote
from sijoint.clinic.situation import Change, CommandRefused, Situation
from sijoint.model import EnteredInError, Note, NoteText, Session
from sijoint.pathway import (
    Step,
    next_state,
    note_added_to,
    note_marked_in_error,
    note_signed,
    note_written,
)
from sijoint.records import Tag


@carry_out.register
def _(command: WriteNote, now: Situation) -> Change:
    place, session = _session(command.order_id, now)
    text = NoteText(now.now, command.by, command.text, command.generated)
    return _kept(now, Step.WRITE_NOTE, place, note_written(session.note, text), Tag.NOTE_WRITTEN)


@carry_out.register
def _(command: SignNote, now: Situation) -> Change:
    """By the operator, and on the text that was read."""
    place, session = _session(command.order_id, now)
    if session.procedure is None or command.by != session.procedure.operator:
        raise CommandRefused("the note is signed by the operator of the procedure and by nobody else")
    note = note_signed(session.note, command.by, now.now, command.seen_digest)
    return _kept(now, Step.SIGN_NOTE, place, note, Tag.NOTE_SIGNED)


@carry_out.register
def _(command: AddToNote, now: Situation) -> Change:
    place, session = _session(command.order_id, now)
    note = note_added_to(session.note, NoteText(now.now, command.by, command.text))
    return _kept(now, Step.ADD_TO_NOTE, place, note, Tag.NOTE_ADDED_TO)


@carry_out.register
def _(command: MarkNoteInError, now: Situation) -> Change:
    place, session = _session(command.order_id, now)
    mark = EnteredInError(now.now, command.by, command.reason)
    note = note_marked_in_error(session.note, command.place, addendum=command.addendum, mark=mark)
    return _kept(now, Step.MARK_NOTE, place, note, Tag.NOTE_MARKED)


def _session(order_id: str, now: Situation) -> tuple[int, Session]:
    """The session of an order, or the last one with a procedure. Raises CommandRefused."""
    for place in reversed(range(len(now.episode.sessions))):
        session = now.episode.sessions[place]
        if session.procedure is not None and order_id in ("", session.order.id):
            return place, session
    raise CommandRefused("a note belongs to a procedure: there is none of this order")


def _kept(now: Situation, step: Step, place: int, note: Note, tag: Tag) -> Change:
    state = next_state(now.episode.state, step)
    before = now.episode.sessions
    sessions = (*before[:place], replace(before[place], note=note), *before[place + 1 :])
    return Change(replace(now.episode, state=state, sessions=sessions), tag)
