"""Screening: unknown is not no, an added risk never helps, and the named stops stop."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from well_patient import FACT_NAMES, GOOD_WHEN_YES, NO, NOW, POLICY, UNKNOWN, YES, answers, codes, order, patient

from sijoint.model import (
    NOT_ASKED,
    Allergy,
    Decision,
    Medicine,
    PrescriberContact,
    ReactionGrade,
    ScreeningAnswers,
    Sedation,
    Severity,
    Sex,
)
from sijoint.pathway import fact_rules, screen

RANK = {Decision.CLEAR: 0, Decision.REVIEW: 1, Decision.STOP: 2, Decision.ABSOLUTE: 3}
STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
PREGNANCY = ("pregnancy", "could_be_pregnant")


def screened(one: ScreeningAnswers, the_order=None, who=None, contacts=()):
    return screen(one, the_order or order(), who or patient(), contacts, POLICY, NOW)


def taking(*agents: str) -> dict:
    return {"medicines": tuple(Medicine(one, one, "nurse") for one in agents), "antithrombotics": YES}


facts = st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED])
listed = st.sampled_from(
    ["apixaban", "warfarin", "aspirin", "ritonavir", "insulin", "semaglutide", "glimepiride", "", "enoxaparin"]
)
medicines = st.lists(listed.map(lambda code: Medicine(code or "red pills", code, "nurse" if code else "")), max_size=2)
allergens = st.sampled_from(
    ["lidocaine", "iohexol", "iodinated contrast", "triamcinolone", "penicillin", "iohexol_180"]
)
allergies = st.lists(st.builds(Allergy, allergens, st.booleans(), st.sampled_from(ReactionGrade)), max_size=2)
# A well patient with a few things changed: with everything at random every decision would be a stop already.
many_answers = st.builds(
    lambda few, **values: answers(**few, **values),
    st.dictionaries(st.sampled_from(FACT_NAMES), facts, max_size=3),
    medicines=medicines.map(tuple),
    allergies=st.one_of(st.just(()), allergies.map(tuple)),
    inr=st.sampled_from([None, Decimal("2.1"), Decimal("3.4")]),
    inr_on=st.sampled_from([None, date(2026, 3, 9), date(2026, 2, 1)]),
    hba1c_percent=st.sampled_from([None, Decimal("6.5"), Decimal("9")]),
    blood_pressure_systolic=st.sampled_from([130, 190, None]),
    blood_pressure_diastolic=st.sampled_from([80, 115, None]),
)
orders = st.sampled_from(
    [
        order(),
        order(*STEROID),
        order(sedation=Sedation.MODERATE),
        order(("lidocaine_2_percent", "0.5"), ("dexamethasone_4", "1")),
    ]
)
people = st.builds(
    patient,
    sex=st.sampled_from(Sex),
    birth_date=st.sampled_from([date(1940, 1, 1), date(1990, 1, 1)]),
    weight_kg=st.sampled_from([None, Decimal(70)]),
)


def test_a_well_patient_is_clear():
    assessed = screened(answers())
    assert assessed.decision is Decision.CLEAR
    assert assessed.findings == ()


@settings(max_examples=150, deadline=None)
@given(many_answers, orders, people, st.sampled_from(FACT_NAMES), st.sampled_from([UNKNOWN, NOT_ASKED]))
def test_replacing_an_answer_by_unknown_never_makes_it_safer_than_a_stop_would(one, the_order, who, name, unknown):
    """Unknown may not reach ``absolute``, which is for what is known; it never leaves the way clearer than it was."""
    if name in PREGNANCY and who.sex is Sex.MALE:
        return
    before = RANK[screened(one, the_order, who).decision]
    after = RANK[screened(replace(one, **{name: unknown}), the_order, who).decision]
    assert after >= min(before, RANK[Decision.STOP])


@settings(max_examples=150, deadline=None)
@given(many_answers, orders, people, st.sampled_from(FACT_NAMES))
def test_adding_a_risk_to_an_answer_of_no_never_makes_it_safer(one, the_order, who, name):
    safe, risky = (YES, NO) if name in GOOD_WHEN_YES else (NO, YES)
    before = screened(replace(one, **{name: safe}), the_order, who)
    after = screened(replace(one, **{name: risky}), the_order, who)
    if name == "antithrombotics":  # the contradiction of "no" with a list is a finding of its own
        return
    assert RANK[after.decision] >= RANK[before.decision]


@settings(max_examples=100, deadline=None)
@given(many_answers, orders, people, listed, allergens, st.sampled_from(ReactionGrade))
def test_adding_a_medicine_or_an_allergy_never_makes_it_safer(one, the_order, who, code, allergen, grade):
    first = screened(one, the_order, who)
    before = RANK[first.decision]
    more_medicine = replace(one, medicines=(*one.medicines, Medicine(code, code, "nurse")))
    if "antithrombotic.which-one" not in codes(first):  # a name answers that question and adds no risk
        assert RANK[screened(more_medicine, the_order, who).decision] >= before
    more_allergy = replace(one, allergies=(*one.allergies, Allergy(allergen, True, grade)))
    assert RANK[screened(more_allergy, the_order, who).decision] >= before


@settings(max_examples=60, deadline=None)
@given(
    many_answers,
    orders,
    st.sampled_from(["inr", "inr_on", "hba1c_percent", "blood_pressure_systolic", "blood_pressure_diastolic"]),
)
def test_replacing_a_value_by_none_never_makes_it_safer(one, the_order, name):
    before = RANK[screened(one, the_order).decision]
    assert RANK[screened(replace(one, **{name: None}), the_order).decision] >= before


@settings(max_examples=60, deadline=None)
@given(many_answers, orders)
def test_an_unknown_weight_is_a_stop(one, the_order):
    assert RANK[screened(one, the_order, patient(weight_kg=None)).decision] >= RANK[Decision.STOP]


@pytest.mark.parametrize("rule", fact_rules(), ids=lambda rule: rule.name)
@pytest.mark.parametrize("unknown", [UNKNOWN, NOT_ASKED])
def test_every_unknown_fact_is_at_least_review_and_has_a_code_of_its_own(rule, unknown):
    assessed = screened(answers(**{rule.name: unknown}))
    finding = next(one for one in assessed.findings if one.code == f"answer.unknown:{rule.name}")
    assert finding.severity.rank >= Severity.REVIEW.rank
    assert unknown.answer in finding.clinician


@pytest.mark.parametrize("name", ["pregnancy", "antithrombotics", "allergies_asked", "infection"])
def test_the_unknowns_that_stop(name):
    assert screened(answers(**{name: UNKNOWN})).decision is Decision.STOP


def test_confirmed_pregnancy_is_absolute_and_asked_of_everybody_but_men():
    assert screened(answers(pregnancy=YES)).decision is Decision.ABSOLUTE
    unasked = answers(pregnancy=NOT_ASKED, could_be_pregnant=NOT_ASKED)
    assert screened(unasked, who=patient(sex=Sex.MALE)).decision is Decision.CLEAR
    assert screened(unasked, who=patient(sex=Sex.OTHER)).decision is Decision.STOP
    assert screened(answers(pregnancy=YES), who=patient(sex=Sex.MALE)).decision is Decision.ABSOLUTE


def test_no_answers_at_all_stop():
    assert screen(None, order(), patient(), (), POLICY, NOW).decision is Decision.STOP


def test_a_septic_joint_with_steroid_is_absolute_and_a_stop_without():
    assert screened(answers(septic_joint_suspected=YES), order(*STEROID)).decision is Decision.ABSOLUTE
    assert screened(answers(septic_joint_suspected=YES)).decision is Decision.STOP


@pytest.mark.parametrize(
    ("agent", "grade", "code"),
    [
        ("lidocaine", ReactionGrade.ANAPHYLAXIS, "allergy.anaphylaxis"),
        ("lidocaine", ReactionGrade.MILD, "allergy.planned-agent"),
        ("iohexol_300", ReactionGrade.MILD, "allergy.same-class"),
        ("iodinated contrast", ReactionGrade.MILD, "allergy.same-class"),
        ("iodinated contrast", ReactionGrade.UNKNOWN, "allergy.planned-agent"),
        ("bupivacaine", ReactionGrade.MILD, "allergy.same-class"),
    ],
)
def test_allergies_meet_the_tray_by_agent_and_class(agent, grade, code):
    assert codes(screened(answers(allergies=(Allergy(agent, True, grade),)))) == {code}


def test_an_allergy_to_something_else_is_none_here_and_an_unmatched_one_stops():
    assert (
        screened(answers(allergies=(Allergy("penicillin", True, ReactionGrade.ANAPHYLAXIS),))).decision
        is Decision.CLEAR
    )
    assert codes(screened(answers(allergies=(Allergy("the blue one", False, ReactionGrade.MILD),)))) == {
        "allergy.unmatched"
    }


def test_an_anticoagulant_is_continued_by_default_and_that_alone_is_clear():
    assessed = screened(answers(**taking("apixaban")))
    assert codes(assessed) == {"antithrombotic.continue"}
    assert assessed.decision is Decision.CLEAR
    assert "Keep taking apixaban" in assessed.findings[0].patient


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        (taking("apixaban", "aspirin"), patient()),
        (taking("apixaban"), patient(birth_date=date(1948, 1, 1))),
        (taking("apixaban") | {"liver_or_kidney_disease": YES}, patient()),
    ],
    ids=["second agent", "age", "kidney"],
)
def test_what_raises_the_class_asks_for_the_prescriber_and_his_answer_clears_it(changes, who):
    raised = screened(answers(**changes), who=who)
    assert "antithrombotic.raised" in codes(raised)
    assert raised.decision is Decision.REVIEW
    asked = tuple(PrescriberContact(one.agent, "Dr A", NOW, "continue", "Dr B") for one in changes["medicines"])
    assert "antithrombotic.raised" not in codes(screened(answers(**changes), who=who, contacts=asked))


@pytest.mark.parametrize(("born", "raised"), [(date(1951, 3, 10), True), (date(1951, 3, 11), False)])
def test_the_class_is_raised_from_the_75th_birthday_on(born, raised):
    found = codes(screened(answers(**taking("apixaban")), who=patient(birth_date=born)))
    assert ("antithrombotic.raised" in found) is raised


def test_a_hold_needs_a_signature_and_the_last_answer_counts():
    unsigned = PrescriberContact("apixaban", "Dr A", NOW - timedelta(days=2), "hold", "")
    signed = replace(unsigned, at=NOW - timedelta(days=1), signed_by="Dr B")
    taken = answers(**taking("apixaban"))
    assert codes(screened(taken, contacts=(unsigned,))) == {"antithrombotic.hold-unsigned"}
    assert codes(screened(taken, contacts=(unsigned, signed))) == {"antithrombotic.hold-agreed"}


@pytest.mark.parametrize(
    ("inr", "on", "wanted"),
    [
        (None, None, {"inr.missing"}),
        (Decimal("2.5"), date(2026, 3, 8), set()),
        (Decimal("3.0"), date(2026, 3, 3), set()),
        (Decimal("3.1"), date(2026, 3, 8), {"inr.high"}),
        (Decimal("2.5"), date(2026, 3, 2), {"inr.old"}),
        (Decimal("2.5"), date(2026, 3, 10), set()),
        (Decimal("2.5"), date(2026, 3, 11), {"inr.missing"}),
    ],
)
def test_warfarin_needs_a_dated_inr_of_at_most_three_and_seven_days(inr, on, wanted):
    found = codes(screened(answers(**taking("warfarin"), inr=inr, inr_on=on)))
    assert found - {"antithrombotic.continue"} == wanted


def test_blood_thinners_of_no_name_stop_and_a_contradiction_is_seen():
    assert codes(screened(answers(antithrombotics=YES))) == {"antithrombotic.which-one"}
    assert "antithrombotic.contradiction" in codes(screened(answers(**{**taking("apixaban"), "antithrombotics": NO})))


def test_a_typed_medicine_waits_for_a_person():
    typed = answers(medicines=(Medicine("elequis", "", ""),))
    assert codes(screened(typed)) == {"medicine.unmatched"}
    proposed_only = answers(medicines=(Medicine("elequis", "apixaban", ""),))
    assert "medicine.unmatched" in codes(screened(proposed_only))


def test_a_strong_cyp3a4_inhibitor_stops_triamcinolone_and_reviews_any_steroid():
    dexamethasone = order(("lidocaine_2_percent", "0.5"), ("dexamethasone_4", "1"))
    inhibited = answers(medicines=(Medicine("Paxlovid", "ritonavir", "nurse"),))
    assert screened(inhibited, order(*STEROID)).decision is Decision.STOP
    assert screened(inhibited, dexamethasone).decision is Decision.REVIEW
    assert screened(inhibited).decision is Decision.CLEAR
    assert screened(answers(cyp3a4_inhibitor=UNKNOWN), order(*STEROID)).decision is Decision.STOP


def test_diabetes_with_steroid_gets_a_glucose_plan_and_hba1c_is_looked_at():
    diabetic = answers(diabetes=YES, hba1c_percent=Decimal("7.4"))
    assert codes(screened(diabetic, order(*STEROID))) == {"diabetes.glucose-plan"}
    assert codes(screened(diabetic)) == {"diabetes.present"}
    high = replace(diabetic, hba1c_percent=Decimal("8.0"))
    assert screened(high, order(*STEROID)).decision is Decision.REVIEW
    assert "for 7 days" in screened(high, order(*STEROID)).findings[-1].clinician


def test_sedation_asks_about_glp1_drugs_and_about_fasting_on_insulin():
    sedated = order(sedation=Sedation.MINIMAL)
    assert codes(screened(answers(glp1_drug=YES), sedated)) == {"glp1.sedation"}
    assert codes(screened(answers(glp1_drug=YES))) == {"glp1.present"}
    assert "diabetes.fasting" in codes(screened(answers(diabetes=YES, insulin=YES), sedated))


def test_a_high_blood_pressure_is_reviewed_at_180_or_110():
    assert screened(answers(blood_pressure_systolic=179, blood_pressure_diastolic=109)).decision is Decision.CLEAR
    assert codes(screened(answers(blood_pressure_systolic=180))) == {"blood-pressure.high"}
    assert codes(screened(answers(blood_pressure_diastolic=110))) == {"blood-pressure.high"}
