"""One command, one transaction, one line: the whole course, its history, and the answers that stay the same."""

from dataclasses import replace
from datetime import timedelta

import pytest
from clinic_course import EPISODE, START, Course, course_in

from sijoint.clinic import (
    AnswerDiary,
    AskRepeat,
    Assess,
    BeginProcedure,
    Book,
    CancelBooking,
    CloseEpisode,
    DischargePatient,
    GiveConsent,
    JudgeBlock,
    PlaceOrder,
    Prepare,
    RecordNoShow,
    RecordRecovery,
    RequestAppointment,
)
from sijoint.frames import Side
from sijoint.model import (
    DiaryEntry,
    Discharge,
    EpisodeState,
    OrderKind,
    Referral,
    StoreKind,
    VerdictValue,
)
from sijoint.records import Tag, verify


@pytest.fixture
def course(tmp_path):
    return course_in(tmp_path)


def test_a_whole_course_ends_judged_and_verifies(course):
    course.discharged()
    answer_diary(course)
    outcome = course.accepted(JudgeBlock)
    assert outcome.episode.state is EpisodeState.JUDGED
    assert outcome.episode.sessions[-1].verdict.verdict is VerdictValue.POSITIVE
    course.accepted(AskRepeat, on=course.clock().date(), kind=OrderKind.THERAPEUTIC)
    assert course.accepted(CloseEpisode, reason="done").episode.state is EpisodeState.CLOSED
    assert verify(course.store.path).intact


def answer_diary(course: Course, nrs: int = 1) -> None:
    for number, prompt in enumerate(course.store.episode(EPISODE).sessions[-1].prompts):
        course.clock.now = max(course.clock.now, prompt.due)
        at = prompt.due if prompt.due >= course.clock.now else course.clock.now
        entry = DiaryEntry(f"entry-{number}", prompt.id, at, at, at, nrs, nrs, course.no(), course.no(), course.no())
        course.accepted(AnswerDiary, entry=entry)


def test_every_version_of_the_episode_can_be_read_again(course):
    answers = []
    original = course.send
    course.send = lambda command: answers.append(original(command)) or answers[-1]
    course.discharged()
    for outcome in answers:
        assert course.store.episode(EPISODE, outcome.episode.version) == outcome.episode


def test_each_command_leaves_exactly_one_line_and_one_version(course):
    for number, step in enumerate((course.requested, lambda: course.accepted(Assess, assessment=course.assessment()))):
        step()
        assert len(course.store.ledger()) == 2 + number
        assert course.store.episode(EPISODE).version == number


def test_the_same_command_twice_is_answered_as_the_first_time(course):
    course.cleared()
    command = Book(id="booking", by="desk", episode_id=EPISODE, at=START + timedelta(days=7))
    first = course.send(command)
    course.accepted(CancelBooking, reason="ill")
    lines = course.store.ledger()
    assert course.send(command) == first
    assert course.store.ledger() == lines
    assert course.store.episode(EPISODE).state is EpisodeState.CANCELLED


def test_a_refusal_is_repeated_too(course):
    course.requested()
    command = Prepare(id="too-early", by="nurse", episode_id=EPISODE)
    first = course.send(command)
    assert not first.accepted
    assert course.send(command) == first
    assert [line.tag for line in course.store.ledger()].count(Tag.COMMAND_REFUSED) == 1


def test_the_same_id_with_other_contents_is_refused(course):
    course.cleared()
    command = Book(id="booking", by="desk", episode_id=EPISODE, at=START + timedelta(days=7))
    course.send(command)
    for other in (
        replace(command, at=START + timedelta(days=8)),
        CloseEpisode(id="booking", by="desk", episode_id=EPISODE, reason="done"),
    ):
        outcome = course.send(other)
        assert not outcome.accepted
        assert "used before with other contents" in outcome.refusal
    assert course.store.episode(EPISODE).sessions[-1].booking.at == command.at


def test_an_illegal_step_changes_nothing_and_is_on_record(course):
    before = course.requested().store.episode(EPISODE)
    outcome = course.give(BeginProcedure, procedure_id="p", operator="dr-a")
    assert not outcome.accepted
    assert "order" in outcome.refusal
    assert course.store.episode(EPISODE) == before == outcome.episode
    assert course.store.ledger()[-1].tag == Tag.COMMAND_REFUSED


def test_a_command_for_no_episode_is_refused_and_its_contents_are_not_kept(course):
    outcome = course.give(Prepare)
    assert not outcome.accepted
    assert outcome.episode is None
    assert "no episode 'episode-1'" in outcome.refusal
    assert course.store.ledger()[-1].tag == Tag.COMMAND_REFUSED
    assert verify(course.store.path).intact


def test_who_saw_an_old_version_is_told_so(course):
    course.cleared()
    outcome = course.give(CloseEpisode, reason="x", seen_version=1)
    assert not outcome.accepted
    assert "changed by somebody else meanwhile" in outcome.refusal
    assert course.give(CloseEpisode, reason="x", seen_version=3).accepted


def test_an_episode_is_requested_once(course):
    course.requested()
    outcome = course.give(RequestAppointment, patient=course.patient(), request=course.request())
    assert not outcome.accepted
    assert "already kept" in outcome.refusal


