"""Local anaesthetic: relief where it reaches the source, for its time, robustly at the threshold of a block."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.response import Delivered, PainCause, UnknownDrug, state_at

BUPIVACAINE = Delivered("bupivacaine_0.5_percent", 0.0, {"joint": 1.5}, 5.0)


def share_of_bodies(pain_source, delivered, hours, baseline, passes, bodies=200):
    """Share of virtual persons all of whose answers at these hours satisfy `passes(before, after)`."""
    held = 0
    for person in range(bodies):
        cause = PainCause(**pain_source, index_nrs=baseline, rest_nrs=baseline / 2, person=person)
        rng = np.random.default_rng([9, person])
        before = state_at(cause, (), -0.5, rng).index_nrs
        held += all(passes(before, state_at(cause, delivered, hour, rng).index_nrs) for hour in hours)
    return held / bodies


@pytest.mark.parametrize("baseline", [5, 6, 7, 8, 9])
def test_joint_pain_is_three_quarters_gone_from_half_an_hour_to_four_hours_in_most(baseline):
    joint = {"intra_articular": 1.0, "ligament": 0.0, "elsewhere": 0.0}
    hours = (0.5, 1, 2, 3, 4)
    assert share_of_bodies(joint, (BUPIVACAINE,), hours, baseline, lambda a, b: (a - b) / a >= 0.75) > 0.95


@pytest.mark.parametrize("baseline", [5, 6, 7, 8, 9])
def test_pain_from_elsewhere_stays_more_than_half_in_most(baseline):
    elsewhere = {"intra_articular": 0.0, "ligament": 0.0, "elsewhere": 1.0}
    hours = (0.5, 1, 2, 3, 4)
    assert share_of_bodies(elsewhere, (BUPIVACAINE,), hours, baseline, lambda a, b: (a - b) / a < 0.5) > 0.95


def test_lidocaine_is_over_when_bupivacaine_still_works():
    lidocaine = Delivered("lidocaine_2_percent", 0.0, {"joint": 1.5}, 20.0)
    for person in range(30):
        cause = PainCause(1.0, 0.0, 0.0, 7, 4, person=person)
        rng = np.random.default_rng(person)
        assert state_at(cause, (lidocaine,), 1.0, rng).index_nrs <= 1
        assert state_at(cause, (lidocaine,), 3.5, rng).index_nrs >= 5
        assert state_at(cause, (BUPIVACAINE,), 3.5, rng).index_nrs <= 2
        assert state_at(cause, (BUPIVACAINE,), 12.0, rng).index_nrs >= 5


def test_ligament_pain_is_missed_by_the_joint_and_found_in_the_ligament():
    cause, rng = PainCause(0.0, 1.0, 0.0, 8, 4), np.random.default_rng(1)
    in_ligament = Delivered("bupivacaine", 0.0, {"ligament": 2.0}, 5.0)
    assert state_at(cause, (BUPIVACAINE,), 1.0, rng).index_nrs >= 6
    assert state_at(cause, (in_ligament,), 1.0, rng).index_nrs <= 2


def test_anaesthetic_in_muscle_or_washed_away_does_nothing_for_the_joint():
    cause, rng = PainCause(1.0, 0.0, 0.0, 8, 4), np.random.default_rng(1)
    for lost in ("muscle", "washed away", "vessel", "sciatic"):
        assert state_at(cause, (Delivered("bupivacaine", 0.0, {lost: 1.5}, 5.0),), 1.0, rng).index_nrs >= 7


@given(less=st.floats(0, 1.5), more=st.floats(0, 1.0), hours=st.floats(0.2, 12))
def test_more_volume_never_relieves_less(less, more, hours):
    cause = PainCause(1.0, 0.0, 0.0, 8, 4)

    def nrs(ml):
        given_ml = (Delivered("bupivacaine", 0.0, {"joint": ml}, 5.0),)
        return state_at(cause, given_ml, hours, np.random.default_rng(3)).index_nrs

    assert nrs(less + more) <= nrs(less)


def test_a_drop_is_not_enough():
    cause = PainCause(1.0, 0.0, 0.0, 8, 4)
    drop = (Delivered("bupivacaine", 0.0, {"joint": 0.03}, 5.0),)
    assert state_at(cause, drop, 1.0, np.random.default_rng(3)).index_nrs >= 7


def test_contrast_and_saline_relieve_nothing():
    cause = PainCause(1.0, 0.0, 0.0, 8, 4)
    inert = (Delivered("iohexol_240", 0.0, {"joint": 0.5}, 0.0), Delivered("saline", 0.0, {"joint": 1.0}, 0.0))
    assert state_at(cause, inert, 1.0, np.random.default_rng(3)).index_nrs >= 7


def test_before_an_injection_nothing_has_happened():
    cause = PainCause(1.0, 0.0, 0.0, 8, 4, placebo_relief=0.9)
    later = (Delivered("bupivacaine", 5.0, {"joint": 1.5}, 5.0),)
    assert state_at(cause, later, 4.9, np.random.default_rng(2)) == state_at(cause, (), 4.9, np.random.default_rng(2))


def test_same_generator_gives_the_same_answer_and_answers_are_whole_numbers():
    cause = PainCause(0.6, 0.2, 0.2, 7, 4, placebo_relief=0.2, placebo_days=10)
    states = [state_at(cause, (BUPIVACAINE,), 2.0, np.random.default_rng(5)) for _ in range(2)]
    assert states[0] == states[1]
    assert isinstance(states[0].index_nrs, int)


def test_drug_that_nobody_knows_is_refused_by_name():
    cause = PainCause(1.0, 0.0, 0.0, 8, 4)
    with pytest.raises(UnknownDrug, match="elixir"):
        state_at(cause, (Delivered("elixir", 0.0, {"joint": 1.0}, 1.0),), 1.0, np.random.default_rng(1))


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.2), (1.2, -0.2, 0.0)])
def test_shares_of_pain_must_make_a_whole(shares):
    with pytest.raises(ValueError, match="sum to 1"):
        PainCause(*shares, index_nrs=7, rest_nrs=4)
