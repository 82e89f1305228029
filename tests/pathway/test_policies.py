"""Policies are dated data: every value has source, year and grade."""

from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sijoint.pathway import Policy, Span, UnreadablePolicy, load_policy, policy_names
from sijoint.pathway import policy as policy_file


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


def test_an_unknown_policy_is_refused_with_the_known_names():
    with pytest.raises(UnreadablePolicy, match="clinic"):
        load_policy("nobody")


@pytest.mark.parametrize(
    "row", [{"value": 1}, {"value": 1, "source": "x", "year": 2020}, {"source": "x", "year": 2020, "grade": "A"}]
)
def test_a_value_without_source_year_or_grade_is_refused(row):
    with pytest.raises(UnreadablePolicy, match="needs value, source, year and grade"):
        policy_file._source(row, "clinic", "place")


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
