"""What a small fault in a rule would change and no other test would see: each of these was found by putting the fault in."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, codes, confirmation, episode, given, patient, session

from sijoint.formulary import agent
from sijoint.model import Administration, SyringeUse
from sijoint.pathway import changed_today, confirm_today, given_before
from sijoint.pathway.screening import glucose_watch_days


def confirmed(**changes):
    told = confirmation(NOW - timedelta(minutes=40), **changes)
    return codes(confirm_today(told, session(), answers(), patient(), POLICY, NOW))


def test_a_steroid_taken_against_dye_is_told_before_a_test():
    assert "today.premedication" in confirmed(steroid_premedication=YES)
    assert "today.premedication" not in confirmed(steroid_premedication=NO)


def test_a_blood_thinner_not_as_planned_is_a_change_unless_none_was_ever_taken():
    told = confirmation(antithrombotics_as_planned=NO)
    assert "antithrombotics" in changed_today(told, answers(antithrombotics=YES))
    assert "antithrombotics" in changed_today(told, answers(antithrombotics=UNKNOWN))
    assert "antithrombotics" not in changed_today(told, answers(antithrombotics=NO))


def test_glucose_is_watched_longer_where_insulin_is_taken_or_may_be():
    steroids = (agent("triamcinolone_40"),)
    assert steroids[0].steroid is not None
    usual = steroids[0].steroid.glucose_watch_days
    assert usual < POLICY.glucose_long_days

    def days(insulin):
        return glucose_watch_days(answers(insulin=insulin, hba1c_percent=Decimal("6.5")), steroids, POLICY)

    assert (days(NO), days(UNKNOWN), days(YES)) == (usual, POLICY.glucose_long_days, POLICY.glucose_long_days)


def test_a_dose_counts_from_the_moment_it_was_given_not_from_the_start_of_the_procedure():
    hours = timedelta(hours=POLICY.anaesthetic_hours)
    whole = episode()
    procedure = whole.sessions[0].procedure
    ten_minutes_in: Administration = given(SyringeUse.SKIN, "lidocaine_1_percent", "1.0", 600)

    def counted(started):
        done = replace(procedure, started_at=started, administrations=(ten_minutes_in,))
        one = replace(whole, sessions=(replace(whole.sessions[0], procedure=done),))
        return len(given_before((one,), POLICY, NOW))

    assert counted(NOW - hours - timedelta(minutes=9)) == 1
    assert counted(NOW - hours - timedelta(minutes=10)) == 0
