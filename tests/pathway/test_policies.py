"""Policies are dated data: every value has source, year and grade."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.pathway import (
    Policy,
    Span,
    UnreadablePolicy,
    in_force,
    load_policy,
    policy_names,
    policy_of,
    read_policy,
    shipped_policies,
)
from sijoint.pathway.policy_files import read_policy_file

ROW = 'inr_maximum = { value = 2.5, source = "our own audit", year = 2026, grade = "D" }'
OWN = f"""
id = "our-clinic"
title = "Ours"
effective = 2026-03-01
extends = "clinic"
[values]
{ROW}
"""


def defects(text: str) -> tuple[str, ...]:
    with pytest.raises(UnreadablePolicy) as refused:
        read_policy(text, "site.toml")
    return refused.value.defects


@pytest.mark.parametrize("name", policy_names())
def test_every_value_of_a_policy_has_source_year_and_grade(name):
    policy = load_policy(name)
    named = {one.name for one in fields(Policy)} - {"id", "title", "effective", "sources"}
    assert set(policy.sources) == named
    assert all(one.source and one.year > 1900 for one in policy.sources.values())
    assert policy.id == name


def test_the_two_source_texts_differ_in_the_first_shot_only():
    one, other = load_policy("clinic"), load_policy("first-with-steroid")
    differing = {field.name for field in fields(Policy) if getattr(one, field.name) != getattr(other, field.name)}
    assert differing <= {"id", "title", "effective", "first_shot_steroid", "sources"}
    assert (one.first_shot_steroid, other.first_shot_steroid) == ("refuse", "allow")


def test_a_payers_own_values_say_that_they_are_its_own():
    medicare = load_policy("medicare-lcd")
    assert medicare.sources["repeat_relief_for"].set_in == "medicare-lcd"
    assert medicare.sources["view_angle_deg"].set_in == "clinic"
    assert medicare.effective == date(2023, 3, 19)


def test_the_two_payers_differ_in_what_a_repeat_needs():
    medicare, evicore = load_policy("medicare-lcd"), load_policy("evicore-cmm-203")
    assert (medicare.repeat_relief_percent, medicare.repeat_relief_for) == (Decimal(50), Span(3, True))
    assert (evicore.repeat_relief_percent, evicore.repeat_relief_for) == (Decimal(75), Span(14, False))
    assert medicare.therapeutic_apart_for.after(date(2026, 1, 1)) == date(2026, 4, 1)
    assert evicore.therapeutic_apart_for.after(date(2026, 1, 1)) == date(2026, 3, 1)


def test_an_unknown_policy_is_refused_with_the_known_names():
    with pytest.raises(UnreadablePolicy, match=r"no policy 'nobody'; choose one of clinic"):
        load_policy("nobody")
    with pytest.raises(UnreadablePolicy, match="did you mean medicare-lcd"):
        load_policy("medicare")


# Which version counts on which day.


def versions(*days: date):
    medicare = next(one for one in shipped_policies() if one.id == "medicare-lcd")
    return tuple(replace(medicare, effective=day, title=f"from {day}", place=f"{day}.toml") for day in days)


def test_a_day_is_judged_by_the_newest_version_that_has_taken_effect():
    known = versions(date(2025, 1, 1), date(2023, 1, 1), date(2024, 1, 1))
    assert in_force(known, "medicare-lcd", date(2024, 6, 1)).effective == date(2024, 1, 1)
    assert in_force(known, "medicare-lcd", date(2024, 1, 1)).effective == date(2024, 1, 1)
    assert in_force(known, "medicare-lcd", date(2023, 12, 31)).effective == date(2023, 1, 1)
    assert in_force(known, "medicare-lcd", None).effective == date(2025, 1, 1)


def test_a_policy_that_is_not_yet_in_force_is_refused():
    with pytest.raises(UnreadablePolicy, match="takes effect on 2023-01-01, after 2022-12-31"):
        in_force(versions(date(2023, 1, 1)), "medicare-lcd", date(2022, 12, 31))
    with pytest.raises(UnreadablePolicy, match="takes effect on 2023-03-19"):
        load_policy("medicare-lcd", date(2023, 3, 18))


def test_two_versions_of_one_day_are_refused():
    with pytest.raises(UnreadablePolicy, match="keep one of them"):
        in_force(versions(date(2023, 1, 1), date(2023, 1, 1)), "medicare-lcd", None)


def test_a_payer_older_than_the_clinics_policy_takes_the_rest_from_its_first_version():
    """What the payer does not name has to come from somewhere; the payer's own values are those of the day."""
    policy = load_policy("medicare-lcd", date(2024, 5, 1))
    assert policy.effective == date(2023, 3, 19)
    assert policy.recovery_minutes == load_policy("clinic").recovery_minutes


