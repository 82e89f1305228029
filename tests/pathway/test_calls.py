"""Who is called: everybody after a day, the silent, and the flagged until somebody has spoken with them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from well_patient import INJECTED_S, NO, NOW, POLICY, UNKNOWN, YES, entry, episode, followed

from sijoint.model import CallMade, CallOutcome, CallReason, EpisodeState, ProcedureKind
from sijoint.pathway import calls_due

HOME = NOW + timedelta(seconds=INJECTED_S, minutes=35)
ON_TIME = {"1 h": 3, "2 h": 3, "3 h": 4, "4 h": 5, "6 h": 6, "8 h": 7, "bedtime": 7, "next morning": 7}


def due(session, after: timedelta, state=EpisodeState.DISCHARGED):
    return calls_due(episode(session, state=state), POLICY, HOME + after)


def reasons(calls):
    return [one.reason for one in calls]


def prompt(session, label):
    return next(one for one in session.prompts if one.label == label)


def with_entry(session, one):
    return replace(session, entries=(*session.entries, one))


def test_the_call_after_the_injection_is_due_from_24_and_late_from_72_hours():
    session = followed(ON_TIME)
    assert due(session, timedelta(hours=23, minutes=59)) == ()
    (call,) = due(session, timedelta(hours=24))
    assert call.reason is CallReason.AFTER_INJECTION
    assert (call.opens, call.closes) == (HOME + timedelta(hours=24), HOME + timedelta(hours=72))
    assert not call.overdue
    late = [one for one in due(session, timedelta(hours=73)) if one.reason is CallReason.AFTER_INJECTION]
    assert late[0].overdue


def test_an_entry_by_staff_in_its_time_is_the_call():
    session = followed(ON_TIME)
    asked = replace(entry(prompt(session, "day 3"), 5), by_staff=True)
    for hours, called in ((20, False), (26, True)):
        at = HOME + timedelta(hours=hours)
        spoken = with_entry(session, replace(asked, opened=at, answered=at, received=at))
        assert (CallReason.AFTER_INJECTION not in reasons(due(spoken, timedelta(hours=30)))) == called


def test_questions_that_nobody_answered_are_one_call_until_the_patient_is_heard_of():
    session = followed({"1 h": 3})
    (call,) = due(session, timedelta(hours=4, minutes=10))
    assert call.reason is CallReason.MISSED_DIARY
    assert call.about == ("2 h", "3 h", "4 h")
    heard = with_entry(session, entry(prompt(session, "4 h"), 5, minutes_late=41))
    assert due(heard, timedelta(hours=4, minutes=30)) == ()


def test_what_was_missed_before_going_home_is_no_call():
    assert due(followed({}), timedelta(minutes=1)) == ()


def test_a_red_flag_comes_back_until_staff_has_spoken_with_the_patient():
    session = followed({"1 h": 3})
    flagged = replace(entry(prompt(session, "2 h"), 9), id="flag", bladder_bowel_or_saddle_change=YES)
    session = with_entry(session, flagged)
    at = flagged.received - HOME
    first = due(session, at)[0]
    assert (first.reason, first.overdue, first.reminders) == (CallReason.RED_FLAG, False, 0)
    again = due(session, at + timedelta(minutes=61))[0]
    assert (again.overdue, again.reminders) == (True, 2)
    spoken_at = flagged.received + timedelta(minutes=70)
    talk = replace(flagged, id="talk", by_staff=True, opened=spoken_at, answered=spoken_at, received=spoken_at)
    assert CallReason.RED_FLAG not in reasons(due(with_entry(session, talk), at + timedelta(minutes=80)))


def test_a_red_flag_outlives_the_episode_and_nothing_else_does():
    session = followed({"1 h": 3})
    flagged = with_entry(session, replace(entry(prompt(session, "2 h"), 9), breathing_trouble_or_chest_pain=YES))
    assert reasons(due(flagged, timedelta(days=9), EpisodeState.CLOSED)) == [CallReason.RED_FLAG]
    assert due(session, timedelta(days=9), EpisodeState.CLOSED) == ()


def test_nobody_is_called_after_a_rehearsal_or_before_going_home():
    session = followed({})
    rehearsal = replace(session, procedure=replace(session.procedure, kind=ProcedureKind.REHEARSAL))
    assert due(rehearsal, timedelta(days=2)) == ()
    assert due(replace(session, discharge=None), timedelta(days=2)) == ()
    assert due(replace(session, procedure=None), timedelta(days=2)) == ()


@given(st.sets(st.sampled_from(sorted(ON_TIME))), st.integers(0, 400), st.integers(0, 48))
def test_a_call_stays_due_until_something_is_heard(answered, hours, later):
    session = followed({label: ON_TIME[label] for label in answered})
    now = due(session, timedelta(hours=hours))
    then = due(session, timedelta(hours=hours + later))
    if not any(HOME + timedelta(hours=hours) < one.received for one in session.entries):
        assert set(reasons(now)) <= set(reasons(then))
    assert all(one.overdue == (one.closes < HOME + timedelta(hours=hours)) for one in now)


def sore(hours: float, answer=YES, **changes):
    """A session whose diary says, so long after the injection, that the place is still sore."""
    session = followed(ON_TIME)
    at = HOME - timedelta(minutes=35) + timedelta(hours=hours)
    one = replace(entry(prompt(session, "day 3"), 5), id="sore", opened=at, answered=at, received=at)
    return with_entry(session, replace(one, site_still_sore=answer, by_staff=False, **changes))


def sore_calls(session, after: timedelta):
    return [one for one in due(session, after) if one.reason is CallReason.SORE]


def test_a_place_sore_for_longer_than_the_sheet_says_is_a_call_with_its_source():
    (call,) = sore_calls(sore(72.1), timedelta(hours=80))
    assert call.about == (
        "The place is sore for more than 3 days after the injection. (patient page: sore for approximately 2-3 days; C)",
    )
    assert call.entry_id == "sore"
    assert not call.overdue
    assert sore_calls(sore(72.1), timedelta(hours=97))[0].overdue


def test_within_its_days_a_sore_place_calls_nobody():
    assert sore_calls(sore(72), timedelta(hours=80)) == []
    assert sore_calls(sore(100, NO), timedelta(hours=110)) == []


def test_not_known_counts_as_sore():
    assert len(sore_calls(sore(100, UNKNOWN), timedelta(hours=110))) == 1


def test_a_talk_about_the_sore_place_is_enough():
    session = sore(100)
    at = HOME + timedelta(hours=101)
    call = CallMade(at, "nurse", CallReason.SORE, CallOutcome.REACHED)
    assert sore_calls(replace(session, calls_made=(call,)), timedelta(hours=110)) == []
    missed = replace(call, outcome=CallOutcome.NOT_REACHED)
    assert len(sore_calls(replace(session, calls_made=(missed,)), timedelta(hours=110))) == 1
    before = replace(call, at=HOME + timedelta(hours=90))
    assert len(sore_calls(replace(session, calls_made=(before,)), timedelta(hours=110))) == 1


def test_a_call_that_reached_the_patient_is_no_answer_to_a_red_flag():
    session = followed(ON_TIME)
    at = HOME + timedelta(hours=30)
    hot = replace(entry(prompt(session, "day 3"), 5), opened=at, answered=at, received=at, temperature_c=39)
    call = CallMade(at + timedelta(minutes=1), "nurse", CallReason.AFTER_INJECTION, CallOutcome.REACHED)
    session = replace(with_entry(session, hot), calls_made=(call,))
    found = reasons(due(session, timedelta(hours=31)))
    assert CallReason.RED_FLAG in found
    assert CallReason.AFTER_INJECTION not in found


def test_a_button_pressed_before_the_next_order_and_sent_after_it_calls_nobody():
    """The phone was offline; what comes next was ordered meanwhile."""
    session = followed(ON_TIME)
    pressed = HOME + timedelta(days=5)
    late = pressed + timedelta(days=9)
    button = replace(
        entry(prompt(session, "day 3"), 8), pain_is_back=YES, answered=pressed, opened=pressed, received=late
    )
    back = with_entry(session, button)
    following = replace(followed({}, at=NOW + timedelta(days=12)), prompts=(), discharge=None)

    def found(ordered):
        here = episode(back, replace(following, order=replace(following.order, at=ordered)))
        return [one for one in calls_due(here, POLICY, late) if one.reason is CallReason.PAIN_BACK]

    assert found(pressed + timedelta(hours=1)) == []
    assert len(found(pressed - timedelta(hours=1))) == 1
