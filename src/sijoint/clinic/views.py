"""Who sees what of an episode, and for what purpose: one table of roles, parts and papers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from sijoint.model import Role
from sijoint.records import Purpose


@dataclass(frozen=True)
class View:
    """``parts`` of the episode in the order of the pathway; ``named``: whether the role sees who it is about.

    ``papers`` are the kinds of paper that the role may open.
    """

    purpose: Purpose
    named: bool
    parts: tuple[str, ...]
    papers: frozenset[str]


def view_of(role: Role) -> View | None:
    """None for a role that sees no episode of others."""
    return _views().get(role)


@cache
def _views() -> Mapping[Role, View]:
    text = files("sijoint.clinic").joinpath("views.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    papers = table.pop("papers")
    return MappingProxyType({Role(name): _view(row, papers.get(name, ())) for name, row in table.items()})


def _view(row: Mapping[str, Any], papers: tuple[str, ...]) -> View:
    return View(Purpose(row["purpose"]), row["named"], tuple(row["parts"]), frozenset(papers))
