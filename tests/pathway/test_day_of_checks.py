"""Consent, the day's confirmation, six sides, sign-in and time-out: absent is never agreement."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import (
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    answers,
    assessment,
    codes,
    confirmation,
    consent_for,
    order,
    patient,
    request_,
    session,
)

from sijoint.frames import Side
from sijoint.model import NOT_ASKED, Decision, Medicine, OrderKind, Sedation, Sex, SkinMark, Target, TimeOut
from sijoint.pathway import check_consent, check_sides, check_sign_in, check_time_out, confirm_today

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))


def today(one, the_answers=None, the_order=None, who=None):
    here = session(the_order or order())
    return confirm_today(one, here, the_answers or answers(), who or patient(), POLICY, NOW)


def test_a_confirmation_of_today_clears():
    assert today(confirmation()).findings == ()


def test_without_it_a_cleared_patient_is_not_checked_today():
    assert codes(today(None)) == {"today.not-confirmed"}
    assert "not checked today" in today(None).findings[0].clinician


def test_yesterdays_confirmation_is_not_todays_and_midnight_utc_is_no_wall():
    assert codes(today(confirmation(NOW - timedelta(hours=13)))) == {"today.other-day"}
    late = confirm_today(
        confirmation(NOW.replace(hour=23, minute=50)),
        session(),
        answers(),
        patient(),
        POLICY,
        NOW + timedelta(hours=15, minutes=10),
    )
    assert late.decision is Decision.CLEAR


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"fever": YES}, "today.fever"),
        ({"antibiotics": YES}, "today.antibiotics"),
        ({"new_medicines": YES}, "today.new-medicines"),
        ({"allergies_unchanged": NO}, "today.allergies-changed"),
        ({"pregnancy": YES}, "pregnancy.confirmed"),
        ({"driver_present": NO}, "today.no-driver"),
        ({"blood_pressure_systolic": None}, "today.blood-pressure-missing"),
        ({"blood_pressure_systolic": 180}, "today.blood-pressure-high"),
        ({"blood_pressure_diastolic": 110}, "today.blood-pressure-high"),
        ({"changed": ("infection",)}, "today.changed"),
        ({"index_nrs": None}, "today.no-index-pain"),
        ({"index_nrs": 3}, "today.little-pain"),
        ({"rescue_analgesic_within_6_h": YES}, "today.rescue-analgesic"),
    ],
)
def test_a_changed_fact_of_the_day_stops(changes, code):
    assessed = today(confirmation(**changes))
    assert codes(assessed) == {code}
    assert assessed.decision in (Decision.STOP, Decision.ABSOLUTE)


FACTS = [
    "fever",
    "antibiotics",
    "new_medicines",
    "allergies_unchanged",
    "pregnancy",
    "driver_present",
    "rescue_analgesic_within_6_h",
]


@given(st.sampled_from(FACTS), st.sampled_from([UNKNOWN, NOT_ASKED]))
def test_nothing_of_the_day_may_be_unknown(name, unknown):
    assert today(confirmation(**{name: unknown})).decision is Decision.STOP


def test_four_of_ten_is_enough_pain_and_therapy_needs_none():
    assert today(confirmation(index_nrs=4)).decision is Decision.CLEAR
    painless = confirmation(index_nrs=1, rescue_analgesic_within_6_h=YES)
    assert today(painless, the_order=order(*STEROID, kind=OrderKind.THERAPEUTIC)).decision is Decision.CLEAR


def test_the_last_antithrombotic_dose_is_known():
    taking = answers(medicines=(Medicine("Eliquis", "apixaban", "nurse"),), antithrombotics=YES)
    assert codes(today(confirmation(), taking)) == {"today.antithrombotic-dose"}
    taken = confirmation(last_antithrombotic_dose_at=NOW - timedelta(hours=3))
    assert today(taken, taking).decision is Decision.CLEAR
    assert codes(today(replace(taken, antithrombotics_as_planned=NO), taking)) == {"today.antithrombotic"}


def test_a_diabetics_glucose_is_measured_and_too_high_for_steroid_at_300():
    diabetic = answers(diabetes=YES, hba1c_percent=Decimal("7"))
    steroid = order(*STEROID)
    assert codes(today(confirmation(), diabetic)) == {"today.glucose-missing"}
    at = {
        value: codes(today(confirmation(glucose_mg_dl=Decimal(value)), diabetic, steroid)) for value in (249, 250, 300)
    }
    assert at == {249: set(), 250: {"today.glucose-high"}, 300: {"today.glucose-too-high"}}


def test_pregnancy_is_not_asked_of_men_on_the_day():
    unasked = confirmation(pregnancy=NOT_ASKED)
    assert today(unasked, who=patient(sex=Sex.MALE)).decision is Decision.CLEAR
    assert today(unasked).decision is Decision.STOP


# Consent


def consented(the_order=None, **changes):
    one = the_order or order()
    consent = replace(consent_for(one, NOW - timedelta(hours=1)), **changes)
    return check_consent(consent, session(one), POLICY, NOW)


def test_consent_for_the_order_as_it_is_clears():
    assert consented().findings == ()
    assert consented(order(*STEROID)).findings == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"given": NO}, "consent.missing"),
        ({"given": UNKNOWN}, "consent.missing"),
        ({"side": None}, "consent.side"),
        ({"side": Side.RIGHT}, "consent.side"),
        ({"target": Target.LIGAMENT}, "consent.target"),
        ({"kind": OrderKind.THERAPEUTIC}, "consent.kind"),
        ({"steroid": "triamcinolone_40"}, "consent.steroid"),
        ({"at": NOW - timedelta(days=30)}, "consent.before-order"),
    ],
)
def test_consent_for_anything_else_is_absolute(changes, code):
    assessed = consented(**changes)
    assert codes(assessed) == {code}
    assert assessed.decision is Decision.ABSOLUTE


def test_no_consent_at_all_is_absolute():
    assert check_consent(None, session(), POLICY, NOW).decision is Decision.ABSOLUTE


def test_consent_precedes_sedation_and_names_every_risk():
    sedated = order(sedation=Sedation.MINIMAL)
    assert codes(consented(sedated, before_sedation=UNKNOWN)) == {"consent.after-sedation"}
    assert consented(before_sedation=UNKNOWN).decision is Decision.CLEAR
    assert codes(consented(order(*STEROID), risks_explained=("infection",))) == {"consent.risk-not-explained"}


# Six sides


def sides(
    request=Side.LEFT,
    examined=Side.LEFT,
    ordered=Side.LEFT,
    consent=Side.LEFT,
    mark=Side.LEFT,
    time_out=Side.LEFT,
    image=None,
):
    one = order(side=ordered)
    return check_sides(
        request_(request),
        assessment(side=examined),
        one,
        replace(consent_for(one, NOW), side=consent),
        SkinMark(NOW, "physician", mark, YES),
        TimeOut(NOW, "nurse", time_out, Target.INTRA_ARTICULAR, YES, YES),
        image,
    )


def test_a_mark_made_on_a_sleeping_patient_is_absolute():
    one = order()
    mark = SkinMark(NOW, "physician", Side.LEFT, UNKNOWN)
    time_out = TimeOut(NOW, "nurse", Side.LEFT, Target.INTRA_ARTICULAR, YES, YES)
    assessed = check_sides(request_(), assessment(), one, consent_for(one, NOW), mark, time_out)
    assert codes(assessed) == {"side.mark-asleep"}
    assert assessed.decision is Decision.ABSOLUTE


PLACES = ["request", "examined", "consent", "mark", "time_out"]


def test_six_that_agree_clear_and_the_image_agrees_too():
    assert sides().findings == ()
    assert sides(image=Side.LEFT).findings == ()


@pytest.mark.parametrize("place", [*PLACES, "ordered", "image"])
def test_one_that_differs_is_absolute(place):
    assessed = sides(**{place: Side.RIGHT})
    assert codes(assessed) == {"side.mismatch"}
    assert assessed.decision is Decision.ABSOLUTE


@pytest.mark.parametrize("place", PLACES)
def test_one_that_is_absent_is_absolute(place):
    assert codes(sides(**{place: None})) == {"side.missing"}


@given(st.fixed_dictionaries({place: st.sampled_from([Side.LEFT, Side.RIGHT, None]) for place in PLACES}))
def test_sides_clear_only_when_all_name_the_ordered_one(said):
    clear = sides(**said).decision is Decision.CLEAR
    assert clear == all(side is Side.LEFT for side in said.values())


# Sign-in and time-out


@pytest.mark.parametrize(
    "item",
    [
        "two_identifiers",
        "skin_mark_seen",
        "allergies_read",
        "pregnancy_read",
        "vitals_taken",
        "resuscitation_kit_present",
        "lipid_present",
    ],
)
def test_every_item_of_sign_in_must_be_yes(item):
    here = session()
    for answer in (NO, UNKNOWN, NOT_ASKED):
        assert check_sign_in(replace(here.sign_in, **{item: answer}), here, POLICY, NOW).decision is not Decision.CLEAR
    assert check_sign_in(here.sign_in, here, POLICY, NOW).decision is Decision.CLEAR


def test_sign_in_needs_itself_and_a_mark():
    assert codes(check_sign_in(None, session(), POLICY, NOW)) == {"signin.missing"}
    unmarked = replace(session(), skin_mark=None)
    assert "signin.no-mark" in codes(check_sign_in(unmarked.sign_in, unmarked, POLICY, NOW))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"labels_read_aloud": NOT_ASKED}, "timeout.labels"),
        ({"all_agree": NO}, "timeout.disagree"),
        ({"target": Target.LIGAMENT}, "timeout.target"),
        ({"side": Side.RIGHT}, "side.mismatch"),
        ({"side": None}, "side.missing"),
    ],
)
def test_the_time_out_finds_what_does_not_agree(changes, code):
    here = session()
    assert codes(check_time_out(replace(here.time_out, **changes), here, request_(), assessment(), POLICY, NOW)) == {
        code
    }
    assert check_time_out(here.time_out, here, request_(), assessment(), POLICY, NOW).decision is Decision.CLEAR
    assert codes(check_time_out(None, here, request_(), assessment(), POLICY, NOW)) == {"timeout.missing"}
