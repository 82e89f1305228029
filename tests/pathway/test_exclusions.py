"""What must be thought of beside the joint: each yes has its finding, no unknown is milder, and danger is redirected in time."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, assessment, codes, request_

from sijoint.frames import Side
from sijoint.model import (
    NOT_ASKED,
    Assessment,
    Decision,
    Fact,
    Provocation,
    ProvocationTest,
    Referral,
    Severity,
    Urgency,
)
from sijoint.pathway import assess_referral, exclusions, explain, redirect_within, sides_assessed

FACTS = tuple(one.name for one in fields(Assessment) if one.type is Fact)
NERVES = ("power_normal", "reflexes_normal", "sensation_normal", "imaging_reviewed")
DANGEROUS = tuple(one for one in exclusions() if one.dangerous)


def referred(**changes):
    return assess_referral(request_(), assessment(**changes), POLICY, NOW)


def rank(assessed):
    return list(Decision).index(assessed.decision)


def test_every_question_of_the_assessment_is_judged():
    assert {one.name for one in exclusions()} | set(NERVES) == set(FACTS)


@pytest.mark.parametrize("one", exclusions(), ids=lambda one: one.name)
def test_a_yes_has_its_finding_and_an_unknown_is_never_milder(one):
    yes, unknown, not_asked = (referred(**{one.name: fact}) for fact in (YES, UNKNOWN, NOT_ASKED))
    assert one.yes in codes(yes)
    assert rank(yes) <= rank(unknown) == rank(not_asked)
    assert one.unknown.rank >= max(explain(one.yes).severity.rank, Severity.REVIEW.rank)


def test_the_dangerous_ones_are_the_red_flags_of_the_guideline():
    assert {one.name for one in DANGEROUS} == {
        "red_flag",
        "cauda_equina_suspected",
        "infection_suspected",
        "cancer_suspected",
        "sacral_insufficiency_fracture_suspected",
    }
    assert all(one.urgency is not None and one.to for one in DANGEROUS)


def test_the_most_urgent_of_several_decides_how_soon():
    assert redirect_within(assessment()) is None
    assert redirect_within(assessment(cancer_suspected=YES)) is Urgency.DAYS
    assert redirect_within(assessment(cancer_suspected=YES, infection_suspected=YES)) is Urgency.TODAY
    assert redirect_within(assessment(cauda_equina_suspected=YES, hip_source_suspected=YES)) is Urgency.AT_ONCE


def test_a_redirection_names_place_time_and_reason():
    sent = {"referral": Referral.REDIRECT, "infection_suspected": YES, "reason": "fever and pain at night"}
    assert "referral.redirect-incomplete" in codes(referred(**sent))
    whole = {**sent, "redirect_to": "hospital", "redirect_urgency": Urgency.TODAY}
    assert codes(referred(**whole)) == {"referral.infection", "referral.declined"}
    late = referred(**{**whole, "redirect_urgency": Urgency.WEEKS})
    assert "referral.redirect-too-slow" in codes(late)
    assert "referral.no-reason" in codes(referred(**{**whole, "reason": ""}))


@pytest.mark.parametrize("one", DANGEROUS, ids=lambda one: one.name)
def test_what_is_dangerous_is_never_only_declined(one):
    declined = referred(referral=Referral.DECLINE, reason="not for us", **{one.name: YES})
    assert "referral.red-flag-declined" in codes(declined)
    assert one.label in " ".join(finding.clinician for finding in declined.findings)


# Tests by side


def results(**by_side):
    """All six tests on each side; the number given is how many are positive."""
    return tuple(
        Provocation(test, side, YES if number < by_side[side.value] else NO)
        for side in Side
        for number, test in enumerate(ProvocationTest)
    )


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (3, 0, set()),
        (2, 0, {"referral.few-provocations"}),
        (3, 4, {"referral.other-side-worse"}),
        (4, 3, {"referral.both-sides-positive"}),
        (0, 0, {"referral.few-provocations"}),
    ],
)
def test_each_side_is_counted_by_itself(left, right, told):
    assert codes(referred(provocations=results(left=left, right=right))) == told


def test_an_untested_other_side_is_not_a_well_one():
    here = tuple(one for one in results(left=3, right=0) if one.side is Side.LEFT)
    assert codes(referred(provocations=here)) == {"referral.other-side-not-tested"}
    all_six = tuple(replace(one, result=YES) for one in here)
    assert referred(provocations=all_six).decision is Decision.CLEAR


def test_a_test_recorded_both_ways_is_asked_about():
    twice = (*results(left=3, right=0), Provocation(ProvocationTest.DISTRACTION, Side.LEFT, NO))
    assert codes(referred(provocations=twice)) == {"referral.test-contradicts"}


def test_both_joints_need_tests_of_their_own():
    both = {"bilateral": True, "side": None}
    assert sides_assessed(assessment(**both)) == tuple(Side)
    assert referred(**both, provocations=results(left=3, right=3)).decision is Decision.CLEAR
    one_sided = referred(**both, provocations=results(left=5, right=1))
    assert [finding.code for finding in one_sided.findings] == ["referral.few-provocations"]


@pytest.mark.parametrize(("nrs", "peg"), [(11, "6"), (-1, "6"), (7, "10.1"), (7, "NaN")])
def test_a_score_outside_its_scale_stops(nrs, peg):
    told = referred(baseline_nrs=nrs, baseline_peg=type(assessment().baseline_peg)(peg))
    assert codes(told) == {"referral.impossible-score"}
    assert told.decision is Decision.STOP


ANSWERS = st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED])


@given(
    st.fixed_dictionaries(dict.fromkeys(FACTS, ANSWERS)),
    st.sampled_from(FACTS),
    st.lists(st.tuples(st.sampled_from(ProvocationTest), st.sampled_from(Side), ANSWERS), max_size=12),
    st.sampled_from([UNKNOWN, NOT_ASKED]),
)
def test_replacing_an_answer_by_unknown_never_makes_an_assessment_safer(facts, name, tests, unknown):
    told = assessment(**facts, provocations=tuple(Provocation(*one) for one in tests))
    before = assess_referral(request_(), told, POLICY, NOW)
    assert rank(assess_referral(request_(), replace(told, **{name: unknown}), POLICY, NOW)) >= rank(before)
    if tests:
        test, side, _ = tests[0]
        fewer = (Provocation(test, side, unknown), *told.provocations[1:])
        assert rank(assess_referral(request_(), replace(told, provocations=fewer), POLICY, NOW)) >= rank(before)


@given(
    st.sampled_from([one.name for one in exclusions()]), st.sets(st.sampled_from([one.name for one in exclusions()]))
)
def test_one_more_risk_never_makes_an_assessment_safer(name, others):
    before = referred(**dict.fromkeys(others, YES))
    assert rank(referred(**dict.fromkeys({*others, name}, YES))) >= rank(before)
