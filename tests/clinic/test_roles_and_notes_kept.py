"""With a register of people a command is given by those who may; notes are signed by the operator and stay."""

from typing import get_args

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import AddToNote, Command, MarkNoteInError, OverrideFinding, SignNote, WriteNote, handle
from sijoint.clinic.commands import AnswerScreening, Assess, PlaceOrder, RequestAppointment
from sijoint.model import EpisodeState, Role
from sijoint.pathway import named_commands, roles_for, text_digest
from sijoint.records import Tag, verify

PEOPLE = {"dr-a": Role.PHYSICIAN, "dr-b": Role.PHYSICIAN, "nurse": Role.NURSE, "desk": Role.FRONT_DESK}


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def asked(course, by, command, /, **facts):
    """The same command under the register of people."""
    course.given += 1
    one = command(id=f"c{course.given}", by=by, episode_id=EPISODE, **facts)
    return handle(one, course.store, course.policy, course.clock, PEOPLE.get)


def test_every_command_has_its_roles_and_the_table_names_no_other():
    assert set(named_commands()) == {one.__name__ for one in get_args(Command)}
    assert all(roles_for(command) for command in named_commands())


def test_a_command_is_given_by_those_who_may(course):
    request = {"patient": course.patient(), "request": course.request()}
    assert "is not in the register" in asked(course, "stranger", RequestAppointment, **request).refusal
    assert course.store.episodes() == ()
    assert asked(course, "desk", RequestAppointment, **request).accepted
    refused = asked(course, "desk", Assess, assessment=course.assessment())
    assert "takes physician; whoever asked is front desk" in refused.refusal
    assert refused.episode.state is EpisodeState.REQUESTED
    assert course.store.ledger()[-1].tag == Tag.COMMAND_REFUSED
    assert asked(course, "dr-a", Assess, assessment=course.assessment()).accepted


def test_a_stop_is_decided_by_a_physician_and_the_second_is_a_clinician(course):
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    course.accepted(AnswerScreening, answers=course.answers(fever=course.yes()))
    decision = {"code": "fever.present", "reason_code": "benefit", "reason": "seen"}
    assert "is nurse" in asked(course, "nurse", OverrideFinding, **decision, second="dr-a").refusal
    assert "second clinician" in asked(course, "dr-a", OverrideFinding, **decision, second="desk").refusal
    assert asked(course, "dr-a", OverrideFinding, **decision, second="dr-b").accepted


def test_without_a_register_nobody_is_held_back(course):
    assert course.requested().store.episode(EPISODE).state is EpisodeState.REQUESTED


def written_by(course, by, command, /, **facts):
    course.given += 1
    return course.send(command(id=f"c{course.given}", by=by, episode_id=EPISODE, **facts))


def test_a_note_is_written_signed_by_the_operator_and_added_to(course):
    course.procedure_ended()
    course.accepted(WriteNote, text="drafted from the events", generated=True)
    course.accepted(WriteNote, text="needle in, contrast in the joint, drug given")
    (first, second) = course.store.episode(EPISODE).sessions[-1].note.versions
    assert (first.generated, second.generated) == (True, False)
    seen = text_digest(second)
    assert "signed by the operator" in written_by(course, "nurse", SignNote, seen_digest=seen).refusal
    assert "changed after you read it" in course.give(SignNote, seen_digest=text_digest(first)).refusal
    course.accepted(SignNote, seen_digest=seen)
    assert "add an addendum" in course.give(WriteNote, text="other words").refusal
    course.accepted(AddToNote, text="the other leg was numb for an hour")
    course.accepted(MarkNoteInError, place=0, addendum=True, reason="another patient's words")
    note = course.store.episode(EPISODE).sessions[-1].note
    assert note.signed_by == "dr-a"
    assert note.addenda[0].text == "the other leg was numb for an hour"
    assert note.addenda[0].entered_in_error.reason == "another patient's words"
    assert verify(course.store.path).intact


def test_a_note_needs_a_procedure_and_names_its_order(course):
    course.confirmed()
    assert not course.give(WriteNote, text="x").accepted


def test_a_note_of_an_order_that_is_not_there_is_refused(course):
    course.procedure_ended()
    assert "none of this order" in course.give(WriteNote, text="x", order_id="order-9").refusal
    course.accepted(WriteNote, text="x", order_id="order-1")
