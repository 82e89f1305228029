"""Texts of findings are data: each is used by a rule, says something to both readers, and has source and grade."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest
from well_patient import FACT_NAMES

import sijoint.pathway
from sijoint.model import Decision, Severity
from sijoint.pathway import (
    UnknownFinding,
    allows,
    assessed,
    causes_named,
    exclusions,
    explain,
    fact_rules,
    finding_texts,
    found,
)
from sijoint.pathway.screening import FactRule

ROOM = Path(sijoint.pathway.__file__).parent
CODE = "".join(file.read_text(encoding="utf-8") for file in sorted(ROOM.glob("*.py")))


def test_every_text_is_used_by_a_rule():
    by_data = {code for rule in fact_rules() for code in (rule.yes, rule.yes_with_steroid, rule.no)}
    by_data |= {one.yes for one in exclusions()} | {one.think_of for one in causes_named().values()}
    unused = [code for code in finding_texts() if f'"{code}"' not in CODE and code not in by_data]
    assert unused == []


def test_every_code_that_a_rule_names_has_a_text():
    named = set(re.findall(r'found\(\s*"([^"]+)"', CODE))
    assert len(named) > 100
    assert named <= set(finding_texts())


@pytest.mark.parametrize("text", finding_texts().values(), ids=lambda text: text.code)
def test_every_text_speaks_to_both_readers_and_names_its_source(text):
    assert text.clinician.endswith((".", "?", "}"))
    assert text.patient
    assert text.clears
    assert text.source


def calls_of_found():
    """Every call of ``found`` with a literal code: file, line, code and the blanks it fills (None: filled from a dict)."""
    for file in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "found" and node.args:
                codes = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
                names = {one.arg for one in node.keywords}
                for code in codes:
                    if code in finding_texts():
                        yield f"{file.name}:{node.lineno}", code, None if None in names else names


def test_every_blank_of_a_text_is_filled_where_the_finding_is_made():
    seen = 0
    for place, code, names in calls_of_found():
        text = explain(code)
        blanks = set(re.findall(r"{(\w+)}", text.clinician + text.patient + text.clears))
        seen += 1
        assert names is None or blanks <= names, f"{place}: {code} leaves {blanks - names} empty"
    assert seen > 150


def test_no_text_fills_blanks_by_attribute_or_format():
    texts = "".join(one.clinician + one.patient + one.clears for one in finding_texts().values())
    assert re.findall(r"{(?!\w+})", texts) == []


def test_explain_finds_a_code_with_and_without_its_subject():
    assert explain("answer.unknown:pregnancy") is explain("answer.unknown")
    with pytest.raises(UnknownFinding):
        explain("no.such-thing")


def test_notes_alone_leave_the_way_clear_and_the_worst_decides():
    note, review = found("vasovagal.history"), found("fusion.present")
    assert assessed([]).decision is Decision.CLEAR
    assert allows(assessed([note]))
    assert assessed([note, review]).decision is Decision.REVIEW
    assert not allows(assessed([review]))
    assert [one.severity for one in assessed([note, review]).findings] == [Severity.REVIEW, Severity.NOTE]


def test_every_yes_or_no_fact_of_screening_has_a_rule():
    assert {rule.name for rule in fact_rules()} == set(FACT_NAMES)
    assert all(isinstance(rule, FactRule) and rule.unknown.rank >= Severity.REVIEW.rank for rule in fact_rules())


def test_what_clears_a_wrong_consent_cannot_be_read_as_a_side():
    """Right is a side here: a sentence that means "correct" must not say it."""
    for code in ("consent.side", "side.mismatch", "side.missing"):
        assert "right" not in explain(code).clears.split()


def test_a_date_in_a_finding_is_written_as_people_write_it():
    told = found("repeat.too-soon", span="84 days", day=date(2026, 5, 21))
    assert told.clinician == "Therapeutic shots are 84 days apart: not before 21 May 2026."
