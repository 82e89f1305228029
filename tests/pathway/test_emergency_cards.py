"""Emergency cards: numbers for every weight, no dose without a graded row, and the site's word before it opens."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, codes, patient, readiness

from sijoint.formulary import emergencies as rows
from sijoint.formulary import emergency_doses
from sijoint.model import NOT_ASKED, Decision, Emergency, Grade
from sijoint.pathway import cards_edition, check_readiness, emergencies, emergency_cards, lipid_row, lipid_rows


def words(card):
    return " ".join(step.text for step in card.steps)


def card(emergency, who):
    return next(one for one in emergency_cards(who, POLICY) if one.emergency is emergency)


@pytest.mark.parametrize(
    ("kg", "bolus", "rate", "ceiling"),
    [(40, 60, "10.0", 480), (62, 93, "15.5", 744), (70, 105, "17.5", 840)],
)
def test_up_to_70_kg_lipid_goes_by_the_kilogram(kg, bolus, rate, ceiling):
    row = lipid_row(Decimal(kg))
    assert (row.bolus_ml, row.ceiling_ml) == (bolus, ceiling)
    assert row.infusion_ml_min == (Decimal(rate), Decimal(rate))
    assert row.infusion_minutes is None


def test_above_70_kg_it_is_100_ml_and_then_250_ml_over_15_to_20_minutes():
    row = lipid_row(Decimal(71))
    assert row.bolus_ml == 100
    assert row.infusion_minutes == (15, 20)
    assert row.infusion_ml_min == (Decimal("12.5"), Decimal("16.7"))
    assert row.ceiling_ml == 852


def test_the_sites_card_has_a_row_for_every_weight_that_a_person_can_have():
    weights = [row.weight_kg for row in lipid_rows()]
    assert weights == [Decimal(kg) for kg in range(25, 351)]


@given(st.decimals(min_value=25, max_value=350, places=1))
def test_the_bolus_stays_far_below_the_ceiling_and_the_ceiling_is_never_rounded_up(kg):
    row = lipid_row(kg)
    assert 0 < row.bolus_ml * 3 < row.ceiling_ml + row.bolus_ml * 3
    assert row.bolus_ml * 2 <= row.ceiling_ml
    assert row.ceiling_ml <= 12 * kg


def test_the_ceiling_of_a_patient_goes_by_the_lower_of_actual_and_ideal_weight():
    text = words(card(Emergency.ANAESTHETIC_POISONING, patient(weight_kg=Decimal(120))))
    assert "bolus: 100 mL over 2-3 min" in text
    assert "Ceiling: 737 mL" in text  # 12 mL/kg of the ideal 61.4 kg


@pytest.mark.parametrize(
    ("kg", "dose"), [("30", "0.3 mg (0.3 mL"), ("45.5", "0.45 mg (0.45 mL"), ("90", "0.5 mg (0.5 mL")]
)
def test_adrenaline_is_a_hundredth_of_a_milligram_a_kilogram_and_at_most_half_a_milligram(kg, dose):
    text = words(card(Emergency.ANAPHYLAXIS, patient(weight_kg=Decimal(kg))))
    assert dose in text
    assert "middle of the outer thigh" in text
    assert "5-15 min" in text


@pytest.mark.parametrize("who", [None, patient(weight_kg=None), patient(weight_kg=Decimal(700))])
def test_without_a_sound_weight_the_card_is_the_sites(who):
    cards = emergency_cards(who, POLICY)
    assert [one.weight_kg for one in cards] == [None] * 3
    assert len(cards[0].lipid_rows) == 326
    assert "0.01 mg/kg, at most 0.5 mg" in words(cards[1])


def test_no_medicine_of_the_vasovagal_card_has_a_graded_row_so_none_has_a_number():
    text = words(card(Emergency.VASOVAGAL, patient()))
    assert "Needle out" in text
    assert "legs up" in text
    assert "atropine" not in text
    assert not any(character.isdigit() for character in text)


def test_every_number_shown_stands_in_a_row_with_source_and_grade():
    assert all(
        one.evidence.source and one.evidence.grade is not Grade.GENERAL_KNOWLEDGE for one in emergency_doses().values()
    )
    for one in emergency_cards(patient(), POLICY):
        for step in one.steps:
            shows = any(character.isdigit() for character in step.text.replace("20 %", ""))
            assert shows == bool(step.source and step.grade), step.text


def test_a_dose_that_is_only_general_knowledge_is_not_shown(monkeypatch):
    known = dict(emergency_doses())
    monkeypatch.setattr(
        emergencies, "emergency_doses", lambda: {k: v for k, v in known.items() if "adrenaline" not in k}
    )
    text = words(card(Emergency.ANAPHYLAXIS, patient()))
    assert "by the site's protocol" in text
    assert not any(character.isdigit() for character in text)
    fewer = {k: v for k, v in known.items() if k != "lipid.ceiling_ml_per_kg"}
    monkeypatch.setattr(emergencies, "emergency_doses", lambda: fewer)
    assert lipid_row(Decimal(60)) is None


def test_rows_graded_as_general_knowledge_are_left_out_on_reading(monkeypatch):
    table = {"atropine": {"mg": {"value": 1, "source": "everybody knows", "grade": "GK"}}}
    monkeypatch.setattr(rows, "tables", lambda file: table)
    assert rows.emergency_doses.__wrapped__() == {}


# The site's word


def asked(one, at=NOW):
    return check_readiness(one, POLICY, at)


def test_a_site_that_has_confirmed_today_is_ready():
    assert asked(readiness()).findings == ()


@pytest.mark.parametrize("answer", [NO, UNKNOWN, NOT_ASKED])
@pytest.mark.parametrize(
    ("name", "code"), [("cards_are_our_protocol", "site.cards"), ("resuscitation_kit_checked", "site.kit")]
)
def test_unknown_is_not_yes(answer, name, code):
    told = asked(readiness(**{name: answer}))
    assert codes(told) == {code}
    assert told.decision is Decision.STOP


def test_yesterday_another_edition_and_old_lipid_are_told():
    assert codes(asked(None)) == {"site.not-confirmed"}
    assert codes(asked(readiness(NOW - timedelta(hours=13)))) == {"site.not-confirmed-today"}
    assert codes(asked(readiness(NOW + timedelta(hours=1)))) == {"site.not-confirmed-today"}
    assert codes(asked(readiness(cards_edition="another"))) == {"site.cards-changed"}
    assert codes(asked(replace(readiness(), lipid_expires=(NOW - timedelta(days=1)).date()))) == {"site.lipid"}
    assert codes(asked(replace(readiness(), lipid_expires=None))) == {"site.lipid"}


def test_the_edition_changes_with_any_number(monkeypatch):
    before = cards_edition()
    known = dict(emergency_doses())
    other = replace(known["lipid.bolus_ml_per_kg"], value=Decimal(2))
    monkeypatch.setattr(emergencies, "emergency_doses", lambda: known | {"lipid.bolus_ml_per_kg": other})
    assert emergencies.cards_edition.__wrapped__() != before
