"""Every value of the formulary has a source and a grade, and the ones that rules lean on are what the sources say."""

from dataclasses import fields
from decimal import Decimal

import pytest

from sijoint.formulary import (
    IngredientKind,
    UnknownAgent,
    UnknownNeedle,
    agent,
    agents,
    antithrombotic_row,
    incompatibilities,
    incompatible,
    ingredients,
    medicines,
    methylprednisolone_equivalent_mg,
    needle,
    needles,
)
from sijoint.formulary.evidence import UnreadableFormulary, evidence_of
from sijoint.model import Grade, Severity


@pytest.mark.parametrize("one", needles(), ids=lambda one: one.code)
def test_every_number_of_a_needle_has_source_and_grade(one):
    numbers = {field.name for field in fields(one)} - {"code", "name", "evidence"}
    assert numbers <= set(one.evidence)
    assert all(row.source and row.grade in Grade for row in one.evidence.values())


@pytest.mark.parametrize("one", agents(), ids=lambda one: one.code)
def test_every_number_of_an_agent_has_source_and_grade(one):
    assert {"strength_mg_ml", "viscosity_mpa_s", "iodine_mg_ml", "particulate"} <= set(one.evidence)
    assert one.strength_mg_ml > 0
    assert one.viscosity_mpa_s >= 1.0


def test_every_limit_and_window_of_an_anaesthetic_has_source_and_grade():
    wanted = {"maximum_mg_per_kg", "maximum_mg", "latest_onset_min", "shortest_min", "longest_min", "leg_weakness_min"}
    found = [one for one in ingredients() if one.kind is IngredientKind.LOCAL_ANAESTHETIC]
    assert len(found) == 3
    assert all(wanted <= set(one.evidence) for one in found)


def test_the_lowest_of_a_range_is_the_default_maximum_and_the_range_is_kept():
    for one in ingredients():
        for name in ("maximum_mg_per_kg", "maximum_mg"):
            evidence = one.evidence.get(name)
            if evidence is not None and evidence.low is not None:
                assert getattr(one.anaesthetic, name) == evidence.low < evidence.high


@pytest.mark.parametrize(
    ("ingredient", "window"),
    [("lidocaine", (30, 30, 180)), ("bupivacaine", (30, 120, 720)), ("ropivacaine", (30, 120, 720))],
)
def test_action_windows_are_those_of_the_concordance_rule(ingredient, window):
    one = next(found for found in ingredients() if found.code == ingredient).anaesthetic.window
    assert (one.latest_onset_min, one.shortest_min, one.longest_min) == window


def test_a_value_without_grade_does_not_load():
    with pytest.raises(UnreadableFormulary, match=r"made_up\.strength_mg_ml needs a value, a source and a grade"):
        evidence_of({"strength_mg_ml": {"value": 1, "source": "somewhere"}}, "made_up")


def test_contrast_holds_the_iodine_of_its_name_and_nothing_else_does():
    assert {one.iodine_mg_ml for one in agents() if one.kind is IngredientKind.CONTRAST} == {180, 240, 300}
    assert all(one.iodine_mg_ml == 0 for one in agents() if one.kind is not IngredientKind.CONTRAST)


def test_dexamethasone_is_the_one_steroid_without_particles():
    steroids = [one for one in agents() if one.kind is IngredientKind.STEROID]
    assert {one.ingredient.code for one in steroids if not one.particulate} == {"dexamethasone"}


def test_steroid_equivalents_are_those_of_the_converter():
    assert methylprednisolone_equivalent_mg(agent("triamcinolone_40"), Decimal(1)) == 40
    assert methylprednisolone_equivalent_mg(agent("betamethasone_6"), Decimal(1)) == 40
    assert methylprednisolone_equivalent_mg(agent("dexamethasone_10"), Decimal("0.75")) == 40
    assert methylprednisolone_equivalent_mg(agent("lidocaine_2_percent"), Decimal(1)) == 0


def test_ropivacaine_and_betamethasone_do_not_mix_and_lidocaine_mixes_with_all_steroids():
    pair = [agent("ropivacaine_0.5_percent"), agent("betamethasone_6")]
    assert [one.severity for one in incompatible(pair)] == [Severity.ABSOLUTE]
    for steroid in ("methylprednisolone_40", "triamcinolone_40", "dexamethasone_4", "betamethasone_6"):
        assert incompatible([agent("lidocaine_2_percent"), agent(steroid)]) == ()
    assert all(one.evidence.grade is Grade.A for one in incompatibilities())


def test_a_thinner_needle_has_a_thinner_bore_and_bends_more():
    thick, thin = needle("quincke_22g_90mm"), needle("quincke_25g_90mm")
    assert thin.outer_mm < thick.outer_mm
    assert thin.bore_mm < thick.bore_mm < thick.outer_mm
    assert thin.deflection_mm_at_80 > thick.deflection_mm_at_80
    assert needle("quincke_22g_127mm").length_mm == 127


def test_an_unknown_code_is_refused_with_the_known_ones():
    with pytest.raises(UnknownAgent, match="lidocaine_1_percent"):
        agent("procaine")
    with pytest.raises(UnknownNeedle, match="quincke_22g_90mm"):
        needle("harpoon")


def test_every_medicine_has_a_sourced_class_and_every_antithrombotic_a_default():
    assert all("class" in one.evidence for one in medicines())
    antithrombotics = [one for one in medicines() if one.antithrombotic]
    assert {"apixaban", "rivaroxaban", "warfarin", "clopidogrel", "aspirin"} <= {one.code for one in antithrombotics}
    assert all(antithrombotic_row(one) is not None for one in antithrombotics)
