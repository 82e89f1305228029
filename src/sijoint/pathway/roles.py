"""Who may do what: one table of commands and roles. A command that it does not name is given by nobody."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from sijoint.model import Role, Severity


def roles_for(command: str) -> frozenset[Role]:
    """The roles that may give a command of this name."""
    return _table()["commands"].get(command, frozenset())


def commands_of(role: Role) -> tuple[str, ...]:
    """Every command that a role may give, in the order of the pathway."""
    return tuple(command for command, roles in _table()["commands"].items() if role in roles)


def named_commands() -> tuple[str, ...]:
    """Every command that the table names."""
    return tuple(_table()["commands"])


def deciding_roles(severity: Severity) -> frozenset[Role]:
    """Who may decide a finding of this severity; nobody an ``absolute`` one."""
    return _table()["overrides"].get(str(severity), frozenset())


def second_roles() -> frozenset[Role]:
    """Who may stand beside the physician when a ``stop`` is overridden."""
    return _table()["overrides"]["second"]


@cache
def _table() -> Mapping[str, Mapping[str, frozenset[Role]]]:
    text = files("sijoint.pathway").joinpath("roles.toml").read_text(encoding="utf-8")
    return {
        part: {name: frozenset(Role(role) for role in roles) for name, roles in rows.items()}
        for part, rows in tomllib.loads(text).items()
    }
