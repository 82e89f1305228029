"""May it be repeated: each limit on both of its days, each gap with the day from which time alone closes it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from test_yearly_account import DIAGNOSTIC, MIXED, THERAPEUTIC, block, day, gaps, shot
from well_patient import NOW, POLICY, WITH_STEROID, episode, followed, order

from sijoint.frames import Side
from sijoint.model import (
    Complication,
    ComplicationGrade,
    ComplicationKind,
    ComplicationOutcome,
    DualValue,
    DualVerdict,
    LeftEarly,
    Target,
    VerdictValue,
)
from sijoint.pathway import Span, may_repeat

ROOMY = replace(
    POLICY, steroid_year_maximum_mpe_mg=Decimal(10_000), therapeutic_per_year=99, therapeutic_per_joint_year=99
)


def gap(answer, code):
    return next(one for one in answer.gaps if one.code == code)


# The other shots before this day


@pytest.mark.parametrize(("asked", "counts"), [(-1, False), (0, True)])
def test_a_shot_of_a_day_to_come_is_not_known_yet(asked, counts):
    answer = may_repeat(episode(block(0)), POLICY, day(asked), DIAGNOSTIC)
    assert (gaps(answer) == {"repeat.no-session"}) is not counts
    earlier = may_repeat(episode(block(-9)), POLICY, day(asked), DIAGNOSTIC, earlier=(episode(block(0)),))
    assert ("repeat.same-day" in gaps(earlier)) is counts


@pytest.mark.parametrize(("days", "too_soon"), [(83, True), (84, False)])
def test_two_steroid_shots_are_apart_by_the_policys_span_to_the_day(days, too_soon):
    here = episode(block(-100), shot(0))
    answer = may_repeat(here, replace(POLICY, therapeutic_apart_for=Span(84, False)), day(days), THERAPEUTIC)
    assert ("repeat.too-soon" in gaps(answer)) is too_soon
    if too_soon:
        assert "84 days" in gap(answer, "repeat.too-soon").text


def test_the_last_of_several_shots_sets_the_distance_whichever_joint_it_was():
    here = episode(block(-300), shot(-200, number=2), shot(-10, (), number=3, side=Side.RIGHT))
    answer = may_repeat(here, ROOMY, day(0), THERAPEUTIC, Side.LEFT)
    assert gaps(answer) == {"repeat.too-soon"}
    apart = POLICY.therapeutic_apart_for.after(day(-10))
    assert answer.next_eligible == apart
    assert gaps(may_repeat(here, ROOMY, apart, THERAPEUTIC, Side.LEFT)) == set()


def test_an_injection_without_steroid_keeps_no_distance():
    assert may_repeat(episode(block(-1)), POLICY, day(0), THERAPEUTIC).eligible


def test_without_side_and_target_those_of_the_last_session_are_asked_for():
    here = episode(block(-60), block(-30, number=2, side=Side.RIGHT, target=Target.LIGAMENT))
    answer = may_repeat(here, POLICY, day(0), DIAGNOSTIC)
    assert (answer.side, answer.target) == ("right", "ligament")
    assert may_repeat(here, POLICY, day(0), DIAGNOSTIC, Side.LEFT).target == "ligament"


# The same day


def test_the_same_joint_is_not_injected_twice_a_day_whatever_the_target():
    here = episode(block(0))
    answer = may_repeat(here, replace(POLICY, diagnostic_per_year=9), day(0), DIAGNOSTIC, Side.LEFT, Target.LIGAMENT)
    assert gaps(answer) == {"repeat.same-day"}
    assert answer.next_eligible == day(1)
    assert may_repeat(here, replace(POLICY, diagnostic_per_year=9), day(1), DIAGNOSTIC).eligible


# Caps


@pytest.mark.parametrize(("cap", "reached"), [(2, True), (3, False)])
def test_the_cap_of_the_year_is_reached_by_as_many_sessions_as_it_names(cap, reached):
    here = episode(block(-50), block(-30, number=2))
    answer = may_repeat(here, replace(POLICY, diagnostic_per_year=cap), day(0), DIAGNOSTIC)
    assert ("repeat.cap" in gaps(answer)) is reached


def test_as_many_sessions_must_leave_the_year_as_are_too_many():
    """Three in the year where one is allowed: the third has to be a year and a day back."""
    here = episode(block(-50), block(-40, number=2), block(-30, number=3))
    one = replace(POLICY, diagnostic_per_year=1)
    answer = may_repeat(here, one, day(0), DIAGNOSTIC)
    assert answer.next_eligible == day(-30 + 366)
    assert "3 diagnostic sessions" in gap(answer, "repeat.cap").text
    assert "repeat.cap" in gaps(may_repeat(here, one, day(-30 + 365), DIAGNOSTIC))
    assert "repeat.cap" not in gaps(may_repeat(here, one, day(-30 + 366), DIAGNOSTIC))


def test_the_caps_of_tests_and_of_therapy_are_two():
    here = episode(block(-250), block(-230, number=2), shot(-200))
    assert "repeat.cap" not in gaps(may_repeat(here, POLICY, day(0), THERAPEUTIC))
    strict = replace(POLICY, therapeutic_per_year=1, diagnostic_per_year=9)
    assert "repeat.cap" in gaps(may_repeat(here, strict, day(0), THERAPEUTIC))
    assert "repeat.cap" not in gaps(may_repeat(here, strict, day(0), DIAGNOSTIC))


@pytest.mark.parametrize(("ago", "reached"), [(365, True), (366, False)])
def test_the_cap_of_a_joint_is_by_the_rolling_year_too(ago, reached):
    policy = replace(ROOMY, therapeutic_per_joint_year=2)
    here = episode(block(-500), shot(-ago, number=2), shot(-200, number=3))
    answer = may_repeat(here, policy, day(0), THERAPEUTIC)
    assert ("repeat.cap-joint" in gaps(answer)) is reached
    if reached:
        assert answer.next_eligible == day(1)
        assert "2 therapeutic injections of the left joint" in gap(answer, "repeat.cap-joint").text


def test_a_test_is_no_injection_of_the_joints_therapeutic_cap():
    policy = replace(ROOMY, therapeutic_per_joint_year=2, diagnostic_per_year=9)
    here = episode(block(-220), block(-210, number=2), shot(-200, number=3))
    assert "repeat.cap-joint" not in gaps(may_repeat(here, policy, day(0), THERAPEUTIC))


def test_more_injections_of_a_joint_than_its_cap_wait_for_as_many_to_leave_the_year():
    policy = replace(ROOMY, therapeutic_per_joint_year=1)
    here = episode(block(-500), shot(-300, number=2), shot(-200, number=3))
    assert may_repeat(here, policy, day(0), THERAPEUTIC).next_eligible == day(-200 + 366)


# Steroid over the year


def test_the_yearly_steroid_is_free_again_when_its_oldest_shot_has_left_the_year():
    policy = replace(ROOMY, steroid_year_maximum_mpe_mg=Decimal(80))
    here = episode(block(-500), shot(-300, number=2), shot(-200, number=3))
    answer = may_repeat(here, policy, day(0), THERAPEUTIC)
    assert gaps(answer) == {"repeat.steroid-year"}
    assert answer.next_eligible == day(-300 + 366)
    assert "80" in gap(answer, "repeat.steroid-year").text
    assert may_repeat(here, policy, day(-300 + 366), THERAPEUTIC).eligible


@pytest.mark.parametrize(("days", "acts"), [(83, True), (84, False)])
def test_no_test_while_a_steroid_is_expected_to_act_and_it_is_named(days, acts):
    first = followed({}, order(*MIXED, policy=WITH_STEROID), policy=WITH_STEROID)
    answer = may_repeat(episode(first), WITH_STEROID, day(days), DIAGNOSTIC)
    assert ("repeat.steroid-still-expected" in gaps(answer)) is acts
    if acts:
        text = gap(answer, "repeat.steroid-still-expected").text
        assert "Triamcinolone" in text or "triamcinolone" in text
        assert "Lidocaine" not in text


def test_a_test_after_therapy_is_the_policys_word():
    here = episode(block(-300), shot(-200))
    never = replace(POLICY, diagnostic_after_therapy=False)
    assert "repeat.diagnostic-after-therapy" in gaps(may_repeat(here, never, day(0), DIAGNOSTIC))
    assert "repeat.diagnostic-after-therapy" not in gaps(
        may_repeat(here, replace(never, diagnostic_after_therapy=True), day(0), DIAGNOSTIC)
    )
    assert "repeat.diagnostic-after-therapy" not in gaps(may_repeat(episode(block(-300)), never, day(0), DIAGNOSTIC))


# The block before therapy


def test_a_policy_may_ask_for_no_block():
    none = episode(shot(-200))
    assert "repeat.no-positive-block" in gaps(may_repeat(none, POLICY, day(0), THERAPEUTIC))
    assert may_repeat(none, replace(POLICY, positive_block_first=False), day(0), THERAPEUTIC).eligible


def test_the_last_judged_block_says_why_there_is_none():
    bad = {"15 min": 8, "30 min": 8, "1 h": 8, "2 h": 8}
    unread = replace(block(-40, number=2), verdict=replace(block(-40).verdict, verdict=VerdictValue.INDETERMINATE))
    assert gaps(may_repeat(episode(block(-60, bad), unread), POLICY, day(0), THERAPEUTIC)) == {
        "repeat.no-positive-block"
    }
    assert gaps(may_repeat(episode(unread, block(-20, bad)), POLICY, day(0), THERAPEUTIC)) == {"repeat.block-negative"}


@pytest.mark.parametrize("value", list(DualValue))
def test_a_second_block_refutes_only_where_it_was_negative_or_discordant(value):
    pair = DualVerdict(value, "o1", "o2", (), (), NOW)
    here = episode(block(-60), replace(block(-30, number=2), dual=pair))
    refuted = value in (DualValue.NEGATIVE, DualValue.DISCORDANT)
    answer = may_repeat(here, POLICY, day(0), THERAPEUTIC)
    assert (gaps(answer) == {"repeat.block-not-confirmed"}) is refuted
    assert answer.eligible is not refuted


def test_the_last_pair_counts():
    def paired(days, value, number):
        return replace(block(days, number=number), dual=DualVerdict(value, "a", "b", (), (), NOW))

    here = episode(paired(-60, DualValue.NEGATIVE, 1), paired(-30, DualValue.CONCORDANT, 2))
    assert may_repeat(here, POLICY, day(0), THERAPEUTIC).eligible


# Relief


@pytest.mark.parametrize(("scores", "codes"), [
    ((4, 4, 4, 4, 8), set()),
    ((4, 4, 4, 8, 8), {"repeat.relief-too-short"}),
    ((5, 5, 5, 5, 8), {"repeat.relief-too-small"}),
    ((4, 4, 4, 4, 4), {"repeat.pain-not-returned"}),
    ((), {"repeat.relief-unknown"}),
])  # fmt: skip
def test_relief_is_big_enough_long_enough_and_over(scores, codes):
    here = episode(block(-221), shot(-200, scores))
    assert gaps(may_repeat(here, ROOMY, day(0), THERAPEUTIC)) == codes


@pytest.mark.parametrize("days", [30, 84, 100])
def test_relief_that_still_holds_is_a_matter_of_time_until_the_span_is_over(days):
    here = episode(block(-21), shot(0, (2, 2, 2)))
    apart = replace(ROOMY, therapeutic_apart_for=Span(1, False), repeat_relief_for=Span(84, False))
    answer = may_repeat(here, apart, day(days), THERAPEUTIC)
    assert "repeat.pain-not-returned" in gaps(answer)
    assert answer.next_eligible == (day(84) if days < 84 else None)


def test_relief_that_ended_early_is_not_mended_by_time():
    here = episode(block(-21), shot(0, (2, 8)))
    answer = may_repeat(here, replace(ROOMY, therapeutic_apart_for=Span(1, False)), day(40), THERAPEUTIC)
    assert gaps(answer) == {"repeat.relief-too-short"}
    assert answer.next_eligible is None
    assert "50" in gap(answer, "repeat.relief-too-short").text


def test_the_shot_of_the_same_day_is_not_the_one_whose_relief_is_asked_about():
    here = episode(block(-300), shot(-200), shot(0, (), number=10))
    answer = may_repeat(here, ROOMY, day(0), THERAPEUTIC)
    assert gaps(answer) == {"repeat.same-day"}
    assert answer.pain_back_on == day(-200 + 152)


# Open ends


def test_who_left_early_has_no_session_under_way():
    one = replace(block(-30), discharge=None)
    assert "repeat.session-open" in gaps(may_repeat(episode(one), POLICY, day(0), DIAGNOSTIC))
    left = replace(one, left_early=LeftEarly(NOW, "nurse", "had to go"))
    assert may_repeat(episode(left), POLICY, day(0), DIAGNOSTIC).eligible


def test_an_open_complication_is_closed_first_and_told_once_a_kind():
    def bad(number, outcome):
        return Complication(
            f"c{number}", ComplicationKind.INFECTION, ComplicationGrade.MILD, NOW, NOW, "nurse", "seen at once", outcome
        )

    two = replace(block(-30), complications=(bad(1, ComplicationOutcome.ONGOING), bad(2, ComplicationOutcome.ONGOING)))
    answer = may_repeat(episode(two), POLICY, day(0), DIAGNOSTIC)
    assert [one.code for one in answer.gaps] == ["repeat.complication-open:infection"]
    assert answer.next_eligible is None
    healed = replace(two, complications=(bad(1, ComplicationOutcome.RESOLVED),))
    assert may_repeat(episode(healed), POLICY, day(0), DIAGNOSTIC).eligible


# The answer


def test_the_latest_of_several_days_is_the_next_one():
    policy = replace(ROOMY, therapeutic_per_joint_year=1, steroid_year_maximum_mpe_mg=Decimal(40))
    here = episode(block(-500), shot(-300, number=2))
    answer = may_repeat(here, policy, day(0), THERAPEUTIC)
    assert gaps(answer) == {"repeat.cap-joint", "repeat.steroid-year"}
    assert answer.next_eligible == day(-300 + 366)
    soon = may_repeat(
        episode(block(-500), shot(-30, (2,), number=2)),
        replace(policy, therapeutic_apart_for=Span(50, False)),
        day(0),
        THERAPEUTIC,
    )
    assert soon.next_eligible == day(-30 + 366)


def test_one_gap_that_time_does_not_close_leaves_no_day():
    policy = replace(ROOMY, therapeutic_per_joint_year=1)
    answer = may_repeat(episode(block(-500), shot(-300, (), number=2)), policy, day(0), THERAPEUTIC)
    assert gaps(answer) == {"repeat.cap-joint", "repeat.relief-unknown"}
    assert answer.next_eligible is None
    assert answer.next_steps != ()


def test_the_counters_are_those_of_the_account():
    answer = may_repeat(episode(block(-300), shot(-200)), POLICY, day(0), THERAPEUTIC)
    assert answer.counters == (
        ("diagnostic sessions in 365 days", "1"),
        ("therapeutic sessions in 365 days", "1"),
        ("injections, left joint", "2"),
        ("steroid as methylprednisolone, mg", "40"),
    )
    assert (answer.policy_id, answer.asked_on) == ("clinic", day(0))


def test_no_shot_at_this_joint_and_target_has_no_day_of_return():
    here = episode(block(-300), shot(-200))
    assert may_repeat(here, POLICY, day(0), THERAPEUTIC, Side.RIGHT).pain_back_on is None
