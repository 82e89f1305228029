"""Assessment before booking, and what was done otherwise than ordered."""

from dataclasses import replace
from datetime import date

import pytest
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, assessment, codes, given, order, procedure_done, request_, view

from sijoint.frames import Side
from sijoint.model import (
    NOT_ASKED,
    Cause,
    ConservativeCare,
    ConservativeKind,
    Decision,
    GateAnswer,
    Provocation,
    ProvocationTest,
    Referral,
    SyringeUse,
    Target,
)
from sijoint.pathway import assess_referral, conservative_weeks, deviations, positive_provocations


def referred(request=None, **changes):
    return assess_referral(request or request_(), assessment(**changes), POLICY, NOW)


def test_a_complete_assessment_of_a_painful_joint_is_clear():
    assert referred().findings == ()


@pytest.mark.parametrize(
    ("changes", "code", "decision"),
    [
        ({"red_flag": YES}, "referral.red-flag", Decision.STOP),
        ({"red_flag": UNKNOWN}, "referral.red-flag-unknown", Decision.STOP),
        ({"sacral_insufficiency_fracture_suspected": YES}, "referral.fracture-suspected", Decision.STOP),
        ({"radicular_pain": YES}, "referral.radicular", Decision.REVIEW),
        ({"straight_leg_raise_positive": YES}, "referral.radicular", Decision.REVIEW),
        ({"pain_above_l5": YES}, "referral.pain-above-l5", Decision.REVIEW),
        ({"power_normal": NO}, "referral.nerve-deficit", Decision.REVIEW),
        ({"imaging_reviewed": NOT_ASKED}, "referral.not-examined", Decision.REVIEW),
        ({"side": None}, "referral.not-examined", Decision.REVIEW),
        ({"baseline_peg": None}, "referral.no-baseline", Decision.REVIEW),
        ({"index_movement": " "}, "referral.no-baseline", Decision.REVIEW),
        ({"working_diagnosis": ""}, "referral.no-diagnosis", Decision.REVIEW),
        ({"spondyloarthritis_suspected": YES}, "referral.spondyloarthritis", Decision.CLEAR),
        ({"baseline_nrs": 3}, "referral.mild-pain", Decision.CLEAR),
        ({"referral": Referral.DECLINE, "reason": "the hip hurts more"}, "referral.declined", Decision.CLEAR),
        ({"referral": Referral.DECLINE}, "referral.no-reason", Decision.REVIEW),
    ],
)
def test_each_gap_of_the_assessment_has_its_finding(changes, code, decision):
    assessed = referred(**changes)
    assert code in codes(assessed)
    assert assessed.decision is decision


def test_three_tests_on_the_painful_side_are_asked_for():
    all_done = assessment().provocations
    two = tuple(replace(one, result=NO) if one.test is ProvocationTest.COMPRESSION else one for one in all_done)
    right = Provocation(ProvocationTest.FABER, Side.RIGHT, YES)
    other_side = (*(one for one in two if (one.test, one.side) != (right.test, right.side)), right)
    same_test_twice = (*two, two[0])
    for tests in (two, other_side, same_test_twice):
        assert codes(referred(provocations=tests)) == {"referral.few-provocations"}
    assert len(positive_provocations(assessment())) == 3


def test_pain_of_three_months_by_the_calendar():
    assert referred(replace(request_(), pain_since=date(2025, 12, 10))).decision is Decision.CLEAR
    for since in (date(2025, 12, 11), None):
        assert codes(referred(replace(request_(), pain_since=since))) == {"referral.pain-too-short"}


def care(began, ended, helped=False):
    return ConservativeCare(ConservativeKind.HEAT, began, ended, helped)


def test_weeks_of_care_count_each_day_once_and_only_care_that_did_not_help():
    overlapping = (care(date(2026, 1, 1), date(2026, 1, 14)), care(date(2026, 1, 8), date(2026, 1, 21)))
    assert conservative_weeks(assessment(conservative_care=overlapping), NOW.date()) == 3
    assert codes(referred(conservative_care=overlapping)) == {"referral.care-too-short"}
    assert (
        conservative_weeks(assessment(conservative_care=(care(date(2026, 1, 1), None, helped=True),)), NOW.date()) == 0
    )
    four = (care(date(2026, 1, 1), date(2026, 1, 28)),)
    assert referred(conservative_care=four).decision is Decision.CLEAR


def test_a_request_without_side_is_seen_and_sciatica_is_a_mimic():
    assert codes(referred(request_(None))) == {"request.no-side"}
    assert codes(referred(replace(request_(), causes=(Cause.SCIATICA,)))) == {"request.duplicate-cause"}


def test_no_assessment_is_an_answer_too():
    assert assess_referral(request_(), None, POLICY, NOW).decision is Decision.REVIEW


# Deviations


def deviating(**changes):
    one = order()
    return codes(deviations(replace(procedure_done(one), **changes), one, POLICY))


def test_what_was_done_as_ordered_deviates_in_nothing():
    assert deviating() == set()


def test_a_drug_given_without_an_open_gate_is_recorded_and_named():
    assert deviating(gate_answers=()) == {"deviation.gate-not-open"}
    closed = (GateAnswer(500.0, True, (), 3), GateAnswer(550.0, False, (), 3))
    assert deviating(gate_answers=closed) == {"deviation.gate-not-open"}
    before_moving = (GateAnswer(500.0, True, (), 2),)
    assert deviating(gate_answers=before_moving) == {"deviation.gate-not-open"}


def test_other_agents_volumes_and_sides_are_named():
    done = procedure_done(order())
    extra = given(SyringeUse.DRUG, "triamcinolone_40", "0.2", 600)
    assert deviating(administrations=(*done.administrations, extra)) == {"deviation.not-ordered"}
    more = given(SyringeUse.DRUG, "lidocaine_2_percent", "0.5", 600)
    assert deviating(administrations=(*done.administrations, more)) == {"deviation.volume"}
    wrong = tuple(replace(one, side=Side.RIGHT) if one.use is SyringeUse.DRUG else one for one in done.administrations)
    assert deviating(administrations=wrong) == {"deviation.side-or-target"}
    ligament = replace(order(), target=Target.LIGAMENT)
    assert "deviation.side-or-target" in codes(deviations(done, ligament, POLICY))


def test_volume_movement_views_and_abandoning_are_named():
    done = procedure_done(order())
    much = given(SyringeUse.CONTRAST, "iohexol_240", "1.2", 350)
    assert deviating(administrations=(*done.administrations, much)) == {"deviation.ia-volume"}
    moved = tuple(
        replace(one, after_movement=2) if one.use is SyringeUse.CONTRAST else one for one in done.administrations
    )
    assert deviating(administrations=moved) == {"deviation.needle-moved"}
    assert deviating(images=(view(180, after_contrast=True),)) == {"deviation.few-views"}
    none = tuple(one for one in done.administrations if one.use is not SyringeUse.DRUG)
    abandoned = deviating(administrations=none, abandoned_because="pain")
    assert abandoned == {"deviation.abandoned", "deviation.not-given"}


def test_deviations_carry_the_numbers():
    done = procedure_done(order())
    more = given(SyringeUse.DRUG, "lidocaine_2_percent", "0.5", 600)
    (one,) = deviations(replace(done, administrations=(*done.administrations, more)), order(), POLICY)
    assert "1.5 mL given, 1.0 mL ordered" in one.clinician
