"""The recipe builder: every sum with its parts, the range of each maximum, and what speaks against a recipe."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, codes, episode, followed, order, patient, recipe

from sijoint.formulary import agents
from sijoint.frames import Side
from sijoint.model import NOT_ASKED, RecipeLine, Severity, Target
from sijoint.pathway import assessed, given_before, recipe_sheet
from sijoint.pathway.plausible import plausible, plausible_ranges

JOINT, LIGAMENT = Target.INTRA_ARTICULAR, Target.LIGAMENT


def sheet(one, target=JOINT, who=None, **changes):
    return recipe_sheet(one, target, who or patient(), POLICY, NOW, **changes)


def test_the_lowest_maximum_counts_and_the_range_is_shown():
    # 170 cm female: 61.4 kg. Skin 10 mg lidocaine: 4.0 or 4.5 mg/kg; drug 5 mg bupivacaine: 2.0 or 2.5 mg/kg, cap 150 or 175.
    one = sheet(recipe(("bupivacaine_0.5_percent", "1.0")))
    assert one.weight_kg.quantize(Decimal("0.1")) == Decimal("61.4")
    skin, drug = one.anaesthetics
    assert (skin.dose_mg, drug.dose_mg) == (10, 5)
    assert drug.maximum_mg == 2 * one.weight_kg < drug.highest_mg == Decimal("2.5") * one.weight_kg
    assert one.anaesthetic_share == skin.share + drug.share > one.anaesthetic_share_at_highest
    (told,) = [f for f in one.findings if f.code == "order.anaesthetic"]
    assert "8.1 %" in told.clinician
    assert "By the highest maximum in print it is 6.9 %; the lowest counts." in told.clinician


def test_a_range_that_makes_no_difference_is_not_told():
    tiny = replace(recipe(("lidocaine_1_percent", "0.1")), skin=RecipeLine("lidocaine_1_percent", Decimal("0.1")))
    (told,) = [f for f in sheet(tiny).findings if f.code == "order.anaesthetic"]
    assert "0.8 %" in told.clinician
    assert "0.7 %" in told.clinician
    tinier = replace(tiny, drug=(RecipeLine("lidocaine_1_percent", Decimal("0.01")),))
    tinier = replace(tinier, skin=RecipeLine("lidocaine_1_percent", Decimal("0.01")))
    (told,) = [f for f in sheet(tinier).findings if f.code == "order.anaesthetic"]
    assert "highest maximum" not in told.clinician


def test_what_was_given_before_counts_and_is_marked_whatever_the_episode_and_the_side():
    at = NOW - timedelta(hours=3)
    left, right = (followed({}, order(side=side, number=n), at=at) for n, side in enumerate(Side))
    before = given_before((episode(left), episode(right)), POLICY, NOW)
    assert [line.agent for line in before].count("lidocaine_1_percent") == 2
    one = sheet(recipe(), before=before)
    assert sum(share.given_before for share in one.anaesthetics) == 4
    assert one.anaesthetic_share == 3 * sheet(recipe()).anaesthetic_share
    assert "given before" in next(f for f in one.findings if f.code == "order.anaesthetic").clinician


def test_after_the_policys_hours_nothing_is_left_of_it():
    long_ago = followed({}, at=NOW - timedelta(hours=POLICY.anaesthetic_hours + 1))
    assert given_before((episode(long_ago),), POLICY, NOW) == ()


@pytest.mark.parametrize(
    ("agent", "volume", "code"),
    [
        ("triamcinolone_40", "0.5", None),
        ("triamcinolone_40", "0.4", "order.steroid-low"),
        ("triamcinolone_40", "2.0", None),
        ("triamcinolone_40", "2.1", "order.steroid-high"),
        ("methylprednisolone_40", "1.0", None),
        ("dexamethasone_10", "1.1", "order.steroid-high"),
        ("betamethasone_6", "1.0", None),
    ],
)
def test_a_steroid_is_set_against_the_doses_published_for_this_joint(agent, volume, code):
    one = sheet(recipe(("lidocaine_2_percent", "0.4"), (agent, volume)))
    assert {found for found in codes(one.findings) if "steroid" in found} == ({code} if code else set())
    (steroid,) = one.steroids
    assert steroid.methylprednisolone_mg == one.methylprednisolone_mg > 0


def test_only_pairs_that_were_looked_at_are_silent():
    def mixture(anaesthetic, steroid):
        return {
            one
            for one in codes(sheet(recipe((anaesthetic, "0.5"), (steroid, "1.0"))).findings)
            if "mix" in one or "incompatible" in one
        }

    assert mixture("lidocaine_2_percent", "triamcinolone_40") == set()
    assert mixture("lidocaine_2_percent", "methylprednisolone_40") == {"order.mixture-untested"}
    assert mixture("bupivacaine_0.5_percent", "triamcinolone_40") == {"order.mixture-untested"}
    assert mixture("ropivacaine_0.5_percent", "betamethasone_6") == {"order.incompatible"}


@pytest.mark.parametrize(
    ("born", "facts", "why"),
    [
        (date(1950, 1, 1), {}, "76 years old"),
        (date(1980, 1, 1), {"heart_failure": YES}, "heart failure"),
        (date(1980, 1, 1), {"heart_failure": UNKNOWN}, "heart failure unknown"),
        (date(1980, 1, 1), {"liver_or_kidney_disease": NOT_ASKED}, "liver or kidney disease not asked"),
        (date(1956, 3, 11), {}, None),
        (date(1956, 3, 10), {}, "70 years old"),
    ],
)
def test_the_old_and_the_sick_take_less_and_not_asked_is_not_no(born, facts, why):
    much = recipe(("bupivacaine_0.5_percent", "20"))  # 100 mg of 122.8: 81 % with the skin 85 %
    one = sheet(much, LIGAMENT, patient(birth_date=born), answers=answers(**facts))
    told = [f for f in one.findings if f.code == "order.anaesthetic-cautious"]
    assert [f.severity for f in told] == ([Severity.REVIEW] if why else [])
    assert all(why in f.clinician for f in told)
    small = sheet(recipe(), JOINT, patient(birth_date=born), answers=answers(**facts))
    assert "order.anaesthetic-cautious" not in codes(small.findings)


def test_contrast_has_its_usual_amount():
    assert "order.contrast-unusual" in codes(sheet(recipe(contrast="0.1")).findings)
    assert "order.contrast-unusual" in codes(sheet(recipe(contrast="1.1")).findings)
    one = sheet(recipe(contrast="0.5"))
    assert "order.contrast-unusual" not in codes(one.findings)
    assert one.iodine_mg == 120


def test_contrast_and_drug_share_the_joint_and_ligaments_take_the_drug_alone():
    assert sheet(recipe()).at_target_ml == Decimal("1.5")
    assert sheet(recipe(), LIGAMENT).at_target_ml == 1
    assert sheet(recipe()).room_ml == (Decimal("2.0"), Decimal("2.5"))
    assert sheet(recipe(), LIGAMENT).room_ml == (None, 5)


@pytest.mark.parametrize(
    "who",
    [patient(weight_kg=None), patient(weight_kg=Decimal(700)), patient(height_cm=Decimal("1.7"))],
)
def test_without_a_sound_weight_no_share_is_computed_and_the_recipe_stops(who):
    one = sheet(recipe(), who=who)
    assert (one.weight_kg, one.anaesthetic_share, one.anaesthetics) == (None, None, ())
    assert assessed(one.findings).decision == "stop"


def test_particles_are_told():
    assert sheet(recipe(("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1"))).particulate
    assert not sheet(recipe(("lidocaine_2_percent", "0.5"), ("dexamethasone_4", "1"))).particulate


codes_of_agents = st.sampled_from([*(one.code for one in agents()), "moonshine"])
volumes = st.decimals(min_value="-3", max_value="30", places=1)
lines = st.builds(RecipeLine, codes_of_agents, volumes)
sizes = st.one_of(st.none(), st.decimals(min_value="-5", max_value="900", places=1))


@given(lines, lines, st.lists(lines, max_size=4), st.sampled_from(Target), sizes, sizes, st.lists(lines, max_size=2))
def test_every_recipe_gets_an_answer_for_every_body(skin, contrast, drug, target, weight, height, before):
    one = replace(recipe(), skin=skin, contrast=contrast, drug=tuple(drug))
    built = sheet(one, target, patient(weight_kg=weight, height_cm=height), before=before)
    assert built == sheet(one, target, patient(weight_kg=weight, height_cm=height), before=before)
    if built.anaesthetic_share is None:
        assert assessed(built.findings).decision in ("stop", "absolute")


amounts = st.decimals(min_value="0.1", max_value="20", places=1)
anaesthetics = st.sampled_from([one.code for one in agents() if one.anaesthetic])


@given(anaesthetics, amounts, amounts, st.lists(st.builds(RecipeLine, anaesthetics, amounts), max_size=3))
def test_anything_given_before_and_any_more_never_makes_it_safer(agent, volume, more, before):
    def rank(**changes):
        decision = assessed(sheet(recipe((agent, str(volume + changes.pop("add", 0)))), LIGAMENT, **changes).findings)
        return ["clear", "review", "stop", "absolute"].index(decision.decision)

    assert rank(before=before) >= rank()
    assert rank(add=more) >= rank()


facts_that_lower = st.sampled_from(["heart_failure", "liver_or_kidney_disease"])


@given(facts_that_lower, st.sampled_from([YES, UNKNOWN, NOT_ASKED]), amounts)
def test_a_risk_or_an_unknown_never_makes_a_recipe_safer(name, fact, volume):
    def rank(answer):
        told = sheet(recipe(("bupivacaine_0.5_percent", str(volume))), LIGAMENT, answers=answers(**{name: answer}))
        return ["clear", "review", "stop", "absolute"].index(assessed(told.findings).decision)

    assert rank(fact) >= rank(NO)


def test_plausible_ranges_have_sources_and_say_nothing_against_what_is_not_there():
    assert all(one.source and one.low < one.high for one in plausible_ranges().values())
    assert plausible("weight_kg", None)
    assert plausible("weight_kg", 70)
    assert not plausible("weight_kg", 700)
