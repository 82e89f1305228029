"""`sij sheet`: a paper from an episode file or a store, in the form and language that is asked for."""

import json
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from icalendar import Calendar
from pypdf import PdfReader

sys.path.insert(0, str(Path(__file__).parent.parent))

import made_up_episode as made_up
from sijoint.exchange import EpisodeFile, MadeBy, episode_text
from sijoint.model import BookingChange, BookingEvent, Episode, EpisodeState, StoreKind
from sijoint.records import Tag, open_store

REQUESTED = Episode(
    "E-1", made_up.PATIENT.id, EpisodeState.REQUESTED, 0, made_up.episode().request, made_up.episode().assessment
)
VERSION = MadeBy("0.1.0", "3.11", "portable", 1, "positive")


@pytest.fixture
def episode_file(tmp_path):
    path = tmp_path / "episode.json"
    file = EpisodeFile(StoreKind.VIRTUAL, made_up.PATIENT, made_up.episode(), VERSION)
    path.write_text(episode_text(file), encoding="utf-8")
    return path


def store_at(path, kind):
    store = open_store(path, kind, create=True)
    person = replace(made_up.PATIENT, virtual=kind is StoreKind.VIRTUAL)
    with store.unit_of_work() as work:
        work.add_patient(person)
        work.add_episode(REQUESTED)
        work.commit(Tag.EPISODE_REQUESTED, at=made_up.at(1, 12), episode_id=REQUESTED.id)
    store.close()
    return path


@pytest.fixture
def store_file(tmp_path):
    return store_at(tmp_path / "clinic.db", StoreKind.CARE)


def test_the_note_is_printed_where_no_file_is_named(sij, episode_file):
    code, said, complained = sij("sheet", "note", episode_file, "--session", 1)
    assert (code, complained) == (0, "")
    assert said.startswith("Procedure note\n")
    assert "22 G needle" in said


def test_a_discharge_sheet_in_german_is_a_pdf_of_one_page(sij, episode_file, tmp_path):
    out = tmp_path / "nachher.pdf"
    code, said, complained = sij(
        "sheet", "discharge", episode_file, "--language", "de", "--zone", "Europe/Berlin", "--out", out
    )
    assert (code, complained) == (0, "")
    assert str(out) in said
    pages = PdfReader(BytesIO(out.read_bytes())).pages
    assert len(pages) == 1
    assert "Nach Ihrer Spritze" in pages[0].extract_text()
    assert "CET" in pages[0].extract_text()


@pytest.mark.parametrize(("ending", "holds"), [(".html", "<!DOCTYPE html>"), (".txt", "Después de la inyección")])
def test_page_and_text_in_spanish(sij, episode_file, tmp_path, ending, holds):
    out = tmp_path / f"hoja{ending}"
    assert sij("sheet", "discharge", episode_file, "--language", "es", "--out", out)[0] == 0
    assert holds in out.read_text(encoding="utf-8")


def test_the_visit_and_the_diary_become_calendar_entries_that_name_nobody(sij, episode_file, tmp_path):
    visit, diary = tmp_path / "visit.ics", tmp_path / "diary.ics"
    assert sij("sheet", "preparation", episode_file, "--session", 1, "--out", visit)[0] == 0
    assert sij("sheet", "discharge", episode_file, "--session", 1, "--language", "de", "--out", diary)[0] == 0
    first, session = made_up.episode().sessions[0].booking.at, made_up.episode().sessions[0]
    (event,) = Calendar.from_ical(visit.read_bytes()).walk("VEVENT")
    assert event.decoded("dtstart") == first
    assert str(event["summary"]) == "Clinic visit"
    questions = Calendar.from_ical(diary.read_bytes()).walk("VEVENT")
    assert [one.decoded("dtstart") for one in questions] == [
        one.due for one in session.prompts if one.due > session.discharge.at
    ]
    assert len(questions) < len(session.prompts)  # the nurse asked the first ones
    assert {str(one["summary"]) for one in questions} == {"Tagebuch"}
    for written in (visit.read_text(encoding="utf-8"), diary.read_text(encoding="utf-8")):
        for private in (made_up.PATIENT.family_name, "sacroiliac", "injection", "pain", "left"):
            assert private not in written


def test_a_cancelled_visit_takes_its_entry_out_of_the_calendar(sij, tmp_path):
    whole = made_up.episode()
    booked = whole.sessions[0]
    gone = BookingChange(BookingEvent.CANCELLED, booked.booking.at, made_up.at(1, 30), "front desk")
    session = replace(booked, booking=None, preparation=None, procedure=None, booking_changes=(gone,))
    path, out = tmp_path / "cancelled.json", tmp_path / "visit.ics"
    file = EpisodeFile(StoreKind.VIRTUAL, made_up.PATIENT, replace(whole, sessions=(session,)), VERSION)
    path.write_text(episode_text(file), encoding="utf-8")
    assert sij("sheet", "preparation", path, "--out", out)[0] == 0
    calendar = Calendar.from_ical(out.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert str(calendar["method"]) == "CANCEL"
    assert str(event["status"]) == "CANCELLED"
    assert event.decoded("dtstart") == booked.booking.at


def test_from_a_store_the_reading_is_on_record(sij, store_file):
    code, said, complained = sij("sheet", "letter", store_file, "--episode", REQUESTED.id, "--by", "Dr B")
    assert (code, complained) == (0, "")
    assert "4 of 6 provocation tests positive" in said
    store = open_store(store_file)
    assert store.ledger()[-1].tag == Tag.RECORD_READ
    assert made_up.PATIENT.family_name not in json.dumps([str(one) for one in store.ledger()])
    store.close()


def test_a_virtual_store_is_read_without_a_line(sij, tmp_path):
    path = store_at(tmp_path / "virtual.db", StoreKind.VIRTUAL)
    code, said, _ = sij("sheet", "emergency", path, "--episode", REQUESTED.id)
    assert code == 0
    assert "Doses for 71 kg" in said
    store = open_store(path)
    assert store.ledger()[-1].tag != Tag.RECORD_READ
    store.close()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("note", "FILE", "--session", 7), "there is no session 7: the episode has 2"),
        (("verdict", "FILE"), "there is no verdict on this session: judge the block first"),
        (("labels", "FILE"), "draw up the syringes first"),
        (("letter", "FILE", "--language", "de"), "in English alone"),
        (("letter", "FILE", "--language", "fr"), "choose one of en, de, es"),
        (("letter", "FILE", "--out", "letter.docx"), "end the name in .txt, .html, .pdf or .ics"),
        (("letter", "FILE", "--out", "letter.ics"), "letter has no date for a calendar"),
        (("letter", "FILE", "--out", "nowhere/letter.pdf"), "a folder that exists"),
        (("letter", "FILE", "--zone", "Mars/Base"), "there is no time zone 'Mars/Base'"),
        (("letter", "missing.json"), "there is no file missing.json"),
        (("letter", "missing.db", "--episode", "E-1"), "there is no file missing.db"),
        (("packet", "FILE"), "name the payer's policy with --policy"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence(sij, episode_file, arguments, complaint):
    code, said, complained = sij("sheet", *(episode_file if one == "FILE" else one for one in arguments))
    assert (code, said) == (2, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1
    assert made_up.PATIENT.family_name not in complained


def test_a_store_asks_for_the_episode(sij, store_file):
    code, _, complained = sij("sheet", "letter", store_file)
    assert code == 2
    assert "--episode" in complained
