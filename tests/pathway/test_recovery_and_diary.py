"""Recovery, discharge, the diary's windows and its red flags."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import INJECTED_S, NO, NOW, POLICY, UNKNOWN, YES, codes, entry, followed, order, recovery

from sijoint.model import NOT_ASKED, Decision, Discharge, OrderKind, Sedation, Severity
from sijoint.pathway import check_discharge, diary_prompts, missed_prompts, on_time, open_prompts, red_flags

INJECTED = NOW + timedelta(seconds=INJECTED_S)
STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
LEAVING = Discharge(INJECTED + timedelta(minutes=31), "nurse", YES, YES)


def resting(minutes=31, the_order=None, **changes):
    checks = tuple(recovery(INJECTED + timedelta(minutes=m), m, index_nrs=2) for m in (15, 30))
    last = recovery(INJECTED + timedelta(minutes=minutes), minutes, **changes)
    return replace(followed({}, the_order), recovery=(*checks, last), discharge=None)


def leaves(here, minutes=31, discharge=LEAVING):
    return check_discharge(here, POLICY, INJECTED + timedelta(minutes=minutes), discharge)


def test_a_patient_at_baseline_leaves_after_thirty_minutes_with_the_escort():
    assert leaves(resting()).findings == ()


def test_a_minute_too_early_is_too_early():
    assert codes(leaves(resting(29), 29)) == {"discharge.too-early"}
    assert leaves(resting(30), 30).decision is Decision.CLEAR


@pytest.mark.parametrize("answer", [NO, UNKNOWN, NOT_ASKED])
@pytest.mark.parametrize(
    ("name", "code"), [("leg_power_at_baseline", "discharge.leg-weak"), ("gait_at_baseline", "discharge.gait")]
)
@pytest.mark.parametrize("minutes", [31, 61, 600])
def test_a_weak_leg_has_no_timers_end_and_the_physician_is_called_at_an_hour(answer, name, code, minutes):
    found = codes(leaves(resting(minutes, **{name: answer}), minutes))
    called = {"discharge.call-physician", "discharge.physician-not-seen"}
    assert found == ({code, *called} if minutes >= 60 else {code})


def test_once_the_physician_was_to_be_called_a_strong_leg_alone_does_not_go_home():
    weak = recovery(INJECTED + timedelta(minutes=61), 61, leg_power_at_baseline=NO)
    strong = recovery(INJECTED + timedelta(minutes=91), 91)
    here = replace(resting(), recovery=(*resting().recovery, weak, strong))
    assert codes(leaves(here, 92)) == {"discharge.physician-not-seen"}
    assert leaves(here, 92, replace(LEAVING, physician_saw=YES)).findings == ()


def test_the_last_check_counts_and_not_the_best():
    strong_then_weak = replace(
        resting(45),
        recovery=(*resting(31).recovery, recovery(INJECTED + timedelta(minutes=45), 45, leg_power_at_baseline=NO)),
    )
    assert "discharge.leg-weak" in codes(leaves(strong_then_weak, 46))


@pytest.mark.parametrize(
    ("what", "values"), [("systolic", (89, 180)), ("diastolic", (110,)), ("pulse", (44, 121)), ("spo2", (91,))]
)
def test_vital_signs_outside_the_policy_hold_the_patient(what, values):
    for value in values:
        here = resting()
        last = here.recovery[-1]
        spoilt = replace(
            here, recovery=(*here.recovery[:-1], replace(last, vitals=replace(last.vitals, **{what: value})))
        )
        assert codes(leaves(spoilt)) - {"discharge.vitals-baseline"} == {"discharge.vitals"}


def test_escort_sheet_sign_out_and_site_are_asked_for():
    assert codes(leaves(resting(), discharge=replace(LEAVING, escort_seen=UNKNOWN))) == {"discharge.no-escort"}
    assert codes(leaves(resting(), discharge=replace(LEAVING, sheet_given=NO))) == {"discharge.no-sheet"}
    assert codes(leaves(resting(), discharge=None)) == {"discharge.no-escort", "discharge.no-sheet"}
    assert "discharge.no-sign-out" in codes(leaves(replace(resting(), sign_out=None)))
    assert codes(leaves(resting(site_dry=NO))) == {"discharge.site"}
    assert "discharge.no-check" in codes(leaves(replace(resting(), recovery=())))


def test_where_the_policy_asks_for_a_driver_only_with_sedation_nobody_waits_for_one_without():
    relaxed = replace(POLICY, driver="if sedated")
    alone = replace(LEAVING, escort_seen=NO)
    now = INJECTED + timedelta(minutes=31)
    assert check_discharge(resting(), relaxed, now, alone).decision is Decision.CLEAR
    assert "discharge.no-escort" in codes(
        check_discharge(resting(the_order=order(sedation=Sedation.MINIMAL)), relaxed, now, alone)
    )


def test_an_index_movement_that_nobody_asked_for_is_noted_and_holds_nobody():
    silent = replace(resting(), recovery=(recovery(INJECTED + timedelta(minutes=31), 31, index_nrs=None),))
    assert codes(leaves(silent)) == {"discharge.index-missing"}
    assert leaves(silent).decision is Decision.CLEAR


# The diary


def test_a_diagnostic_diary_asks_what_the_safety_rule_lists():
    labels = [one.label for one in diary_prompts(order(), INJECTED, POLICY)]
    assert labels == [
        "15 min",
        "30 min",
        "1 h",
        "2 h",
        "3 h",
        "4 h",
        "6 h",
        "8 h",
        "bedtime",
        "next morning",
        "day 3",
        "day 7",
        "day 14",
    ]


def test_a_therapeutic_diary_asks_for_weeks_and_then_months():
    labels = [one.label for one in diary_prompts(order(*STEROID, kind=OrderKind.THERAPEUTIC), INJECTED, POLICY)]
    assert labels[:9] == ["30 min", "evening", "day 1", "day 3", "day 7", "day 14", "week 4", "week 8", "week 12"]
    assert labels[9:] == [f"month {n}" for n in range(4, 13)]


def test_a_test_with_steroid_is_asked_as_both_and_each_question_once():
    prompts = diary_prompts(order(*STEROID), INJECTED, POLICY)
    labels = [one.label for one in prompts]
    assert {"15 min", "8 h", "week 12", "month 5"} <= set(labels)
    assert len(set(labels)) == len(labels)
    assert len({one.id for one in prompts}) == len(prompts)


hours = st.integers(0, 23)


@given(
    hours,
    st.sampled_from([order(), order(*STEROID), order(*STEROID, kind=OrderKind.THERAPEUTIC)]),
    st.integers(-11, 12),
)
def test_windows_hold_their_moment_follow_in_order_and_do_not_overlap_in_the_test(hour, one, offset):
    zone = timezone(timedelta(hours=offset))
    injected = INJECTED.replace(hour=hour)
    prompts = diary_prompts(one, injected, POLICY, zone)
    assert all(prompt.opens <= prompt.due <= prompt.closes for prompt in prompts)
    assert [prompt.due for prompt in prompts] == sorted(prompt.due for prompt in prompts)
    assert all(prompt.due > injected for prompt in prompts)
    timed = [prompt for prompt in prompts if prompt.label.endswith((" min", " h"))]
    assert all(a.closes < b.opens for a, b in pairwise(timed))


def test_morning_and_evening_are_the_clinics():
    zone = timezone(timedelta(hours=-8))
    by_label = {
        one.label: one.due.astimezone(zone) for one in diary_prompts(order(), INJECTED.replace(hour=20), POLICY, zone)
    }
    assert (by_label["next morning"].hour, by_label["next morning"].day) == (8, 11)
    assert (by_label["bedtime"].hour, by_label["bedtime"].day) == (22, 10)


def test_a_window_closes_and_is_then_on_the_call_list():
    prompts = diary_prompts(order(), INJECTED, POLICY)
    first = prompts[0]
    assert on_time(entry(first, 3), first)
    assert not on_time(entry(first, 3, minutes_late=8), first)
    assert open_prompts(prompts, INJECTED + timedelta(minutes=16)) == (first,)
    after = INJECTED + timedelta(minutes=50)
    assert missed_prompts(prompts, (), after) == prompts[:2]
    assert missed_prompts(prompts, (entry(first, 3, minutes_late=30),), after) == (prompts[1],)


# Red flags


def flags(hours_after=1.0, drug=("lidocaine_2_percent", "1.0"), **changes):
    here = followed({}, order(drug))
    at: datetime = INJECTED + timedelta(hours=hours_after)
    one = replace(entry(here.prompts[0], 3), answered=at, **changes)
    return red_flags(one, here, POLICY)


def test_an_ordinary_entry_has_none():
    assert flags() == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("bladder_bowel_or_saddle_change", "redflag.cauda-equina"),
        ("weakness_worse_or_both_legs", "redflag.leg-both-or-worse"),
        ("breathing_trouble_or_chest_pain", "redflag.breathing"),
    ],
)
def test_emergencies_show_the_number_at_once_and_say_that_nobody_watches(name, code):
    (one,) = flags(**{name: YES})
    assert (one.code, one.severity) == (code, Severity.ABSOLUTE)
    assert POLICY.emergency_phone in one.patient
    assert "not watched live" in one.patient


@pytest.mark.parametrize(
    ("drug", "hours_after", "code"),
    [
        ("lidocaine_2_percent", 4, "redflag.leg-weak-early"),
        ("lidocaine_2_percent", 4.1, "redflag.leg-weak"),
        ("bupivacaine_0.5_percent", 12, "redflag.leg-weak-early"),
        ("bupivacaine_0.5_percent", 12.1, "redflag.leg-weak"),
        ("ropivacaine_0.5_percent", 12.1, "redflag.leg-weak"),
    ],
)
def test_a_weak_leg_is_a_flag_beyond_what_the_drug_explains(drug, hours_after, code):
    assert codes(flags(hours_after, (drug, "1.0"), leg_weak=YES)) == {code}


def test_an_unanswered_leg_is_asked_for_on_the_first_day():
    assert codes(flags(2, leg_weak=UNKNOWN)) == {"redflag.leg-unknown"}
    assert flags(48, leg_weak=NOT_ASKED) == ()


@pytest.mark.parametrize(("value", "flagged"), [("37.9", False), ("38.0", True)])
def test_fever_begins_at_38(value, flagged):
    assert bool(flags(temperature_c=Decimal(value))) is flagged


def test_site_and_glucose_are_flags_too():
    assert codes(flags(site_red_swollen_or_leaking=YES)) == {"redflag.site"}
    assert codes(flags(glucose_mg_dl=Decimal(301))) == {"redflag.glucose"}
    assert flags(glucose_mg_dl=Decimal(300)) == ()
