"""The procedure note: generated and edited until it is signed, then added to; what was entered in error stays readable."""

import hashlib
from dataclasses import replace
from datetime import datetime

from sijoint.model import EnteredInError, Note, NoteText


class RefusedNote(ValueError):
    """A change that a note does not take; the text says what to do instead."""


def note_written(note: Note | None, text: NoteText) -> Note:
    """A new version. Raises RefusedNote once signed."""
    if not text.text.strip():
        raise RefusedNote("the note is empty: write what was done")
    if note is None:
        return Note((text,))
    if note.signed_at is not None:
        raise RefusedNote("the note is signed and is not changed any more: add an addendum")
    return replace(note, versions=(*note.versions, text))


def note_signed(note: Note | None, by: str, at: datetime, seen_digest: str) -> Note:
    """Signed as it was read: ``seen_digest`` is that of the version on the screen. Raises RefusedNote."""
    if note is None:
        raise RefusedNote("there is no note to sign: write it first")
    if note.signed_at is not None:
        raise RefusedNote(f"the note was signed on {note.signed_at:%d %B %Y} already: add an addendum")
    if note.versions[-1].entered_in_error is not None:
        raise RefusedNote("the last version was entered in error: write the note again before signing it")
    if text_digest(note.versions[-1]) != seen_digest:
        raise RefusedNote("the note was changed after you read it: read the last version, then sign it")
    return replace(note, signed_at=at, signed_by=by)


def note_added_to(note: Note | None, text: NoteText) -> Note:
    """An addendum to a signed note. Raises RefusedNote before."""
    if note is None or note.signed_at is None:
        raise RefusedNote("an addendum belongs to a signed note: change the note itself until it is signed")
    if not text.text.strip():
        raise RefusedNote("the addendum is empty: write what is to be added")
    return replace(note, addenda=(*note.addenda, text))


def note_marked_in_error(note: Note | None, place: int, *, addendum: bool, mark: EnteredInError) -> Note:
    """One version or addendum, counted from 0, marked and kept. Raises RefusedNote."""
    texts = () if note is None else note.addenda if addendum else note.versions
    if note is None or not 0 <= place < len(texts):
        raise RefusedNote(f"there is no such {'addendum' if addendum else 'version'} of the note: look at it again")
    if texts[place].entered_in_error is not None:
        raise RefusedNote("this text is marked as entered in error already")
    if not mark.reason.strip():
        raise RefusedNote("say why it was entered in error")
    kept = (*texts[:place], replace(texts[place], entered_in_error=mark), *texts[place + 1 :])
    return replace(note, addenda=kept) if addendum else replace(note, versions=kept)


def text_digest(text: NoteText) -> str:
    """SHA-256 of one text, by which a signature says what was read."""
    return hashlib.sha256(text.text.encode("utf-8")).hexdigest()
