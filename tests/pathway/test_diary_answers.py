"""Diary answers from phones, paper and staff: which clock counts, what arrives twice, and what the button sets going."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import INJECTED_S, NO, NOW, POLICY, UNKNOWN, YES, codes, entry, followed, order

from sijoint.model import Activity, ActivityScore, Function, OrderKind, PainScale, Severity
from sijoint.pathway import (
    clock_off,
    diary_notes,
    diary_prompts,
    explain,
    flags_of,
    judge_block,
    pain_back_entries,
    pain_back_prompts,
    red_flags,
    same_answer,
    set_right,
)

INJECTED = NOW + timedelta(seconds=INJECTED_S)
STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
HERE = followed({})
FIRST = HERE.prompts[0]
PLAIN = entry(FIRST, 3)


def sent(behind: timedelta, delay: timedelta = timedelta(seconds=2), **changes):
    """An answer from a phone whose clock is so much behind, received a little after it was sent."""
    one = replace(PLAIN, **changes)
    on_phone = {name: getattr(one, name) - behind for name in ("opened", "answered")}
    received = one.answered + delay
    return replace(one, **on_phone, sent=received - timedelta(seconds=2) - behind), received


# Clocks


@pytest.mark.parametrize("minutes", [-1440, -60, -6, 6, 60, 1440])
def test_a_wrong_clock_is_set_right_by_the_servers_and_what_the_phone_said_is_kept(minutes):
    told, received = sent(timedelta(minutes=minutes))
    kept = set_right(told, received, POLICY)
    assert abs(kept.answered - PLAIN.answered) < timedelta(seconds=5)
    assert (kept.device_answered, kept.device_opened) == (told.answered, told.opened)
    assert kept.received == received
    assert codes(diary_notes(kept, HERE, POLICY)) == {"diary.clock-set-right"}


def test_a_clock_that_is_nearly_right_is_left_alone():
    told, received = sent(timedelta(minutes=4))
    kept = set_right(told, received, POLICY)
    assert (kept.answered, kept.device_answered) == (told.answered, None)
    assert clock_off(kept) == timedelta(minutes=4, seconds=2)


@pytest.mark.parametrize("ahead", [timedelta(milliseconds=400), timedelta(minutes=4)])
def test_a_clock_that_is_a_little_fast_sends_no_answer_from_the_future(ahead):
    told, received = sent(-ahead, delay=timedelta(seconds=2))
    kept = set_right(told, received, POLICY)
    assert kept.answered <= received
    assert abs(kept.answered - PLAIN.answered) < timedelta(seconds=5)
    assert diary_notes(kept, HERE, POLICY) == (), "nearly right is nothing to tell the patient"
    again = set_right(replace(told, sent=told.sent + timedelta(hours=1)), received + timedelta(hours=1), POLICY)
    assert same_answer(kept, again)


def test_an_answer_given_offline_counts_by_the_moment_it_was_given():
    told, received = sent(timedelta(0), delay=timedelta(hours=9))
    kept = set_right(told, received, POLICY)
    assert kept.answered == PLAIN.answered
    assert diary_notes(kept, HERE, POLICY) == ()


def test_paper_has_no_clock_and_a_phone_that_does_not_say_is_taken_at_its_word():
    late = NOW + timedelta(days=3)
    paper = replace(PLAIN, paper=True, by_staff=True, sent=NOW)
    assert set_right(paper, late, POLICY).answered == PLAIN.answered
    assert set_right(PLAIN, late, POLICY) == replace(PLAIN, received=late)


@given(st.integers(-3000, 3000), st.integers(0, 3000))
def test_the_same_answer_is_known_again_however_it_travelled(minutes, later):
    told, received = sent(timedelta(minutes=minutes))
    first = set_right(told, received, POLICY)
    again = set_right(
        replace(told, sent=told.sent + timedelta(minutes=later)), received + timedelta(minutes=later), POLICY
    )
    assert same_answer(first, again)
    assert not same_answer(first, replace(again, index_nrs=9))
    assert abs(first.answered - again.answered) < timedelta(seconds=5)


# What is said at once


def test_late_early_and_second_answers_are_told_so():
    assert codes(diary_notes(entry(FIRST, 3, minutes_late=8), HERE, POLICY)) == {"diary.late"}
    assert codes(diary_notes(entry(FIRST, 3, minutes_late=-6), HERE, POLICY)) == {"diary.early"}
    first = entry(FIRST, 3)
    again = replace(first, id="again", answered=first.answered + timedelta(minutes=1))
    answered = replace(HERE, entries=(first,))
    assert codes(diary_notes(again, answered, POLICY)) == {"diary.second-answer"}
    assert diary_notes(first, answered, POLICY) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"index_nrs": 11}, "diary.not-on-scale"),
        ({"index_nrs": -1}, "diary.not-on-scale"),
        ({"rest_nrs": 11}, "diary.not-on-scale"),
        ({"temperature_c": Decimal("98.6")}, "diary.unit"),
        ({"glucose_mg_dl": Decimal("14.2")}, "diary.unit"),
        ({"opened": PLAIN.answered + timedelta(minutes=1)}, "diary.opened-after-answer"),
        ({"function": Function(Decimal(11))}, "diary.not-on-scale"),
        ({"function": Function(None, (ActivityScore(Activity.STAIRS, 12),))}, "diary.not-on-scale"),
    ],
)
def test_numbers_that_cannot_be_are_kept_and_asked_for_again(changes, code):
    assert codes(diary_notes(replace(PLAIN, **changes), HERE, POLICY)) == {code}


def test_a_number_to_a_hundred_is_on_its_own_scale():
    assert diary_notes(replace(PLAIN, index_nrs=70, rest_nrs=10, scale=PainScale.VAS), HERE, POLICY) == ()


def test_a_reading_in_a_doubtful_unit_calls_somebody_and_is_no_fever():
    hot = replace(PLAIN, temperature_c=Decimal("101.5"))
    assert codes(flags_of(hot, HERE, POLICY)) == {"diary.unit"}
    assert codes(red_flags(hot, HERE, POLICY)) == set()


# The button


def test_the_button_asks_again_after_a_day_and_a_week_and_then_for_daily_life():
    button = replace(PLAIN, id="b", prompt_id="", pain_is_back=YES, answered=NOW + timedelta(days=130))
    prompts = pain_back_prompts(button, HERE, POLICY)
    assert [one.label for one in prompts] == ["pain back, day 1", "pain back, day 7"]
    assert [(one.due - button.answered).days for one in prompts] == [1, 7]
    assert [one.asks_function for one in prompts] == [False, True]
    assert all(one.opens < one.due < one.closes for one in prompts)


def test_pressing_again_while_it_is_followed_asks_nothing_new_and_later_it_does():
    first = replace(PLAIN, id="b1", pain_is_back=YES, answered=NOW + timedelta(days=130))
    here = replace(HERE, entries=(first,), prompts=HERE.prompts + pain_back_prompts(first, HERE, POLICY))
    soon = replace(first, id="b2", answered=first.answered + timedelta(days=3))
    assert pain_back_prompts(soon, here, POLICY) == ()
    later = replace(first, id="b3", answered=first.answered + timedelta(days=60))
    second = pain_back_prompts(later, here, POLICY)
    assert [one.label for one in second] == ["pain back (2), day 1", "pain back (2), day 7"]
    assert not {one.id for one in second} & {one.id for one in here.prompts}
    assert pain_back_entries(replace(here, entries=(later, first))) == (first, later)


@pytest.mark.parametrize("answer", [NO, UNKNOWN])
def test_anything_but_yes_is_no_press(answer):
    assert pain_back_prompts(replace(PLAIN, pain_is_back=answer), HERE, POLICY) == ()


# Daily life


def test_daily_life_is_asked_at_day_14_and_weeks_4_and_12_only():
    for kind in OrderKind:
        prompts = diary_prompts(order(*STEROID, kind=kind), INJECTED, POLICY)
        assert [one.label for one in prompts if one.asks_function] == ["day 14", "week 4", "week 12"]
    assert [one.label for one in diary_prompts(order(), INJECTED, POLICY) if one.asks_function] == ["day 14"]


# Red flags


RED = {
    "bladder_bowel_or_saddle_change": "redflag.cauda-equina",
    "weakness_worse_or_both_legs": "redflag.leg-both-or-worse",
    "breathing_trouble_or_chest_pain": "redflag.breathing",
    "headache_severe_or_worse_upright": "redflag.headache",
    "site_red_swollen_or_leaking": "redflag.site",
    "ketones_raised": "redflag.ketones",
}


@pytest.mark.parametrize(("name", "code"), RED.items())
def test_each_question_has_its_flag_and_not_known_weighs_the_same(name, code):
    (told,) = red_flags(replace(PLAIN, **{name: YES}), HERE, POLICY)
    assert told.code == code
    (unsure,) = red_flags(replace(PLAIN, **{name: UNKNOWN}), HERE, POLICY)
    assert unsure.code == f"redflag.unknown:{name}"
    assert unsure.severity is told.severity is explain(code).severity
    assert POLICY.emergency_phone in unsure.patient
    assert "not watched live" in unsure.patient


@given(st.sampled_from([*RED, "leg_weak"]), st.integers(0, 14 * 24), st.booleans())
def test_not_known_never_weighs_less_than_yes_and_another_flag_takes_none_away(name, hours, fever):
    at = INJECTED + timedelta(hours=hours)
    base = replace(PLAIN, answered=at, temperature_c=Decimal("38.5") if fever else None)

    def worst(fact):
        return max((one.severity.rank for one in red_flags(replace(base, **{name: fact}), HERE, POLICY)), default=-1)

    assert worst(UNKNOWN) >= worst(YES) >= worst(NO)
    assert not fever or worst(NO) >= Severity.STOP.rank


@pytest.mark.parametrize(
    ("before", "now", "days", "flagged"),
    [(5, 7, 4, True), (5, 6, 4, False), (5, 7, 3, False), (9, 10, 4, True), (10, 10, 4, False), (8, 10, 30, True)],
)
def test_pain_well_above_the_pain_before_is_a_flag_once_the_sore_days_are_over(before, now, days, flagged):
    here = replace(HERE, confirmation=replace(HERE.confirmation, index_nrs=before))
    one = replace(PLAIN, answered=INJECTED + timedelta(days=days, hours=1 if days > 3 else -1), index_nrs=now)
    assert ("redflag.more-pain" in codes(red_flags(one, here, POLICY))) is flagged


# Two phones, any order


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_answers_in_any_order_and_sent_again_give_one_verdict(turn, again):
    labels = ("15 min", "30 min", "1 h", "2 h")
    known = {one.label: one for one in HERE.prompts}
    answers = [entry(known[label], nrs) for label, nrs in zip(labels, (1, 1, 2, 8), strict=True)]
    kept = []
    for number in (*turn, *again):
        one = answers[number]
        if not any(same_answer(one, other) for other in kept):
            kept.append(one)
    assert len(kept) == 4
    later = NOW + timedelta(days=2)
    in_order = judge_block(replace(HERE, entries=tuple(answers)), POLICY, later)
    assert judge_block(replace(HERE, entries=tuple(kept)), POLICY, later) == in_order
