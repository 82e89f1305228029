"""A sheet that was given is printed as kept; in another language only while the facts still make the sheet that was given."""

import sys
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdf_words import pages_of
from sheets_of_many import discharge_sheets

sys.path.insert(0, str(Path(__file__).parent.parent / "pathway"))

from well_patient import (
    FACT_NAMES,
    NO,
    NOW,
    POLICY,
    UNKNOWN,
    YES,
    answers,
    episode,
    followed,
    order,
    patient,
    session,
)

from sijoint.model import Medicine, OrderKind, PrescriberContact, ScreeningSet, Sedation
from sijoint.pathway import UnknownLanguage, discharge_sheet, languages, preparation_sheet
from sijoint.report import NoSuchPaper, discharge_paper, paper_pdf, session_of
from sijoint.report.translated import discharge_in, preparation_in

LEAVING = NOW + timedelta(minutes=50)
BERLIN = ZoneInfo("Europe/Berlin")


def gone_home(**changes):
    here = episode(followed({}, order()), **changes)
    kept = discharge_sheet(here, patient(), POLICY, LEAVING)
    return replace(here, sessions=(replace(here.sessions[0], discharge_sheet=kept),))


def at_home(here, code="en", zone=UTC):
    return discharge_in(here, 1, patient(), POLICY, NOW + timedelta(days=9), code, zone)


def test_a_sheet_that_was_given_comes_as_it_was_kept():
    here = gone_home()
    assert at_home(here) is here.sessions[0].discharge_sheet


def test_in_german_it_says_the_same_by_code_and_keeps_its_moment():
    english, german = at_home(gone_home()), at_home(gone_home(), "de")
    assert [one.code for one in german.items] == [one.code for one in english.items]
    assert german.made_at == english.made_at
    assert german.language == "de"
    assert not {one.text for one in german.items} & {one.text for one in english.items}


def test_by_another_clock_times_change_and_nothing_else():
    berlin = at_home(gone_home(), zone=BERLIN)
    assert [one.code for one in berlin.items] == [one.code for one in at_home(gone_home()).items]
    assert "(CET)" in " ".join(one.text for one in berlin.items)


def test_where_the_answers_changed_since_no_translation_is_made():
    here = replace(gone_home(), screening_answers=answers(ulcer=YES))
    assert at_home(here) is here.sessions[0].discharge_sheet
    with pytest.raises(NoSuchPaper, match="changed since this sheet was given"):
        at_home(here, "es")


def test_the_answers_of_that_day_count_where_they_are_kept():
    then = (ScreeningSet(NOW - timedelta(days=8), "nurse", answers()),)
    later = ScreeningSet(NOW + timedelta(days=5), "nurse", answers(ulcer=YES))
    here = replace(gone_home(), screening_answers=later.answers, screening_history=(*then, later))
    assert at_home(here, "es").language == "es"


def test_a_later_session_does_not_change_the_sheet_of_an_earlier_one():
    here = gone_home()
    both = replace(here, sessions=(*here.sessions, session(order(number=2))))
    assert at_home(both, "de") == at_home(here, "de")


def test_before_it_is_made_a_preparation_sheet_is_written_now():
    here = episode(session(preparation=None))
    made = preparation_in(here, 1, patient(), POLICY, NOW, "es", UTC)
    assert made == preparation_sheet(here, patient(), POLICY, NOW, language_code="es")
    kept = replace(here, sessions=(replace(here.sessions[0], preparation=made),))
    assert preparation_in(kept, 1, patient(), POLICY, NOW, "es", UTC) is made


def test_a_session_or_language_that_is_not_there_is_refused():
    with pytest.raises(NoSuchPaper, match="there is no session 2: the episode has 1"):
        session_of(gone_home(), 2)
    with pytest.raises(NoSuchPaper, match="place an order first"):
        session_of(replace(gone_home(), sessions=()), 1)
    with pytest.raises(UnknownLanguage):
        at_home(gone_home(), "fr")


@pytest.mark.parametrize("code", languages())
def test_the_longest_discharge_sheet_of_each_language_fits_on_one_page(code):
    longest = max(discharge_sheets(code), key=lambda sheet: sum(len(item.text) for item in sheet.items))
    assert pages_of(paper_pdf(discharge_paper(longest, patient()))) == 1


@given(
    st.dictionaries(st.sampled_from(FACT_NAMES), st.sampled_from([YES, NO, UNKNOWN]), max_size=5),
    st.sampled_from(OrderKind),
    st.sampled_from(Sedation),
    st.sampled_from(["", "Dr B"]),
)
@settings(max_examples=40, deadline=None)
def test_whatever_was_answered_every_language_says_the_same_and_no_hold_without_signature(told, kind, sedation, signed):
    drug = () if kind is OrderKind.DIAGNOSTIC else (("lidocaine_2_percent", "0.5"), ("triamcinolone_40", "1.0"))
    asked = (PrescriberContact("apixaban", "Dr A", NOW - timedelta(days=5), "hold", signed, signed_for=NOW),)
    known = answers(**{**told, "medicines": (Medicine("Eliquis", "apixaban", "nurse"),)})
    more = {"screening_answers": known, "prescriber_contacts": asked}
    ordered = order(*drug, kind=kind, sedation=sedation)
    here, home = episode(session(ordered), **more), episode(followed({}, ordered), **more)
    sheets = {code: preparation_sheet(here, patient(), POLICY, NOW, language_code=code) for code in languages()}
    homes = {code: discharge_sheet(home, patient(), POLICY, LEAVING, language_code=code) for code in languages()}
    for made in (sheets, homes):
        codes = {code: [item.code for item in sheet.items] for code, sheet in made.items()}
        assert all(of == codes["en"] for of in codes.values())
        assert not any("{" in item.text for sheet in made.values() for item in sheet.items)
    printed = {item.code for item in sheets["en"].items}
    assert ("medicines.hold" in printed) == bool(signed)
    assert ("medicines.keep" in printed) == (not signed)
    allowed = {item.code for item in homes["en"].items} & {"painkillers.ibuprofen", "painkillers.ibuprofen_later"}
    assert bool(allowed) == (not homes["en"].ibuprofen_held_back_by)
