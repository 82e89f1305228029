"""Repeats: relief long enough and documented, pain back, caps by rolling year, and no test while a steroid acts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, WITH_STEROID, YES, codes, entry, episode, followed, order, patient

from sijoint.model import EpisodeState, OrderKind, ProcedureKind, VerdictValue
from sijoint.pathway import check_order, judge_block, load_policy, may_repeat, relief_course
from sijoint.pathway.relief_courses import given_sessions

MIXED = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
MEDICARE = load_policy("medicare-lcd")
RELIEVED = {"15 min": 1, "30 min": 1, "1 h": 1, "2 h": 8}
WEEKS = ("day 14", "week 4", "week 8", "week 12", "month 4", "month 5")
DIAGNOSTIC, THERAPEUTIC = OrderKind.DIAGNOSTIC, OrderKind.THERAPEUTIC
SHOT = NOW  # day of the therapeutic shot


def block(at, course=None):
    done = followed(course or RELIEVED, order(number=1), at=at)
    return replace(done, verdict=judge_block(done, POLICY, at + timedelta(days=2)))


def therapy(course, at=SHOT, number=2, policy=POLICY, kind=THERAPEUTIC):
    return followed(course, order(*MIXED, kind=kind, number=number, policy=policy), at=at, policy=policy)


def after(*scores, back=None):
    """Block three weeks before, then a therapeutic shot with the scores of the weeks after (baseline 8)."""
    shot = therapy(dict(zip(WEEKS, scores, strict=False)))
    if back is not None:
        prompt = shot.prompts[-1]
        button = entry(prompt, None, pain_is_back=YES, answered=SHOT + timedelta(days=back))
        shot = replace(shot, entries=(*shot.entries, button))
    return episode(block(SHOT - timedelta(days=21)), shot, state=EpisodeState.DISCHARGED)


def gaps(answer):
    return {gap.code for gap in answer.gaps}


def on(days):
    return (SHOT + timedelta(days=days)).date()


def test_month_two_is_refused_and_month_five_allowed_after_relief_of_three_months():
    one = after(2, 2, 2, 3, 3, 8)
    second = may_repeat(one, POLICY, on(61), THERAPEUTIC)
    assert not second.eligible
    assert gaps(second) == {"repeat.relief-too-short", "repeat.pain-not-returned"}
    assert second.next_eligible == on(84)
    fifth = may_repeat(one, POLICY, on(153), THERAPEUTIC)
    assert fifth.eligible
    assert fifth.gaps == ()
    assert fifth.next_eligible == on(153)


def test_the_answer_depends_on_the_day_asked_and_not_on_what_comes_later():
    one = after(2, 2, 2, 3, 3, 8)
    early = after(2, 2, 2)
    assert may_repeat(one, POLICY, on(61), THERAPEUTIC) == may_repeat(early, POLICY, on(61), THERAPEUTIC)


def test_pain_that_is_still_away_is_not_injected():
    assert gaps(may_repeat(after(2, 2, 2, 2, 2, 2), POLICY, on(160), THERAPEUTIC)) == {"repeat.pain-not-returned"}


def test_the_button_says_that_the_pain_is_back():
    assert may_repeat(after(2, 2, 2, 2, 2, back=130), POLICY, on(131), THERAPEUTIC).eligible


def test_relief_below_half_or_too_short_does_not_earn_a_repeat_by_waiting():
    small = may_repeat(after(5, 5, 5, 5), POLICY, on(300), THERAPEUTIC)
    assert gaps(small) == {"repeat.relief-too-small"}
    assert small.next_eligible is None
    short = may_repeat(after(2, 2, 8, 8), POLICY, on(300), THERAPEUTIC)
    assert gaps(short) == {"repeat.relief-too-short"}
    assert short.next_eligible is None


def test_fifty_percent_exactly_counts():
    assert may_repeat(after(4, 4, 4, 4, 4, 8), POLICY, on(153), THERAPEUTIC).eligible
    assert "repeat.relief-too-small" in gaps(may_repeat(after(5, 5, 5, 5, 5, 8), POLICY, on(153), THERAPEUTIC))


def test_no_diary_is_no_relief():
    assert gaps(may_repeat(after(), POLICY, on(153), THERAPEUTIC)) == {"repeat.relief-unknown"}


def test_the_days_between_numbing_and_steroid_do_not_end_relief():
    shot = therapy(
        {"day 1": 2, "day 3": 8, "day 7": 7, "day 14": 2, "week 4": 2, "week 8": 2, "week 12": 3, "month 4": 8}
    )
    course = relief_course(given_sessions(episode(shot), POLICY)[0], POLICY, on(153))
    assert course.best_percent == Decimal("75.0")
    assert (course.until, course.back_on) == (on(84), on(122))


def test_relief_that_came_back_later_does_not_mend_the_gap():
    assert "repeat.relief-too-short" in gaps(may_repeat(after(2, 2, 8, 2, 2, 8), POLICY, on(153), THERAPEUTIC))


def test_the_payer_asks_for_calendar_months_that_week_twelve_does_not_show():
    one = after(2, 2, 2, 3, 8)
    assert may_repeat(one, POLICY, on(123), THERAPEUTIC).eligible
    assert gaps(may_repeat(one, MEDICARE, on(123), THERAPEUTIC)) == {"repeat.relief-too-short"}
    assert may_repeat(after(2, 2, 2, 3, 3, 8), MEDICARE, on(153), THERAPEUTIC).eligible


def test_therapy_needs_a_positive_block():
    bad = {"15 min": 8, "30 min": 8, "1 h": 8}
    negative = episode(block(SHOT - timedelta(days=21), bad))
    assert negative.sessions[0].verdict.verdict is VerdictValue.NEGATIVE
    assert gaps(may_repeat(negative, POLICY, on(0), THERAPEUTIC)) == {"repeat.block-negative"}
    unjudged = episode(followed(RELIEVED, at=SHOT - timedelta(days=21)))
    assert gaps(may_repeat(unjudged, POLICY, on(0), THERAPEUTIC)) == {"repeat.no-positive-block"}
    assert may_repeat(episode(block(SHOT - timedelta(days=21))), POLICY, on(0), THERAPEUTIC).eligible


def test_steroid_in_the_first_shot_forbids_a_second_test_while_it_is_expected_to_act():
    first = followed(RELIEVED, order(*MIXED, policy=WITH_STEROID), policy=WITH_STEROID)
    one = episode(replace(first, verdict=judge_block(first, WITH_STEROID, NOW + timedelta(days=2))))
    refused = may_repeat(one, WITH_STEROID, on(83), DIAGNOSTIC)
    assert gaps(refused) == {"repeat.steroid-still-expected"}
    assert refused.next_eligible == on(84)
    assert may_repeat(one, WITH_STEROID, on(84), DIAGNOSTIC).eligible
    ordered = check_order(order(number=2), one, patient(), WITH_STEROID, NOW + timedelta(days=28))
    assert "order.repeat-not-due" in codes(ordered)


def test_an_anaesthetic_only_test_may_be_confirmed_by_a_second_and_no_third_in_the_year():
    first = block(SHOT - timedelta(days=40))
    assert may_repeat(episode(first), POLICY, on(0), DIAGNOSTIC).eligible
    second = block(SHOT - timedelta(days=20))
    third = may_repeat(episode(first, second), POLICY, on(0), DIAGNOSTIC)
    assert gaps(third) == {"repeat.cap"}
    assert third.next_eligible == on(-40 + 366)


def test_the_payer_ends_tests_once_therapy_has_begun():
    assert "repeat.diagnostic-after-therapy" in gaps(may_repeat(after(2, 2, 2, 3), MEDICARE, on(100), DIAGNOSTIC))


@pytest.mark.parametrize(("days_ago", "counts"), [(365, True), (366, False)])
def test_the_rolling_year_includes_day_365_and_not_366(days_ago, counts):
    early = block(SHOT - timedelta(days=days_ago))
    recent = block(SHOT - timedelta(days=30))
    answer = may_repeat(episode(early, recent), POLICY, on(0), DIAGNOSTIC)
    assert ("repeat.cap" in gaps(answer)) is counts
    assert dict(answer.counters)["diagnostic sessions in 365 days"] == ("2" if counts else "1")


def test_a_session_is_a_day_and_two_sides_on_one_day_are_one():
    morning, noon = block(SHOT - timedelta(days=30)), block(SHOT - timedelta(days=30) + timedelta(hours=2))
    answer = may_repeat(episode(morning, noon), POLICY, on(0), DIAGNOSTIC)
    assert dict(answer.counters)["diagnostic sessions in 365 days"] == "1"


def test_rehearsals_count_nowhere():
    shot = block(SHOT - timedelta(days=30))
    rehearsed = replace(shot, procedure=replace(shot.procedure, kind=ProcedureKind.REHEARSAL))
    answer = may_repeat(episode(rehearsed), POLICY, on(0), DIAGNOSTIC)
    assert gaps(answer) == {"repeat.no-session"}


def test_four_therapeutic_sessions_are_the_cap_and_the_oldest_frees_the_next():
    shots = [therapy({"week 4": 2}, at=SHOT - timedelta(days=90 * n), number=n) for n in (4, 3, 2, 1)]
    answer = may_repeat(episode(block(SHOT - timedelta(days=500)), *shots), POLICY, on(0), THERAPEUTIC)
    assert "repeat.cap" in gaps(answer)
    assert dict(answer.counters)["steroid as methylprednisolone, mg"] == "160"
    day = next(gap.text for gap in answer.gaps if gap.code == "repeat.cap")
    assert "4 therapeutic sessions in the last 365 days" in day


def test_the_yearly_steroid_limit_counts_methylprednisolone_equivalents():
    shots = [therapy({"week 4": 2}, at=SHOT - timedelta(days=90 * n), number=n) for n in (3, 2, 1)]
    here = episode(block(SHOT - timedelta(days=500)), *shots)  # 3 x 40 mg
    for limit, reached in ((120, True), (121, False)):
        policy = replace(POLICY, steroid_year_maximum_mpe_mg=Decimal(limit))
        assert ("repeat.steroid-year" in gaps(may_repeat(here, policy, on(0), THERAPEUTIC))) is reached


def test_the_day_of_a_shot_counts_already():
    assert may_repeat(episode(block(SHOT)), POLICY, on(0), DIAGNOSTIC).counters[0][1] == "1"


def test_a_session_under_way_is_finished_first():
    shot = block(SHOT - timedelta(days=30))
    assert "repeat.session-open" in gaps(may_repeat(episode(replace(shot, discharge=None)), POLICY, on(0), DIAGNOSTIC))


@given(
    st.lists(st.integers(0, 10), max_size=6),
    st.integers(0, 400),
    st.sampled_from([POLICY, MEDICARE, WITH_STEROID]),
    st.sampled_from(OrderKind),
)
def test_every_answer_is_total_and_consistent(scores, days, policy, kind):
    answer = may_repeat(after(*scores), policy, on(days), kind)
    assert answer.eligible == (answer.gaps == ())
    assert answer.asked_on == on(days)
    assert (
        answer.next_eligible is None
        or answer.next_eligible >= min(on(days), on(0) + timedelta(days=1))
        or not answer.gaps
    )
    assert all(gap.source and gap.text for gap in answer.gaps)


def test_without_any_injection_there_is_nothing_to_repeat():
    assert may_repeat(episode(sessions=()), POLICY, date(2026, 1, 1), DIAGNOSTIC).gaps[0].code == "repeat.no-session"
