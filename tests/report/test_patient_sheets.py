"""Sheets lay out the sentences that they are given, on paper and as text."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest

import made_up_episode as made_up
from sijoint.frames import Side
from sijoint.model import (
    DischargeItem,
    DischargeSheet,
    DischargeTopic,
    GivenLine,
    Painkiller,
    SheetItem,
    SheetTopic,
    SyringeUse,
    Target,
)
from sijoint.pathway import discharge_sheet, load_policy
from sijoint.report import (
    discharge_sheet_text,
    preparation_sheet_text,
    render_discharge_sheet,
    render_episode,
    render_preparation_sheet,
)

MADE = made_up.at(2, 24, 10, 40)
HOME = DischargeSheet(
    made_at=MADE,
    procedure_id="PR-2",
    given_at=made_up.at(2, 24, 9, 54),
    side=Side.LEFT,
    target=Target.INTRA_ARTICULAR,
    given=(
        GivenLine(SyringeUse.DRUG, "lidocaine_2_percent", "lidocaine", Decimal(1), Side.LEFT, "1 mL lidocaine, left"),
    ),
    items=(
        DischargeItem(DischargeTopic.SORENESS, "The site may be sore for 2 to 3 days.", "practice leaflet"),
        DischargeItem(DischargeTopic.DRIVING, "Do not drive today."),
        DischargeItem(DischargeTopic.DRIVING, "Brake <hard> first."),
    ),
    emergency_if=("you have trouble breathing", "both legs are weak"),
    call_if=("you have a temperature of 38.0 °C or more", "your leg is <still> weak"),
    clinic_phone="number on your card",
    emergency_phone="112",
    painkiller=Painkiller.PARACETAMOL,
    call_from=MADE + timedelta(hours=24),
    call_until=MADE + timedelta(hours=72),
    ibuprofen_held_back_by=("a stomach ulcer",),
)


def spread(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def preparation():
    return made_up.episode().sessions[0].preparation


def test_the_preparation_sheet_holds_every_sentence_and_the_visit(preparation):
    for told in (
        render_preparation_sheet(preparation, made_up.PATIENT),
        preparation_sheet_text(preparation, made_up.PATIENT),
    ):
        for item in preparation.items:
            assert item.text in spread(told)
        assert "3 feb 2026, 09:00" in told.lower()
        assert "no longer holds" in spread(told)
        assert "VIRTUAL PATIENT" in told
        assert "not a certified medical device" in spread(told)


def test_the_discharge_sheet_holds_what_was_given_and_when_to_call():
    html = render_discharge_sheet(HOME, made_up.PATIENT)
    text = discharge_sheet_text(HOME, made_up.PATIENT)
    words = spread("".join(ElementTree.fromstring(html.split("\n", 1)[1]).itertext()))
    for told in (words, spread(text)):
        for sentence in (
            "1 mL lidocaine, left",
            *HOME.emergency_if,
            *HOME.call_if,
            *(item.text for item in HOME.items),
        ):
            assert sentence.lower() in told.lower()
        assert "call 112 at once if" in told.lower()
        assert "Call: number on your card" in told
        assert "not watched live" in told
        assert told.lower().count("driving") == 1
    assert max(len(line) for line in text.splitlines()) <= 76


def test_sheets_are_self_contained_pages(preparation):
    for html in (render_preparation_sheet(preparation, made_up.PATIENT), render_discharge_sheet(HOME, made_up.PATIENT)):
        assert html.startswith("<!DOCTYPE html>")
        for banned in ("<script", "src=", "href=", "url("):
            assert banned not in html


def test_sentences_of_one_topic_stand_under_one_heading(preparation):
    twice = replace(
        preparation, items=(*preparation.items, SheetItem(SheetTopic.MEDICINES, "Bring the list of your medicines."))
    )
    html, text = render_preparation_sheet(twice, made_up.PATIENT), preparation_sheet_text(twice, made_up.PATIENT)
    assert html.count("<h2>Medicines</h2>") == 1
    assert text.count("MEDICINES") == 1
    for told in (html, text):
        assert (
            told.index("Keep taking ramipril")
            < told.index("Bring the list of your medicines.")
            < told.index("You may eat")
        )


def test_the_episode_report_shows_the_sheet_the_reason_against_ibuprofen_and_the_call():
    whole = made_up.report()
    first, *later = whole.episode.sessions
    kept = replace(first, discharge_sheet=HOME)
    told = render_episode(replace(whole, episode=replace(whole.episode, sessions=(kept, *later))))
    assert told.count("<h3>Discharge sheet") == 1
    assert told.index("<h3>Recovery</h3>") < told.index("<h3>Discharge sheet") < told.index("<h3>Pain diary</h3>")
    assert "Ibuprofen is not printed because of: a stomach ulcer" in told
    assert "Call planned" in told


def test_the_sheet_of_the_made_up_patient_is_made_by_the_rules_and_fits_the_width():
    sheet = discharge_sheet(made_up.episode(), made_up.PATIENT, load_policy("clinic"), MADE)
    text = discharge_sheet_text(sheet, made_up.PATIENT)
    assert sheet.painkiller is not Painkiller.IBUPROFEN  # turmeric capsules are not matched
    for item in sheet.items:
        assert item.text in spread(text)
        assert item.text in spread("".join(ElementTree.fromstring(page_of(sheet)).itertext()))


def page_of(sheet: DischargeSheet) -> str:
    return render_discharge_sheet(sheet, made_up.PATIENT).split("\n", 1)[1]
