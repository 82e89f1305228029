"""The states of an episode: every step from every state, the loops, and what a change voids."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NOW, POLICY, order, recipe, session

from sijoint.frames import Side
from sijoint.model import Answer, Booking, Decision, EpisodeState, OrderKind, Target
from sijoint.pathway import (
    TRANSITIONS,
    IllegalStep,
    Step,
    booking_moved,
    confirmation_step,
    consent_withdrawn,
    facts_changed,
    next_state,
    order_changed,
    screening_step,
    standing,
)

S = EpisodeState
ROAD = [
    (Step.ACCEPT, S.ACCEPTED),
    (Step.PLACE_ORDER, S.ORDERED),
    (Step.SCREEN_CLEAR, S.CLEARED),
    (Step.BOOK, S.BOOKED),
    (Step.PREPARE, S.PREPARED),
    (Step.CONSENT, S.CONSENTED),
    (Step.CONFIRM, S.CONFIRMED),
    (Step.MARK_SKIN, S.CONFIRMED),
    (Step.SIGN_IN, S.SIGNED_IN),
    (Step.TIME_OUT, S.TIMED_OUT),
    (Step.BEGIN_PROCEDURE, S.IN_PROCEDURE),
    (Step.ROOM_EVENT, S.IN_PROCEDURE),
    (Step.END_PROCEDURE, S.PROCEDURE_ENDED),
    (Step.SIGN_OUT, S.RECOVERING),
    (Step.RECOVERY_CHECK, S.RECOVERING),
    (Step.DISCHARGE, S.DISCHARGED),
    (Step.ANSWER_DIARY, S.DISCHARGED),
    (Step.JUDGE, S.JUDGED),
    (Step.ASK_REPEAT, S.JUDGED),
    (Step.PLACE_ORDER, S.ORDERED),
]
NOTHING_YET = replace(session(), booking=None, preparation=None, consent=None, confirmation=None)


def test_the_whole_road_from_request_to_a_second_order():
    state = S.REQUESTED
    grown = {S.CLEARED: {}, S.BOOKED: {"booking"}, S.PREPARED: {"booking", "preparation"}}
    for step, reached in ROAD:
        full = session()
        keep = grown.get(
            reached, {"booking", "preparation", "consent"} | ({"confirmation"} if reached is S.CONFIRMED else set())
        )
        now = replace(NOTHING_YET, **{name: getattr(full, name) for name in keep})
        state = next_state(state, step, now)
        assert state is reached


@pytest.mark.parametrize("state", list(EpisodeState))
def test_every_step_is_either_in_the_table_or_refused_with_a_sentence(state):
    for step in Step:
        if (state, step) in TRANSITIONS:
            assert next_state(state, step, session()) in TRANSITIONS[state, step]
        else:
            with pytest.raises(IllegalStep, match="not possible while the episode is"):
                next_state(state, step, session())


def test_x_rays_lie_behind_clearance_consent_confirmation_sign_in_and_time_out_on_every_path():
    """Take one step out of the table: the procedure can no longer be reached."""
    for needed in (Step.ACCEPT, Step.PLACE_ORDER, Step.SCREEN_CLEAR, Step.SIGN_IN, Step.TIME_OUT, Step.BEGIN_PROCEDURE):
        reached = _reachable({pair: to for pair, to in TRANSITIONS.items() if pair[1] is not needed})
        assert S.IN_PROCEDURE not in reached
    assert set(EpisodeState) == _reachable(dict(TRANSITIONS))


def _reachable(table):
    reached, frontier = {S.REQUESTED}, [S.REQUESTED]
    while frontier:
        at = frontier.pop()
        for (state, _), to in table.items():
            for one in to if state is at else ():
                if one not in reached:
                    reached.add(one)
                    frontier.append(one)
    return reached


def test_a_stopped_episode_cannot_be_booked_and_a_cleared_one_can():
    with pytest.raises(IllegalStep, match="now possible"):
        next_state(S.STOPPED, Step.BOOK)
    assert next_state(S.CLEARED, Step.BOOK) is S.BOOKED


def test_clearing_again_leads_back_to_what_the_facts_still_support():
    consented = replace(session(), confirmation=None)
    assert next_state(S.NEEDS_REVIEW, Step.SCREEN_CLEAR, consented) is S.CONSENTED
    assert next_state(S.NEEDS_REVIEW, Step.SCREEN_CLEAR, facts_changed(consented)) is S.BOOKED
    assert next_state(S.NEEDS_REVIEW, Step.SCREEN_CLEAR, NOTHING_YET) is S.CLEARED
    assert next_state(S.BOOKED, Step.PREPARE, consented) is S.CONSENTED


def test_a_cancelled_booking_of_a_stopped_patient_leaves_the_stop():
    assert next_state(S.STOPPED, Step.CANCEL) is S.STOPPED
    assert next_state(S.BOOKED, Step.CANCEL) is S.CANCELLED
    assert next_state(S.CANCELLED, Step.SCREEN_STOP) is S.STOPPED


def test_a_closed_episode_takes_what_comes_in_late_and_nothing_that_goes_on():
    late = {step for state, step in TRANSITIONS if state is S.CLOSED}
    assert Step.ANSWER_DIARY in late
    assert all(TRANSITIONS[S.CLOSED, step] == {S.CLOSED} for step in late)
    assert not late & {Step.PLACE_ORDER, Step.BOOK, Step.CONSENT, Step.BEGIN_PROCEDURE, Step.ROOM_EVENT, Step.JUDGE}


@pytest.mark.parametrize(
    ("decision", "step"),
    [
        (Decision.CLEAR, (Step.SCREEN_CLEAR, Step.CONFIRM)),
        (Decision.REVIEW, (Step.SCREEN_REVIEW, Step.CONFIRM_REVIEW)),
        (Decision.STOP, (Step.SCREEN_STOP, Step.CONFIRM_STOP)),
        (Decision.ABSOLUTE, (Step.SCREEN_STOP, Step.CONFIRM_STOP)),
    ],
)
def test_a_decision_is_one_step(decision, step):
    assert (screening_step(decision), confirmation_step(decision)) == step


# What a change takes with it


def test_moving_the_booking_voids_the_sheet_and_the_days_checks_and_keeps_consent():
    moved = booking_moved(session(), Booking(NOW + timedelta(days=7), NOW, "desk"), POLICY)
    assert (moved.preparation, moved.confirmation, moved.skin_mark, moved.sign_in, moved.time_out) == (None,) * 5
    assert moved.skin_preparation is None
    assert moved.consent is not None
    assert standing(moved) is S.BOOKED


def test_consent_that_will_be_too_old_does_not_move_with_the_booking():
    far = NOW + timedelta(days=POLICY.consent_days + 1)
    assert booking_moved(session(), Booking(far, NOW, "desk"), POLICY).consent is None
    assert booking_moved(session(), None, POLICY).consent is not None


def test_a_patient_who_says_no_is_prepared_and_no_more():
    refused = consent_withdrawn(session(), "patient", NOW, "afraid of the needle")
    assert refused.consent.given.answer is Answer.NO
    assert (refused.skin_mark, refused.sign_in, refused.time_out, refused.skin_preparation) == (None,) * 4
    assert standing(refused) is S.PREPARED
    assert next_state(S.TIMED_OUT, Step.WITHDRAW_CONSENT, refused) is S.PREPARED
    assert next_state(S.IN_PROCEDURE, Step.WITHDRAW_CONSENT, refused) is S.IN_PROCEDURE


def test_a_changed_fact_voids_clearance_and_the_sheet():
    changed = facts_changed(session())
    assert (changed.screening, changed.preparation, changed.confirmation) == (None,) * 3
    assert changed.booking is not None


@pytest.mark.parametrize(
    "other",
    [
        order(side=Side.RIGHT),
        order(target=Target.LIGAMENT),
        order(kind=OrderKind.THERAPEUTIC),
        order(("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0")),
    ],
    ids=["side", "target", "kind", "steroid"],
)
def test_another_side_target_kind_or_steroid_voids_consent(other):
    changed = order_changed(session(), other)
    assert changed.consent is None
    assert (changed.screening, changed.recipe_check, changed.order) == (None, None, other)


def test_another_volume_alone_keeps_consent_and_still_voids_clearance():
    changed = order_changed(session(), replace(order(), recipe=recipe(("lidocaine_2_percent", "1.2"))))
    assert changed.consent is not None
    assert changed.screening is None


@given(
    st.lists(st.sampled_from(Step), max_size=40),
    st.sets(st.sampled_from(["booking", "preparation", "consent", "confirmation"])),
)
def test_no_sequence_of_steps_reaches_a_state_that_its_table_does_not_name(steps, present):
    now = replace(NOTHING_YET, **{name: getattr(session(), name) for name in present})
    state = S.REQUESTED
    for step in steps:
        try:
            after = next_state(state, step, now)
        except IllegalStep:
            continue
        assert after in TRANSITIONS[state, step]
        state = after
