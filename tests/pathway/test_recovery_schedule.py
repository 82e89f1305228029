"""The half hour: what is due when, what a check can be, sedation and its score, leaving early."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import (
    INJECTED_S,
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    codes,
    confirmation,
    entry,
    episode,
    followed,
    order,
    recovery,
    session,
)

from sijoint.model import (
    NOT_ASKED,
    Decision,
    Discharge,
    DischargeScore,
    LeftEarly,
    OrderKind,
    Sedation,
    SedativeGiven,
    SedativeRoute,
    Vitals,
)
from sijoint.pathway import (
    CallReason,
    DueState,
    NotEarly,
    UnusableCheck,
    calls_due,
    check_discharge,
    check_recovery,
    is_sedated,
    late_entry,
    left_early,
    recovery_schedule,
    sedative_findings,
)

INJECTED = NOW + timedelta(seconds=INJECTED_S)
LEAVING = Discharge(INJECTED + timedelta(minutes=31), "nurse", YES, YES)
FULL = DischargeScore(2, 2, 2, 2, 2)
SEDATED = order(sedation=Sedation.MINIMAL)


def minutes(number):
    return INJECTED + timedelta(minutes=number)


def check(number, **changes):
    return recovery(minutes(number), number, **changes)


def resting(*checks, the_order=None, **changes):
    return replace(followed({}, the_order), recovery=checks, discharge=None, **changes)


def sedative(number=-5, **changes):
    one = SedativeGiven(minutes(number), "nurse", "midazolam", "2 mg", SedativeRoute.INTRAVENOUS)
    return replace(one, **changes)


def asleep(*checks, **changes):
    return resting(*checks, the_order=SEDATED, sedatives=(sedative(),), **changes)


def leaves(here, number=31, discharge=LEAVING):
    return check_discharge(here, POLICY, minutes(number), discharge)


# What is due


def test_vital_signs_are_due_every_quarter_of_an_hour_with_the_index_movement():
    due = recovery_schedule(resting(), POLICY, minutes(5))
    assert [(one.minutes, one.index_movement, one.state) for one in due] == [
        (15, True, DueState.LATER),
        (30, True, DueState.LATER),
    ]


def test_sedation_makes_it_every_five_minutes_ordered_or_not():
    assert [one.minutes for one in recovery_schedule(asleep(), POLICY, minutes(1))] == [5, 10, 15, 20, 25, 30]
    unordered = resting(sedatives=(sedative(),))
    assert is_sedated(unordered)
    assert len(recovery_schedule(unordered, POLICY, minutes(1))) == 6
    assert not is_sedated(resting(sedatives=(sedative(reversal=True),)))


def test_a_moment_is_due_then_missed_and_a_check_in_time_does_it():
    def states(at, *checks):
        return [one.state for one in recovery_schedule(resting(*checks), POLICY, minutes(at))]

    assert states(14) == [DueState.LATER, DueState.LATER]
    assert states(15) == [DueState.DUE, DueState.LATER]
    assert states(22) == [DueState.DUE, DueState.LATER]
    assert states(23) == [DueState.MISSED, DueState.LATER]
    assert states(23, check(20)) == [DueState.DONE, DueState.LATER]
    assert states(23, check(20, index_nrs=None)) == [DueState.MISSED, DueState.LATER]


def test_a_treatment_is_not_asked_for_the_movement_and_without_a_procedure_nothing_is_due():
    steroid = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
    treated = resting(the_order=order(*steroid, kind=OrderKind.THERAPEUTIC))
    assert not any(one.index_movement for one in recovery_schedule(treated, POLICY, minutes(5)))
    assert recovery_schedule(session(), POLICY, NOW) == ()


def test_without_a_drug_recovery_counts_from_the_end():
    here = resting()
    undone = replace(here.procedure, administrations=())
    due = recovery_schedule(replace(here, procedure=undone), POLICY, minutes(5))
    assert due[0].at == undone.ended_at + timedelta(minutes=15)


# What a check can be


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (check(31, vitals=Vitals(minutes(31), 0, 0, 0, 0)), "systolic 0"),
        (check(31, vitals=Vitals(minutes(31), 120, 80, 70, 101)), "spo2 101"),
        (check(31, vitals=Vitals(minutes(31), 80, 120, 70, 98)), "first number is the higher"),
        (check(31, vitals=Vitals(minutes(31), 120, 80, -70, 98)), "pulse -70"),
        (check(31, index_nrs=11), "pain 11"),
        (check(31, rest_nrs=-1), "pain -1"),
        (check(31, score=DischargeScore(3, 2, 2, 2, 2)), "0, 1 or 2 marks"),
        (replace(check(31), minutes=15), "its time says 31"),
        (check(33), "comes from the future"),
        (check(31, vitals=Vitals(minutes(40), 120, 80, 70, 98)), "comes from the future"),
        (replace(check(-30), minutes=0), "before the injection"),
    ],
)
def test_a_check_that_cannot_be_is_refused(one, says):
    with pytest.raises(UnusableCheck, match=says):
        check_recovery(one, resting(), POLICY, minutes(32))


def test_a_check_that_can_be_is_taken_and_a_late_one_says_so():
    check_recovery(check(15), resting(), POLICY, minutes(90))
    assert late_entry(minutes(15), POLICY, minutes(25)) == ()
    (told,) = late_entry(minutes(15), POLICY, minutes(26))
    assert "11 minutes later" in told.clinician


# Leaving


def test_who_leaves_was_looked_at_just_before():
    here = resting(check(15), check(30))
    assert leaves(here, 45).findings == ()
    assert codes(leaves(here, 46)) == {"discharge.check-old"}


@pytest.mark.parametrize("answer", [NO, UNKNOWN, NOT_ASKED])
def test_a_soaked_or_unseen_dressing_holds(answer):
    assert codes(leaves(resting(check(15), check(30, dressing_intact=answer)))) == {"discharge.dressing"}


def test_what_was_not_measured_is_told_and_holds_nobody():
    steroid = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
    treated = order(*steroid, kind=OrderKind.THERAPEUTIC)
    told = leaves(resting(check(30), the_order=treated))
    assert codes(told) == {"discharge.vitals-missing"}
    assert told.decision is Decision.CLEAR


def test_pressure_far_from_before_is_noted():
    far = Vitals(minutes(30), 103, 70, 70, 98)  # before: 130
    told = leaves(resting(check(15), check(30, vitals=far)))
    assert codes(told) == {"discharge.vitals-baseline"}
    assert told.decision is Decision.CLEAR


def test_syringes_not_accounted_for_are_noted():
    told = leaves(replace(resting(check(15), check(30)), syringe_accounts=()))
    assert codes(told) == {"discharge.syringes"}
    assert told.decision is Decision.CLEAR


# Sedation


EVERY_FIVE = tuple(check(number, score=FULL) for number in (5, 10, 15, 20, 25, 30))


def test_a_sedated_patient_with_the_score_leaves():
    assert leaves(asleep(*EVERY_FIVE)).findings == ()


@pytest.mark.parametrize("last", [DischargeScore(2, 2, 2, 1, 1), DischargeScore(0, 2, 2, 2, 2), None])
def test_the_score_is_reached_on_two_checks_in_a_row(last):
    assert codes(leaves(asleep(*EVERY_FIVE[:-1], check(30, score=last)))) == {"discharge.score"}
    assert codes(leaves(asleep(*EVERY_FIVE[:-2], check(25, score=last), EVERY_FIVE[-1]))) == {"discharge.score"}
    assert leaves(asleep(*EVERY_FIVE[:-3], check(20, score=last), *EVERY_FIVE[-2:])).findings == ()


def test_nine_of_ten_is_enough_and_far_pressure_takes_a_mark():
    nine = DischargeScore(2, 2, 2, 2, 1)
    assert leaves(asleep(*EVERY_FIVE[:-1], check(30, score=nine))).findings == ()
    far = check(30, score=nine, vitals=Vitals(minutes(30), 103, 70, 70, 98))
    assert "discharge.score" in codes(leaves(asleep(*EVERY_FIVE[:-1], far)))


def test_one_check_alone_is_not_two():
    assert "discharge.score" in codes(leaves(asleep(EVERY_FIVE[-1])))


def test_thirty_minutes_since_the_last_sedative_and_two_hours_since_a_reversal():
    later = asleep(*EVERY_FIVE)
    again = replace(later, sedatives=(*later.sedatives, sedative(10)))
    assert codes(leaves(again, 39)) == {"discharge.sedation"}
    assert leaves(again, 40).findings == ()
    oral = replace(later, sedatives=(*later.sedatives, sedative(20, route=SedativeRoute.ORAL)))
    assert leaves(oral).findings == ()
    woken = replace(later, sedatives=(*later.sedatives, sedative(12, name="flumazenil", reversal=True)))
    assert codes(leaves(woken)) == {"discharge.reversal"}


def test_sedation_that_nobody_wrote_down_counts_from_the_injection_and_is_told():
    silent = replace(asleep(*EVERY_FIVE), sedatives=())
    assert codes(leaves(silent, 29)) == {"discharge.too-early", "discharge.sedation", "discharge.sedative-not-recorded"}
    assert leaves(silent).decision is Decision.CLEAR


def test_a_sedative_before_consent_is_told():
    here = session()
    assert sedative_findings(sedative(), here, POLICY) == ()
    early = replace(sedative(), at=here.consent.at - timedelta(minutes=1))
    assert codes(sedative_findings(early, here, POLICY)) == {"sedation.before-consent"}
    assert codes(sedative_findings(sedative(), replace(here, consent=None), POLICY)) == {"sedation.before-consent"}
    assert sedative_findings(replace(early, reversal=True), here, POLICY) == ()


facts = st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED])
marks = st.builds(DischargeScore, *[st.integers(0, 2)] * 5)
RANK = list(Decision)


@given(facts, facts, facts, facts, st.one_of(st.none(), marks), st.integers(0, 300), st.booleans())
def test_what_is_not_known_and_what_is_added_never_lets_a_patient_go_sooner(
    power, gait, dry, dressed, score, after, drugged
):
    def rank(**changes):
        known = {"leg_power_at_baseline": power, "gait_at_baseline": gait, "site_dry": dry, "dressing_intact": dressed}
        given_sedatives = (sedative(),) if changes.pop("sedated", drugged) else ()
        marked = changes.pop("score", score)
        checks = tuple(check(number, score=marked, **{**known, **changes}) for number in (after, after + 5))
        here = resting(*checks, sedatives=given_sedatives)
        return RANK.index(leaves(here, after + 6).decision)

    here = rank()
    for name in ("leg_power_at_baseline", "gait_at_baseline", "site_dry", "dressing_intact"):
        assert rank(**{name: YES}) <= here
        assert rank(**{name: UNKNOWN}) == rank(**{name: NOT_ASKED}) == rank(**{name: NO})
    assert rank(sedated=True) >= rank(sedated=False)
    assert rank(score=None) >= rank(score=FULL)


# Leaving early


def early(number=10, **changes):
    one = LeftEarly(minutes(number), "nurse", "has to fetch the children", YES, YES, YES, YES, YES)
    return replace(one, **changes)


def test_leaving_early_keeps_what_was_outstanding_and_says_by_when_to_call():
    leaving, discharge = left_early(early(), resting(check(5)), POLICY, minutes(12))
    assert codes(leaving.outstanding) == {"discharge.too-early", "left-early.call"}
    assert leaving.call_by == minutes(10) + timedelta(hours=POLICY.left_early_call_hours)
    assert (leaving.entered_at, discharge.at) == (minutes(12), minutes(10))


def test_who_left_early_is_on_the_call_list_until_spoken_with():
    here = resting(check(5))
    leaving, discharge = left_early(early(), here, POLICY, minutes(12))
    gone = replace(here, left_early=leaving, discharge=discharge)

    def called(one, at):
        return [call for call in calls_due(episode(one), POLICY, at) if call.reason is CallReason.LEFT_EARLY]

    (call,) = called(gone, minutes(12))
    assert (call.closes, call.overdue) == (leaving.call_by, False)
    assert any("the plan is 30" in one for one in call.about)
    assert called(gone, leaving.call_by + timedelta(minutes=1))[0].overdue
    spoken = entry(here.prompts[0], 2, minutes_late=30, by_staff=True)
    assert called(replace(gone, entries=(spoken,)), minutes(60)) == []


def test_a_weak_leg_and_a_patient_who_was_not_told_stand_in_it():
    leaving, _ = left_early(
        early(told_the_risks=NO, physician_told=UNKNOWN, signed_against_advice=NO, sheet_given=NO),
        resting(check(5, leg_power_at_baseline=NO)),
        POLICY,
        minutes(12),
    )
    assert codes(leaving.outstanding) == {
        "discharge.too-early",
        "discharge.leg-weak",
        "discharge.no-sheet",
        "left-early.call",
        "left-early.not-told",
        "left-early.physician",
        "left-early.not-signed",
    }


@pytest.mark.parametrize(
    ("leaving", "at", "says"),
    [
        (early(20), 15, "in the future"),
        (early(reason=" "), 15, "write the reason"),
        (early(31), 32, "nothing stands against the discharge"),
    ],
)
def test_what_is_no_leaving_early_is_refused(leaving, at, says):
    with pytest.raises(NotEarly, match=says):
        left_early(leaving, resting(check(15), check(30)), POLICY, minutes(at))


def test_the_day_before_is_compared_only_where_it_was_measured():
    far = Vitals(minutes(30), 103, 70, 70, 98)
    unmeasured = replace(
        resting(check(15), check(30, vitals=far)), confirmation=confirmation(blood_pressure_systolic=None)
    )
    assert leaves(unmeasured).findings == ()
