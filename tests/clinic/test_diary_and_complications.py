"""Diary, red flags, what came with a block, and complications as commands: kept once, told at once, followed to the end."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from clinic_course import EPISODE, Course, course_in

from sijoint.clinic import (
    AnswerDiary,
    AnswerRedFlag,
    BeginProcedure,
    CloseEpisode,
    FollowComplication,
    JudgeBlock,
    RecordComplication,
    RecordFunctionBaseline,
    RecordTestConditions,
)
from sijoint.model import (
    Activity,
    ActivityScore,
    Complication,
    ComplicationGrade,
    ComplicationKind,
    ComplicationOutcome,
    DiaryEntry,
    FlagAnswer,
    FlagOutcome,
    FollowUp,
    Function,
    FunctionBaseline,
    TestConditions,
    VerdictValue,
)
from sijoint.model.wire import from_wire_text, to_wire
from sijoint.pathway import calls_due
from sijoint.records import Tag, canonical, verify


@pytest.fixture
def course(tmp_path) -> Course:
    return course_in(tmp_path).discharged()


def session(course):
    return course.store.episode(EPISODE).sessions[-1]


def answer(course, label="1 h", nrs=2, **changes):
    """An answer on time, received at once; the clock stands at it."""
    prompt = next(one for one in session(course).prompts if one.label == label)
    course.clock.now = max(course.clock(), prompt.due)
    at = prompt.due
    no = course.no()
    entry = DiaryEntry(f"e-{label}", prompt.id, at, at, at, nrs, 1, no, no, no)
    return replace(entry, **changes)


def codes(outcome):
    return {one.code.partition(":")[0] for one in outcome.findings}


def complication(course, **changes):
    now = course.clock()
    one = Complication(
        "k1",
        ComplicationKind.VASOVAGAL,
        ComplicationGrade.MODERATE,
        now - timedelta(minutes=20),
        now,
        "nurse",
        "needle out, legs up",
        ComplicationOutcome.ONGOING,
    )
    return replace(one, **changes)


# Diary


def test_the_server_says_when_an_answer_was_received(course):
    entry = answer(course, received=course.clock() - timedelta(days=300))
    course.accepted(AnswerDiary, entry=entry)
    assert session(course).entries[-1].received == course.clock()


def test_an_offline_queue_sent_twice_and_out_of_order_is_kept_once(course):
    labels = ("1 h", "2 h", "3 h")
    queue = [answer(course, label, nrs) for nrs, label in enumerate(labels)]
    course.clock.forward(hours=5)
    for entry in (queue[2], queue[0], queue[2], queue[1], queue[0]):
        course.accepted(AnswerDiary, entry=replace(entry, sent=course.clock()))
    assert sorted(one.id for one in session(course).entries) == [one.id for one in queue]
    assert all(one.answered == sent.answered for one in session(course).entries for sent in queue if sent.id == one.id)
    changed = course.give(AnswerDiary, entry=replace(queue[0], index_nrs=9))
    assert "is kept already" in changed.refusal
    assert verify(course.store.path).intact


def test_a_phone_a_day_ahead_is_set_right_and_one_without_a_clock_of_its_own_is_refused(course):
    entry = answer(course)
    ahead = timedelta(days=1)
    fast = replace(entry, opened=entry.opened + ahead, answered=entry.answered + ahead)
    assert "future" in course.give(AnswerDiary, entry=fast).refusal
    outcome = course.accepted(AnswerDiary, entry=replace(fast, sent=course.clock() + ahead))
    assert codes(outcome) == {"diary.clock-set-right"}
    assert session(course).entries[-1].answered == entry.answered
    assert session(course).entries[-1].device_answered == fast.answered


def test_an_answer_to_a_closed_question_is_kept_and_told(course):
    entry = answer(course)
    course.clock.forward(hours=2)
    late = replace(entry, opened=course.clock(), answered=course.clock())
    assert codes(course.accepted(AnswerDiary, entry=late)) == {"diary.late"}
    assert session(course).entries == (replace(late, received=course.clock()),)


def test_the_button_is_an_event_with_questions_of_its_own(course):
    before = session(course).prompts
    course.clock.forward(days=50)
    now = course.clock()
    button = DiaryEntry("back", "", now, now, now, 7, 5, pain_is_back=course.yes())
    course.accepted(AnswerDiary, entry=button)
    added = [one for one in session(course).prompts if one not in before]
    assert [one.label for one in added] == ["pain back, day 1", "pain back, day 7"]
    course.clock.forward(days=1)
    follow_up = DiaryEntry("f", added[0].id, course.clock(), course.clock(), course.clock(), 6, 4)
    course.accepted(AnswerDiary, entry=follow_up)


def test_a_red_flag_stays_on_the_list_until_a_clinician_has_answered_it(course):
    outcome = course.accepted(AnswerDiary, entry=answer(course, bladder_bowel_or_saddle_change=course.yes()))
    assert codes(outcome) == {"redflag.cauda-equina"}

    def listed():
        found = calls_due(course.store.episode(EPISODE), course.policy, course.clock())
        return [one.reason for one in found if one.entry_id == "e-1 h"]

    assert listed() == ["red flag"]
    course.clock.forward(minutes=10)
    word = FlagAnswer("e-1 h", course.clock(), "dr-a", FlagOutcome.NOT_REACHED)
    course.accepted(AnswerRedFlag, answer=word)
    assert listed() == ["red flag"]
    course.accepted(AnswerRedFlag, answer=replace(word, outcome=FlagOutcome.SENT_TO_EMERGENCY))
    assert listed() == []
    assert [one.outcome for one in session(course).flag_answers][-1] is FlagOutcome.SENT_TO_EMERGENCY


def test_a_red_flag_that_is_not_there_cannot_be_answered(course):
    course.accepted(AnswerDiary, entry=answer(course))
    word = FlagAnswer("e-1 h", course.clock(), "dr-a", FlagOutcome.SEEN)
    assert "holds no red flag" in course.give(AnswerRedFlag, answer=word).refusal
    assert "no diary entry" in course.give(AnswerRedFlag, answer=replace(word, entry_id="x")).refusal
    future = replace(word, at=course.clock() + timedelta(hours=1))
    assert "future" in course.give(AnswerRedFlag, answer=future).refusal


def test_daily_life_before_belongs_before_the_procedure(tmp_path, tmp_path_factory):
    course = course_in(tmp_path).booked()
    function = Function(Decimal("6.3"), (ActivityScore(Activity.SITTING, 7),))
    baseline = FunctionBaseline(course.clock(), "nurse", function)
    course.accepted(RecordFunctionBaseline, baseline=baseline)
    assert session(course).function_baseline == baseline
    later = replace(baseline, at=course.clock() + timedelta(days=1))
    assert "future" in course.give(RecordFunctionBaseline, baseline=later).refusal
    over = course_in(tmp_path_factory.mktemp("over")).discharged()
    assert "not possible" in over.give(RecordFunctionBaseline, baseline=baseline).refusal


def test_what_came_with_a_block_decides_whether_it_is_read(course):
    for label, nrs in (("1 h", 1), ("2 h", 1), ("3 h", 1), ("4 h", 8)):
        course.accepted(AnswerDiary, entry=answer(course, label, nrs))
    course.clock.forward(days=1)
    course.accepted(JudgeBlock)
    assert session(course).verdict.verdict is VerdictValue.POSITIVE
    told = replace(session(course).test_conditions, at=course.clock(), steroid_premedication=course.yes())
    course.accepted(RecordTestConditions, conditions=told)
    course.accepted(JudgeBlock)
    assert session(course).verdict.verdict is VerdictValue.INDETERMINATE
    future = TestConditions(course.clock() + timedelta(days=1), "nurse")
    assert "future" in course.give(RecordTestConditions, conditions=future).refusal


# Complications


def test_a_complication_is_recorded_followed_and_closed_with_every_word_kept(course):
    outcome = course.accepted(RecordComplication, complication=complication(course))
    assert codes(outcome) == {"complication.recorded"}
    course.clock.forward(days=3, hours=1)
    reasons = [one.reason for one in calls_due(course.store.episode(EPISODE), course.policy, course.clock())]
    assert "complication" in reasons
    for result in (ComplicationOutcome.ONGOING, ComplicationOutcome.RESOLVED):
        course.accepted(
            FollowComplication, complication_id="k1", follow_up=FollowUp(course.clock(), "nurse", result, "asked")
        )
    (kept,) = session(course).complications
    assert [one.outcome for one in kept.follow_ups] == [ComplicationOutcome.ONGOING, ComplicationOutcome.RESOLVED]
    tags = [told.line.tag for told in course.store.story(EPISODE)][-3:]
    assert tags == [Tag.COMPLICATION_RECORDED, Tag.COMPLICATION_FOLLOWED, Tag.COMPLICATION_FOLLOWED]


def test_one_is_recorded_in_the_room_and_after_the_episode_is_closed(tmp_path, tmp_path_factory):
    course = course_in(tmp_path).in_procedure()
    course.accepted(RecordComplication, complication=complication(course))
    over = course_in(tmp_path_factory.mktemp("over")).discharged()
    over.accepted(CloseEpisode, reason="done")
    infected = complication(over, kind=ComplicationKind.INFECTION, grade=ComplicationGrade.SEVERE)
    outcome = over.accepted(RecordComplication, complication=infected)
    assert {"complication.infection", "complication.serious"} <= codes(outcome)


def test_what_cannot_be_is_refused_with_what_to_do(course):
    one = complication(course)
    wrong = [
        (replace(one, onset=course.clock() + timedelta(hours=1)), "future"),
        (replace(one, recorded_at=one.onset - timedelta(hours=1)), "before it began"),
        (replace(one, follow_ups=(FollowUp(course.clock(), "n", ComplicationOutcome.RESOLVED),)), "no follow-up yet"),
    ]
    for bad, words in wrong:
        assert words in course.give(RecordComplication, complication=bad).refusal
    assert "no such order" in course.give(RecordComplication, complication=one, order_id="x").refusal
    course.accepted(RecordComplication, complication=one, order_id="order-1")
    assert "recorded already" in course.give(RecordComplication, complication=one).refusal
    early = FollowUp(one.recorded_at - timedelta(hours=1), "nurse", ComplicationOutcome.RESOLVED)
    assert "lies before" in course.give(FollowComplication, complication_id="k1", follow_up=early).refusal
    late = FollowUp(course.clock() + timedelta(hours=1), "nurse", ComplicationOutcome.RESOLVED)
    assert "future" in course.give(FollowComplication, complication_id="k1", follow_up=late).refusal
    nobody = replace(late, at=course.clock())
    assert "record it first" in course.give(FollowComplication, complication_id="k2", follow_up=nobody).refusal
    assert len(session(course).complications) == 1


def test_before_a_procedure_nothing_can_have_gone_wrong(tmp_path):
    course = course_in(tmp_path).timed_out()
    refused = course.give(RecordComplication, complication=complication(course))
    assert "no procedure has begun" in refused.refusal
    course.accepted(BeginProcedure, procedure_id="procedure-1", operator="dr-a")
    course.accepted(RecordComplication, complication=complication(course))


def test_every_new_command_travels_by_wire(course):
    now, who = course.clock(), {"id": "c", "by": "dr-a", "episode_id": EPISODE}
    told = [
        AnswerRedFlag(answer=FlagAnswer("e", now, "dr-a", FlagOutcome.SEEN), **who),
        RecordComplication(complication=complication(course), **who),
        FollowComplication(complication_id="k1", follow_up=FollowUp(now, "nurse", ComplicationOutcome.RESOLVED), **who),
        RecordTestConditions(conditions=TestConditions(now, "nurse"), **who),
        RecordFunctionBaseline(baseline=FunctionBaseline(now, "nurse", Function()), **who),
    ]
    for one in told:
        assert from_wire_text(type(one), canonical(to_wire(one))) == one
