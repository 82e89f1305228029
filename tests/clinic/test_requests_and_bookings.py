"""Requests that are one, what was tried, who pays, and appointments that move: nothing of it is lost, nothing stale stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from clinic_course import EPISODE, course_in

from sijoint.clinic import (
    AnswerScreening,
    Assess,
    Book,
    CancelBooking,
    CloseAsDuplicate,
    ConfirmToday,
    CorrectRequest,
    GiveConsent,
    JoinRequest,
    LogConservativeCare,
    PlaceOrder,
    Prepare,
    RecordAuthorisation,
    RecordNoShow,
    RequestAppointment,
    WithdrawConsent,
    duplicates_of,
)
from sijoint.frames import Side
from sijoint.model import (
    Answer,
    Authorisation,
    BookingEvent,
    BookingWish,
    ConservativeCare,
    ConservativeKind,
    EpisodeState,
    PainArea,
    Referral,
    Urgency,
)
from sijoint.pathway import consent_risks
from sijoint.records import Tag, verify
from sijoint.room import Action


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def second_request(course, episode_id="episode-2", **changes):
    """The referrer asks, too, three days later, under a patient record of its own."""
    course.clock.forward(days=3)
    patient = replace(course.patient(), **{"id": "patient-2", **changes})
    command = RequestAppointment(
        id=f"again-{episode_id}", by="desk", episode_id=episode_id, patient=patient, request=course.request()
    )
    outcome = course.send(command)
    assert outcome.accepted
    return outcome


def on(course, episode_id, command, **facts):
    course.given += 1
    return course.send(command(id=f"c{course.given}", by="desk", episode_id=episode_id, **facts))


def test_a_request_is_kept_whatever_it_leaves_open_and_told(course):
    request = replace(course.request(None), areas=(PainArea("buttock", None),), reason="")
    outcome = course.accepted(RequestAppointment, patient=course.patient(), request=request)
    told = {one.code for one in outcome.findings}
    assert told == {"request.no-side", "request.area-no-side:buttock", "request.no-reason"}
    assert course.store.episode(EPISODE).request == request


def test_one_person_asking_twice_is_shown_joined_by_a_person_and_nothing_is_lost(course):
    course.requested()
    second_request(course)
    (told,) = duplicates_of(EPISODE, course.store, course.policy)
    assert (told.episode_id, told.same_person_by, told.days_apart) == ("episode-2", "name and birth date", 3)
    care = ConservativeCare(ConservativeKind.HEAT, date(2026, 1, 1), date(2026, 1, 9), helped=False)
    assert on(course, "episode-2", LogConservativeCare, care=care).accepted
    early = on(course, "episode-2", CloseAsDuplicate, joined_into=EPISODE)
    assert "join it there first" in early.refusal
    course.accepted(JoinRequest, other_episode_id="episode-2", reason="the practice asked for her, too")
    closed = on(course, "episode-2", CloseAsDuplicate, joined_into=EPISODE)
    assert closed.episode.state is EpisodeState.CLOSED
    assert closed.episode.joined_into == EPISODE
    kept = course.store.episode(EPISODE)
    assert [one.request for one in kept.joined_requests] == [course.store.episode("episode-2").request]
    assert kept.care_log == (care,)
    assert duplicates_of(EPISODE, course.store, course.policy) == ()
    assert verify(course.store.path).intact


def test_what_cannot_be_joined_is_told(course):
    course.requested()
    second_request(course, given_name="Somebody", family_name="Else")
    assert duplicates_of(EPISODE, course.store, course.policy) == ()
    for facts, sentence in (
        ({"other_episode_id": "episode-9", "reason": "x"}, "no such other request"),
        ({"other_episode_id": EPISODE, "reason": "x"}, "no such other request"),
        ({"other_episode_id": "episode-2", "reason": "x"}, "another person"),
    ):
        assert sentence in course.give(JoinRequest, **facts).refusal
    second_request(course, "episode-3", id="patient-3")
    assert "say why" in course.give(JoinRequest, other_episode_id="episode-3", reason=" ").refusal
    course.accepted(JoinRequest, other_episode_id="episode-3", reason="same")
    assert "joined already" in course.give(JoinRequest, other_episode_id="episode-3", reason="same").refusal


def test_another_birth_date_under_a_known_patient_id_is_refused(course):
    course.requested()
    stranger = replace(course.patient(), birth_date=date(1999, 1, 1))
    outcome = course.send(
        RequestAppointment(id="x", by="desk", episode_id="episode-2", patient=stranger, request=course.request())
    )
    assert not outcome.accepted
    assert "another birth date" in outcome.refusal
    assert [one.id for one in course.store.episodes()] == [EPISODE]


def test_care_that_cannot_be_is_refused_and_what_was_done_counts(course):
    course.requested()
    today = course.clock().date()
    for began, ended, sentence in (
        (today + timedelta(days=1), None, "begin in the future"),
        (today, today - timedelta(days=1), "end before it began"),
    ):
        care = ConservativeCare(ConservativeKind.ICE, began, ended, helped=False)
        assert sentence in course.give(LogConservativeCare, care=care).refusal
    month = ConservativeCare(ConservativeKind.ICE, today - timedelta(days=28), None, helped=False)
    course.accepted(LogConservativeCare, care=month)
    bare = replace(course.assessment(), conservative_care=())
    assert course.accepted(Assess, assessment=bare).findings == ()


def test_a_red_flag_is_not_only_declined(course):
    course.requested()
    flagged = replace(course.assessment(), cancer_suspected=course.yes(), reason="night pain, weight loss")
    refused = course.give(Assess, assessment=replace(flagged, referral=Referral.DECLINE))
    assert "Redirect instead" in refused.refusal
    sent = replace(
        flagged, referral=Referral.REDIRECT, redirect_to="imaging and oncology", redirect_urgency=Urgency.DAYS
    )
    assert course.accepted(Assess, assessment=sent).episode.state is EpisodeState.REDIRECTED


# What was asked or found is put right


def test_a_side_that_nobody_stated_is_corrected_and_the_first_words_stay(course):
    course.accepted(RequestAppointment, patient=course.patient(), request=course.request(None))
    course.accepted(Assess, assessment=course.assessment())
    course.accepted(PlaceOrder, **course.order())
    course.accepted(AnswerScreening, answers=course.answers())
    course.accepted(Book, at=course.clock() + timedelta(days=7))
    course.accepted(Prepare)
    course.accepted(GiveConsent, consent=course.consent())
    assert "say how" in course.give(CorrectRequest, request=course.request(), reason="").refusal
    corrected = course.accepted(CorrectRequest, request=course.request(), reason="asked by phone").episode
    assert corrected.request.side is Side.LEFT
    assert [one.request.side for one in corrected.earlier_requests] == [None]
    assert corrected.state is EpisodeState.BOOKED  # the sheet rested on what was asked
    assert corrected.sessions[-1].screening is not None


def test_an_assessment_made_again_on_the_other_side_stops_the_order_that_waits(course):
    course.booked()
    other = course.accepted(Assess, assessment=course.assessment(Side.RIGHT))
    assert other.episode.state is EpisodeState.STOPPED
    assert "order.side-differs" in {one.code for one in other.findings}
    again = course.accepted(Assess, assessment=course.assessment(Side.LEFT))
    assert again.episode.state is EpisodeState.BOOKED


def test_a_danger_found_late_redirects_and_takes_the_appointment_away(course):
    course.booked()
    found = replace(
        course.assessment(),
        infection_suspected=course.yes(),
        referral=Referral.REDIRECT,
        reason="fever since yesterday, pain at night",
        redirect_to="the hospital",
        redirect_urgency=Urgency.TODAY,
    )
    sent = course.accepted(Assess, assessment=found).episode
    assert sent.state is EpisodeState.REDIRECTED
    assert sent.sessions[-1].booking is None
    assert sent.sessions[-1].booking_changes[-1].event is BookingEvent.CANCELLED


# Who pays


def authorisation(course, days):
    today = course.clock().date()
    return Authorisation("payer", "A-1", today, today + timedelta(days=days), 1, course.clock(), "biller")


def test_an_authorisation_that_ends_before_the_appointment_is_told_and_holds_nothing_back(course):
    course.cleared()
    course.accepted(RecordAuthorisation, authorisation=authorisation(course, 5))
    booked = course.accepted(Book, at=course.clock() + timedelta(days=7))
    assert {one.code for one in booked.findings} == {"authorisation.expired"}
    longer = course.accepted(RecordAuthorisation, authorisation=authorisation(course, 30))
    assert longer.findings == ()
    assert len(longer.episode.authorisations) == 1


# Appointments


def test_every_change_of_an_appointment_is_kept_with_who_and_why(course):
    course.booked()
    first = course.clock() + timedelta(days=7)
    later = first + timedelta(days=3)
    course.accepted(Book, at=later, wished_by=BookingWish.PATIENT, reason="no driver")
    assert course.store.ledger()[-1].tag == Tag.BOOKING_MOVED
    assert "say why" in course.give(CancelBooking, reason=" ").refusal
    course.accepted(CancelBooking, reason="X-ray out of order", wished_by=BookingWish.CLINIC)
    course.accepted(Book, at=later)
    course.clock.forward(days=11)
    course.accepted(RecordNoShow, reason="overslept")
    changes = course.store.episode(EPISODE).sessions[-1].booking_changes
    assert [(one.event, one.appointment, one.wished_by, one.reason) for one in changes] == [
        (BookingEvent.MADE, first, BookingWish.NOT_STATED, ""),
        (BookingEvent.MOVED, later, BookingWish.PATIENT, "no driver"),
        (BookingEvent.CANCELLED, later, BookingWish.CLINIC, "X-ray out of order"),
        (BookingEvent.MADE, later, BookingWish.NOT_STATED, ""),
        (BookingEvent.MISSED, later, BookingWish.PATIENT, "overslept"),
    ]


def test_what_is_not_booked_is_not_cancelled_or_missed(course):
    course.cleared()
    for command, facts in ((CancelBooking, {"reason": "ill"}), (RecordNoShow, {})):
        refused = course.give(command, **facts)
        assert not refused.accepted
        assert refused.episode.state is EpisodeState.CLEARED


def test_a_sheet_is_of_the_appointment_that_stands(course):
    course.booked()
    course.accepted(Prepare)
    course.accepted(Book, at=course.clock() + timedelta(days=9))
    assert course.store.episode(EPISODE).sessions[-1].preparation is None
    again = course.accepted(Prepare).episode.sessions[-1]
    assert again.preparation.for_booking_at == again.booking.at


def test_moving_far_takes_old_consent_away(course):
    course.consented()
    far = course.accepted(Book, at=course.clock() + timedelta(days=course.policy.consent_days + 1)).episode
    assert far.state is EpisodeState.BOOKED
    assert far.sessions[-1].consent is None


# Saying no


def test_a_patient_may_say_no_and_yes_again(course):
    course.confirmed()
    no = course.accepted(WithdrawConsent, reason="afraid").episode
    assert no.state is EpisodeState.PREPARED
    assert no.sessions[-1].consent.given.answer is Answer.NO
    assert not course.give(ConfirmToday, confirmation=course.confirmation()).accepted
    assert course.accepted(GiveConsent, consent=course.consent()).episode.state is EpisodeState.CONFIRMED


def test_a_refusal_before_any_consent_is_on_record(course):
    course.booked()
    course.accepted(Prepare)
    no = course.accepted(WithdrawConsent, reason="rather physiotherapy").episode
    assert no.state is EpisodeState.PREPARED
    assert no.sessions[-1].consent.given.note == "rather physiotherapy"


def test_saying_no_with_the_needle_in_place_shuts_the_gate(course):
    course.in_procedure()
    assert course.may(Action.SKIN)
    said = course.accepted(WithdrawConsent, reason="stop").episode
    assert said.state is EpisodeState.IN_PROCEDURE
    assert not any(course.may(action) for action in Action)


# Both joints: one target after the other


def test_both_joints_are_two_orders_each_with_its_own_side(course):
    both = replace(course.request(None), bilateral=True)
    course.accepted(RequestAppointment, patient=course.patient(), request=both)
    told = replace(course.assessment(), side=None, bilateral=True)
    course.accepted(Assess, assessment=told)
    for number, side in enumerate(Side):
        course.accepted(PlaceOrder, **course.order(number, side=side))
        course.accepted(AnswerScreening, answers=course.answers())
        course.accepted(Book, at=course.clock() + timedelta(days=7))
        course.accepted(Prepare)
        risks = consent_risks(course.policy, False)
        wrong = course.give(GiveConsent, consent=course.consent(side.opposite, risks_explained=risks))
        assert "consent.side" in {one.code for one in wrong.findings}
        course.accepted(GiveConsent, consent=course.consent(side))