def test_a_virtual_patient_never_enters_a_care_store(tmp_path):
    course = course_in(tmp_path, StoreKind.CARE)
    patient = replace(course.patient(), virtual=True)
    outcome = course.give(RequestAppointment, patient=patient, request=course.request())
    assert not outcome.accepted
    assert "no virtual patients" in outcome.refusal
    assert course.store.episodes() == ()


def test_a_red_flag_cannot_be_accepted_and_can_be_redirected(course):
    course.requested()
    flagged = replace(course.assessment(), red_flag=course.yes())
    refused = course.give(Assess, assessment=flagged)
    assert not refused.accepted
    assert "referral.red-flag" in {finding.code for finding in refused.findings}
    redirected = course.accepted(Assess, assessment=replace(flagged, referral=Referral.REDIRECT))
    assert redirected.episode.state is EpisodeState.REDIRECTED


def test_a_booking_in_the_past_is_refused(course):
    course.cleared()
    outcome = course.give(Book, at=course.clock() - timedelta(days=1))
    assert not outcome.accepted
    assert "in the past" in outcome.refusal


def test_moving_the_booking_voids_the_sheet_and_the_day(course):
    course.confirmed()
    moved = course.accepted(Book, at=course.clock() + timedelta(days=14)).episode
    session = moved.sessions[-1]
    assert moved.state is EpisodeState.BOOKED
    assert (session.preparation, session.confirmation) == (None, None)
    assert session.consent is not None


def test_a_cancelled_or_missed_booking_can_be_made_again(course):
    course.consented()
    assert "has not come yet" in course.give(RecordNoShow).refusal
    course.clock.forward(days=7)
    assert course.accepted(RecordNoShow).episode.state is EpisodeState.NO_SHOW
    assert course.accepted(Book, at=course.clock() + timedelta(days=3)).episode.state is EpisodeState.BOOKED
    assert course.accepted(CancelBooking, reason="ill").episode.state is EpisodeState.CANCELLED


def test_a_weak_leg_is_not_discharged(course):
    course.recovering()
    for minutes in (15, 30):
        course.clock.forward(minutes=17)
        course.accepted(RecordRecovery, check=course.check(minutes, 1, leg_power_at_baseline=course.no()))
    yes = course.yes()
    outcome = course.give(DischargePatient, discharge=Discharge(course.clock(), "nurse", yes, yes))
    assert not outcome.accepted
    assert outcome.episode.state is EpisodeState.RECOVERING
    assert "discharge.leg-weak" in {finding.code for finding in outcome.findings}


def test_an_entry_from_the_future_or_for_no_prompt_is_refused(course):
    course.discharged()
    prompt = course.store.episode(EPISODE).sessions[-1].prompts[0]
    now = course.clock()
    entry = DiaryEntry("e", prompt.id, now, now, now, 2, 1)
    later = now + timedelta(hours=1)
    assert "future" in course.give(AnswerDiary, entry=replace(entry, answered=later)).refusal
    assert "did not ask" in course.give(AnswerDiary, entry=replace(entry, prompt_id="other")).refusal
    course.accepted(AnswerDiary, entry=entry)
    course.accepted(AnswerDiary, entry=entry)  # a phone that does not know that it arrived
    assert len(course.store.episode(EPISODE).sessions[-1].entries) == 1
    assert "is kept already" in course.give(AnswerDiary, entry=replace(entry, index_nrs=5)).refusal


def test_consent_for_the_wrong_side_is_refused(course):
    course.booked()
    course.accepted(Prepare)
    outcome = course.give(GiveConsent, consent=course.consent(Side.RIGHT))
    assert not outcome.accepted
    assert "consent.side" in {finding.code for finding in outcome.findings}
    assert outcome.episode.state is EpisodeState.PREPARED


def test_refused_codes_are_kept_with_the_command_and_not_in_the_line(course):
    course.booked()
    course.accepted(Prepare)
    course.give(GiveConsent, consent=course.consent(None))
    told = course.store.story(EPISODE)[-1]
    assert told.line.tag == Tag.COMMAND_REFUSED
    assert "consent.side" in told.outcome
    assert "consent" not in " ".join(str(value) for value in vars(told.line).values())


def test_pain_that_is_back_needs_no_question(course):
    course.discharged()
    now = course.clock()
    entry = DiaryEntry("back", "", now, now, now, 7, 5, pain_is_back=course.yes())
    assert "did not ask" in course.give(AnswerDiary, entry=replace(entry, pain_is_back=course.no())).refusal
    course.accepted(AnswerDiary, entry=entry)
    assert course.store.episode(EPISODE).sessions[-1].entries == (entry,)


def test_the_discharge_sheet_is_kept_as_it_was_given(tmp_path):
    course = course_in(tmp_path).discharged()
    (session,) = course.store.episode(EPISODE).sessions
    sheet = session.discharge_sheet
    assert sheet is not None
    assert sheet.made_at == course.clock()
    assert [line.agent for line in sheet.given][-1] == "bupivacaine_0.5_percent"
    course.accepted(PlaceOrder, **course.order(number=2))
    first, second = course.store.episode(EPISODE).sessions
    assert (first.discharge_sheet, second.discharge_sheet) == (sheet, None)


def test_a_refused_discharge_keeps_no_sheet(tmp_path):
    course = course_in(tmp_path).recovering()
    yes = course.yes()
    assert not course.give(DischargePatient, discharge=Discharge(course.clock(), "nurse", yes, yes)).accepted
    assert course.store.episode(EPISODE).sessions[-1].discharge_sheet is None
