"""The lessons of "Learn" with the site's own numbers filled in; tables made from the formulary and the table of complications."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.formulary import agents
from sijoint.pathway import Policy, language
from sijoint.pathway.complications import incidences

DRIVER = {
    "always": "Someone else must drive you home.",
    "sedated": "If you get a sedative, someone else must drive you home. Plan not to drive in any case.",
}
MINUTES_AN_HOUR, DAYS_A_WEEK = 60, 7


@dataclass(frozen=True)
class Part:
    """One thing told to patients; ``picture`` names a file under static/learn, "" where there is none."""

    heading: str
    text: tuple[str, ...]
    picture: str = ""
    alt: str = ""
    note: str = ""


@dataclass(frozen=True)
class Told:
    """One thing told to trainees, with its source."""

    words: str
    source: str
    grade: str


@dataclass(frozen=True)
class Shown:
    picture: str
    alt: str
    words: str


@dataclass(frozen=True)
class Lesson:
    key: str
    title: str
    summary: str
    parts: tuple[Part, ...]
    facts: tuple[Told, ...]
    pictures: tuple[Shown, ...]


@dataclass(frozen=True)
class Clock:
    """When a medicine begins to work and how long that lasts, in words, with the source of the latter."""

    name: str
    begins: str
    lasts: str
    source: str
    grade: str


def lessons(policy: Policy) -> tuple[Lesson, ...]:
    """All lessons in their order."""
    told = language()
    blanks = {
        "recovery_minutes": policy.recovery_minutes,
        "driver": DRIVER.get(policy.driver, DRIVER["sedated"]),
        "soreness_from": policy.soreness_days_from,
        "soreness_to": policy.soreness_days_to,
        "emergency": told.site(policy.emergency_phone),
        "fever": told.decimal(policy.fever_c),
    }
    return tuple(_lesson(key, row, blanks) for key, row in _rows().items())


def numbing_clocks() -> tuple[Clock, ...]:
    """The windows of the local anaesthetics that the verdict reads by; those that are alike share a row."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for ingredient in dict.fromkeys(one.ingredient for one in agents()):
        if ingredient.anaesthetic is None:
            continue
        window, evidence = ingredient.anaesthetic.window, ingredient.evidence["longest_min"]
        begins = f"within {window.latest_onset_min} minutes"
        lasts = f"{_hours(window.shortest_min)} to {_hours(window.longest_min)} hours"
        found.setdefault((begins, lasts, evidence.source, str(evidence.grade)), []).append(ingredient.name)
    return _shared(found)


def steroid_clocks() -> tuple[Clock, ...]:
    """When steroids begin, and how long relief is expected at most; those that are alike share a row."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for ingredient in dict.fromkeys(one.ingredient for one in agents()):
        if ingredient.steroid is None:
            continue
        steroid, evidence = ingredient.steroid, ingredient.evidence["expected_days"]
        begins = f"after {steroid.onset_days} to {steroid.latest_onset_days} days"
        lasts = f"up to about {steroid.expected_days // DAYS_A_WEEK} weeks"
        name = ingredient.name.partition(" ")[0]  # the salt says nothing to a patient
        found.setdefault((begins, lasts, evidence.source, str(evidence.grade)), []).append(name)
    return _shared(found)


def _shared(found: Mapping[tuple[str, str, str, str], list[str]]) -> tuple[Clock, ...]:
    return tuple(Clock(", ".join(names), *words) for words, names in found.items())


def counted_risks() -> tuple[Told, ...]:
    """What published tables say of each complication; "not counted" where nobody has."""
    return tuple(
        Told(
            f"{kind.value}: {row.events} of {row.cases}" if row.events is not None else f"{kind.value}: not counted",
            row.source,
            str(row.grade),
        )
        for kind, row in incidences().items()
    )


def _hours(minutes: int) -> str:
    hours = minutes / MINUTES_AN_HOUR
    return f"{hours:g}"


def _lesson(key: str, row: Mapping[str, Any], blanks: Mapping[str, object]) -> Lesson:
    parts = tuple(
        Part(
            one["heading"],
            tuple(text.format(**blanks) for text in one["text"]),
            one.get("picture", ""),
            one.get("alt", ""),
            one.get("note", ""),
        )
        for one in row["part"]
    )
    facts = tuple(Told(one["words"], one["source"], one["grade"]) for one in row.get("fact", ()))
    pictures = tuple(Shown(one["picture"], one["alt"], one["words"]) for one in row.get("picture_for_trainees", ()))
    return Lesson(key, row["title"], row["summary"], parts, facts, pictures)


@cache
def _rows() -> Mapping[str, Any]:
    return tomllib.loads(files("sijoint.web.learn").joinpath("lessons.toml").read_text(encoding="utf-8"))
