"""The words of fields: label, help, unit and plausible range, by path, by its end, or by the name alone."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.pathway.plausible import plausible_ranges
from sijoint.report.questions import WORDS
from sijoint.report.words import in_words, sentence_case


@dataclass(frozen=True)
class Measure:
    unit: str = ""
    range: str = ""


def label_of(path: str) -> str:
    told = _found("label", path)
    name = path.rsplit(".", 1)[-1]
    return str(told) if told is not None else sentence_case(WORDS.get(name, in_words(name)))


def help_of(path: str) -> str:
    return str(_found("help", path) or "")


def measure_of(path: str) -> Measure:
    """The unit beside a number, and which plausible range holds it in."""
    told = _found("measure", path)
    if told is None:
        return Measure()
    limits = str(told.get("range", ""))
    return Measure(str(told.get("unit") or (plausible_ranges()[limits].unit if limits else "")), limits)


def words_of_choice(value: str) -> str:
    """What a listed choice is called, where its code is no word."""
    return str(words()["choice"].get(value, value))


def _found(table: str, path: str) -> Any:
    """By the whole path, then by ever shorter ends of it."""
    parts = path.split(".")
    rows = words().get(table, {})
    if f"={path}" in rows:
        return rows[f"={path}"]
    for start in range(len(parts)):
        key = ".".join(parts[start:])
        if key in rows:
            return rows[key]
    return None


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """The tables ``label``, ``help``, ``measure`` and ``choice``."""
    text = files("sijoint.web.clinic").joinpath("field_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
