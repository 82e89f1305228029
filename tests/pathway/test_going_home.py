"""The discharge sheet says what was really given and what to do now, and always sends to somebody when it is bad."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import (
    FACT_NAMES,
    INJECTED_S,
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    answers,
    entry,
    episode,
    followed,
    order,
    patient,
    procedure_before_drug,
)

from sijoint.model import (
    DischargeTopic,
    Medicine,
    OrderKind,
    Painkiller,
    PrescriberContact,
    Sedation,
    SedativeGiven,
    SedativeRoute,
    Severity,
    SyringeUse,
)
from sijoint.model.wire import from_wire, to_wire
from sijoint.pathway import NothingToTakeHome, discharge_sheet, finding_texts, red_flags

STEROID = (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
APIXABAN = (Medicine("Eliquis", "apixaban", "nurse"),)
LEAVING = NOW + timedelta(minutes=50)


def sheet(the_order=None, told=None, session=None, policy=POLICY, contacts=(), **zone):
    session = session or followed({}, the_order)
    here = episode(session, screening_answers=told or answers(), prescriber_contacts=contacts)
    return discharge_sheet(here, patient(), policy, LEAVING, **zone)


def text(one, topic=None):
    return " ".join(item.text for item in one.items if topic is None or item.topic is topic)


def test_it_speaks_of_every_subject_of_the_rule():
    one = sheet(order(*STEROID, kind=OrderKind.THERAPEUTIC), answers(diabetes=YES))
    assert {item.topic for item in one.items} == set(DischargeTopic)
    assert "2 to 3 days" in text(one, DischargeTopic.SORENESS)
    assert "ice" in text(one, DischargeTopic.PAINKILLERS)
    assert "some days" in text(one, DischargeTopic.EFFECT)
    assert "weeks to months" in text(one, DischargeTopic.EFFECT)
    assert one.clinic_phone == POLICY.clinic_phone
    assert one.emergency_phone == POLICY.emergency_phone
    assert all(item.source for item in one.items)


def test_it_names_what_was_given_and_not_what_was_ordered():
    half = followed({}, order(*STEROID))
    drugs = [one for one in half.procedure.administrations if one.agent != "triamcinolone_40"]
    given_twice = [*drugs, replace(drugs[-1], volume_ml=Decimal("0.25"))]
    one = sheet(session=replace(half, procedure=replace(half.procedure, administrations=tuple(given_twice))))
    lines = {(line.use, line.agent): line for line in one.given}
    assert lines[SyringeUse.DRUG, "lidocaine_2_percent"].volume_ml == Decimal("0.75")
    assert not any(line.agent == "triamcinolone_40" for line in one.given)
    assert "steroid" not in text(one).lower()
    assert "lidocaine 2 %" in lines[SyringeUse.DRUG, "lidocaine_2_percent"].words
    assert "0.75 mL" in lines[SyringeUse.DRUG, "lidocaine_2_percent"].words


def test_without_a_drug_it_says_so_and_asks_for_no_diary():
    none = replace(followed({}), procedure=procedure_before_drug())
    one = sheet(session=none)
    assert one.given_at is None
    assert "No medicine was put in" in text(one, DischargeTopic.SORENESS)
    assert not text(one, DischargeTopic.DIARY)
    assert one.painkiller_from is None


def test_ibuprofen_is_named_as_allowed_only_after_the_test_window():
    one = sheet()
    assert one.painkiller is Painkiller.IBUPROFEN
    assert one.painkiller_from == NOW + timedelta(seconds=INJECTED_S, hours=3)
    words = text(one, DischargeTopic.PAINKILLERS)
    assert "You may take ibuprofen after 12:10 (UTC) on 10 March" in words
    assert "Until 12:10 (UTC) on 10 March take no painkiller" in words


@pytest.mark.parametrize(
    ("told", "painkiller", "words"),
    [
        (answers(ulcer=YES), Painkiller.PARACETAMOL, "paracetamol"),
        (answers(kidney_disease=UNKNOWN), Painkiller.PARACETAMOL, "paracetamol"),
        (answers(liver_or_kidney_disease=YES), Painkiller.ASK_FIRST, "Ask us or a pharmacist"),
    ],
)
def test_else_paracetamol_and_ice(told, painkiller, words):
    one = sheet(told=told)
    told_to_take = text(one, DischargeTopic.PAINKILLERS)
    assert one.painkiller is painkiller
    assert words in told_to_take
    assert "You may take ibuprofen" not in told_to_take
    assert "ice" in told_to_take.lower()
    assert one.ibuprofen_held_back_by


@given(st.dictionaries(st.sampled_from(FACT_NAMES), st.sampled_from([YES, NO, UNKNOWN]), max_size=4))
def test_there_is_a_sheet_for_every_answer_and_it_permits_ibuprofen_by_the_rule_alone(changed):
    one = sheet(order(*STEROID), answers(**changed))
    assert ("You may take ibuprofen" in text(one)) == (not one.ibuprofen_held_back_by)
    assert "{" not in text(one) + "".join(one.emergency_if + one.call_if)
    assert one.emergency_if
    assert one.call_if


def test_an_episode_without_screening_gets_the_careful_sheet():
    bare = replace(episode(followed({}, order(*STEROID))), screening_answers=None)
    one = discharge_sheet(bare, patient(), POLICY, LEAVING)
    assert one.painkiller is Painkiller.ASK_FIRST
    assert "blood sugar" in text(one, DischargeTopic.DIABETES)


def contact(answer, signed):
    return (PrescriberContact("apixaban", "Dr A", NOW - timedelta(days=3), answer, signed, signed_for=NOW),)


def test_nothing_was_paused_unless_a_hold_was_signed():
    taking = answers(medicines=APIXABAN, antithrombotics=YES)
    for contacts in ((), contact("hold", ""), contact("continue", "Dr B")):
        words = text(sheet(told=taking, contacts=contacts), DischargeTopic.MEDICINES)
        assert "Keep taking apixaban" in words
        assert "did not pause any medicine" in words
        assert "start again" not in words


def test_a_signed_hold_gets_the_day_on_which_it_starts_again():
    taking = answers(medicines=APIXABAN, antithrombotics=YES)
    words = text(sheet(told=taking, contacts=contact("hold", "Dr B")), DischargeTopic.MEDICINES)
    assert "apixaban, which you paused: start again with your first usual dose after 09:11 (UTC) on 11 March" in words
    assert "did not pause" not in words


def test_where_no_source_gives_the_time_a_person_writes_it_in():
    taking = answers(medicines=(Medicine("Plavix", "clopidogrel", "nurse"),), antithrombotics=YES)
    held = (replace(contact("hold", "Dr B")[0], agent="clopidogrel"),)
    assert "do not leave before" in text(sheet(told=taking, contacts=held), DischargeTopic.MEDICINES)


def test_glucose_is_planned_for_steroid_with_diabetes_known_or_not():
    plan = text(sheet(order(*STEROID), answers(diabetes=YES, hba1c_percent=Decimal("7.4"))), DischargeTopic.DIABETES)
    assert "for 3 days" in plan
    assert "300 mg/dL (16.7 mmol/L)" in plan
    assert "for 7 days" in text(sheet(order(*STEROID), answers(diabetes=UNKNOWN)), DischargeTopic.DIABETES)
    assert "no steroid" in text(sheet(told=answers(diabetes=YES)), DischargeTopic.DIABETES)
    assert not text(sheet(order(*STEROID)), DischargeTopic.DIABETES)


def test_a_test_provokes_the_pain_unless_the_site_prefers_rest():
    assert "do the movement that hurts you most" in text(sheet(), DischargeTopic.ACTIVITY)
    resting = text(sheet(policy=replace(POLICY, activity_after_test="rest")), DischargeTopic.ACTIVITY)
    assert "Rest for the day" in resting
    therapy = text(sheet(order(*STEROID, kind=OrderKind.THERAPEUTIC)), DischargeTopic.ACTIVITY)
    assert "movement" not in therapy


def test_after_a_sedative_nobody_drives_or_signs_for_a_day():
    assert "until 09:50 (UTC) on 11 March do not drive" in text(sheet(order(sedation=Sedation.MINIMAL)))
    assert "sign papers" not in text(sheet())
    assert "Do not drive today" in text(sheet(), DischargeTopic.DRIVING)


def test_the_sheet_and_the_diary_know_the_same_red_flags():
    whole = sheet(order(*STEROID), answers(diabetes=YES))
    rules = [one for one in finding_texts().values() if one.subject == "red_flags"]
    assert len(whole.emergency_if) == sum(one.severity is Severity.ABSOLUTE for one in rules)
    asked_for = [one for one in rules if one.severity is Severity.STOP or one.code == "redflag.sore-long"]
    assert len(whole.call_if) == len(asked_for)


@pytest.mark.parametrize(("agent", "hours"), [("lidocaine_2_percent", 4), ("bupivacaine_0.5_percent", 12)])
def test_the_leg_is_a_red_flag_on_the_sheet_when_it_is_one_in_the_diary(agent, hours):
    session = followed({}, order((agent, "1.0")))
    limit = NOW + timedelta(seconds=INJECTED_S, hours=hours)
    weak = replace(entry(session.prompts[0], 3), leg_weak=YES, answered=limit + timedelta(minutes=1))
    assert [one.code for one in red_flags(weak, session, POLICY)] == ["redflag.leg-weak"]
    assert f"weak after {limit:%H:%M}" in " ".join(sheet(session=session).call_if)


def test_blood_pressure_at_the_limit_is_a_red_flag():
    session = followed({})
    for systolic, diastolic, flagged in ((180, 80, True), (150, 110, True), (179, 109, False), (None, 110, True)):
        told = replace(
            entry(session.prompts[0], 3), blood_pressure_systolic=systolic, blood_pressure_diastolic=diastolic
        )
        assert bool(red_flags(told, session, POLICY)) == flagged


def test_times_are_told_by_the_clinics_clock():
    assert "13:10" not in text(sheet())
    berlin = text(sheet(zone=ZoneInfo("Europe/Berlin")))
    assert "13:10 (CET) on 10 March" in berlin


def test_a_sheet_survives_the_wire_and_is_the_same_for_the_same_facts():
    one = sheet(order(*STEROID))
    assert from_wire(type(one), to_wire(one)) == one
    assert sheet(order(*STEROID)) == one


def test_before_a_procedure_there_is_nothing_to_take_home():
    with pytest.raises(NothingToTakeHome, match="needs a procedure"):
        sheet(session=replace(followed({}), procedure=None))
    with pytest.raises(NothingToTakeHome):
        discharge_sheet(replace(episode(), sessions=()), patient(), POLICY, LEAVING)


def test_a_sedative_that_nobody_had_planned_keeps_the_patient_from_driving():
    given = SedativeGiven(NOW, "nurse", "midazolam", "1 mg", SedativeRoute.INTRAVENOUS)
    sedated = replace(followed({}), sedatives=(given,))
    assert "You had a sedative" in text(sheet(session=sedated), DischargeTopic.DRIVING)
    undone = replace(followed({}), sedatives=(replace(given, reversal=True),))
    assert "You had a sedative" not in text(sheet(session=undone), DischargeTopic.DRIVING)


def test_nothing_is_said_of_pauses_where_the_medicines_are_not_known():
    for told in (answers(medicines_asked=NO), answers(medicines_asked=UNKNOWN)):
        words = text(sheet(told=told), DischargeTopic.MEDICINES)
        assert "did not pause" not in words
        assert "ask us before you leave" in words
    assert "did not pause" in text(sheet(), DischargeTopic.MEDICINES)
