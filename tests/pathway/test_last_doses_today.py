"""The day asks for the last dose of every blood thinner, and for what a reaction or a possible pregnancy makes needful."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, codes, confirmation, order, patient, session

from sijoint.model import NOT_ASKED, Decision, LastDose, Medicine, OrderKind, PrescriberContact, Sex
from sijoint.pathway import changed_today, confirm_today

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
APIXABAN = answers(medicines=(Medicine("Eliquis", "apixaban", "n"),), antithrombotics=YES)
BOTH = answers(medicines=(*APIXABAN.medicines, Medicine("ASS", "aspirin", "n")), antithrombotics=YES)
SIGNED = PrescriberContact("apixaban", "Dr A", NOW - timedelta(days=5), "hold", "Dr B", signed_for=NOW)
RANK = list(Decision)


def today(told=None, the_answers=None, contacts=(), the_order=None, who=None):
    here = session(the_order or order())
    return confirm_today(
        told or confirmation(), here, the_answers or answers(), who or patient(), POLICY, NOW, contacts
    )


def doses(**hours):
    return confirmation(last_doses=tuple(LastDose(agent, NOW - timedelta(hours=ago)) for agent, ago in hours.items()))


@pytest.mark.parametrize(
    ("told", "missing"),
    [
        (confirmation(), {"apixaban", "aspirin"}),
        (confirmation(last_antithrombotic_dose_at=NOW - timedelta(hours=3)), {"apixaban", "aspirin"}),
        (doses(apixaban=3), {"aspirin"}),
        (doses(apixaban=3, aspirin=-1), {"aspirin"}),
        (doses(apixaban=3, aspirin=3), set()),
    ],
    ids=["none", "one time for two", "one of two", "a dose to come", "both"],
)
def test_each_of_two_needs_its_own_last_dose(told, missing):
    found = today(told, BOTH)
    assert {one.code for one in found.findings} == {f"today.antithrombotic-dose:{agent}" for agent in missing}


def test_a_blood_thinner_of_no_name_has_a_last_dose_as_well():
    unnamed = answers(antithrombotics=UNKNOWN)
    assert codes(today(confirmation(), unnamed)) == {"today.antithrombotic-dose"}
    assert codes(today(confirmation(last_antithrombotic_dose_at=NOW - timedelta(hours=3)), unnamed)) == set()


def test_a_dose_in_the_pause_stops_and_one_before_it_is_as_planned():
    """Signed for NOW, 10 March 09:00: one whole day without a dose, the last one on 8 March."""
    assert codes(today(doses(apixaban=34), APIXABAN, (SIGNED,))) == set()
    assert codes(today(doses(apixaban=32), APIXABAN, (SIGNED,))) == {"today.dose-in-pause"}
    assert today(doses(apixaban=3), APIXABAN, (SIGNED,)).decision is Decision.STOP


def test_who_was_to_go_on_and_did_not_is_reviewed():
    assert codes(today(doses(apixaban=47), APIXABAN)) == set()
    assert codes(today(doses(apixaban=49), APIXABAN)) == {"today.dose-missed"}


def test_a_hold_whose_dates_nobody_signed_for_this_appointment_is_reviewed_whatever_was_taken():
    for contact in (replace(SIGNED, signed_for=None), replace(SIGNED, signed_for=NOW - timedelta(days=7))):
        assert codes(today(doses(apixaban=3), APIXABAN, (contact,))) == {"today.pause-unsigned"}


@given(st.integers(0, 24 * 20), st.sampled_from([(), (SIGNED,), (replace(SIGNED, signed_for=None),)]))
def test_a_last_dose_that_nobody_knows_is_never_safer(hours, contacts):
    known = today(doses(apixaban=hours), APIXABAN, contacts)
    unknown = today(confirmation(), APIXABAN, contacts)
    assert RANK.index(unknown.decision) >= RANK.index(known.decision)
    assert unknown.decision is Decision.STOP


def test_an_inr_of_today_counts():
    warfarin = answers(medicines=(Medicine("Coumadin", "warfarin", "n"),), antithrombotics=YES)
    taken = doses(warfarin=10)
    assert codes(today(taken, warfarin)) == set()  # the dated one of screening stands
    assert codes(today(replace(taken, inr=Decimal("3.0")), warfarin)) == set()
    assert codes(today(replace(taken, inr=Decimal("3.1")), warfarin)) == {"today.inr-high"}


@pytest.mark.parametrize(("test", "code"), [(NO, set()), (UNKNOWN, {"today.unknown"}), (NOT_ASKED, {"today.unknown"})])
def test_a_possible_pregnancy_needs_a_test_of_today(test, code):
    possible = answers(could_be_pregnant=YES)
    assert codes(today(confirmation(pregnancy_test_positive=test), possible)) == code
    assert codes(today(confirmation(pregnancy_test_positive=test))) == set()


def test_a_positive_test_is_a_pregnancy_whoever_took_it():
    for who in (patient(), patient(sex=Sex.MALE)):
        assert today(confirmation(pregnancy_test_positive=YES), who=who).decision is Decision.ABSOLUTE


def test_steroid_against_a_reaction_spoils_a_test_and_not_a_therapy():
    reacted = answers(past_contrast_reaction=YES)
    given_before = confirmation(steroid_premedication=YES)
    assert codes(today(given_before)) == {"today.premedication"}
    assert codes(today(confirmation(), reacted)) == {"today.unknown"}
    assert codes(today(confirmation(steroid_premedication=NO), reacted)) == set()
    assert codes(today(given_before, reacted, the_order=order(*STEROID, kind=OrderKind.THERAPEUTIC))) == set()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, ()),
        ({"fever": YES}, ("fever",)),
        ({"antibiotics": YES}, ("antibiotics",)),
        ({"new_medicines": YES}, ("medicines",)),
        ({"allergies_unchanged": NO}, ("allergies",)),
        ({"pregnancy": YES}, ("pregnancy",)),
        ({"pregnancy_test_positive": YES}, ("pregnancy",)),
        ({"antithrombotics_as_planned": NO}, ("antithrombotics",)),
        ({"changed": ("ulcer",)}, ("ulcer",)),
    ],
)
def test_what_changed_is_named(changes, what):
    assert changed_today(confirmation(**changes), APIXABAN) == what