def test_a_policy_takes_the_version_of_its_base_that_was_in_force():
    base = next(one for one in shipped_policies() if one.id == "clinic")
    row = {"value": 45, "source": "x", "year": 2027, "grade": "GK"}
    later = replace(base, effective=date(2027, 1, 1), values={**base.values, "recovery_minutes": row})
    own = read_policy_file(OWN, "site.toml")
    assert policy_of(own, (base, later), date(2026, 12, 31)).recovery_minutes == 30
    assert policy_of(own, (base, later), date(2027, 1, 1)).recovery_minutes == 45


# A site's own file.


def test_a_sites_own_file_changes_one_value_and_says_so():
    policy = read_policy(OWN, "site.toml")
    assert (policy.id, policy.inr_maximum) == ("our-clinic", Decimal("2.5"))
    assert policy.sources["inr_maximum"].set_in == "our-clinic"
    assert policy.sources["inr_days"].set_in == "clinic"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('id = "our-clinic"', ""), "id is missing or no text"),
        (('"our-clinic"', '"clinic"'), 'the id "clinic" belongs to a policy that ships'),
        (("2026-03-01", '"1 March 2026"'), "effective is missing or no day: write effective = 2026-01-01"),
        (("2026-03-01", "2026-02-30"), "is not TOML"),
        (('extends = "clinic"', ""), "has no value for first_shot_steroid"),
        (('extends = "clinic"', 'extends = "clinc"'), "no policy 'clinc'; did you mean clinic?"),
        (("extends", "extend"), "extend belongs nowhere; did you mean extends?"),
        (("inr_maximum", "inr_max"), "no rule reads inr_max; did you mean inr_maximum?"),
        (("value = 2.5, ", ""), "inr_maximum has no value: add it"),
        (('source = "our own audit", ', ""), "inr_maximum has no source: say where"),
        (("year = 2026, ", ""), "inr_maximum has no year"),
        (("year = 2026", 'year = "2026"'), "inr_maximum has no year"),
        (('grade = "D"', 'grade = "E"'), "inr_maximum has no grade: one of A, B, C, GK, D"),
        (('grade = "D"', 'grade = "D", note = "x"'), "inr_maximum has note, which belongs nowhere"),
        (("value = 2.5", 'value = "2.5"'), 'inr_maximum is "2.5": it takes a number'),
        (("value = 2.5", "value = -1"), "inr_maximum is -1: nothing in a policy is below zero"),
        (("value = 2.5", "value = 1e999999999"), "is beyond 100000"),
        (
            ("inr_maximum = { value = 2.5", "pain_months = { value = 99999"),
            "pain_months is 99999: longer than anybody waits",
        ),
        (("inr_maximum = { value = 2.5", "repeat_relief_for = { value = '9999 months'"), "longer than anybody waits"),
        (("value = 2.5", "value = " + "9" * 5000), "holds a number that is none"),
        (("value = 2.5", "value = nan"), "inr_maximum is NaN: it takes a number"),
        (("value = 2.5", "value = true"), "inr_maximum is true: it takes a number"),
        (("inr_maximum", "inr_days"), "inr_days is 2.5: it takes a whole number"),
        (("inr_maximum", "relief_percent"), None),
        (("inr_maximum = { value = 2.5", "relief_percent = { value = 175"), "a percentage is at most 100"),
        (("inr_maximum = { value = 2.5", "repeat_relief_for = { value = 'soon'"), 'a span is written "84 days"'),
        (("inr_maximum = { value = 2.5", "driver = { value = 'never'"), 'it takes one of "always", "if sedated"'),
        (("inr_maximum = { value = 2.5", "accepted_ligament = { value = ['bone']"), "it takes one of"),
        ((ROW, "inr_maximum = 2.5"), "inr_maximum is not a row: write inr_maximum = { value = "),
        ((ROW, ROW + "\n[diary]"), None),
        ((ROW, ROW + '\n[diary]\nsource = "x"'), "the diary has no year"),
        (("[values]", "values = 3\n[other]"), "values is no table"),
    ],
)
def test_each_defect_of_a_sites_file_is_one_sentence(change, sentence):
    text = OWN.replace(*change)
    assert text != OWN
    if sentence is None:
        assert read_policy(text, "site.toml").id == "our-clinic"
        return
    told = defects(text)
    assert any(sentence in one for one in told), told
    assert all(one.startswith(("site.toml", "there is no policy")) and "\n" not in one for one in told)


