"""Patients of twelve can read the sheets: published readability formulas over sheets of many facts, in each language.

English: Flesch-Kincaid grade (Kincaid 1975). German: fourth Vienna non-fiction formula (Bamberger and Vanecek 1984), in
years of school. Spanish: Fernández Huerta (1959) as the INFLESZ scale of Barrio-Cantalejo (2008) reads it: 65 to 80 is
fairly easy, the level of the press and of schoolbooks at about twelve.
"""

import re

import pytest
from readable import english_grade, german_school_years, spanish_ease
from sheets_of_many import discharge_sheets, preparation_sheets

from sijoint.pathway import language

GRADE_AT_MOST = 6  # the sixth year of school: age 11 to 12
SPANISH_EASE_AT_LEAST = 65


def words_of(sheets):
    for sheet in sheets:
        items = [item.text for item in sheet.items]
        flags = [*getattr(sheet, "emergency_if", ()), *getattr(sheet, "call_if", ())]
        yield " ".join(f"{text.rstrip('.')}." for text in (*items, *flags))


@pytest.mark.parametrize("sheets", [preparation_sheets, discharge_sheets])
@pytest.mark.parametrize(
    ("code", "easy"),
    [
        ("en", lambda text: english_grade(text) <= GRADE_AT_MOST),
        ("de", lambda text: german_school_years(text) <= GRADE_AT_MOST),
        ("es", lambda text: spanish_ease(text) >= SPANISH_EASE_AT_LEAST),
    ],
)
def test_every_sheet_is_easy_enough(sheets, code, easy):
    told = list(words_of(sheets(code)))
    assert len(told) > 30
    assert [text for text in told if not easy(text)] == []


def test_the_formulas_know_easy_from_hard():
    hard = "Antithrombotic discontinuation necessitates multidisciplinary consideration of individual thromboembolic predisposition."
    assert english_grade("Put ice on it. Call us if it hurts.") < 4
    assert english_grade(hard) > 15
    schwer = "Die Unterbrechung gerinnungshemmender Behandlungen erfordert interdisziplinäre Risikoabwägungen."
    assert german_school_years("Kühlen Sie die Stelle mit Eis. Rufen Sie uns an.") < 4
    assert german_school_years(schwer) > 12
    dificil = (
        "La interrupción de tratamientos anticoagulantes requiere consideraciones multidisciplinares individualizadas."
    )
    assert spanish_ease("Ponga hielo en la zona. Llame si le duele.") > 85
    assert spanish_ease(dificil) < 30


@pytest.mark.parametrize(("code", "most"), [("en", 30), ("de", 30), ("es", 32)])
def test_no_sentence_is_long(code, most):
    """Lists of drugs and doses behind a colon are no sentence."""
    told = [*words_of(preparation_sheets(code)), *words_of(discharge_sheets(code))]
    sentences = {one for text in told for one in re.split(r"(?<=[a-zäöüßáéíóúñ)][.!?;:])\s", text)}
    assert {one for one in sentences if len(one.split()) > most} == set()


def used(sheets):
    return {item.code for sheet in sheets for item in sheet.items}


def test_every_sentence_is_on_some_sheet_so_that_all_of_them_are_judged():
    """But for what a site's other choice of policy, or a procedure without drug, would print."""
    texts = language("en").texts
    before = {f"{section}.{key}" for section, keys in texts["preparation"].items() for key in keys}
    assert before - used(preparation_sheets("en")) == {"driver.none"}
    others = {"given", "where", "red_flags", "red_flags_timed"}
    after = {
        f"{section}.{key}" for section, keys in texts["going_home"].items() if section not in others for key in keys
    }
    assert after - used(discharge_sheets("en")) == {"soreness.no_drug", "activity.rest"}
