"""Steroid, expectation and soreness over days and weeks; a numb or weak leg over hours."""

import numpy as np
import pytest

from sijoint.response import Delivered, PainCause, state_at

STEROID = Delivered("methylprednisolone_40", 0.0, {"joint": 1.0}, 40.0)


def mean_nrs(cause_of, delivered, days, persons=60):
    return np.mean(
        [state_at(cause_of(k), delivered, days * 24, np.random.default_rng([1, k])).index_nrs for k in range(persons)]
    )


def test_steroid_begins_after_days_holds_for_weeks_and_ends():
    def cause(person):
        return PainCause(1, 0, 0, 8, 5, steroid_relief=0.8, steroid_onset_days=3.5, steroid_days=70, person=person)

    assert mean_nrs(cause, (STEROID,), 0.5) > 7.5
    assert 4 < mean_nrs(cause, (STEROID,), 3.5) < 6.5
    assert mean_nrs(cause, (STEROID,), 21) < 3
    assert mean_nrs(cause, (STEROID,), 100) > 7


def test_steroid_helps_only_where_it_lies():
    def cause(person):
        return PainCause(1, 0, 0, 8, 5, steroid_relief=0.8, person=person)

    missed = Delivered("methylprednisolone_40", 0.0, {"muscle": 1.0}, 40.0)
    assert mean_nrs(cause, (missed,), 21) > 7


def test_expectation_relieves_any_pain_at_once_and_fades():
    def cause(person):
        return PainCause(0, 0, 1, 8, 5, placebo_relief=0.6, placebo_days=7, person=person)

    saline = (Delivered("saline_0.9_percent", 0.0, {"joint": 1.0}, 0.0),)
    early, later, late = (mean_nrs(cause, saline, days) for days in (0.1, 10, 60))
    assert early < 4
    assert early < later < late
    assert late > 7


def test_share_of_persons_sore_on_day_two_is_the_published_one():
    sore = 0
    for person in range(2000):
        cause = PainCause(0, 0, 1, 3, 2, person=person)
        quiet = np.random.default_rng([4, person])
        with_it = state_at(cause, (Delivered("lidocaine", 0.0, {"joint": 1.0}, 10.0),), 38.0, quiet).index_nrs
        without = state_at(cause, (), 38.0, np.random.default_rng([4, person])).index_nrs
        sore += with_it > without
    assert sore / 2000 == pytest.approx(0.129, abs=0.025)


def test_anaesthetic_at_the_sciatic_nerve_weakens_the_leg_for_its_time():
    leak = (Delivered("bupivacaine", 0.0, {"joint": 1.2, "sciatic": 0.3}, 5.0),)
    for person in range(20):
        cause, rng = PainCause(1, 0, 0, 7, 4, person=person), np.random.default_rng(1)
        assert state_at(cause, leak, 0.5, rng).leg_weak
        assert state_at(cause, leak, 2.0, rng).leg_weak
        assert not state_at(cause, leak, 12.0, rng).leg_weak


def test_leak_to_a_foramen_numbs_but_does_not_weaken():
    state = state_at(
        PainCause(1, 0, 0, 7, 4), (Delivered("bupivacaine", 0.0, {"foramen": 0.3}, 5.0),), 1.0, np.random.default_rng(1)
    )
    assert state.leg_numb
    assert not state.leg_weak


def test_clean_injection_leaves_the_leg_alone():
    clean = (Delivered("bupivacaine", 0.0, {"joint": 1.5, "ligament": 0.4, "ventral": 0.3}, 5.0),)
    state = state_at(PainCause(1, 0, 0, 7, 4), clean, 1.0, np.random.default_rng(1))
    assert not state.leg_weak
    assert not state.leg_numb
