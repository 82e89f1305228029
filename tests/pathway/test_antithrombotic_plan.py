"""The plan of a blood thinner is computed from the appointment; a pause reaches the patient signed for it, or not at all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from well_patient import NO, NOW, POLICY, UNKNOWN, YES, answers, codes, episode, order, patient, session

from sijoint.formulary import Advice, Column, PauseLength, antithrombotic_row, antithrombotic_rows, medicine, medicines
from sijoint.model import NOT_ASKED, Booking, Decision, EpisodeState, Medicine, PrescriberContact, SheetTopic
from sijoint.pathway import (
    NothingToSign,
    antithrombotic_plan,
    booking_moved,
    check_contact,
    hold_to_sign,
    load_policy,
    paused,
    preparation_sheet,
    screen,
)

SIR, INTERRUPT = load_policy("clinic-sir"), load_policy("clinic-interrupt")
APPOINTMENT = NOW + timedelta(days=14)
BOOKED = Booking(APPOINTMENT, NOW - timedelta(days=1), "desk")
RANK = list(Decision)
ANTITHROMBOTICS = [one.code for one in medicines() if one.antithrombotic]


def taking(*agents, **changes):
    listed = tuple(Medicine(one, one, "nurse", treatment_dose=NO) for one in agents)
    return answers(**{"medicines": listed, "antithrombotics": YES, **changes})


def held(agent, at=NOW, signed="Dr B", signed_for=APPOINTMENT, **changes):
    return PrescriberContact(agent, "Dr A", at, "hold", signed, signed_for=signed_for, **changes)


def line(agent, told=None, contacts=(), booking=BOOKED, policy=POLICY, zone=UTC):
    plan = antithrombotic_plan(told or taking(agent), contacts, booking, policy, zone)
    return next(one for one in plan if one.medicine.code == agent)


def screened(told, contacts=(), booking=BOOKED, policy=POLICY, who=None, now=NOW):
    return screen(told, order(), who or patient(), contacts, policy, now, booking)


# What each column says


@pytest.mark.parametrize(
    ("agent", "asra", "sir", "interrupt"),
    [
        ("aspirin", "continue", "continue", "hold"),
        ("cilostazol", "continue", "continue", "hold"),
        ("warfarin", "continue", "continue", "hold"),
        ("heparin", "hold", "continue", "hold"),
        ("enoxaparin", "hold", "continue", "hold"),
        ("clopidogrel", "continue", "continue", "hold"),
        ("prasugrel", "continue", "continue", "hold"),
        ("ticagrelor", "continue", "continue", "hold"),
        ("apixaban", "continue", "continue", "hold"),
        ("dabigatran", "continue", "continue", "hold"),
        ("fondaparinux", "ask", "ask", "ask"),
    ],
)
def test_each_column_reads_the_drug_as_its_source_does(agent, asra, sir, interrupt):
    advice = antithrombotic_row(medicine(agent)).advice
    assert (advice[Column.ASRA], advice[Column.SIR], advice[Column.INTERRUPT]) == (asra, sir, interrupt)


@pytest.mark.parametrize("agent", ANTITHROMBOTICS)
def test_every_antithrombotic_has_a_row_whose_every_value_has_a_source(agent):
    row = antithrombotic_row(medicine(agent))
    assert {"asra", "sir", "interrupt"} <= set(row.evidence)
    assert all(one.source for one in row.evidence.values())


def test_no_row_is_left_that_no_medicine_reads():
    read = {antithrombotic_row(one).code for one in medicines() if antithrombotic_row(one)}
    assert read == set(antithrombotic_rows())


@pytest.mark.parametrize("policy", [POLICY, SIR, INTERRUPT], ids=lambda one: one.antithrombotic_column)
@pytest.mark.parametrize("agent", ANTITHROMBOTICS)
def test_whatever_the_column_says_nothing_is_paused_before_the_prescriber_and_a_signature(agent, policy):
    assert line(agent, policy=policy).pause is None
    found = screened(taking(agent, inr=Decimal(2), inr_on=NOW.date()), policy=policy)
    assert not any("last dose" in one.patient for one in found.findings)
    assert any(one.patient.startswith("Keep taking") for one in found.findings)


def test_the_interrupting_column_asks_and_the_default_goes_on():
    assert screened(taking("apixaban")).decision is Decision.CLEAR
    assert screened(taking("apixaban"), policy=SIR).decision is Decision.CLEAR
    assert codes(screened(taking("apixaban"), policy=INTERRUPT)) == {"antithrombotic.ask"}
    assert codes(screened(taking("enoxaparin"))) == {"antithrombotic.ask"}
    assert screened(taking("enoxaparin"), policy=SIR).decision is Decision.CLEAR
    assert codes(screened(taking("fondaparinux"))) == {"antithrombotic.no-row"}


def test_painkillers_are_paused_by_the_interrupting_column_only():
    told = answers(medicines=(Medicine("Aleve", "naproxen", "nurse"),))
    assert screened(told).findings == ()
    assert codes(screened(told, policy=INTERRUPT)) == {"antithrombotic.ask"}


# How long, and when


@pytest.mark.parametrize(
    ("agent", "length"),
    [
        ("apixaban", PauseLength(1, days=True)),
        ("dabigatran", PauseLength(1, days=True)),
        ("clopidogrel", PauseLength(7, days=True)),
        ("ticagrelor", PauseLength(5, days=True)),
        ("heparin", PauseLength(6, days=False)),
        ("enoxaparin", PauseLength(12, days=False)),
        ("fondaparinux", None),
    ],
)
def test_the_length_of_a_pause_is_that_of_its_source(agent, length):
    assert line(agent).length == length


@pytest.mark.parametrize(("dose", "hours"), [(NO, 12), (YES, 24), (UNKNOWN, 24), (NOT_ASKED, 24)])
def test_a_heparin_whose_dose_is_not_known_is_one_of_treatment(dose, hours):
    told = answers(medicines=(Medicine("Clexane", "enoxaparin", "nurse", treatment_dose=dose),), antithrombotics=YES)
    assert line("enoxaparin", told).length == PauseLength(hours, days=False)


def test_of_two_lines_of_a_heparin_the_one_of_treatment_counts():
    lines = tuple(Medicine("Clexane", "enoxaparin", "nurse", treatment_dose=dose) for dose in (NO, YES))
    assert line("enoxaparin", answers(medicines=lines, antithrombotics=YES)).length == PauseLength(24, days=False)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 1),
        ({"egfr_ml_min": Decimal(49)}, 2),
        ({"egfr_ml_min": Decimal(50), "kidney_disease": YES}, 1),
        ({"kidney_disease": UNKNOWN}, 2),
        ({"liver_or_kidney_disease": YES}, 2),
    ],
)
def test_dabigatran_waits_for_weak_kidneys_and_for_those_that_nobody_has_measured(changes, days):
    told = taking("dabigatran", **changes)
    assert line("dabigatran", told).length.count == days
    assert ("antithrombotic.kidney" in codes(screened(told))) is (days == 2)
    assert (screened(told).decision is Decision.CLEAR) is (changes == {})


def test_days_without_a_dose_end_at_the_clinics_midnight_and_hours_at_the_clock():
    berlin = ZoneInfo("Europe/Berlin")
    booking = replace(BOOKED, at=datetime(2026, 3, 31, 7, 0, tzinfo=UTC))  # Tuesday, 9 in the morning of Berlin
    by_day = line("apixaban", contacts=(held("apixaban", signed_for=booking.at),), booking=booking, zone=berlin).pause
    assert by_day.last_dose_by == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)  # Sunday's end: summer time has begun
    assert by_day.last_dose_day.astimezone(berlin).date() == date(2026, 3, 29)
    assert by_day.restart_at == booking.at + timedelta(hours=24)
    by_hour = line("heparin", contacts=(held("heparin", signed_for=booking.at),), booking=booking, zone=berlin).pause
    assert by_hour.last_dose_by == booking.at - timedelta(hours=6)
    assert by_hour.restart_at == booking.at + timedelta(hours=2)


def test_the_prescribers_own_hours_go_before_the_table():
    own = held("clopidogrel", hold_hours=120, restart_hours=12)
    pause = line("clopidogrel", contacts=(own,)).pause
    assert (pause.last_dose_by, pause.restart_at) == (
        APPOINTMENT - timedelta(hours=120),
        APPOINTMENT + timedelta(hours=12),
    )


def test_a_hold_without_a_length_or_restart_reaches_nobody_and_is_reviewed():
    assert line("clopidogrel", contacts=(held("clopidogrel"),)).pause is None  # no source says when again
    found = screened(taking("clopidogrel"), (held("clopidogrel"),))
    assert codes(found) == {"antithrombotic.hold-length"}


# Prescriber, signature, appointment


@pytest.mark.parametrize(
    ("contacts", "code"),
    [
        ((), "antithrombotic.continue"),
        ((held("apixaban", signed=" "),), "antithrombotic.hold-unsigned"),
        ((held("apixaban"),), "antithrombotic.hold-dates"),
        ((held("apixaban", signed_for=None),), "antithrombotic.hold-dates-unsigned"),
        ((held("apixaban", signed_for=APPOINTMENT - timedelta(days=7)),), "antithrombotic.hold-dates-unsigned"),
        ((held("apixaban", at=NOW + timedelta(days=1)),), "antithrombotic.continue"),
        ((held("warfarin"),), "antithrombotic.continue"),
    ],
    ids=[
        "nobody asked",
        "unsigned",
        "signed",
        "no appointment",
        "another appointment",
        "from the future",
        "other drug",
    ],
)
def test_only_a_hold_signed_for_this_appointment_has_dates(contacts, code):
    assert codes(screened(taking("apixaban"), contacts)) == {code}


def test_before_there_is_an_appointment_a_signed_hold_holds_nothing_up_and_has_no_dates():
    found = screened(taking("apixaban"), (held("apixaban", signed_for=None),), booking=None)
    assert codes(found) == {"antithrombotic.hold-agreed"}
    assert found.decision is Decision.CLEAR


def test_a_signature_after_the_last_dose_was_due_is_too_late():
    late = held("apixaban", at=NOW, signed_at=APPOINTMENT - timedelta(hours=20))
    assert line("apixaban", contacts=(late,)).pause is None
    found = screened(taking("apixaban"), (late,), now=APPOINTMENT - timedelta(hours=10))
    assert codes(found) == {"antithrombotic.hold-too-late"}
    assert found.decision is Decision.REVIEW


@given(
    st.integers(-9 * 24 * 60, 60 * 24 * 60).filter(bool),
    st.sampled_from(["apixaban", "heparin", "warfarin", "aspirin"]),
)
def test_moving_the_appointment_takes_the_signature_away_and_moves_every_date(minutes, agent):
    contacts = (held(agent),)
    before = line(agent, contacts=contacts)
    assert before.pause is not None
    moved = Booking(APPOINTMENT + timedelta(minutes=minutes), NOW + timedelta(hours=1), "desk")
    after = line(agent, contacts=contacts, booking=moved)
    assert after.pause is None
    again = line(agent, contacts=(held(agent, NOW - timedelta(days=30), signed_for=moved.at),), booking=moved)
    assert again.pause == again.proposed == after.proposed
    assert after.proposed.restart_at - before.proposed.restart_at == timedelta(minutes=minutes)
    if not after.length.days:
        assert after.proposed.last_dose_by - before.proposed.last_dose_by == timedelta(minutes=minutes)
    else:
        gap = moved.at - after.proposed.last_dose_by
        assert after.length.span <= gap < after.length.span + timedelta(days=1)


@given(
    st.sampled_from(ANTITHROMBOTICS),
    st.sampled_from(["hold", "continue", ""]),
    st.sampled_from(["", " ", "Dr B"]),
    st.integers(-30, 13),
    st.sampled_from([BOOKED, None]),
    st.sampled_from([POLICY, SIR, INTERRUPT]),
)
def test_nothing_but_a_signed_hold_for_a_booked_day_pauses(agent, answer, signed, days, booking, policy):
    contact = replace(held(agent, NOW + timedelta(days=days), signed), answer=answer)
    pauses = paused(antithrombotic_plan(taking(agent), (contact,), booking, policy))
    if pauses:
        assert (answer, bool(signed.strip()), booking) == ("hold", True, BOOKED)
        assert contact.at <= pauses[agent].last_dose_by < booking.at < pauses[agent].restart_at


def test_the_sheet_prints_the_dates_of_a_signed_pause_and_voids_them_with_the_booking():
    here = session(booking=BOOKED, preparation=None)
    told = taking("apixaban")
    contacts = (held("apixaban"),)

    def medicines_of(one):
        at = episode(one, state=EpisodeState.BOOKED, screening_answers=told, prescriber_contacts=contacts)
        items = preparation_sheet(at, patient(), POLICY, NOW).items
        return " ".join(item.text for item in items if item.topic is SheetTopic.MEDICINES)

    assert "Take your last dose not later than: Sunday 22 March 2026" in medicines_of(here)
    assert "Start again: 09:00 (UTC) on 25 March" in medicines_of(here)
    moved = booking_moved(here, Booking(APPOINTMENT + timedelta(days=1), NOW + timedelta(hours=1), "desk"), POLICY)
    assert moved.preparation is None
    assert "Keep taking apixaban" in medicines_of(moved)
    assert "last dose" not in medicines_of(moved)


def test_a_physician_signs_the_dates_of_this_appointment():
    unsigned = held("apixaban", at=NOW - timedelta(days=2), signed="")
    signed = hold_to_sign("apixaban", taking("apixaban"), (unsigned,), BOOKED, POLICY, NOW, "Dr B")
    assert (signed.signed_by, signed.signed_at, signed.signed_for) == ("Dr B", NOW, APPOINTMENT)
    assert signed.at == unsigned.at
    assert line("apixaban", contacts=(unsigned, signed)).pause is not None


@pytest.mark.parametrize(
    ("told", "contacts", "booking", "by", "words"),
    [
        (taking("warfarin"), (held("apixaban"),), BOOKED, "Dr B", "not among the blood thinners"),
        (None, (held("apixaban"),), BOOKED, "Dr B", "not among the blood thinners"),
        (taking("apixaban"), (), BOOKED, "Dr B", "has not answered hold"),
        (taking("apixaban"), (replace(held("apixaban"), answer="continue"),), BOOKED, "Dr B", "has not answered hold"),
        (taking("apixaban"), (held("apixaban"),), None, "Dr B", "book first"),
        (taking("fondaparinux"), (held("fondaparinux"),), BOOKED, "Dr B", "enter the hours"),
        (taking("apixaban"), (held("apixaban"),), BOOKED, " ", "name who signs"),
        (
            taking("apixaban"),
            (held("apixaban"),),
            replace(BOOKED, at=NOW + timedelta(hours=20)),
            "Dr B",
            "due before now",
        ),
    ],
)
def test_what_cannot_be_signed_says_why(told, contacts, booking, by, words):
    agent = contacts[0].agent if contacts else "apixaban"
    with pytest.raises(NothingToSign, match=words):
        hold_to_sign(agent, told, contacts, booking, POLICY, NOW, by)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answer": "maybe"}, "prescriber.answer-unclear"),
        ({"prescriber": " "}, "prescriber.nobody"),
        ({"at": NOW + timedelta(minutes=1)}, "prescriber.in-future"),
        ({"signed_at": NOW + timedelta(minutes=1)}, "prescriber.in-future"),
        ({"hold_hours": 0}, "prescriber.hours"),
        ({"restart_hours": -4}, "prescriber.hours"),
    ],
)
def test_a_prescribers_answer_that_cannot_be_is_not_kept(changes, code):
    assert codes(check_contact(replace(held("apixaban"), **changes), NOW)) == {code}
    assert check_contact(held("apixaban"), NOW).decision is Decision.CLEAR


# What raises the class


@pytest.mark.parametrize(
    "changes",
    [
        {"prior_bleeding": YES},
        {"prior_bleeding": UNKNOWN},
        {"other_nsaid": YES},
        {"medicines": (Medicine("a", "apixaban", "n"), Medicine("b", "ibuprofen", "n"))},
        {"medicines": (Medicine("a", "apixaban", "n"), Medicine("b", "clopidogrel", "n"))},
    ],
    ids=["bleeding", "bleeding unknown", "another NSAID", "ibuprofen", "second agent"],
)
def test_what_raises_the_class_is_reviewed(changes):
    found = screened(taking("apixaban", **changes))
    assert "antithrombotic.raised" in codes(found)
    assert found.decision is Decision.REVIEW


@given(st.sampled_from(ANTITHROMBOTICS), st.sampled_from(ANTITHROMBOTICS), st.sampled_from([POLICY, SIR, INTERRUPT]))
def test_a_second_agent_never_makes_it_safer(first, second, policy):
    inr = {"inr": Decimal("2.1"), "inr_on": NOW.date()}
    one, two = screened(taking(first, **inr), policy=policy), screened(taking(first, second, **inr), policy=policy)
    assert RANK.index(two.decision) >= RANK.index(one.decision)
    if first != second:
        assert two.decision is not Decision.CLEAR


@pytest.mark.parametrize(("fact", "asked"), [(NO, False), (YES, True), (UNKNOWN, True), (NOT_ASKED, True)])
def test_a_pause_after_a_stent_stroke_or_clot_is_reviewed_though_signed(fact, asked):
    found = screened(taking("apixaban", stent_stroke_or_clot_last_year=fact), (held("apixaban"),))
    assert ("antithrombotic.hold-after-clot" in codes(found)) is asked


def test_a_pause_of_warfarin_tells_what_was_said_of_bridging():
    inr = {"inr": Decimal("2.1"), "inr_on": NOW.date()}
    silent = screened(taking("warfarin", **inr), (held("warfarin"),))
    told = next(one for one in silent.findings if one.code == "antithrombotic.bridging:warfarin")
    assert told.clinician.endswith("the prescriber said: nothing.")
    spoken = screened(taking("warfarin", **inr), (held("warfarin", bridging="none needed"),))
    assert any("none needed" in one.clinician for one in spoken.findings)


def test_serotonin_and_herbs_are_noted_beside_a_blood_thinner_alone():
    extra = (Medicine("Zoloft", "sertraline", "n"), Medicine("ginkgo", "ginkgo", "n"))
    assert screened(answers(medicines=extra)).findings == ()
    both = screened(answers(medicines=(*taking("apixaban").medicines, *extra), antithrombotics=YES))
    assert {"serotonin.bleeding", "herbal.bleeding"} <= codes(both)
    assert both.decision is Decision.CLEAR


def test_the_advice_of_a_line_is_that_of_the_sites_column():
    assert line("enoxaparin", policy=SIR).advice is Advice.CONTINUE
    assert line("enoxaparin", policy=POLICY).advice is Advice.HOLD
