"""What was given before or lies in the body: steroid, vaccines, implants, reactions, medicines that a person matches."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from well_patient import FACT_NAMES, GOOD_WHEN_YES, NO, NOW, POLICY, UNKNOWN, YES, answers, codes, order, patient

from sijoint.formulary import allergens, allergy_words, medicines, propose, propose_allergen, skin_preparations
from sijoint.frames import Side
from sijoint.model import (
    NOT_ASKED,
    Allergy,
    Booking,
    Decision,
    Medicine,
    ReactionGrade,
    Sedation,
    Sex,
    SkinPreparation,
    SteroidTaken,
    Vaccination,
    VaccineKind,
)
from sijoint.pathway import accepted, screen
from sijoint.pathway.allergies import worst_reaction
from sijoint.pathway.skin import check_skin
from sijoint.pathway.vaccines import vaccine_spacings

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
SEDATED = order(sedation=Sedation.MINIMAL)
TODAY = NOW.date()
RANK = list(Decision)


def screened(told, the_order=None, booking=None, who=None):
    return screen(told, the_order or order(*STEROID), who or patient(), (), POLICY, NOW, booking)


def on(day: date) -> Booking:
    return Booking(NOW + (day - TODAY), NOW, "desk")


# Vaccines


@pytest.mark.parametrize(
    ("kind", "after", "before"),
    [
        (VaccineKind.COVID_MRNA, 7, 14),
        (VaccineKind.COVID_VECTOR, 14, 14),
        (VaccineKind.LIVE, 28, 28),
        (VaccineKind.INFLUENZA, 7, 14),
        (VaccineKind.OTHER, 7, 14),
    ],
)
def test_the_days_round_each_vaccine_are_kept_on_both_sides(kind, after, before):
    day = TODAY + timedelta(days=40)
    told = answers(vaccinations=(Vaccination(kind, day),))
    held = {
        gap: codes(screened(told, booking=on(day + timedelta(days=gap)))) == {"vaccine.spacing"}
        for gap in (-before - 1, -before, -before + 1, 0, after - 1, after, after + 1)
    }
    assert [gap for gap, is_held in held.items() if is_held] == [-before + 1, 0, after - 1]
    assert vaccine_spacings()[kind].sources


def test_before_there_is_an_appointment_the_day_to_wait_for_is_told_and_nothing_is_held():
    told = answers(vaccinations=(Vaccination(VaccineKind.LIVE, TODAY - timedelta(days=3)),))
    found = screened(told)
    assert codes(found) == {"vaccine.wait"}
    assert found.decision is Decision.CLEAR
    assert "no steroid before 4 April 2026" in found.findings[0].clinician


def test_a_vaccine_without_a_day_is_asked_for_and_none_matters_without_steroid():
    undated = answers(vaccinations=(Vaccination(VaccineKind.INFLUENZA, None),))
    assert codes(screened(undated)) == {"vaccine.undated"}
    assert screened(undated, order()).findings == ()


# Steroid before


def test_steroid_elsewhere_is_judged_by_day_and_dose():
    def of(*taken, booking=None):
        return codes(screened(answers(steroids_taken=taken), booking=booking))

    recent = SteroidTaken("triamcinolone", TODAY - timedelta(days=30), Decimal(40))
    assert of(recent) == {"steroid.within-months"}
    assert of(replace(recent, on=date(2025, 12, 10))) == set()  # three months to the day
    assert of(replace(recent, on=date(2025, 12, 11))) == {"steroid.within-months"}
    assert of(replace(recent, on=date(2025, 12, 11)), booking=on(TODAY + timedelta(days=1))) == set()
    for unknown in ({"on": None}, {"dose_mg": None}, {"agent": "the yellow one"}, {"dose_mg": Decimal(-40)}):
        assert "steroid.dates-unknown" in of(
            replace(recent, on=date(2025, 11, 1)) if "on" not in unknown else recent, replace(recent, **unknown)
        )
    assert "steroid.dates-unknown" in of(replace(recent, on=TODAY + timedelta(days=5)))
    assert of(replace(recent, on=TODAY)) == {"steroid.within-months"}


def test_the_years_sum_counts_every_steroid_as_methylprednisolone_with_this_order():
    def of(*doses, days=120):
        taken = tuple(SteroidTaken(agent, TODAY - timedelta(days=days), Decimal(mg)) for agent, mg in doses)
        return "steroid.year-sum" in codes(screened(answers(steroids_taken=taken)))

    assert not of(("methylprednisolone", 160))  # with 40 mg of triamcinolone: 200, the limit
    assert of(("methylprednisolone", 161))
    assert not of(("dexamethasone", 30))  # 160 as methylprednisolone
    assert of(("dexamethasone", 31))
    assert of(("methylprednisolone", 161), days=365)
    assert not of(("methylprednisolone", 161), days=366)


# Metal


@pytest.mark.parametrize(
    ("fact", "sides", "code"),
    [
        (YES, (), "fusion.present"),
        (YES, (Side.LEFT,), "fusion.present"),
        (YES, (Side.RIGHT, Side.LEFT), "fusion.present"),
        (YES, (Side.RIGHT,), "fusion.other-side"),
        (NO, (Side.LEFT,), "fusion.contradiction"),
    ],
)
def test_metal_counts_for_its_side_and_of_no_named_side_for_every_one(fact, sides, code):
    found = screened(answers(implant_or_fusion_at_joint=fact, hardware_sides=sides))
    assert codes(found) == {code}
    assert (found.decision is Decision.CLEAR) is (code == "fusion.other-side")


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        ("pacemaker_or_defibrillator", Decision.CLEAR),
        ("nerve_stimulator", Decision.REVIEW),
        ("drug_pump", Decision.REVIEW),
        ("glaucoma", Decision.REVIEW),
        ("thyroid_disease", Decision.CLEAR),
        ("osteoporosis", Decision.CLEAR),
        ("psychosis_on_steroid", Decision.REVIEW),
        ("prior_bleeding", Decision.CLEAR),
        ("ulcer", Decision.REVIEW),
        ("heart_failure", Decision.REVIEW),
    ],
)
def test_implants_and_illness_are_told_and_held_where_they_matter(name, decision):
    assert screened(answers(**{name: YES})).decision is decision
    assert screened(answers(**{name: YES})).findings
    assert screened(answers(**{name: UNKNOWN})).decision is Decision.REVIEW


# Reactions and allergies


@pytest.mark.parametrize(
    ("fact", "agent", "kind"),
    [
        ("past_contrast_reaction", "iohexol", "contrast"),
        ("past_contrast_reaction", "iodinated contrast", "contrast"),
        ("past_anaesthetic_reaction", "bupivacaine", "anaesthetic"),
        ("past_steroid_reaction", "polyethylene glycol", "steroid"),
    ],
)
def test_a_reaction_without_agent_and_grade_stops_and_with_them_is_reviewed(fact, agent, kind):
    ungraded = screened(answers(**{fact: YES}))
    assert codes(ungraded) == {f"{kind}.reaction-ungraded"}
    assert ungraded.decision is Decision.STOP
    unknown = Allergy(agent, True, ReactionGrade.UNKNOWN)
    assert f"{kind}.reaction-ungraded" in codes(screened(answers(**{fact: YES}, allergies=(unknown,))))
    graded = answers(**{fact: YES}, allergies=(replace(unknown, grade=ReactionGrade.MILD),))
    assert f"{kind}.past-reaction" in codes(screened(graded))


def test_a_reaction_to_steroid_is_a_note_where_none_is_ordered():
    assert codes(screened(answers(past_steroid_reaction=YES), order())) == {"steroid.reaction-noted"}


@pytest.mark.parametrize(
    ("word", "fact", "code"),
    [
        ("latex", "latex_allergy", "latex.allergy"),
        ("Hibiclens", "chlorhexidine_allergy", "chlorhexidine.allergy"),
        ("Betadine", "iodine_skin_allergy", "iodine-skin.allergy"),
        ("plaster", "adhesive_allergy", "adhesive.allergy"),
    ],
)
def test_what_lies_on_the_tray_is_told_once_and_reviewed_where_it_was_severe(word, fact, code):
    mild = Allergy(word, True, ReactionGrade.MILD)
    for told in (answers(**{fact: YES}), answers(allergies=(mild,)), answers(**{fact: YES}, allergies=(mild,))):
        assert [one.code for one in screened(told).findings] == [code]
    for grade in (ReactionGrade.ANAPHYLAXIS, ReactionGrade.UNKNOWN):
        severe = screened(answers(allergies=(replace(mild, grade=grade),)))
        assert codes(severe) == {code, "tray.anaphylaxis"}
        assert severe.decision is Decision.REVIEW


def test_without_a_skin_preparation_left_a_clinician_names_one():
    both = answers(chlorhexidine_allergy=YES, iodine_skin_allergy=YES)
    assert "skin-prep.none-left" in codes(screened(both))
    assert worst_reaction(both, "chlorhexidine") is ReactionGrade.UNKNOWN
    assert worst_reaction(answers(), "chlorhexidine") is None
    told = answers(
        allergies=tuple(Allergy("chlorhexidine", True, grade) for grade in (ReactionGrade.MODERATE, ReactionGrade.MILD))
    )
    assert worst_reaction(told, "chlorhexidine") is ReactionGrade.MODERATE


def test_seafood_is_no_contrast_and_words_that_match_nothing_stop_until_set_aside():
    assert codes(screened(answers(allergies=(Allergy("shellfish", True, ReactionGrade.MODERATE),)))) == {
        "allergy.not-contrast"
    }
    misspelt = Allergy("lidocain", True, ReactionGrade.ANAPHYLAXIS)
    assert codes(screened(answers(allergies=(misspelt,)))) == {"allergy.unmatched"}
    assert screened(answers(allergies=(misspelt,))).decision is Decision.STOP
    assert "lidocaine" in screened(answers(allergies=(misspelt,))).findings[0].clinician
    aside = Allergy("strawberries", False, ReactionGrade.MILD, set_aside_by="Dr B")
    assert codes(screened(answers(allergies=(aside,)))) == {"allergy.set-aside"}


def test_the_same_word_means_the_same_in_any_case_and_every_word_leads_to_a_rule():
    known = {one.code for one in allergens()} | {one.code for one in medicines()}
    assert all(word == word.casefold() for word in allergy_words())
    assert known <= set(allergy_words())


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("lidocain", "lidocaine"),
        ("betadin", "povidone_iodine"),
        ("pencillin", "penicillin"),
        ("CT contrast", "iodinated contrast"),
    ],
)
def test_a_typed_allergy_is_proposed_for(typed, code):
    assert code in {one.code for one in propose_allergen(typed)}


@given(st.text(max_size=30))
def test_proposals_for_any_words_never_fail(typed):
    assert len(propose_allergen(typed)) <= 3


# Medicines


def med(typed, agent="", by="nurse", **changes):
    return Medicine(typed, agent, by if agent else "", **changes)


def test_a_name_that_nobody_matched_is_a_finding_until_a_clinician_sets_it_aside():
    assert codes(screened(answers(medicines=(med("red pills"),)))) == {"medicine.unmatched"}
    assert codes(screened(answers(medicines=(med("red pills", "no-such-code"),)))) == {"medicine.unmatched"}
    assert codes(screened(answers(medicines=(Medicine("Eliquis", "apixaban", " "),), antithrombotics=YES))) >= {
        "medicine.unmatched",
        "antithrombotic.continue",  # until somebody decides it counts as what it may be
    }
    near = next(one for one in screened(answers(medicines=(med("agrenox"),))).findings)
    assert near.clinician.endswith("Near it on the list: aspirin with dipyridamole.")
    aside = med("red pills", set_aside_by="Dr B")
    assert codes(screened(answers(medicines=(aside,)))) == {"medicine.set-aside"}


def test_a_product_of_several_is_whole_only_with_all_its_ingredients():
    part = answers(medicines=(med("Aggrenox", "dipyridamole"),), antithrombotics=YES)
    missing = next(one for one in screened(part).findings if one.code.startswith("medicine.combination"))
    assert "aspirin" in missing.clinician
    whole = accepted("Aggrenox", propose("Aggrenox")[0], "nurse")
    assert {one.agent for one in whole} == {"aspirin", "dipyridamole"}
    assert "medicine.combination" not in codes(screened(answers(medicines=whole, antithrombotics=YES)))


@pytest.mark.parametrize(
    ("agent", "the_order", "code", "decision"),
    [
        ("clarithromycin", None, "cyp3a4.triamcinolone", Decision.STOP),
        ("fluconazole", None, "cyp3a4.triamcinolone", Decision.STOP),
        ("cobicistat", order(("dexamethasone_4", "1")), "cyp3a4.steroid", Decision.REVIEW),
        ("ritonavir", order(), "cyp3a4.present", Decision.CLEAR),
        ("diltiazem", None, "cyp3a4.moderate", Decision.CLEAR),
        ("semaglutide", SEDATED, "glp1.sedation", Decision.REVIEW),
        ("semaglutide", order(), "glp1.present", Decision.CLEAR),
        ("empagliflozin", SEDATED, "sglt2.fasting", Decision.REVIEW),
        ("empagliflozin", order(), "sglt2.present", Decision.CLEAR),
        ("oxycodone", SEDATED, "sedation.additive", Decision.REVIEW),
        ("lorazepam", SEDATED, "sedation.additive", Decision.REVIEW),
        ("lorazepam", order(), None, Decision.CLEAR),
        ("prednisolone", order(), "steroid.systemic", Decision.REVIEW),
        ("methotrexate", None, "immunosuppressant.taken", Decision.REVIEW),
        ("amoxicillin", None, "antibiotic.taken", Decision.REVIEW),
        ("amlodipine", None, None, Decision.CLEAR),
    ],
)
def test_medicines_speak_by_class(agent, the_order, code, decision):
    found = screened(answers(medicines=(med(agent, agent),)), the_order)
    assert codes(found) == ({code} if code else set())
    assert found.decision is decision


@pytest.mark.parametrize("agent", ["insulin", "glimepiride", "repaglinide"])
def test_fasting_with_what_lowers_sugar_waits_for_a_clinician(agent):
    assert "diabetes.fasting" in codes(screened(answers(medicines=(med(agent, agent),)), SEDATED))


def test_metformin_goes_on_beside_the_contrast_of_a_joint():
    told = answers(medicines=(med("Glucophage", "metformin"),), kidney_disease=YES, diabetes=YES)
    assert "kidney.metformin" in codes(screened(told, order()))
    assert screened(told, order()).decision is Decision.CLEAR


# Whatever is added


ADDED = st.one_of(
    st.builds(lambda one: {"medicines": (med(one.name, one.code),)}, st.sampled_from(medicines())),
    st.builds(
        lambda one: {"vaccinations": (one,)},
        st.builds(
            Vaccination,
            st.sampled_from(VaccineKind),
            st.sampled_from([None, TODAY, TODAY - timedelta(days=20), TODAY + timedelta(days=9)]),
        ),
    ),
    st.builds(
        lambda one: {"steroids_taken": (one,)},
        st.builds(
            SteroidTaken,
            st.sampled_from(["triamcinolone", "", "dexamethasone"]),
            st.sampled_from([None, TODAY - timedelta(days=50), TODAY - timedelta(days=300)]),
            st.sampled_from([None, Decimal(40), Decimal(400)]),
        ),
    ),
    st.builds(lambda side: {"hardware_sides": (side,)}, st.sampled_from(Side)),
)
FACTS = st.dictionaries(st.sampled_from(FACT_NAMES), st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED]), max_size=3)
ORDERS = st.sampled_from([order(), order(*STEROID), SEDATED])


@settings(max_examples=200, deadline=None)
@given(FACTS, ADDED, ADDED, ORDERS, st.sampled_from([None, on(TODAY + timedelta(days=10))]))
def test_a_medicine_vaccine_steroid_or_implant_more_never_makes_it_safer(facts, first, second, the_order, booking):
    """But where the name of a blood thinner, or the side of metal, answers a question that was open."""
    told = answers(**facts, **first)
    more = replace(told, **{name: (*getattr(told, name), *added) for name, added in second.items()})
    before, after = screened(told, the_order, booking), screened(more, the_order, booking)
    if "antithrombotic.which-one" in codes(before) or "fusion.present" in codes(before):
        return
    assert RANK.index(after.decision) >= RANK.index(before.decision)


@settings(max_examples=150, deadline=None)
@given(FACTS, ADDED, ORDERS, st.sampled_from(FACT_NAMES), st.sampled_from([UNKNOWN, NOT_ASKED]), st.sampled_from(Sex))
def test_an_answer_withdrawn_never_makes_it_safer(facts, added, the_order, name, unknown, sex):
    who = patient(sex=sex)
    if name in ("pregnancy", "could_be_pregnant") and sex is Sex.MALE:
        return
    told = answers(**facts, **added)
    before = RANK.index(screened(told, the_order, who=who).decision)
    after = RANK.index(screened(replace(told, **{name: unknown}), the_order, who=who).decision)
    assert after >= min(before, RANK.index(Decision.STOP))


def test_every_question_whose_yes_is_good_is_known_to_these_tests():
    assert set(GOOD_WHEN_YES) <= set(FACT_NAMES)


@pytest.mark.parametrize("word", ["Betadine", "povidone_iodine", "Iodine on the skin"])
def test_a_skin_preparation_meets_an_allergy_under_any_of_its_names(word):
    preparation = SkinPreparation("", NOW - timedelta(minutes=10), "nurse")
    told = answers(allergies=(Allergy(word, True, ReactionGrade.MILD),))
    held = {one for one in skin_preparations() if "povidone-iodine" in skin_preparations()[one].holds}
    assert held
    for agent in held:
        assert "skin-prep.allergy" in codes(check_skin(replace(preparation, agent=agent), told, NOW))
        assert "skin-prep.allergy" not in codes(check_skin(replace(preparation, agent=agent), answers(), NOW))
