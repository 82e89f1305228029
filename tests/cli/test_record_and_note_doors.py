"""`sij record`, `sij note` and `sij medicine`: what a clinic does at a terminal, by the same commands as everywhere."""

import io
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "clinic"))

from clinic_course import EPISODE, START, course_in

from sijoint.clinic.people import add_person
from sijoint.model import Person, ProcedureWriter, Role, StoreKind
from sijoint.pathway import text_digest
from sijoint.records import Tag, verify

AFTER = "2026-03-09T10:30:00Z"  # the example's procedure ended eighteen minutes before
PASSWORD = "four plums under snow"


@pytest.fixture
def clinic(tmp_path):
    """A patient timed out at nine, on the day of the example."""
    course = course_in(tmp_path)
    course.timed_out()
    yield course
    course.store.close()


@pytest.fixture
def example(sij, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(sij("example", "procedure")[1], encoding="utf-8")
    return file


def session(course):
    return course.store.episode(EPISODE).sessions[-1]


def at(store, *words):
    return (*words, "--store", store.store.place.name, "--episode", EPISODE, "--now", AFTER)


def recorded(sij, clinic, example):
    return sij("record", example, *at(clinic))


def test_a_procedure_that_was_written_down_is_recorded_with_its_deviations(sij, clinic, example):
    code, said, complained = recorded(sij, clinic, example)
    assert complained == ""
    assert code in (0, 10)  # written down afterwards: a note, and whatever a physician looks at
    assert "recorded: procedure procedure-1" in said
    assert "written" in said
    procedure = session(clinic).procedure
    assert (procedure.operator, procedure.writer) == ("dr-a", ProcedureWriter.FORM)
    assert [one.kept_as[-7:] for one in procedure.images] == ["image 1", "image 2"]
    assert clinic.store.ledger()[-1].tag == Tag.PROCEDURE_RECORDED
    assert verify(clinic.store.place.address).intact


def test_the_answer_for_programs_names_procedure_state_and_findings(sij, clinic, example):
    code, said, _ = sij("record", example, "--json", *at(clinic))
    told = json.loads(said)
    assert (told["procedure_id"], told["state"]) == ("procedure-1", "procedure ended")
    assert "deviation.written-afterwards" in {one["code"] for one in told["findings"]}
    assert code == {"clear": 0, "review": 10, "stop": 11, "absolute": 12}[told["decision"]]


def test_a_procedure_is_recorded_once(sij, clinic, example):
    recorded(sij, clinic, example)
    code, said, complained = recorded(sij, clinic, example)
    assert (code, said) == (2, "")
    assert complained.startswith("sij: ")


def test_a_file_with_a_fault_changes_nothing(sij, clinic, example):
    before = clinic.store.ledger_end()
    example.write_text(example.read_text(encoding="utf-8").replace('side = "left"', 'side = "lft"'), encoding="utf-8")
    code, said, complained = recorded(sij, clinic, example)
    assert (code, said) == (2, "")
    assert "procedure.side" in complained
    assert clinic.store.ledger_end() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("record", "nowhere.toml", "--store", "clinic.db", "--episode", EPISODE), "nowhere.toml cannot be read"),
        (("note", "show", "--store", "nowhere.db", "--episode", EPISODE), "there is no store nowhere.db"),
        (("note", "show", "--store", "clinic.db", "--episode", "nobody"), "holds no episode 'nobody'"),
        (("note", "sign", "--store", "clinic.db", "--episode", EPISODE), "say which text you sign"),
        (("note", "add", "--store", "clinic.db", "--episode", EPISODE), "say what is to be added"),
        (("note", "show", "--store", "clinic.db", "--episode", EPISODE, "--session", "7"), "there is no session 7"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_sentence(sij, clinic, words, sentence):
    code, said, complained = sij(*words)
    assert (code, said) == (2, "")
    assert sentence in complained


def test_a_note_is_drafted_written_read_and_signed(sij, clinic, example, tmp_path):
    recorded(sij, clinic, example)
    code, draft, _ = sij("note", "draft", *at(clinic))
    assert code == 0
    assert "procedure" in draft.casefold()
    assert session(clinic).note is None
    text = tmp_path / "note.txt"
    text.write_text(draft + "\nThe patient tolerated it well.\n", encoding="utf-8")
    code, said, _ = sij("note", "write", "--text", text, "--by", "dr-a", *at(clinic))
    assert code == 0
    digest = text_digest(session(clinic).note.versions[-1])
    assert f"version 1 of dr-a; not signed; SHA-256 {digest}" in said
    assert sij("note", "sign", "--digest", "0" * 64, "--by", "dr-a", *at(clinic))[0] == 2
    code, said, _ = sij("note", "sign", "--digest", digest, "--by", "dr-a", *at(clinic))
    assert code == 0
    assert "signed by dr-a, 2026-03-09 10:30 UTC" in said
    text.write_text("Called the next day.", encoding="utf-8")
    code, said, _ = sij("note", "add", "--text", text, "--by", "nurse", *at(clinic))
    assert "Addendum of nurse" in said
    assert [one.text for one in session(clinic).note.addenda] == ["Called the next day."]


def test_a_note_kept_as_drafted_says_that_it_was_generated(sij, clinic, example):
    recorded(sij, clinic, example)
    sij("note", "write", "--by", "dr-a", *at(clinic))
    assert session(clinic).note.versions[-1].generated


def test_a_note_is_signed_by_its_operator_alone(sij, clinic, example):
    recorded(sij, clinic, example)
    sij("note", "write", "--by", "nurse", *at(clinic))
    digest = text_digest(session(clinic).note.versions[-1])
    code, _, complained = sij("note", "sign", "--digest", digest, "--by", "nurse", *at(clinic))
    assert code == 2
    assert "signed by the operator" in complained
    assert session(clinic).note.signed_at is None


def test_a_look_at_a_note_in_a_care_store_is_a_line_of_its_ledger(sij, tmp_path):
    course = course_in(tmp_path, StoreKind.CARE).cleared()
    before = len(course.store.ledger())
    code, said, _ = sij("note", "show", "--by", "nurse", *at(course))
    assert code == 0
    assert "there is no note yet" in said
    assert [one.tag for one in course.store.ledger()[before:]] == [Tag.RECORD_READ] * 2
    course.store.close()


def test_where_people_are_registered_somebody_proves_who_they_are(sij, clinic, example, monkeypatch):
    add_person(clinic.store, Person("nurse", "N", Role.NURSE, administers=True), by="x", at=START, password=PASSWORD, console=True)  # fmt: skip
    for typed in ("", "four plums under rain", PASSWORD):
        assert clinic.store.episode(EPISODE).sessions[-1].procedure is None
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed + "\n"))
        code, said, complained = sij("record", example, "--by", "nurse", *at(clinic))
        if typed != PASSWORD:
            assert (code, said) == (2, "")
            assert "with this password" in complained
            assert typed not in complained or not typed
    assert session(clinic).procedure is not None


