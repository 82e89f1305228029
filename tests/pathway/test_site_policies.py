"""A site's policies by day: which version rules a moment, by whose clock, and which one an order was frozen under."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from well_patient import NOW, POLICY, codes, episode, followed, order, patient, readiness, session

from sijoint.model import RepeatAnswer
from sijoint.pathway import (
    SitePolicies,
    UnreadablePolicy,
    check_readiness,
    diary_prompts,
    given_sessions,
    judge_block,
    load_policy,
    may_repeat,
    policy_at,
    preparation_sheet,
    read_policy,
    shipped,
    site_policies,
    zone_named,
)

ROW = 'source = "our decision", year = 2026, grade = "GK"'


def version(effective: str, relief: int = 75, zone: str = "UTC", inr: str = "3.0") -> str:
    return f"""
id = "our-clinic"
title = "Ours, from {effective}"
effective = {effective}
extends = "clinic"
[values]
relief_percent = {{ value = {relief}, {ROW} }}
inr_maximum = {{ value = {inr}, {ROW} }}
time_zone = {{ value = "{zone}", {ROW} }}
"""


def two(zone: str = "UTC") -> SitePolicies:
    return site_policies({"one.toml": version("2026-01-01", 75, zone), "two.toml": version("2026-03-10", 50, zone)})


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


def test_of_two_dated_files_of_one_name_the_day_chooses():
    assert two().on(date(2026, 3, 9)).relief_percent == 75
    assert two().on(date(2026, 3, 10)).relief_percent == 50
    assert two().at(at(2026, 3, 9, 23, 59)).relief_percent == 75
    assert two().at(at(2026, 3, 10)).relief_percent == 50
    with pytest.raises(UnreadablePolicy, match="takes effect on 2026-01-01, after 2025-12-31"):
        two().on(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Asia/Tokyo", at(2026, 3, 9, 14, 59), at(2026, 3, 9, 15, 0)),  # nine hours ahead
        ("America/New_York", at(2026, 3, 10, 3, 59), at(2026, 3, 10, 4, 0)),  # four behind, since the Sunday before
        ("Pacific/Kiritimati", at(2026, 3, 9, 9, 59), at(2026, 3, 9, 10, 0)),  # the first on earth
        ("Pacific/Pago_Pago", at(2026, 3, 10, 10, 59), at(2026, 3, 10, 11, 0)),  # the last
    ],
)
def test_a_new_version_begins_at_midnight_of_the_clinic(zone, before, after):
    assert two(zone).at(before).relief_percent == 75
    assert two(zone).at(after).relief_percent == 50


def test_a_base_that_changes_is_taken_on_the_clinics_day_too():
    own = site_policies({"one.toml": version("2026-01-01", zone="Asia/Tokyo")})
    base = next(one for one in own.known if one.id == "clinic")
    row = {"value": 45, "source": "x", "year": 2026, "grade": "GK"}
    later = replace(base, effective=date(2026, 3, 10), values={**base.values, "recovery_minutes": row})
    known = SitePolicies("our-clinic", (*own.known, later))
    assert known.at(at(2026, 3, 9, 14, 59)).recovery_minutes == 30
    assert known.at(at(2026, 3, 9, 15, 0)).recovery_minutes == 45


def test_the_version_that_an_order_froze_is_found_again():
    held = two()
    old, new = held.on(date(2026, 2, 1)), held.on(date(2026, 4, 1))
    frozen = order(policy=old).rule
    assert held.frozen(frozen) == old != new
    assert held.frozen(order(policy=load_policy("medicare-lcd")).rule).id == "medicare-lcd"
    assert shipped().frozen(frozen) is None


def test_a_single_policy_rules_at_any_moment():
    assert policy_at(POLICY, at(1999, 1, 1)) is POLICY
    assert policy_at(two(), at(2026, 4, 1)).relief_percent == 50


def test_files_that_cannot_be_used_are_told_before_their_day():
    with pytest.raises(UnreadablePolicy, match="keep one of them"):
        site_policies({"one.toml": version("2026-01-01"), "two.toml": version("2026-01-01")})
    with pytest.raises(UnreadablePolicy, match="no policy 'clinc'"):
        site_policies({"one.toml": version("2099-01-01").replace('extends = "clinic"', 'extends = "clinc"')})
    with pytest.raises(UnreadablePolicy, match="say which one rules"):
        site_policies(
            {"a.toml": version("2026-01-01"), "b.toml": version("2026-01-01").replace("our-clinic", "another")}
        )
    with pytest.raises(UnreadablePolicy, match="no policy file is there"):
        site_policies({})
    with pytest.raises(UnreadablePolicy, match="no policy 'nobody'"):
        shipped("nobody")


def test_a_zone_that_there_is_not_is_a_fault_of_the_file():
    with pytest.raises(UnreadablePolicy, match="time_zone is wrong: there is no time zone 'Berlin': give one like"):
        read_policy(version("2026-01-01", zone="Berlin"), "site.toml")


def test_a_verdict_is_by_the_frozen_version_and_says_what_has_changed_since():
    held = two()
    old, new = held.on(date(2026, 2, 1)), held.on(date(2026, 4, 1))
    done = followed({"30 min": 3, "1 h": 3, "2 h": 3, "3 h": 7})
    done = replace(done, order=replace(done.order, rule=order(policy=old).rule))
    verdict = judge_block(done, old, NOW + timedelta(days=30), new)
    assert verdict.threshold_percent == 75
    assert any("relief asked 75 % → 50 %" in sentence for sentence in verdict.card)
    assert not any("changed since" in sentence for sentence in judge_block(done, old, NOW + timedelta(days=30)).card)


# The clinic's clock

BERLIN = replace(POLICY, time_zone="Europe/Berlin")
NEW_YORK = replace(POLICY, time_zone="America/New_York")


def test_a_day_and_an_hour_are_the_clinics():
    late = at(2026, 3, 9, 23, 30)
    assert (POLICY.day(late), BERLIN.day(late), NEW_YORK.day(late)) == (
        date(2026, 3, 9),
        date(2026, 3, 10),
        date(2026, 3, 9),
    )
    assert (POLICY.clock(late), BERLIN.clock(late), NEW_YORK.clock(late)) == ("23:30 UTC", "00:30 CET", "19:30 EDT")
    assert zone_named("UTC") is UTC


def test_a_morning_question_is_at_the_same_hour_across_the_change_of_clocks():
    """In Berlin the clocks go forward on 29 March 2026 at 2:00."""
    prompts = {one.label: one for one in diary_prompts(order(), at(2026, 3, 28, 9, 0), BERLIN)}
    local = {label: one.due.astimezone(ZoneInfo("Europe/Berlin")) for label, one in prompts.items()}
    assert prompts["1 h"].due == at(2026, 3, 28, 10, 0)  # hours after the injection are hours
    by_hour = {
        label: one for label, one in local.items() if prompts[label].due - at(2026, 3, 28, 9) > timedelta(hours=9)
    }
    assert len(by_hour) >= 3
    plain = {one.label: one.due for one in diary_prompts(order(), at(2026, 3, 28, 9, 0), POLICY)}
    assert {label: one.hour for label, one in by_hour.items()} == {label: plain[label].hour for label in by_hour}


def test_the_rolling_year_and_the_day_of_a_shot_are_the_clinics():
    """Given half an hour before midnight UTC, it is the next day in Berlin."""
    shot = followed({}, at=at(2026, 3, 9, 23, 30))
    assert given_sessions(episode(shot), POLICY)[0].on == date(2026, 3, 9)
    assert given_sessions(episode(shot), BERLIN)[0].on == date(2026, 3, 10)

    def sessions_in_year(policy, on: date) -> int:
        answer: RepeatAnswer = may_repeat(episode(shot), policy, on, shot.order.kind)
        assert answer.account is not None
        return sum(count for _, count in answer.account.sessions)

    last = date(2026, 3, 9) + timedelta(days=POLICY.rolling_year_days)
    assert (sessions_in_year(POLICY, last), sessions_in_year(POLICY, last + timedelta(days=1))) == (1, 0)
    assert (sessions_in_year(BERLIN, last), sessions_in_year(BERLIN, last + timedelta(days=1))) == (1, 1)


def test_a_sheet_is_by_the_clinics_clock_unless_another_is_asked_for():
    here = episode(session())

    def arrival(policy, zone=None) -> str:
        sheet = preparation_sheet(here, patient(), policy, NOW, zone)
        return f"{sheet.zone}: {sheet.items[0].text}"

    assert "UTC: " in arrival(POLICY)
    assert "(UTC)" in arrival(POLICY)
    assert arrival(BERLIN).startswith("Europe/Berlin: ")
    assert "(CET)" in arrival(BERLIN)
    assert arrival(BERLIN, ZoneInfo("America/New_York")).startswith("America/New_York: ")


def test_an_expiry_is_judged_by_the_clinics_day():
    late = at(2026, 3, 9, 23, 30)
    one = replace(readiness(late), lipid_expires=date(2026, 3, 9))
    assert codes(check_readiness(one, POLICY, late)) == set()
    assert codes(check_readiness(one, BERLIN, late)) == {"site.lipid"}
