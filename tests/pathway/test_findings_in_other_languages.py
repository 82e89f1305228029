"""What patients read at once, on a phone, in every language that there is: red flags, and what is said of an answer."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from well_patient import POLICY, YES, entry, followed

from sijoint.pathway import diary_notes, finding_texts, flag_table, language, languages, red_flags
from sijoint.pathway.findings import patient_text

OTHERS = [one for one in languages() if one != "en"]
AT_ONCE = [code for code, one in finding_texts().items() if one.subject in ("red_flags", "diary")]
HERE = followed({})
NUMBERS = {"emergency", "clinic"}


def blanks(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("finding", AT_ONCE)
def test_every_sentence_is_there_with_numbers_to_call_and_no_blank_that_nobody_fills(finding, code):
    english, other = patient_text(finding), patient_text(finding, language(code))
    assert other != english
    assert blanks(other) <= blanks(english)
    assert blanks(english) & NUMBERS == blanks(other) & NUMBERS


@pytest.mark.parametrize("code", OTHERS)
def test_no_sentence_is_left_over(code):
    from sijoint.pathway.findings import _translated

    assert set(_translated(code)) == set(AT_ONCE)


def test_a_language_says_that_no_clinician_has_reviewed_it():
    assert all(language(code).review for code in OTHERS)


@pytest.mark.parametrize("code", OTHERS)
def test_phone_and_server_say_the_same_in_the_patients_language(code):
    told = language(code)
    bad = replace(entry(HERE.prompts[0], 3), bladder_bowel_or_saddle_change=YES)
    (flag, *_) = red_flags(bad, HERE, POLICY, told)
    rule = next(one for one in flag_table(HERE, POLICY, told).rules if one.code == flag.code)
    assert flag.patient == rule.patient
    assert told.site(POLICY.emergency_phone) in flag.patient
    assert flag.patient != red_flags(bad, HERE, POLICY)[0].patient
    assert flag.clinician == red_flags(bad, HERE, POLICY)[0].clinician  # clinicians read English


@pytest.mark.parametrize(("code", "words"), [("de", "zählt nicht im Ergebnis"), ("es", "no cuenta en el resultado")])
def test_what_is_said_of_an_answer_is_in_the_patients_language(code, words):
    late = replace(entry(HERE.prompts[3], 3), answered=HERE.prompts[3].closes + timedelta(minutes=1))
    assert words in diary_notes(late, HERE, POLICY, language(code))[0].patient


def test_what_is_not_written_in_a_language_is_told_in_english():
    assert patient_text("pregnancy.confirmed", language("de")) == finding_texts()["pregnancy.confirmed"].patient