def test_every_defect_is_told_at_once():
    text = OWN.replace("year = 2026, ", "").replace('title = "Ours"', "").replace("extends", "extend")
    assert len(defects(text)) == 3


SLOT = 'label = "2 h"\nminutes = 120\nopens = 20\ncloses = 30\n'
WITH_DIARY = (
    OWN
    + '[diary]\nsource = "ours"\nyear = 2026\ngrade = "D"\n'
    + f"[[diary.diagnostic]]\n{SLOT}[[diary.therapeutic]]\n{SLOT}"
)


def test_a_sites_own_diary_replaces_the_clinics():
    policy = read_policy(WITH_DIARY, "site.toml")
    assert [one.label for one in policy.diary_diagnostic] == ["2 h"]
    assert policy.sources["diary_diagnostic"].set_in == "our-clinic"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("minutes = 120\n", ""), "is due either by minutes after the injection or by days and hour"),
        (("minutes = 120\n", "minutes = 120\nhour = 8\n"), "is due either by minutes"),
        (("minutes = 120\n", "days = 1\nhour = 24\n"), "an hour is 0 to 23"),
        (("minutes = 120", "minutes = -5"), "has minutes = -5: a whole number from 0 to"),
        (("opens = 20\n", ""), "has no opens"),
        (("opens", "open"), "has open, which belongs nowhere; did you mean opens?"),
        (('label = "2 h"\n', ""), "has no label"),
        ((SLOT, SLOT + "[[diary.diagnostic]]\n" + SLOT), 'two diagnostic questions are called "2 h"'),
        (("[[diary.diagnostic]]", "[diary.diagnostic]"), "are no list"),
        ((f"[[diary.therapeutic]]\n{SLOT}", ""), "the diary has no therapeutic"),
    ],
)
def test_each_defect_of_a_sites_diary_is_one_sentence(change, sentence):
    text = WITH_DIARY.replace(change[0], change[1], 1)
    assert text != WITH_DIARY
    assert any(sentence in one for one in defects(text))


def test_a_policy_that_extends_itself_is_refused():
    a, b = read_policy_file(OWN, "a.toml"), replace(read_policy_file(OWN, "b.toml"), id="b", extends="our-clinic")
    with pytest.raises(UnreadablePolicy, match="extends itself by way of"):
        policy_of(replace(a, extends="b"), (a, b))


# Spans.


def test_three_months_after_the_end_of_november_is_the_end_of_february():
    assert Span.of("3 months").after(date(2025, 11, 30)) == date(2026, 2, 28)
    assert Span.of("84 days").after(date(2026, 1, 1)) == date(2026, 3, 26)
    with pytest.raises(ValueError, match="84 days"):
        Span.of("a while")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_a_span_of_months_never_skips_a_month(start, months):
    end = Span(months, True).after(start)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day <= start.day
