"""Every language says everything: the same keys, the same blanks, dates and numbers as it writes them."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from sijoint.formulary import agent, agents, medicine
from sijoint.frames import Side
from sijoint.model import DischargeTopic, SheetTopic
from sijoint.pathway import UnknownLanguage, language, languages, load_policy, policy_names
from sijoint.pathway.languages import sentence_source

OTHERS = [code for code in languages() if code != "en"]
AT = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
LISTS = {"medicines", "site"}  # tables that translate names and need not name them all
SOURCES = tomllib.loads(files("sijoint.pathway").joinpath("texts", "sources.toml").read_text(encoding="utf-8"))


def sentences(code):
    """Every text of a language by (paper, section, key)."""
    return {
        (paper, section, key): text
        for paper, sections in language(code).texts.items()
        for section, rows in sections.items()
        for key, text in rows.items()
    }


def blanks(text):
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


def test_english_comes_first_and_german_and_spanish_are_there():
    assert languages()[0] == "en"
    assert set(OTHERS) >= {"de", "es"}
    with pytest.raises(UnknownLanguage, match="choose one of en, de"):
        language("xx")


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_is_there_with_the_same_blanks(code):
    english, other = sentences("en"), sentences(code)
    assert set(english) == set(other)
    differ = [key for key, text in english.items() if isinstance(text, str) and blanks(text) != blanks(other[key])]
    assert differ == []


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_is_left_in_english(code):
    english, other = sentences("en"), sentences(code)
    same = [
        key
        for key, text in english.items()
        if key[0] in ("preparation", "going_home")
        and text == other[key]
        and any(c.isalpha() for c in text.replace("mL", ""))
    ]
    assert [key for key in same if blanks(english[key]) != ["name", "volume", "where"]] == []


@pytest.mark.parametrize("code", languages())
def test_a_language_that_no_clinician_reviewed_says_so(code):
    assert bool(language(code).review) == (code != "en")


def test_every_sentence_has_a_source_and_no_source_is_left_over():
    told = {key for key in sentences("en") if key[0] in SOURCES}
    named = {(paper, section, key) for paper, rows in SOURCES.items() for section, keys in rows.items() for key in keys}
    assert told == named
    assert all(sentence_source(*key, fasting="f", driver="d", recovery="r", restart="x").strip() for key in named)


@pytest.mark.parametrize("code", languages())
def test_every_topic_has_a_heading_and_every_shipped_site_word_its_own(code):
    headings = language(code).texts["words"]["headings"]
    assert set(headings) == {one.value for one in (*SheetTopic, *DischargeTopic)}
    for name in policy_names():
        policy = load_policy(name)
        for shipped in (policy.clinic_phone, policy.emergency_phone):
            assert shipped in language(code).texts["words"]["site"]
    assert language(code).site("030 1234") == "030 1234"


@pytest.mark.parametrize("code", languages())
def test_every_agent_of_the_formulary_has_a_name_and_names_are_of_known_things(code):
    told = language(code)
    for one in agents():
        assert one.ingredient.code in told.texts["words"]["medicines"]
        assert told.medicine(one.ingredient.code) in told.agent(one)
    known = {one.ingredient.code for one in agents()}
    assert all(name in known or medicine(name) for name in told.texts["words"]["medicines"])


def test_days_and_times_are_written_as_the_language_writes_them():
    berlin = ZoneInfo("Europe/Berlin")
    assert language("en").weekday(AT, berlin) == "Sunday 1 March 2026"
    assert language("de").weekday(AT, berlin) == "Sonntag, 1. März 2026"
    assert language("es").weekday(AT, berlin) == "domingo 1 de marzo de 2026"
    assert language("en").moment(AT, UTC) == "22:30 (UTC) on 1 March"
    assert language("de").moment(AT, berlin) == "23:30 Uhr (CET) am 1. März"
    assert language("es").stamp(AT, UTC) == "1 de marzo de 2026, 22:30 (UTC)"


def test_a_moment_near_midnight_has_the_day_of_the_clinics_clock():
    assert language("en").moment(AT, ZoneInfo("Asia/Tokyo")) == "07:30 (JST) on 2 March"


def test_numbers_follow_the_language():
    assert language("de").number(Decimal("0.750")) == "0,75"
    assert language("en").number(Decimal("100")) == "100"
    assert language("de").decimal(Decimal("38.0")) == "38,0"
    assert language("de").agent(agent("bupivacaine_0.25_percent")) == "Bupivacain 0,25 %"
    assert language("es").agent(agent("triamcinolone_40")) == "triamcinolona 40 mg/mL"
    assert language("de").sentence("going_home", "where", "joint", side=Side.LEFT) == "links, am Gelenk"
