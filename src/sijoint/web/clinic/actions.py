"""The table of what a person may do on the page of an episode: command, words, place on the page, and what its form asks."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from sijoint.clinic import ClinicCommand, commands
from sijoint.web.clinic.fields import Field, Wishes, field_at


@dataclass(frozen=True)
class Group:
    heading: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Action:
    """``filled``: paths that the clinic fills in, and from what. ``adds``: it only adds to the record, so that what
    others write meanwhile is no conflict."""

    command: type[ClinicCommand]
    verb: str
    title: str
    part: str
    help: str
    groups: tuple[Group, ...]
    filled: Mapping[str, str]
    adds: bool

    @property
    def name(self) -> str:
        return self.command.__name__

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(one for group in self.groups for one in group.fields)


@cache
def actions() -> Mapping[str, Action]:
    """Every action by the name of its command, in the order of the pathway."""
    text = files("sijoint.web.clinic").joinpath("actions.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: _action(name, row) for name, row in tomllib.loads(text).items()})


def _action(name: str, row: Mapping[str, Any]) -> Action:
    command: type[ClinicCommand] = getattr(commands, name)
    filled = row.get("filled", {})
    wishes = Wishes(
        frozenset(row.get("required", ())),
        frozenset(row.get("long", ())),
        frozenset(row.get("optional", ())),
        frozenset(row.get("hidden", ())),
        row.get("choices", {}),
        row.get("amounts", {}),
        frozenset((*row.get("left_out", ()), *filled)) - {path for _, *paths in row["groups"] for path in paths},
    )
    groups = tuple(
        Group(heading, tuple(field_at(command, path, wishes) for path in paths)) for heading, *paths in row["groups"]
    )
    return Action(
        command, row["verb"], row["title"], row["part"], row["help"], groups, filled, bool(row.get("adds", False))
    )
