"""From a blood thinner on the list to dates in the patient's hand, and back; and every set of answers is kept."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, START, course_in

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    Book,
    ConfirmToday,
    ContactPrescriber,
    GiveConsent,
    PlaceOrder,
    Prepare,
    SignHold,
    handle,
)
from sijoint.model import (
    EpisodeState,
    LastDose,
    Medicine,
    PrescriberContact,
    Role,
    SheetTopic,
    Vaccination,
    VaccineKind,
)
from sijoint.model.wire import from_wire, to_wire
from sijoint.records import Tag

WARFARIN = (Medicine("Coumadin", "warfarin", "nurse"),)


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def on_warfarin(course, **changes):
    inr = {"inr": Decimal("2.4"), "inr_on": course.clock().date()}
    return course.answers(medicines=WARFARIN, antithrombotics=course.yes(), **inr, **changes)


def answered(course, answer="hold", **changes):
    contact = PrescriberContact("warfarin", "Dr Heart", course.clock(), answer, "", asked_by="nurse")
    return course.accepted(ContactPrescriber, contact=replace(contact, **changes))


def screened(course, answers=None):
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    return course.accepted(AnswerScreening, answers=answers or on_warfarin(course))


def medicines_on_sheet(outcome):
    items = outcome.episode.sessions[-1].preparation.items
    return " ".join(item.text for item in items if item.topic is SheetTopic.MEDICINES)


def test_a_pause_reaches_the_patient_asked_signed_and_for_this_appointment_only(course):
    screened(course)
    assert answered(course).episode.state is EpisodeState.NEEDS_REVIEW  # unsigned
    assert "book first" in course.give(SignHold, agent="warfarin").refusal
    signed = answered(course, signed_by="dr-a")
    assert signed.episode.state is EpisodeState.CLEARED
    first = course.clock() + timedelta(days=20)
    told = course.accepted(Book, at=first).findings
    assert "antithrombotic.hold-dates-unsigned:warfarin" in {one.code for one in told}
    assert "Keep taking warfarin" in medicines_on_sheet(course.accepted(Prepare))

    course.clock.forward(hours=1)
    outcome = course.accepted(SignHold, agent="warfarin")
    assert course.store.ledger()[-1].tag == Tag.HOLD_SIGNED
    assert outcome.episode.sessions[-1].preparation is None  # the sheet that said keep taking
    printed = medicines_on_sheet(course.accepted(Prepare))
    assert "warfarin: Dr Heart and our doctor agreed" in printed
    assert "Monday 16 March 2026" in printed  # five whole days before Sunday 22 March
    assert "15:00 (UTC) on 22 March" in printed

    course.clock.forward(hours=1)
    moved = course.accepted(Book, at=first + timedelta(days=7))
    assert moved.episode.sessions[-1].preparation is None
    assert "Keep taking warfarin" in medicines_on_sheet(course.accepted(Prepare))
    course.accepted(SignHold, agent="warfarin")
    assert "Monday 23 March 2026" in medicines_on_sheet(course.accepted(Prepare))

    contacts = course.store.episode(EPISODE).prescriber_contacts
    assert [(one.answer, one.signed_by) for one in contacts] == [("hold", "")] + [("hold", "dr-a")] * 3
    assert all(one.prescriber == "Dr Heart" and one.at <= course.clock() for one in contacts)


def test_nobody_signs_for_a_physician(course):
    screened(course)
    answered(course)
    contact = PrescriberContact("warfarin", "Dr Heart", course.clock(), "hold", "dr-b")
    assert "command of their own" in course.give(ContactPrescriber, contact=contact).refusal
    command = ContactPrescriber(
        id="own", by="nurse-1", episode_id=EPISODE, contact=replace(contact, signed_by="nurse-1")
    )
    outcome = handle(command, course.store, course.policy, course.clock, role_of=lambda _: Role.NURSE)
    assert "signed by a physician" in outcome.refusal
    signing = SignHold(id="sign", by="nurse-1", episode_id=EPISODE, agent="warfarin")
    refused = handle(signing, course.store, course.policy, course.clock, role_of=lambda _: Role.NURSE)
    assert not refused.accepted


@pytest.mark.parametrize(
    "changes",
    [{"answer": "perhaps"}, {"prescriber": ""}, {"at": START + timedelta(days=400)}, {"hold_hours": -24}],
)
def test_a_prescribers_answer_that_cannot_be_is_refused_and_nothing_is_lost(course, changes):
    screened(course)
    contact = PrescriberContact("warfarin", "Dr Heart", course.clock(), "hold", "")
    outcome = course.give(ContactPrescriber, contact=replace(contact, **changes))
    assert not outcome.accepted
    assert outcome.findings
    assert outcome.episode.prescriber_contacts == ()


def paused(course):
    screened(course)
    answered(course, signed_by="dr-a")
    course.accepted(Book, at=course.clock() + timedelta(days=20))
    course.clock.forward(hours=1)
    course.accepted(SignHold, agent="warfarin")
    course.accepted(Prepare)
    course.accepted(GiveConsent, consent=course.consent())
    booking = course.store.episode(EPISODE).sessions[-1].booking.at
    course.clock.forward(days=15)
    course.accepted(AnswerScreening, answers=on_warfarin(course))  # a new INR
    course.accepted(Prepare)
    course.clock.now = booking
    return booking


@pytest.mark.parametrize(
    ("days_before", "code"),
    [(6.5, None), (4.5, "today.dose-in-pause:warfarin"), (None, "today.antithrombotic-dose:warfarin")],
)
def test_the_last_dose_really_taken_is_held_against_the_plan(course, days_before, code):
    booking = paused(course)
    doses = () if days_before is None else (LastDose("warfarin", booking - timedelta(days=days_before)),)
    outcome = course.accepted(ConfirmToday, confirmation=course.confirmation(last_doses=doses))
    found = {one.code for one in outcome.findings if one.code.startswith("today.")}
    assert found == ({code} if code else set())
    assert outcome.episode.state is (EpisodeState.CONFIRMED if code is None else EpisodeState.STOPPED)


@pytest.mark.parametrize(
    "changes",
    [
        {"new_medicines": "yes"},
        {"antibiotics": "yes"},
        {"fever": "yes"},
        {"allergies_unchanged": "no"},
    ],
)
def test_what_changed_on_the_day_voids_clearance(course, changes):
    course.consented()
    course.clock.forward(days=7)
    facts = {name: course.yes() if answer == "yes" else course.no() for name, answer in changes.items()}
    outcome = course.accepted(ConfirmToday, confirmation=course.confirmation(**facts))
    assert outcome.episode.state is EpisodeState.STOPPED
    assert outcome.episode.sessions[-1].screening is None


def test_who_takes_no_blood_thinner_loses_no_clearance_by_a_no_to_it(course):
    course.consented()
    course.clock.forward(days=7)
    told = course.confirmation(antithrombotics_as_planned=course.no())
    assert course.accepted(ConfirmToday, confirmation=told).episode.state is EpisodeState.CONFIRMED
    assert course.store.episode(EPISODE).sessions[-1].screening is not None


def test_a_blood_thinner_not_taken_as_planned_voids_clearance(course):
    booking = paused(course)
    doses = (LastDose("warfarin", booking - timedelta(days=7)),)
    told = course.confirmation(antithrombotics_as_planned=course.no(), last_doses=doses)
    outcome = course.accepted(ConfirmToday, confirmation=told)
    assert outcome.episode.state is EpisodeState.STOPPED
    assert outcome.episode.sessions[-1].screening is None


def test_every_set_of_answers_is_kept_with_who_and_when(course):
    screened(course, course.answers())
    first = course.store.episode(EPISODE).screening_answers
    course.clock.forward(days=1)
    second = course.answers(vasovagal_history=course.yes())
    course.accepted(AnswerScreening, answers=second)
    kept = course.store.episode(EPISODE)
    assert [(one.by, one.answers) for one in kept.screening_history] == [("dr-a", first), ("dr-a", second)]
    assert [one.at for one in kept.screening_history] == [START, START + timedelta(days=1)]
    assert kept.screening_answers == second


@pytest.mark.parametrize(
    ("role", "kept"), [(Role.PATIENT, False), (Role.FRONT_DESK, False), (Role.NURSE, True), (Role.PHYSICIAN, True)]
)
def test_a_typed_name_is_matched_by_a_clinician(course, role, kept):
    screened(course)
    told = course.answers(medicines=(Medicine("red pills", "", set_aside_by="someone"),))
    command = AnswerScreening(id="told", by="nurse-1", episode_id=EPISODE, answers=told)
    people = {"nurse-1": Role.NURSE, "someone": role}
    outcome = handle(command, course.store, course.policy, course.clock, role_of=people.get)
    assert outcome.accepted is kept
    assert kept or "nurse or a physician" in outcome.refusal


def test_an_appointment_too_near_a_vaccine_is_refused_with_the_day_that_goes(course):
    course.requested()
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    told = course.answers(vaccinations=(Vaccination(VaccineKind.LIVE, date(2026, 3, 1)),))
    assert course.accepted(AnswerScreening, answers=told).episode.state is EpisodeState.CLEARED
    assert course.give(Book, at=START + timedelta(days=3)).accepted  # no steroid in this order: no spacing


def test_the_new_command_and_facts_travel_in_the_wire_format():
    command = SignHold(id="c", by="dr-a", episode_id=EPISODE, agent="warfarin")
    assert from_wire(SignHold, to_wire(command)) == command
    contact = PrescriberContact("warfarin", "Dr A", START, "hold", "dr-a", hold_hours=120, signed_at=START)
    assert from_wire(PrescriberContact, to_wire(contact)) == contact
    old = {"agent": "warfarin", "prescriber": "Dr A", "at": "2026-03-02T09:00:00Z", "answer": "hold", "signed_by": ""}
    assert from_wire(PrescriberContact, old).hold_hours is None
