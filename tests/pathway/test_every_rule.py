"""What holds for every rule of the room, whichever it is: it answers any well-typed facts, answers them the same way twice,
and no answer that is unknown and no risk that is added makes it milder. New rules are found by their types."""

import os
from random import Random
from typing import get_args

import pytest
from facts_at_random import WELL, arguments, at, parameters, places, put, rules

from sijoint.model import Answer, Assessed, Fact, Finding, RecipeSheet, Severity

EXPLORE = os.environ.get("SIJ_HYPOTHESIS") == "explore"
SEEDS, TURNS = (range(200), range(600)) if EXPLORE else (range(8), range(20))
RULES = rules()
FAR, NEAR = 0.5, 0.02  # shares of fields that are not as the well patient's


def severity_of(answer) -> int:
    """The worst of what a rule said; 0 for nothing."""
    if isinstance(answer, Assessed | RecipeSheet):
        answer = answer.findings
    return max((one.severity.rank for one in answer), default=0)


def says_findings(rule) -> bool:
    kind = rule.__annotations__["return"]
    return kind in (Assessed, RecipeSheet) or Finding in get_args(kind)


def told(name, facts):
    """What a rule says, or the refusal that it documents; anything else is a defect."""
    try:
        return RULES[name](**facts)
    except ValueError as refusal:
        if not type(refusal).__module__.startswith("sijoint."):
            raise
        return str(refusal)


EVIDENCE = {"provocations"}  # answers that speak for the joint, not of a risk
JUDGING = {name: rule for name, rule in RULES.items() if says_findings(rule)}


def test_the_rules_are_found():
    assert len(RULES) > 90
    assert {"screen", "confirm_today", "authorise_drug", "check_order", "check_discharge", "red_flags"} <= set(JUDGING)
    assert {"judge_block", "may_repeat", "preparation_sheet", "discharge_sheet"} <= set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_it_answers_any_facts_and_the_same_way_twice(name):
    for seed in SEEDS:
        facts = arguments(RULES[name], Random(f"{name} {seed}"), (FAR, NEAR, 0.15)[seed % 3])
        assert told(name, facts) == told(name, facts), seed


def turned(name, seed):
    """Facts of a rule near the well patient, and one answer in them."""
    rng = Random(f"{name} {seed}")
    facts = arguments(RULES[name], rng, NEAR)
    answered = sorted(
        ((key, path) for key, value in facts.items() for path in places(value, Fact)), key=lambda one: str(one)
    )
    if not answered:
        return facts, None, None
    key, path = rng.choice(answered)
    return facts, (key, path), at(facts[key], path)


@pytest.mark.parametrize("name", JUDGING)
def test_an_answer_that_becomes_unknown_never_makes_it_milder_than_a_stop(name):
    """``absolute`` is for what is known: unknown may fall from there to a stop, and never lower."""
    for seed in TURNS:
        facts, place, fact = turned(name, seed)
        if place is None or fact.answer not in (Answer.YES, Answer.NO):
            continue
        key, path = place
        before = told(name, facts)
        if isinstance(before, str):
            continue
        for unknown in (Answer.UNKNOWN, Answer.NOT_ASKED):
            after = told(name, {**facts, key: put(facts[key], path, Fact(unknown, fact.by, fact.at))})
            least = min(severity_of(before), Severity.STOP.rank)
            assert severity_of(after) >= least, (seed, key, path, fact.answer, unknown)


def well_answer(place, kind):
    """What the well patient answers there, None where nobody asked them."""
    made = next((WELL[one] for one in (kind, *get_args(kind)) if one in WELL), None)
    if made is None:
        return None
    try:
        return at(made(), place[1]).answer
    except (AttributeError, IndexError, TypeError):
        return None


@pytest.mark.parametrize("name", JUDGING)
def test_an_answer_that_turns_from_the_well_patients_never_makes_it_milder(name):
    for seed in TURNS:
        facts, place, fact = turned(name, seed)
        if place is None:
            continue
        good = well_answer(place, parameters(RULES[name])[place[0]])
        if good not in (Answer.YES, Answer.NO) or set(place[1]) & EVIDENCE:
            continue
        key, path = place
        bad = Answer.NO if good is Answer.YES else Answer.YES
        said = [told(name, {**facts, key: put(facts[key], path, Fact(one, fact.by, fact.at))}) for one in (good, bad)]
        if not isinstance(said[0], str):
            assert severity_of(said[1]) >= severity_of(said[0]), (seed, key, path, good)
