"""Complications: each kind has its rate or the word that none is known, and is asked after until it is closed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import INJECTED_S, NOW, POLICY, YES, codes, entry, episode, followed

from sijoint.model import (
    Complication,
    ComplicationGrade,
    ComplicationKind,
    ComplicationOutcome,
    Decision,
    EpisodeState,
    FlagAnswer,
    FlagOutcome,
    FollowUp,
    OrderKind,
)
from sijoint.pathway import (
    CallReason,
    assessed,
    calls_due,
    complication_findings,
    incidences,
    is_open,
    may_repeat,
    next_follow_up,
)

HOME = NOW + timedelta(seconds=INJECTED_S, minutes=35)
ANSWERED = {"1 h": 3, "2 h": 3, "3 h": 4, "4 h": 5, "6 h": 6, "8 h": 7, "bedtime": 7, "next morning": 7}
GRADES = list(ComplicationGrade)
OUTCOMES = list(ComplicationOutcome)


def complication(kind=ComplicationKind.SITE_SORENESS, grade=ComplicationGrade.MILD, **changes):
    one = Complication(
        "k1",
        kind,
        grade,
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=3),
        "nurse",
        "ice",
        ComplicationOutcome.ONGOING,
    )
    return replace(one, **changes)


def seen(hours, outcome, **changes):
    return FollowUp(NOW + timedelta(hours=hours), "nurse", outcome, **changes)


def calls(here, after, state=EpisodeState.DISCHARGED):
    return list(calls_due(episode(here, state=state), POLICY, HOME + after))


def of(reason, here, after, **how):
    return [one for one in calls(here, after, **how) if one.reason is reason]


def test_every_kind_has_a_row_with_a_rate_or_the_word_that_none_is_known():
    rows = incidences()
    assert set(rows) == set(ComplicationKind)
    for one in rows.values():
        assert one.source
        assert (one.events is None) == (one.cases is None)
        assert one.events is not None or "no rate" in one.source
    vasovagal = rows[ComplicationKind.VASOVAGAL]
    assert (vasovagal.events, vasovagal.cases) == (4, 191)
    assert rows[ComplicationKind.SITE_SORENESS].cases == 132


@pytest.mark.parametrize(
    ("kind", "grade", "code"),
    [
        (ComplicationKind.INFECTION, ComplicationGrade.MILD, "complication.infection"),
        (ComplicationKind.LEG_WEAKNESS, ComplicationGrade.MODERATE, "complication.nerve"),
        (ComplicationKind.NERVE_DAMAGE, ComplicationGrade.MILD, "complication.nerve"),
        (ComplicationKind.ALLERGIC_REACTION, ComplicationGrade.MODERATE, "complication.allergy"),
        (ComplicationKind.VASOVAGAL, ComplicationGrade.SEVERE, "complication.serious"),
        (ComplicationKind.VASOVAGAL, ComplicationGrade.NOT_GRADED, "complication.not-graded"),
    ],
)
def test_what_needs_a_physician_says_so(kind, grade, code):
    told = complication_findings(complication(kind, grade), followed({}))
    assert code in codes(told)
    assert told[0].severity.rank >= told[-1].severity.rank


def test_a_mild_flush_is_a_note_and_no_more():
    told = complication_findings(complication(ComplicationKind.FLUSHING), followed({}))
    assert codes(told) == {"complication.recorded"}


def test_what_nobody_did_anything_about_and_what_began_before_are_asked_for():
    bare = complication(grade=ComplicationGrade.MODERATE, action=" ")
    assert "complication.no-action" in codes(complication_findings(bare, followed({})))
    early = complication(onset=NOW - timedelta(days=1))
    assert "complication.before-procedure" in codes(complication_findings(early, followed({})))


@given(st.sampled_from(list(ComplicationKind)), st.sampled_from(GRADES))
def test_a_grade_that_nobody_gave_never_weighs_less_than_one_that_was_given(kind, grade):
    def decision(one):
        order = list(Decision)
        return order.index(assessed(complication_findings(complication(kind, one), followed({}))).decision)

    assert decision(ComplicationGrade.NOT_GRADED) >= decision(grade)


@pytest.mark.parametrize(
    ("grade", "hours"),
    [
        (ComplicationGrade.MILD, 168),
        (ComplicationGrade.MODERATE, 72),
        (ComplicationGrade.SEVERE, 24),
        (ComplicationGrade.NOT_GRADED, 24),
    ],
)
def test_it_is_asked_after_by_its_grade_until_it_is_closed(grade, hours):
    one = complication(grade=grade)
    assert next_follow_up(one, POLICY) == one.recorded_at + timedelta(hours=hours)
    here = replace(followed(ANSWERED), complications=(one,))
    due = one.recorded_at + timedelta(hours=hours) - HOME
    assert of(CallReason.COMPLICATION, here, due - timedelta(minutes=1)) == []
    (call,) = of(CallReason.COMPLICATION, here, due)
    assert (call.overdue, call.physician) == (False, hours == 24)
    assert of(CallReason.COMPLICATION, here, due + timedelta(hours=25))[0].overdue
    closed = replace(one, follow_ups=(seen(hours + 4, ComplicationOutcome.RESOLVED),))
    assert next_follow_up(closed, POLICY) is None
    assert of(CallReason.COMPLICATION, replace(here, complications=(closed,)), timedelta(days=30)) == []


def test_a_worse_grade_at_a_follow_up_counts_from_there():
    one = complication(follow_ups=(seen(24, ComplicationOutcome.ONGOING, grade=ComplicationGrade.SEVERE),))
    assert next_follow_up(one, POLICY) == NOW + timedelta(hours=48)


def test_an_open_complication_outlives_the_episode():
    here = replace(followed(ANSWERED), complications=(complication(),))
    closed = of(CallReason.COMPLICATION, here, timedelta(days=30), state=EpisodeState.CLOSED)
    assert len(closed) == 1


def test_a_complication_told_at_sign_out_asks_for_its_record():
    here = followed(ANSWERED)
    told = replace(here, sign_out=replace(here.sign_out, complications="faint"))
    assert len(of(CallReason.COMPLICATION, told, timedelta(minutes=1))) == 1
    recorded = replace(told, complications=(complication(ComplicationKind.VASOVAGAL),))
    assert of(CallReason.COMPLICATION, recorded, timedelta(minutes=1)) == []
    nothing = replace(here, sign_out=replace(here.sign_out, complications="None"))
    assert of(CallReason.COMPLICATION, nothing, timedelta(minutes=1)) == []


@given(st.sampled_from(OUTCOMES), st.lists(st.sampled_from(OUTCOMES), max_size=4))
def test_the_last_word_says_whether_it_is_open_and_open_always_has_a_next_time(first, later):
    ups = tuple(seen(24 * n, outcome) for n, outcome in enumerate(later, 1))
    one = complication(outcome=first, follow_ups=ups)
    last = [first, *later][-1]
    assert is_open(one) == (last in (ComplicationOutcome.ONGOING, ComplicationOutcome.UNKNOWN))
    assert (next_follow_up(one, POLICY) is not None) == is_open(one)


def test_nothing_is_repeated_while_a_complication_is_open():
    here = replace(followed({"15 min": 1, "30 min": 1, "1 h": 8}), complications=(complication(),))
    answer = may_repeat(episode(here), POLICY, (NOW + timedelta(days=40)).date(), OrderKind.DIAGNOSTIC)
    assert [gap.code for gap in answer.gaps] == ["repeat.complication-open:sore site"]
    assert [one.code for one in answer.next_steps] == ["next.complication-first"]


# Other calls of the same list


def test_a_red_flag_is_answered_by_a_clinician_and_not_reached_waits_anew():
    here = followed({"1 h": 3})
    prompt = next(one for one in here.prompts if one.label == "2 h")
    flag = replace(entry(prompt, 9), id="flag", site_red_swollen_or_leaking=YES)
    here = replace(here, entries=(*here.entries, flag))
    at = flag.received - HOME
    (call,) = of(CallReason.RED_FLAG, here, at + timedelta(minutes=61))
    assert (call.entry_id, call.reminders, call.physician) == ("flag", 2, True)
    tried = FlagAnswer("flag", flag.received + timedelta(minutes=55), "nurse", FlagOutcome.NOT_REACHED)
    (again,) = of(CallReason.RED_FLAG, replace(here, flag_answers=(tried,)), at + timedelta(minutes=61))
    assert (again.reminders, again.overdue, again.physician) == (0, False, True)
    reached = replace(tried, outcome=FlagOutcome.SEEN)
    assert of(CallReason.RED_FLAG, replace(here, flag_answers=(tried, reached)), at + timedelta(hours=9)) == []


def test_a_leg_that_was_weak_early_is_asked_after_when_the_drug_explains_it_no_more():
    here = followed({"1 h": 3})
    weak = replace(here.entries[0], leg_weak=YES)
    here = replace(here, entries=(weak,))
    drug_over = NOW + timedelta(seconds=INJECTED_S, hours=4) - HOME
    assert of(CallReason.WEAK_LEG, here, drug_over - timedelta(minutes=1)) == []
    (call,) = of(CallReason.WEAK_LEG, here, drug_over)
    assert "strong again" in call.about[0]
    prompt = next(one for one in here.prompts if one.label == "4 h")
    strong = replace(here, entries=(weak, entry(prompt, 4)))
    assert of(CallReason.WEAK_LEG, strong, timedelta(hours=6)) == []


def test_the_button_calls_somebody_until_they_have_spoken_or_ordered():
    here = followed(ANSWERED)
    at = NOW + timedelta(days=40)
    button = replace(here.entries[0], id="b", prompt_id="", pain_is_back=YES, opened=at, answered=at, received=at)
    pressed = replace(here, entries=(*here.entries, button))
    (call,) = of(CallReason.PAIN_BACK, pressed, at - HOME + timedelta(hours=1))
    assert not call.overdue
    assert of(CallReason.PAIN_BACK, pressed, at - HOME + timedelta(hours=73))[0].overdue
    talk = replace(button, id="t", by_staff=True, answered=at + timedelta(hours=5), received=at + timedelta(hours=5))
    spoken = replace(pressed, entries=(*pressed.entries, talk))
    assert of(CallReason.PAIN_BACK, spoken, at - HOME + timedelta(hours=6)) == []
    from_paper = replace(pressed, entries=(*pressed.entries, replace(talk, paper=True, pain_is_back=button.leg_weak)))
    assert len(of(CallReason.PAIN_BACK, from_paper, at - HOME + timedelta(hours=6))) == 1
