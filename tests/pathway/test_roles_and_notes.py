"""The table of roles, and the life of a note: rewritten, signed as it was read, added to, never erased."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW

from sijoint.model import EnteredInError, NoteText, Role, Severity
from sijoint.pathway import (
    RefusedNote,
    commands_of,
    deciding_roles,
    note_added_to,
    note_marked_in_error,
    note_signed,
    note_written,
    roles_for,
    second_roles,
    text_digest,
)


def test_a_command_that_nobody_named_is_given_by_nobody():
    assert roles_for("EraseEverything") == frozenset()


def test_those_who_only_look_change_nothing():
    assert commands_of(Role.AUDITOR) == commands_of(Role.RESEARCHER) == ()
    assert set(commands_of(Role.ROOM)) == {"RecordRoomEvent"}
    assert "GiveConsent" not in commands_of(Role.NURSE)
    assert {"WithdrawConsent", "AnswerDiary", "RequestAppointment"} <= set(commands_of(Role.PATIENT))
    assert not {"Assess", "PlaceOrder", "OverrideFinding", "SignNote"} & set(commands_of(Role.TRAINEE))


def test_a_stop_is_decided_by_a_physician_with_a_second_clinician_and_an_absolute_by_nobody():
    assert deciding_roles(Severity.STOP) == {Role.PHYSICIAN}
    assert deciding_roles(Severity.ABSOLUTE) == deciding_roles(Severity.NOTE) == frozenset()
    assert second_roles() == deciding_roles(Severity.REVIEW) == {Role.NURSE, Role.PHYSICIAN}


def said(text):
    return NoteText(NOW, "dr-a", text)


MARK = EnteredInError(NOW, "dr-a", "wrong patient's words")


def test_a_note_is_rewritten_until_it_is_signed_and_every_version_stays():
    note = note_written(note_written(None, said("first")), said("second"))
    assert [one.text for one in note.versions] == ["first", "second"]
    done = note_signed(note, "dr-a", NOW, text_digest(note.versions[-1]))
    assert (done.signed_by, done.signed_at) == ("dr-a", NOW)
    with pytest.raises(RefusedNote, match="add an addendum"):
        note_written(done, said("third"))
    assert note_added_to(done, said("later")).addenda == (said("later"),)


def test_what_is_signed_is_what_was_read():
    note = note_written(note_written(None, said("read")), said("changed since"))
    with pytest.raises(RefusedNote, match="changed after you read it"):
        note_signed(note, "dr-a", NOW, text_digest(said("read")))


def test_what_a_note_does_not_take_is_told():
    note = note_written(None, said("text"))
    digest = text_digest(said("text"))
    done = note_signed(note, "dr-a", NOW, digest)
    wrong = note_marked_in_error(note, 0, addendum=False, mark=MARK)
    for refused, sentence in (
        (lambda: note_written(None, said(" ")), "is empty"),
        (lambda: note_signed(None, "dr-a", NOW, digest), "no note to sign"),
        (lambda: note_signed(done, "dr-a", NOW, digest), "signed on 10 March 2026 already"),
        (lambda: note_signed(wrong, "dr-a", NOW, digest), "entered in error"),
        (lambda: note_added_to(note, said("x")), "belongs to a signed note"),
        (lambda: note_added_to(done, said("")), "addendum is empty"),
        (lambda: note_marked_in_error(note, 1, addendum=False, mark=MARK), "no such version"),
        (lambda: note_marked_in_error(note, -1, addendum=False, mark=MARK), "no such version"),
        (lambda: note_marked_in_error(None, 0, addendum=True, mark=MARK), "no such addendum"),
        (lambda: note_marked_in_error(wrong, 0, addendum=False, mark=MARK), "marked as entered in error already"),
        (lambda: note_marked_in_error(note, 0, addendum=False, mark=EnteredInError(NOW, "dr-a", " ")), "say why"),
    ):
        with pytest.raises(RefusedNote, match=sentence):
            refused()


@given(st.lists(st.tuples(st.sampled_from(["write", "sign", "add", "mark"]), st.text(max_size=3)), max_size=12))
def test_nothing_that_was_ever_written_disappears(steps):
    note, kept = None, []
    for what, text in steps:
        try:
            if what == "write":
                note = note_written(note, said(text))
                kept.append(text)
            elif what == "add":
                note = note_added_to(note, said(text))
                kept.append(text)
            elif what == "sign":
                note = note_signed(note, "dr-a", NOW, text_digest(note.versions[-1]) if note else "")
            else:
                note = note_marked_in_error(note, len(text), addendum=False, mark=MARK)
        except RefusedNote:
            continue
    assert [one.text for one in (*note.versions, *note.addenda)] == kept if note else kept == []
