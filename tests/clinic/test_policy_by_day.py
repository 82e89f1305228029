"""Which version of the site's policy rules a command: that of the day at the clinic; a verdict that of its order."""

import ast
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from clinic_course import EPISODE, START, Course, course_in

import sijoint
from sijoint.clinic import ConfirmToday, JudgeBlock, PlaceOrder, permit_for
from sijoint.pathway import UnreadablePolicy, site_policies
from sijoint.room import Action, PermissionRequest

ROW = 'source = "our decision", year = 2026, grade = "GK"'


def version(effective: date, relief: int, systolic: int = 180) -> str:
    return f"""
id = "our-clinic"
title = "Ours, from {effective}"
effective = {effective}
extends = "clinic"
[values]
relief_percent = {{ value = {relief}, {ROW} }}
systolic_maximum = {{ value = {systolic}, {ROW} }}
"""


def two(second: date, relief: int = 75, systolic: int = 180):
    first = version(date(2026, 1, 1), 75)
    return site_policies({"one.toml": first, "two.toml": version(second, relief, systolic)})


@pytest.fixture
def course(tmp_path) -> Course:
    return course_in(tmp_path)


def session(course):
    return course.store.episode(EPISODE).sessions[-1]


def test_what_is_asked_on_the_day_is_judged_by_the_policy_of_that_day(course):
    """Booked under a limit of 180, confirmed a week later under one of 130: 131 is too much now."""
    course.policies = two(START.date() + timedelta(days=7), systolic=130)
    course.consented()
    course.clock.forward(days=7)
    outcome = course.give(ConfirmToday, confirmation=course.confirmation(blood_pressure_systolic=131))
    assert "today.blood-pressure-high" in {one.code for one in outcome.findings}


def test_the_day_before_it_is_judged_by_the_version_before(course):
    course.policies = two(START.date() + timedelta(days=8), systolic=130)
    course.confirmed()


def test_a_verdict_is_by_the_version_that_the_order_froze(course):
    """From 75 to 50 per cent two days after the order: the block is judged by 75, and the card says what has changed."""
    course.policies = two(START.date() + timedelta(days=9), relief=50)
    course.discharged()
    course.clock.forward(days=3)
    course.accepted(JudgeBlock)
    verdict = session(course).verdict
    assert verdict.threshold_percent == 75
    assert any("75 % → 50 %" in sentence for sentence in verdict.card)


def test_an_order_after_the_change_freezes_the_new_version(course):
    course.policies = two(START.date() + timedelta(days=1), relief=50)
    course.cleared()
    assert (session(course).order.rule.threshold_percent, session(course).order.rule.policy_effective) == (
        75,
        "2026-01-01",
    )
    course.clock.forward(days=1)
    course.accepted(PlaceOrder, **course.order(2))
    rule = session(course).order.rule
    assert (rule.threshold_percent, rule.policy_effective) == (Decimal(50), "2026-03-03")


def test_the_room_asks_the_policy_of_the_moment(course, monkeypatch):
    """Views must differ by 20 degrees today and by 95 from midnight on."""
    course.in_procedure()
    for event in course.events_to_the_drug()[:7]:
        course.record(event)
    stricter = version(course.clock().date() + timedelta(days=1), 75) + f"view_angle_deg = {{ value = 95, {ROW} }}\n"
    policies = site_policies({"one.toml": version(date(2026, 1, 1), 75), "two.toml": stricter})
    permit = permit_for(EPISODE, course.store, policies, course.clock)

    def holds_back() -> set[str]:
        return {one.code for one in permit(PermissionRequest(Action.DRUG, "procedure-1", 80.0)).findings}

    assert "gate.views-alike" not in holds_back()
    course.clock.forward(days=1)
    assert "gate.views-alike" in holds_back()


def test_before_the_first_version_nothing_is_judged(course):
    course.policies = site_policies({"one.toml": version(date(2027, 1, 1), 75)})
    with pytest.raises(UnreadablePolicy, match="takes effect on 2027-01-01"):
        course.requested()
    assert course.store.headers() == ()


def test_nobody_above_the_rules_asks_for_a_policy_without_a_day():
    """Every call of load_policy outside the rules names the day."""
    source = Path(sijoint.__file__).parent
    calls = [
        (path.name, node)
        for path in source.rglob("*.py")
        if path.parent.name != "pathway"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_policy"
    ]
    assert [
        name for name, call in calls if len(call.args) < 2 and not any(one.arg == "on" for one in call.keywords)
    ] == []