def test_a_role_that_may_not_is_refused_at_the_terminal_too(sij, clinic, example, monkeypatch):
    add_person(clinic.store, Person("desk", "D", Role.FRONT_DESK, administers=True), by="x", at=START, password=PASSWORD, console=True)  # fmt: skip
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    code, _, complained = sij("record", example, "--by", "desk", *at(clinic))
    assert code == 2
    assert "front desk" in complained
    assert session(clinic).procedure is None


# Medicines


def test_a_typed_medicine_is_proposed_and_never_accepted(sij):
    code, said, _ = sij("medicine", "warfrin", "--json")
    told = json.loads(said)
    assert code == 0
    assert (told["typed"], told["accepted"]) == ("warfrin", None)
    assert told["proposals"][0]["codes"] == ["warfarin"]
    assert told["proposals"][0]["similarity"] < 100


def test_a_product_of_several_ingredients_names_them_all(sij):
    told = json.loads(sij("medicine", "co-trimoxazole", "--json")[1])
    assert all(one["codes"] for one in told["proposals"])
    code, said, _ = sij("medicine", "marcumar")
    assert code == 0
    assert "a clinician accepts one, or none" in said


def test_a_name_near_nothing_is_kept_as_typed_and_asked_about(sij):
    code, said, _ = sij("medicine", "qqqq")
    assert code == 10
    assert "ask the patient" in said
    assert json.loads(sij("medicine", "qqqq", "--json")[1])["proposals"] == []


def test_an_allergy_is_proposed_too(sij):
    told = json.loads(sij("medicine", "chlorhexidin", "--allergy", "--json")[1])
    assert "chlorhexidine" in told["proposals"][0]["codes"][0]
