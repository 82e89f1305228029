"""The preparation sheet follows the answers; no hold of a blood thinner reaches the patient unsigned."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, episode, order, patient, session

from sijoint.model import EpisodeState, Medicine, OrderKind, PrescriberContact, Sedation, Sex, SheetTopic
from sijoint.pathway import NothingToPrepare, preparation_sheet

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
APIXABAN = (Medicine("Eliquis", "apixaban", "nurse"),)


def sheet(the_answers=None, the_order=None, who=None, contacts=()):
    here = episode(
        session(the_order or order()),
        state=EpisodeState.BOOKED,
        screening_answers=the_answers or answers(),
        prescriber_contacts=contacts,
    )
    return preparation_sheet(here, who or patient(), POLICY, NOW)


def text(one, topic=None):
    return " ".join(item.text for item in one.items if topic is None or item.topic is topic)


def test_it_speaks_of_arrival_medicines_food_driver_pain_and_the_number():
    one = sheet()
    topics = {item.topic for item in one.items}
    assert topics == set(SheetTopic) - {SheetTopic.DIABETES}
    assert one.for_booking_at == NOW
    assert "left side" in text(one)
    assert POLICY.clinic_phone in text(one)
    assert "{" not in text(one)


def contact(answer, signed):
    return (PrescriberContact("apixaban", "Dr A", NOW - timedelta(days=3), answer, signed, signed_for=NOW),)


@pytest.mark.parametrize(
    ("contacts", "words"),
    [
        ((), "Keep taking apixaban. Do not stop it; we will call you"),
        (contact("hold", ""), "Keep taking apixaban. Do not stop it; we will call you"),
        (contact("continue", "Dr B"), "Keep taking apixaban (agreed with: Dr A)"),
        (contact("hold", "Dr B"), "agreed that you pause it"),
    ],
    ids=["nobody asked", "hold unsigned", "continue", "hold signed"],
)
def test_apixaban_is_kept_until_a_signed_hold(contacts, words):
    taking = answers(medicines=APIXABAN, antithrombotics=YES)
    assert words in text(sheet(taking, contacts=contacts), SheetTopic.MEDICINES)


@given(
    st.sampled_from(["hold", "continue", ""]), st.sampled_from(["", " ", "Dr B"]), st.sampled_from([YES, NO, UNKNOWN])
)
def test_pausing_is_printed_only_for_a_signed_hold(answer, signed, antithrombotics):
    taking = answers(medicines=APIXABAN, antithrombotics=antithrombotics)
    printed = "pause" in text(sheet(taking, contacts=contact(answer, signed)), SheetTopic.MEDICINES)
    assert printed == (answer == "hold" and bool(signed.strip()))


def test_a_diabetic_with_steroid_gets_a_glucose_plan_in_both_units():
    diabetic = answers(diabetes=YES, hba1c_percent=Decimal("7.4"))
    plan = text(sheet(diabetic, order(*STEROID)), SheetTopic.DIABETES)
    assert "for 3 days" in plan
    assert "300 mg/dL (16.7 mmol/L)" in plan
    assert "No steroid is planned" in text(sheet(diabetic), SheetTopic.DIABETES)
    assert "for 7 days" in text(sheet(answers(diabetes=YES, insulin=YES), order(*STEROID)), SheetTopic.DIABETES)


def test_unknown_diabetes_is_planned_for():
    assert "blood sugar" in text(sheet(answers(diabetes=UNKNOWN), order(*STEROID)), SheetTopic.DIABETES)


def test_fasting_is_for_sedation_only_and_waits_for_a_clinician_with_insulin():
    sedated = order(sedation=Sedation.MINIMAL)
    assert "Eat and drink as usual" in text(sheet(), SheetTopic.EATING)
    fasting = text(sheet(the_order=sedated), SheetTopic.EATING)
    assert all(f"{hours} hours" in fasting for hours in (8, 6, 2))
    on_insulin = answers(diabetes=YES, insulin=YES)
    assert "until we call you" in text(sheet(on_insulin, sedated), SheetTopic.EATING)
    glimepiride = answers(medicines=(Medicine("Amaryl", "glimepiride", "nurse"),))
    assert "hours" not in text(sheet(glimepiride, sedated), SheetTopic.EATING)


def test_a_test_needs_its_pain_and_therapy_does_not():
    assert "Skip short-acting painkillers for 6 hours" in text(sheet(), SheetTopic.PAIN_BEFORE)
    therapy = order(*STEROID, kind=OrderKind.THERAPEUTIC)
    assert "usual painkillers" in text(sheet(the_order=therapy), SheetTopic.PAIN_BEFORE)
    assert "Never stop strong painkillers" in text(sheet(answers(regular_opioid=YES)), SheetTopic.MEDICINES)


def test_driver_pregnancy_and_unmatched_medicines_are_personal():
    assert "not told us yet who drives" in text(sheet(answers(driver_arranged=NO)), SheetTopic.DRIVER)
    assert "not told us" not in text(sheet(), SheetTopic.DRIVER)
    assert "pregnant" in text(sheet(), SheetTopic.WHAT_HAPPENS)
    assert "pregnant" not in text(sheet(who=patient(sex=Sex.MALE)), SheetTopic.WHAT_HAPPENS)
    assert "red pills" in text(sheet(answers(medicines=(Medicine("red pills", "", ""),))), SheetTopic.MEDICINES)


def test_no_sheet_promises_years_or_prints_ibuprofen():
    for one in (sheet(), sheet(the_order=order(*STEROID))):
        assert "year" not in text(one)
        assert "ibuprofen" not in text(one).lower()


def test_without_booking_or_answers_there_is_no_sheet():
    with pytest.raises(NothingToPrepare, match="book first"):
        preparation_sheet(episode(session(booking=None)), patient(), POLICY, NOW)
    with pytest.raises(NothingToPrepare):
        preparation_sheet(episode(session(), screening_answers=None), patient(), POLICY, NOW)
