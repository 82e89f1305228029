"""Sheets lay out the sentences that they are given, on paper and as text."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

import made_up_episode as made_up
from sijoint.model import SheetItem, SheetTopic
from sijoint.report import (
    DischargeItem,
    DischargeSheet,
    discharge_sheet_text,
    preparation_sheet_text,
    render_discharge_sheet,
    render_preparation_sheet,
)

HOME = DischargeSheet(
    given_at=made_up.at(2, 24, 9, 54),
    side="left",
    given=("1 mL lidocaine 2 %, plain", "1 mL triamcinolone acetonide 40 mg/mL"),
    items=(
        DischargeItem("soreness", "The site may be sore for 2 to 3 days. Use ice.", "practice leaflet"),
        DischargeItem("driving", "Do not drive today."),
    ),
    red_flags=("Fever of 38.0 °C or more", "a leg that grows weaker <or numb>"),
    call="Day clinic: number on your card",
    emergency="Cannot wait: call the emergency number. This diary is not watched live.",
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
            *HOME.given,
            HOME.red_flags[1],
            HOME.call,
            HOME.emergency,
            *(item.text for item in HOME.items),
        ):
            assert sentence in told
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
