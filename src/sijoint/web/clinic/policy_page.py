"""The policy of the site, value by value with source and grade, as in force on a day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from sijoint.model import Person, Role
from sijoint.pathway import Policy, PolicySource, Span, UnreadablePolicy
from sijoint.web.access import InTheHouse
from sijoint.web.clinic.words import words_for
from sijoint.web.errors import MayNot, Refused
from sijoint.web.pages import render
from sijoint.web.site import TheSite

router = APIRouter()


@dataclass(frozen=True)
class Value:
    name: str
    words: str
    value: str
    source: PolicySource


@router.get("/site/policy")
def policy_page(request: Request, site: TheSite, person: InTheHouse, on: date | None = None) -> Response:
    """Read here, changed by a dated file at the machine: a rule that judges patients is no field of a form."""
    _require(person)
    day = on or site.policy.day(site.clock())
    try:
        policy = site.policy_for(day)
    except UnreadablePolicy as unreadable:
        raise Refused(" ".join(unreadable.defects)) from None
    versions = [one for one in site.policies.known if one.id == site.policies.name]
    return render(
        request,
        "clinic/policy.html.j2",
        w=words_for(site.policy),
        policy=policy,
        day=day,
        groups=_groups(policy),
        versions=sorted(versions, key=lambda one: one.effective),
        slots=(("Diary of a test", policy.diary_diagnostic), ("Diary of a treatment", policy.diary_therapeutic)),
    )


def _require(person: Person) -> None:
    allowed = (Role.PHYSICIAN, Role.NURSE, Role.AUDITOR)
    if person.role not in allowed and not person.administers:
        raise MayNot(person.role, allowed)


def _groups(policy: Policy) -> list[tuple[str, list[Value]]]:
    return [
        (
            heading,
            [
                Value(name, words, _shown(getattr(policy, name)), policy.sources[name])
                for name, words in rows.items()
                if name in policy.sources
            ],
        )
        for heading, rows in _words().items()
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Span):
        return value.words
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("sijoint.pathway").joinpath("policy_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
