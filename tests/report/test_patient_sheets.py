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
from sijoint.report import discharge_paper, paper_html, paper_text, preparation_paper, render_episode

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


def words_of(html: str) -> str:
    return spread(" ".join(ElementTree.fromstring(html.split("\n", 1)[1]).itertext()))


@pytest.fixture
def preparation():
    return made_up.episode().sessions[0].preparation


def test_the_preparation_sheet_holds_every_sentence_and_the_visit(preparation):
    paper = preparation_paper(preparation, made_up.PATIENT)
    for told in (words_of(paper_html(paper)), paper_text(paper)):
        for item in preparation.items:
            assert item.text in told
        assert "Tuesday 3 February 2026, 09:00 (UTC)" in told
        assert "no longer holds" in told
        assert "VIRTUAL PATIENT" in told
        assert "not a certified medical device" in told


def test_the_discharge_sheet_holds_what_was_given_and_when_to_call():
    paper = discharge_paper(HOME, made_up.PATIENT)
    for told in (words_of(paper_html(paper)), paper_text(paper)):
        for sentence in (
            "1 mL lidocaine, left",
            *HOME.emergency_if,
            *HOME.call_if,
            *(item.text for item in HOME.items),
        ):
            assert sentence in told
        assert "call 112 at once if" in told
        assert "Call: number on your card" in told
        assert "not watched live" in told
        assert told.count("Driving") == 1


def test_the_reasons_to_call_come_first_and_framed():
    first, second, *rest = discharge_paper(HOME, made_up.PATIENT).parts
    assert first.framed
    assert second.framed
    assert "112" in first.heading
    assert not any(part.framed for part in rest)


def test_where_nothing_was_given_the_sheet_says_so():
    assert "Nothing was given." in paper_text(discharge_paper(replace(HOME, given=(), given_at=None), made_up.PATIENT))


def test_sheets_are_self_contained_pages_and_their_titles_name_nobody(preparation):
    for paper in (preparation_paper(preparation, made_up.PATIENT), discharge_paper(HOME, made_up.PATIENT)):
        html = paper_html(paper)
        assert html.startswith("<!DOCTYPE html>")
        for banned in ("<script", "src=", "href=", "url("):
            assert banned not in html
        title = html.split("<title>")[1].split("</title>")[0]
        assert made_up.PATIENT.family_name not in title
        assert made_up.PATIENT.family_name in paper.who


def test_sentences_of_one_topic_stand_under_one_heading(preparation):
    twice = replace(
        preparation, items=(*preparation.items, SheetItem(SheetTopic.MEDICINES, "Bring the list of your medicines."))
    )
    told = paper_text(preparation_paper(twice, made_up.PATIENT))
    assert told.count("Your medicines\n") == 1
    assert (
        told.index("Keep taking ramipril") < told.index("Bring the list of your medicines.") < told.index("You may eat")
    )


def test_a_sheet_is_set_in_its_own_language(preparation):
    paper = preparation_paper(replace(preparation, language="de"), made_up.PATIENT)
    assert paper.title == "So bereiten Sie sich auf die Spritze vor"
    assert "Medizinisch noch nicht geprüfte Übersetzung. Es gilt der englische Text." in paper.notices
    assert '<html lang="de">' in paper_html(paper)
    assert preparation_paper(preparation, replace(made_up.PATIENT, virtual=False)).notices == ()


def test_the_episode_report_shows_the_sheet_the_reason_against_ibuprofen_and_the_call():
    whole = made_up.report()
    first, *later = whole.episode.sessions
    kept = replace(first, discharge_sheet=HOME)
    told = render_episode(replace(whole, episode=replace(whole.episode, sessions=(kept, *later))))
    assert told.count("<h3>Discharge sheet") == 1
    assert told.index("<h3>Recovery</h3>") < told.index("<h3>Discharge sheet") < told.index("<h3>Pain diary</h3>")
    assert "Ibuprofen is not printed because of: a stomach ulcer" in told
    assert "Call planned" in told


def test_the_sheet_of_the_made_up_patient_is_made_by_the_rules():
    sheet = discharge_sheet(made_up.episode(), made_up.PATIENT, load_policy("clinic"), MADE)
    assert sheet.painkiller is not Painkiller.IBUPROFEN  # turmeric capsules are not matched
    paper = discharge_paper(sheet, made_up.PATIENT)
    for item in sheet.items:
        text = item.text[:1].upper() + item.text[1:]
        assert text in paper_text(paper)
        assert text in words_of(paper_html(paper))
