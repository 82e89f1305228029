"""Daily life before and after: PEG's gain in percent, activities in points, and a repeat earned by function."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, entry, episode, followed, order

from sijoint.model import Activity, ActivityScore, Function, FunctionBaseline, OrderKind
from sijoint.pathway import (
    function_lines,
    gained_until,
    judge_block,
    load_policy,
    may_repeat,
    peg_before,
    relief_course,
)
from sijoint.pathway.relief_courses import given_sessions

MIXED = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
LABELS = ("day 14", "week 4", "week 12")
BEFORE = FunctionBaseline(
    NOW, "nurse", Function(Decimal(8), (ActivityScore(Activity.SITTING, 7), ActivityScore(Activity.STAIRS, 9)))
)


def shot(pegs, pain=(8, 8, 8), **changes):
    one = followed({}, order(*MIXED, kind=OrderKind.THERAPEUTIC, number=2), function_baseline=BEFORE)
    known = {prompt.label: prompt for prompt in one.prompts}
    rows = zip(LABELS, pegs, pain, strict=False)
    entries = tuple(
        entry(known[label], nrs, function=None if peg is None else Function(Decimal(str(peg))))
        for label, peg, nrs in rows
    )
    return replace(one, entries=entries, **changes)


def here(session):
    first = followed({"15 min": 1, "30 min": 1, "1 h": 8, "2 h": 8}, at=NOW - timedelta(days=30))
    first = replace(first, verdict=judge_block(first, POLICY, NOW - timedelta(days=20)))
    return episode(first, session)


def day(days):
    return (NOW + timedelta(days=days)).date()


def test_peg_and_activities_are_held_against_before():
    now = Function(Decimal(2), (ActivityScore(Activity.SITTING, 3), ActivityScore(Activity.WALKING, 1)))
    one = shot((8, 2, 8))
    moved = (one.entries[0], replace(one.entries[1], function=now), *one.entries[2:])
    line = function_lines(replace(one, entries=moved), Decimal(8))[1]
    assert (line.label, line.gain_percent) == ("week 4", Decimal("75.0"))
    assert line.activities == ((Activity.SITTING, 7, 3),)  # what was not asked before is not compared


def test_without_a_baseline_of_its_own_the_assessments_peg_stands():
    assert peg_before(shot((2,)), episode()) == 8
    assert peg_before(replace(shot((2,)), function_baseline=None), episode()) == Decimal("6.3")


@pytest.mark.parametrize(("before", "peg"), [(None, 2), (0, 2), (11, 2), (8, 11), (8, -1), (8, None)])
def test_there_is_no_gain_without_two_numbers_on_the_scale(before, peg):
    one = shot((2, 2))
    function = Function(None if peg is None else Decimal(peg))
    one = replace(one, entries=(replace(one.entries[0], function=function),))
    assert function_lines(one, None if before is None else Decimal(before))[0].gain_percent is None


def test_late_answers_do_not_count():
    one = shot((2, 2, 2))
    late = tuple(replace(row, answered=row.answered + timedelta(days=20)) for row in one.entries)
    assert function_lines(replace(one, entries=late), Decimal(8)) == ()


def test_better_daily_life_for_three_months_earns_a_repeat_where_the_policy_takes_it():
    one = here(shot((3, 3, 4)))
    assert may_repeat(one, POLICY, day(100), OrderKind.THERAPEUTIC).eligible
    answer = may_repeat(one, load_policy("evicore-cmm-203"), day(100), OrderKind.THERAPEUTIC)
    assert "repeat.relief-too-small" in {gap.code for gap in answer.gaps}
    worse = here(shot((3, 3, 5)))
    assert not may_repeat(worse, POLICY, day(100), OrderKind.THERAPEUTIC).eligible


def test_while_the_pain_is_away_better_daily_life_is_no_reason_for_a_needle():
    one = here(shot((3, 3, 3), pain=(1, 1, 1)))
    assert {gap.code for gap in may_repeat(one, POLICY, day(100), OrderKind.THERAPEUTIC).gaps} == {
        "repeat.pain-not-returned"
    }


@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), max_size=3), st.integers(0, 120))
def test_function_never_takes_away_what_relief_has_earned(pegs, days):
    with_function = here(shot(pegs, pain=(1, 1, 1)))
    without = here(shot([None] * len(pegs), pain=(1, 1, 1)))
    plain = may_repeat(without, POLICY, day(days), OrderKind.THERAPEUTIC)
    told = may_repeat(with_function, POLICY, day(days), OrderKind.THERAPEUTIC)
    assert {gap.code for gap in told.gaps} <= {gap.code for gap in plain.gaps}
    lines = function_lines(with_function.sessions[-1], Decimal(8))
    until = gained_until(lines, Decimal(50))
    assert until is None or until in [one.on for one in lines]
    assert relief_course(given_sessions(with_function, POLICY)[-1], POLICY, day(days)).back_on is None
