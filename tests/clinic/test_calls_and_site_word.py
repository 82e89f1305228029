"""Calls that a person makes, pauses that no longer stand, and the site's word that holds for the whole day."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    Book,
    CancelBooking,
    CloseEpisode,
    ConfirmSite,
    ContactPrescriber,
    PlaceOrder,
    Prepare,
    RecordCall,
    SignHold,
    SignInPatient,
)
from sijoint.model import (
    CallMade,
    CallOutcome,
    CallReason,
    Episode,
    Medicine,
    PrescriberContact,
    Role,
)
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import calls_due, roles_for
from sijoint.records import Tag, verify


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


@pytest.fixture
def told(course):
    """Warfarin, its pause signed and on the sheet for an appointment in twenty days."""
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    warfarin = (Medicine("Coumadin", "warfarin", "nurse"),)
    inr = {"inr": Decimal("2.4"), "inr_on": course.clock().date()}
    answers = course.answers(medicines=warfarin, antithrombotics=course.yes(), **inr)
    course.accepted(AnswerScreening, answers=answers)
    contact = PrescriberContact("warfarin", "Dr Heart", course.clock(), "hold", "dr-a", asked_by="nurse")
    course.accepted(ContactPrescriber, contact=contact)
    course.accepted(Book, at=course.clock() + timedelta(days=20))
    course.accepted(SignHold, agent="warfarin")
    course.accepted(Prepare)
    course.clock.forward(days=1)
    return course


def due(course, reason=CallReason.PAUSE_CHANGED):
    found = calls_due(course.store.episode(EPISODE), course.policy, course.clock())
    return [one for one in found if one.reason is reason]


def call(course, outcome=CallOutcome.REACHED, reason=CallReason.PAUSE_CHANGED, **changes):
    return replace(CallMade(course.clock(), "nurse", reason, outcome, ""), **changes)


def test_a_pause_that_stands_calls_nobody(told):
    assert due(told) == []
    (kept,) = told.store.episode(EPISODE).sessions[-1].pauses_told
    assert (kept.agent, kept.appointment.day) == ("warfarin", 22)


@pytest.mark.parametrize("change", ["moved", "cancelled", "answered anew", "closed"])
def test_a_pause_that_was_told_and_no_longer_stands_is_a_call(told, change):
    if change == "moved":
        told.accepted(Book, at=told.clock() + timedelta(days=30))
    elif change == "cancelled":
        told.accepted(CancelBooking, reason="the physician is ill")
    elif change == "closed":
        told.accepted(CloseEpisode, reason="the patient moved away")
    else:
        contact = PrescriberContact("warfarin", "Dr Heart", told.clock(), "continue", "")
        told.accepted(ContactPrescriber, contact=contact)
    (one,) = due(told)
    assert "the pause of warfarin that was told no longer stands" in one.about[0]
    if change != "closed":
        assert one.opens == told.clock()
    assert not one.overdue or change == "closed"
    told.clock.forward(hours=5)
    assert due(told)[0].overdue


def test_only_a_talk_about_it_takes_the_call_away(told):
    told.accepted(Book, at=told.clock() + timedelta(days=30))
    told.clock.forward(minutes=30)
    for outcome in (CallOutcome.NOT_REACHED, CallOutcome.MESSAGE_LEFT):
        told.accepted(RecordCall, call=call(told, outcome))
        assert len(due(told)) == 1
    told.accepted(RecordCall, call=call(told, reason=CallReason.MISSED_DIARY))
    assert len(due(told)) == 1
    told.accepted(RecordCall, call=call(told))
    assert due(told) == []
    assert told.store.ledger()[-1].tag == Tag.CALL_MADE
    assert verify(told.store.place.address).intact


def test_another_sheet_alone_is_no_talk(told):
    told.accepted(Book, at=told.clock() + timedelta(days=30))
    told.accepted(SignHold, agent="warfarin")
    told.accepted(Prepare)
    assert len(due(told)) == 1
    told.accepted(RecordCall, call=call(told))
    assert due(told) == []
    told.clock.forward(hours=1)
    told.accepted(Book, at=told.clock() + timedelta(days=33))
    assert len(due(told)) == 2  # both sheets are in the patient's hand


def test_moved_and_moved_back_the_same_dates_stand_once_they_are_signed(told):
    first = told.store.episode(EPISODE).sessions[-1].booking.at
    told.accepted(Book, at=first + timedelta(days=7))
    told.accepted(Book, at=first)
    assert due(told) == []  # the signature was for this very appointment


def test_a_call_from_the_future_or_about_nothing_is_refused(told):
    later = told.clock() + timedelta(minutes=1)
    assert "from the future" in told.give(RecordCall, call=call(told, at=later)).refusal
    assert "no order of this id" in told.give(RecordCall, call=call(told), order_id="another").refusal


def test_a_call_after_the_injection_is_written_down_by_a_clinician(course):
    course.discharged()
    course.clock.forward(hours=30)
    assert len(due(course, CallReason.AFTER_INJECTION)) == 1
    course.accepted(RecordCall, call=call(course, reason=CallReason.AFTER_INJECTION))
    assert due(course, CallReason.AFTER_INJECTION) == []
    assert roles_for("RecordCall") == {Role.NURSE, Role.PHYSICIAN}


def test_an_episode_of_before_reads_as_one_with_no_calls(course):
    course.cleared()
    plain = to_wire(course.store.episode(EPISODE))
    for session in plain["sessions"]:
        del session["calls_made"], session["pauses_told"]
    assert from_wire(Episode, plain) == course.store.episode(EPISODE)


# The site's word


def other_patient(course):
    """A second episode in the same store, of another patient, on the same day."""
    again = type(course)(course.store, course.clock, course.policies, given=1000, drawn=500)
    again.send = lambda command: type(course).send(again, replace(command, episode_id="episode-2"))
    facts = again.patient
    again.patient = lambda: replace(facts(), id="patient-2")
    return again


def session(course, episode="episode-2"):
    return course.store.episode(episode).sessions[-1]


def marked(course):
    from sijoint.clinic import MarkSkin
    from sijoint.frames import Side
    from sijoint.model import SkinMark

    course.confirmed()
    course.accepted(MarkSkin, skin_mark=SkinMark(course.clock(), "dr-a", Side.LEFT, course.yes()))
    return course


def test_the_sites_word_of_the_morning_holds_for_the_next_patient(course):
    other = marked(other_patient(course))
    said = course.clock()
    course.clock.now -= timedelta(days=7)
    marked(course)
    course.accepted(ConfirmSite, readiness=course.readiness())
    assert course.clock() == said
    course.clock.forward(hours=2)
    other.accepted(SignInPatient, sign_in=other.sign_in())
    assert session(course).readiness.at == said


def test_a_word_of_yesterday_or_one_that_says_no_is_not_taken_over(course):
    other = marked(other_patient(course))
    course.clock.now -= timedelta(days=7)
    marked(course)
    course.accepted(ConfirmSite, readiness=course.readiness(resuscitation_kit_checked=course.no()))
    other.accepted(SignInPatient, sign_in=other.sign_in())
    assert session(course).readiness is None


def test_a_word_holds_as_long_as_the_policy_says(course):
    other = marked(other_patient(course))
    course.clock.now -= timedelta(days=7)
    marked(course)
    early = course.clock() - timedelta(hours=course.policy.site_confirmation_hours, minutes=1)
    course.accepted(ConfirmSite, readiness=course.readiness(at=early))
    other.accepted(SignInPatient, sign_in=other.sign_in())
    assert session(course).readiness is None


def test_the_sessions_own_word_stays(course):
    marked(course)
    own = course.readiness()
    course.accepted(ConfirmSite, readiness=own)
    course.accepted(SignInPatient, sign_in=course.sign_in())
    assert session(course, EPISODE).readiness == own
