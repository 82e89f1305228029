"""Consent: every risk in words with its rate or that none is known; it grows old and never comes from the future."""

import tomllib
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
from well_patient import NOW, POLICY, codes, consent_for, order, session

from sijoint.model import ComplicationKind, Decision
from sijoint.pathway import (
    UnknownRisk,
    check_consent,
    consent_risk,
    consent_risks,
    load_policy,
    policy_names,
    risks_explained,
)
from sijoint.pathway.complications import incidences


@pytest.mark.parametrize("name", policy_names())
def test_every_risk_that_a_policy_names_has_words(name):
    policy = load_policy(name)
    told = risks_explained(policy, with_steroid=True)
    assert [one.name for one in told] == list(consent_risks(policy, True))
    assert all(one.patient and one.source for one in told)


def test_where_nobody_counted_the_patient_is_told_so():
    told = {one.name: one for one in risks_explained(POLICY, with_steroid=True)}
    for one in told.values():
        assert ("not known" in one.words) == (one.rate == "")
    assert told["nerve damage"].rate == ""
    assert "rare" not in " ".join(one.words for one in told.values())
    assert "132" in told["increased pain"].words


def test_the_risks_of_the_leaflet_and_those_that_it_forgot_are_there():
    names = set(consent_risks(POLICY, with_steroid=True))
    assert {"infection", "bleeding", "nerve damage", "leg weakness", "increased pain", "allergic reaction"} <= names
    assert {"vaginal bleeding", "sleep and mood changes", "skin atrophy", "leg numbness"} <= names
    assert not {"skin atrophy", "vaginal bleeding"} & set(consent_risks(POLICY, with_steroid=False))


def test_how_often_is_counted_in_one_place():
    """What consent tells is what the table of complications counts, with its source and grade."""
    for one in risks_explained(POLICY, with_steroid=True):
        seen = incidences()[one.kind]
        if seen.events is None:
            continue
        assert (one.source, one.grade) == (seen.source, seen.grade)
        assert f"({seen.events} of {seen.cases})" in one.rate or f"1 in {seen.cases // seen.events:,}" in one.rate


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("infection", "About 1 in 3,500 joint injections, counted by one practice."),
        ("leg weakness", "About 6 in 100 (8 of 127)."),
        ("increased pain", "About 5 in 100 (7 of 132)."),
        ("raised blood sugar", "In people with diabetes it is usual, for about three days."),
    ],
)
def test_the_rate_is_said_as_people_say_it(name, words):
    assert consent_risk(name).words.endswith(words)


def test_no_count_stands_in_the_words_themselves():
    rows = tomllib.loads(files("sijoint.pathway").joinpath("consent_risks.toml").read_text(encoding="utf-8"))["risks"]
    counted = {name for name, row in rows.items() if incidences()[ComplicationKind(row["kind"])].events is not None}
    assert counted >= {"infection", "leg weakness", "increased pain", "flushing of the face"}
    for name in counted:
        assert not {"rate", "source", "grade"} & set(rows[name])
        assert not any(letter.isdigit() for letter in rows[name]["patient"])


def test_a_risk_without_words_is_refused():
    with pytest.raises(UnknownRisk, match="no words"):
        consent_risk("bad luck")


def test_consent_lasts_for_the_days_of_the_policy_and_no_longer():
    early = replace(order(), at=NOW - timedelta(days=200))
    given = consent_for(early, NOW - timedelta(days=POLICY.consent_days))
    here = replace(session(early), consent=given)
    assert check_consent(given, here, POLICY, NOW).decision is Decision.CLEAR
    old = check_consent(given, here, POLICY, NOW + timedelta(seconds=1))
    assert codes(old) == {"consent.too-old"}
    assert old.decision is Decision.STOP


def test_consent_of_tomorrow_is_no_consent():
    given = consent_for(order(), NOW + timedelta(hours=1))
    assert codes(check_consent(given, session(), POLICY, NOW)) == {"consent.from-the-future"}
