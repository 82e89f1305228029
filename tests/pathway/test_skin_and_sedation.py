"""Skin that is clean and dry, a stomach that is empty, an escort: what a needle and a sedative wait for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, codes, episode, order, procedure_before_drug, session

from sijoint.formulary import skin_preparations
from sijoint.model import (
    NOT_ASKED,
    Allergy,
    Decision,
    ReactionGrade,
    Sedation,
    SedationReadiness,
    SkinPreparation,
    SyringeUse,
)
from sijoint.pathway import authorise_injection, check_sedation, check_sign_in, check_skin, dry_at

AGENT = "chlorhexidine_2_alcohol_70"
SEDATED = order(sedation=Sedation.MINIMAL)


def cleaned(agent=AGENT, seconds=180.0, hair=NO, ago_s=600.0):
    applied = NOW - timedelta(seconds=ago_s)
    return SkinPreparation(agent, applied, "nurse", applied + timedelta(seconds=seconds), hair)


def skin(preparation, **changes):
    return check_skin(preparation, answers(**changes), NOW)


def rank(assessed):
    return list(Decision).index(assessed.decision)


def test_skin_that_dried_long_enough_lets_a_needle_through():
    assert skin(cleaned()).decision is Decision.CLEAR
    assert codes(skin(cleaned())) == {"skin-prep.flammable"}
    assert skin(cleaned("povidone_iodine_10_aqueous", 120)).findings == ()


@pytest.mark.parametrize("agent", skin_preparations().values(), ids=lambda one: one.code)
def test_a_second_too_short_is_too_short(agent):
    assert skin(cleaned(agent.code, agent.dry_s)).decision is Decision.CLEAR
    short = skin(cleaned(agent.code, agent.dry_s - 1))
    assert "skin-prep.too-short" in codes(short)
    assert short.decision is Decision.STOP


def test_alcohol_in_hair_needs_an_hour_and_hair_not_ruled_out_is_hair():
    for hair in (YES, UNKNOWN, NOT_ASKED):
        assert "skin-prep.too-short" in codes(skin(cleaned(seconds=3599, hair=hair, ago_s=4000)))
        assert skin(cleaned(seconds=3600, hair=hair, ago_s=4000)).decision is Decision.CLEAR


def test_wet_unknown_or_absent_is_not_prepared():
    assert codes(skin(None)) == {"skin-prep.missing"}
    assert codes(skin(cleaned("soap"))) == {"skin-prep.unknown-agent"}
    wet = replace(cleaned(), seen_dry_at=None)
    assert codes(skin(wet)) == {"skin-prep.not-dry", "skin-prep.flammable"}
    assert dry_at(wet) == wet.applied_at + timedelta(seconds=180)
    assert dry_at(cleaned("soap")) is None


@pytest.mark.parametrize("changes", [{"ago_s": -60.0}, {"seconds": 601.0}, {"seconds": -1.0}])
def test_times_that_do_not_follow_each_other_are_refused(changes):
    assert "skin-prep.impossible-time" in codes(skin(cleaned(**changes)))


def test_an_allergy_to_what_is_in_it_is_absolute_and_an_unasked_one_stops():
    assert skin(cleaned(), chlorhexidine_allergy=YES).decision is Decision.ABSOLUTE
    for fact in (UNKNOWN, NOT_ASKED):
        assert "skin-prep.allergy-unknown" in codes(skin(cleaned(), chlorhexidine_allergy=fact))
    listed = (Allergy("chlorhexidine", True, ReactionGrade.MILD),)
    assert skin(cleaned(), allergies=listed).decision is Decision.ABSOLUTE
    iodine = cleaned("povidone_iodine_10_aqueous", 120)
    assert skin(iodine, chlorhexidine_allergy=YES).decision is Decision.CLEAR
    assert skin(iodine, iodine_skin_allergy=YES).decision is Decision.ABSOLUTE
    assert check_skin(cleaned(), None, NOW).decision is Decision.STOP


@given(
    st.sampled_from([*skin_preparations(), "soap"]),
    st.floats(-100, 5000),
    st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED]),
    st.sampled_from([YES, NO, UNKNOWN, NOT_ASKED]),
)
def test_skin_not_seen_dry_or_hair_not_known_is_never_safer(agent, seconds, hair, allergy):
    one = cleaned(agent, seconds, hair, ago_s=5000)
    told = rank(skin(one, chlorhexidine_allergy=allergy))
    assert rank(skin(replace(one, hair_at_site=UNKNOWN), chlorhexidine_allergy=allergy)) >= told
    assert rank(skin(replace(one, seen_dry_at=None), chlorhexidine_allergy=allergy)) >= told
    assert rank(skin(one, chlorhexidine_allergy=YES)) >= told


# Before a sedative


def ready(**changes):
    hours = {"last_clear_drink_at": 2, "last_light_meal_at": 6, "last_heavy_meal_at": 8}
    times = {name: NOW - timedelta(hours=number) for name, number in hours.items()}
    return replace(SedationReadiness(**times, took_own_sedative=NO, escort_named=YES), **changes)


def sedated(one):
    return check_sedation(one, SEDATED, POLICY, NOW)


def test_nothing_is_asked_where_no_sedation_is_ordered():
    assert check_sedation(None, order(), POLICY, NOW).findings == ()


def test_an_empty_stomach_and_an_escort_clear():
    assert sedated(ready()).findings == ()


@pytest.mark.parametrize("what", ["last_clear_drink_at", "last_light_meal_at", "last_heavy_meal_at"])
def test_each_kind_of_food_has_its_hours(what):
    at = getattr(ready(), what)
    assert codes(sedated(ready(**{what: at + timedelta(minutes=1)}))) == {"sedation.not-fasting"}
    assert codes(sedated(ready(**{what: None}))) == {"sedation.fasting-unknown"}
    assert codes(sedated(ready(**{what: NOW + timedelta(minutes=1)}))) == {"sedation.impossible-time"}


@pytest.mark.parametrize(
    ("changes", "code", "decision"),
    [
        ({"escort_named": NO}, "sedation.no-escort", Decision.STOP),
        ({"escort_named": NOT_ASKED}, "sedation.no-escort", Decision.STOP),
        ({"took_own_sedative": UNKNOWN}, "sedation.own-sedative-unknown", Decision.STOP),
        ({"took_own_sedative": YES}, "sedation.own-sedative-unknown", Decision.STOP),
        (
            {"took_own_sedative": YES, "last_own_sedative_at": NOW - timedelta(hours=3)},
            "sedation.own-sedative",
            Decision.CLEAR,
        ),
        (
            {"took_own_sedative": YES, "last_own_sedative_at": NOW + timedelta(hours=3)},
            "sedation.impossible-time",
            Decision.STOP,
        ),
    ],
)
def test_escort_and_own_sedatives_are_asked(changes, code, decision):
    assert codes(sedated(ready(**changes))) == {code}
    assert sedated(ready(**changes)).decision is decision


def test_sign_in_of_a_sedated_patient_holds_these_questions():
    here = session(SEDATED)
    assert codes(check_sign_in(here.sign_in, here, POLICY, NOW)) == {"sedation.not-asked"}
    assert check_sign_in(replace(here.sign_in, sedation=ready()), here, POLICY, NOW).decision is Decision.CLEAR


@pytest.mark.parametrize("use", list(SyringeUse))
def test_no_syringe_passes_the_gate_over_skin_that_is_not_seen_dry(use):
    running = session(procedure=procedure_before_drug())
    for preparation in (None, replace(cleaned(), seen_dry_at=None), cleaned(seconds=60)):
        here = episode(replace(running, skin_preparation=preparation))
        held = {one.code for one in authorise_injection(use, here, POLICY, NOW).findings}
        assert any(code.startswith("skin-prep.") for code in held)
    told = authorise_injection(use, episode(running), POLICY, NOW).findings
    assert not any(one.code.startswith("skin-prep.") for one in told)
