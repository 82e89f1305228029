"""Ibuprofen is printed only where everything that speaks against it is answered no. Unknown is not no."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from well_patient import (
    FACT_NAMES,
    GOOD_WHEN_YES,
    INJECTED_S,
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    answers,
    confirmation,
    followed,
    order,
    patient,
)

from sijoint.formulary.medicines import ANTITHROMBOTIC_CLASSES, medicines
from sijoint.model import (
    NOT_ASKED,
    Allergy,
    Medicine,
    OrderKind,
    Painkiller,
    ReactionGrade,
    ScreeningAnswers,
    Sex,
)
from sijoint.pathway import against_ibuprofen, painkiller_advice
from sijoint.pathway.screening import PREGNANCY_FACTS, pregnancy_applies

LISTED = sorted({fact for one in against_ibuprofen() for fact in one.facts})
DAY_FACTS = ("new_medicines", "antithrombotics_as_planned", "allergies_unchanged", "pregnancy")
LATER = NOW + timedelta(minutes=50)
FACTS = st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED])
MEDICINES = st.sampled_from(
    [Medicine(one.names[0], one.code, "nurse") for one in medicines()]
    + [Medicine("red pills", ""), Medicine("Advil", "ibuprofen"), Medicine("moon dust", "moon_dust", "nurse")]
)
ALLERGIES = st.sampled_from(
    [
        Allergy("penicillin", True, ReactionGrade.MILD),
        Allergy("ibuprofen", True, ReactionGrade.MILD),
        Allergy("aspirin", True, ReactionGrade.MODERATE),
        Allergy("paracetamol", True, ReactionGrade.MILD),
        Allergy("a painkiller", False, ReactionGrade.UNKNOWN),
        Allergy("", True, ReactionGrade.UNKNOWN),
    ]
)


def advice(told=None, who=None, today=None, session=None, now=LATER):
    session = session or followed({})
    if today is not None:
        session = replace(session, confirmation=today)
    return painkiller_advice(session, told or answers(), who or patient(), POLICY, now)


@st.composite
def people(draw):
    """Answers near to all well, so that both allowed and not allowed are met often."""
    spoilt = draw(st.dictionaries(st.sampled_from(FACT_NAMES), FACTS, max_size=2))
    taken = tuple(draw(st.lists(MEDICINES, max_size=1)))
    allergies = tuple(draw(st.lists(ALLERGIES, max_size=1)))
    today = confirmation(**draw(st.dictionaries(st.sampled_from(DAY_FACTS), FACTS, max_size=1)))
    who = patient(
        sex=draw(st.sampled_from(list(Sex))),
        birth_date=draw(st.dates(date(1935, 1, 1), date(1990, 1, 1))),
    )
    return answers(**spoilt, medicines=taken, allergies=allergies), who, today


def asked_of(who, name, silence):
    """Nobody asks a man whether he is pregnant: there not asked is his no, and only unknown is silence."""
    return silence is UNKNOWN or pregnancy_applies(who) or name not in PREGNANCY_FACTS


def test_a_patient_with_nothing_against_it_may_take_ibuprofen_after_the_test():
    one = advice()
    assert one.painkiller is Painkiller.IBUPROFEN
    assert one.ibuprofen_held_back_by == ()
    assert one.test_until == NOW + timedelta(seconds=INJECTED_S, hours=3)  # lidocaine's longest concordant time


def test_the_list_of_the_rule_is_whole():
    asked = {
        "antithrombotics",
        "ulcer",
        "kidney_disease",
        "heart_failure",
        "aspirin_asthma_or_nsaid_allergy",
        "pregnancy",
        "lithium",
        "other_nsaid",
        "ace_or_arb_with_diuretic",
    }
    assert asked <= set(LISTED) <= set(FACT_NAMES)
    conditions = against_ibuprofen()
    classes = {one for condition in conditions for one in condition.classes}
    classes |= {one for condition in conditions for group in condition.together for one in group}
    assert classes >= ANTITHROMBOTIC_CLASSES
    assert classes <= {one.class_name for one in medicines()}


@pytest.mark.parametrize("name", LISTED)
@pytest.mark.parametrize("answer", [YES, UNKNOWN, NOT_ASKED], ids=["yes", "unknown", "not asked"])
def test_every_listed_condition_has_to_be_answered_no(name, answer):
    one = advice(answers(**{name: answer}))
    assert one.painkiller is not Painkiller.IBUPROFEN
    assert one.ibuprofen_held_back_by


def test_nothing_answered_or_confirmed_allows_nothing():
    assert painkiller_advice(followed({}), None, patient(), POLICY, LATER).painkiller is Painkiller.ASK_FIRST
    assert advice(ScreeningAnswers()).painkiller is Painkiller.ASK_FIRST
    unconfirmed = replace(followed({}), confirmation=None)
    assert advice(session=unconfirmed).painkiller is Painkiller.PARACETAMOL


@given(people(), st.sampled_from(FACT_NAMES), st.sampled_from([UNKNOWN, NOT_ASKED]))
def test_an_answer_replaced_by_unknown_never_allows_it(person, name, silence):
    told, who, today = person
    assume(asked_of(who, name, silence))
    before, after = advice(told, who, today), advice(replace(told, **{name: silence}), who, today)
    assert after.painkiller is not Painkiller.IBUPROFEN or before.painkiller is Painkiller.IBUPROFEN
    assert after.painkiller is not Painkiller.PARACETAMOL or before.painkiller is not Painkiller.ASK_FIRST


@given(people(), st.sampled_from(FACT_NAMES))
def test_a_risk_added_never_allows_it(person, name):
    told, who, today = person
    risk = NO if name in GOOD_WHEN_YES else YES
    before, after = advice(told, who, today), advice(replace(told, **{name: risk}), who, today)
    assert after.painkiller is not Painkiller.IBUPROFEN or before.painkiller is Painkiller.IBUPROFEN


@given(people(), MEDICINES, ALLERGIES)
def test_a_medicine_or_allergy_more_never_allows_it(person, medicine, allergy):
    told, who, today = person
    before = advice(told, who, today).painkiller is Painkiller.IBUPROFEN
    for more in (
        replace(told, medicines=(*told.medicines, medicine)),
        replace(told, allergies=(*told.allergies, allergy)),
    ):
        assert before or advice(more, who, today).painkiller is not Painkiller.IBUPROFEN


@given(people(), st.sampled_from(DAY_FACTS), st.sampled_from([UNKNOWN, NOT_ASKED]))
def test_silence_on_the_day_never_allows_it(person, name, silence):
    told, who, today = person
    assume(asked_of(who, name, silence))
    before, after = advice(told, who, today), advice(told, who, replace(today, **{name: silence}))
    assert after.painkiller is not Painkiller.IBUPROFEN or before.painkiller is Painkiller.IBUPROFEN


@pytest.mark.parametrize("typed", ["aspirin", "ibuprofen", "naproxen", "lithium", "apixaban", "warfarin", "heparin"])
def test_a_medicine_on_the_list_speaks_louder_than_a_no(typed):
    taking = answers(medicines=(Medicine(typed, typed, "nurse"),))
    assert advice(taking).painkiller is Painkiller.PARACETAMOL


@pytest.mark.parametrize("pressure", ["losartan", "ramipril"])
def test_an_ace_inhibitor_or_arb_speaks_against_it_with_a_diuretic_only(pressure):
    one, diuretic = (Medicine(code, code, "nurse") for code in (pressure, "hydrochlorothiazide"))
    assert advice(answers(medicines=(one,))).painkiller is Painkiller.IBUPROFEN
    assert advice(answers(medicines=(diuretic,))).painkiller is Painkiller.IBUPROFEN
    assert advice(answers(medicines=(one, diuretic))).painkiller is Painkiller.PARACETAMOL


@pytest.mark.parametrize("word", ["Advil", "Aspro", "NSAID", "celecoxib"])
def test_an_allergy_under_any_name_of_such_a_drug_speaks_against_it(word):
    to_it = answers(allergies=(Allergy(word, True, ReactionGrade.MILD),))
    assert advice(to_it).painkiller is Painkiller.PARACETAMOL


def test_metformin_speaks_against_nothing_and_an_unmatched_medicine_against_ibuprofen():
    assert advice(answers(medicines=(Medicine("Glucophage", "metformin", "nurse"),))).painkiller is Painkiller.IBUPROFEN
    for unmatched in (
        Medicine("metformin", "metformin"),
        Medicine("red pills", ""),
        Medicine("moon dust", "moon_dust", "n"),
    ):
        assert advice(answers(medicines=(unmatched,))).painkiller is Painkiller.PARACETAMOL


@pytest.mark.parametrize(
    ("born", "allowed"), [(date(1951, 3, 11), True), (date(1951, 3, 10), False), (date(1940, 1, 1), False)]
)
def test_the_75th_birthday_is_the_limit(born, allowed):
    one = advice(who=patient(birth_date=born))
    assert (one.painkiller is Painkiller.IBUPROFEN) == allowed


def test_a_man_is_not_asked_for_pregnancy_and_a_woman_is():
    silent = answers(pregnancy=NOT_ASKED, could_be_pregnant=NOT_ASKED)
    today = confirmation(pregnancy=NOT_ASKED)
    assert advice(silent, patient(sex=Sex.MALE), today).painkiller is Painkiller.IBUPROFEN
    assert advice(silent, patient(), today).painkiller is Painkiller.PARACETAMOL


@pytest.mark.parametrize(
    "changed",
    [
        {"new_medicines": YES},
        {"allergies_unchanged": NO},
        {"antithrombotics_as_planned": NO},
        {"pregnancy": YES},
        {"changed": ("ulcer",)},
    ],
)
def test_what_is_new_on_the_day_counts(changed):
    assert advice(today=confirmation(**changed)).painkiller is Painkiller.PARACETAMOL


def test_paracetamol_waits_for_a_person_with_liver_disease_or_an_allergy_to_it():
    assert advice(answers(liver_or_kidney_disease=UNKNOWN)).painkiller is Painkiller.ASK_FIRST
    to_it = (Allergy("Paracetamol", True, ReactionGrade.MILD),)
    assert advice(answers(allergies=to_it, ulcer=YES)).painkiller is Painkiller.ASK_FIRST


def test_therapy_has_no_test_window_and_a_test_that_is_over_none_left():
    therapy = followed({}, order(("lidocaine_2_percent", "0.5"), kind=OrderKind.THERAPEUTIC))
    assert advice(session=therapy).test_until is None
    assert advice(now=NOW + timedelta(hours=5)).test_until is None
    bupivacaine = followed({}, order(("bupivacaine_0.5_percent", "1.0")))
    assert advice(session=bupivacaine).test_until > advice().test_until


def test_a_test_whose_window_nobody_knows_gives_no_ibuprofen():
    unknown = followed({}, order(("mystery", "1.0")))
    one = advice(session=unknown)
    assert one.painkiller is Painkiller.PARACETAMOL
    assert one.ibuprofen_held_back_by == ("the test window is not known",)
