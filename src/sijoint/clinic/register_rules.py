"""Who may change the register of people: one table, read once."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from sijoint.clinic.situation import CommandRefused
from sijoint.model import Role
from sijoint.records import Account

ADMINISTRATOR, SELF = "administrator", "self"


def who_may(act: str) -> frozenset[str]:
    """The roles and duties that an act on the register takes; nobody may do what the table does not name."""
    return frozenset(_table()["may"].get(act, ()))


def without_an_account(code: str) -> Role | None:
    """The role under which the program writes with a code of its own; None for any other code."""
    role = _table()["without_an_account"].get(code)
    return None if role is None else Role(role)


def require_may(act: str, asker: Account | None, subject: str = "") -> None:
    """Raises CommandRefused for somebody who may not, with who may."""
    allowed = who_may(act)
    if asker is not None and asker.active:
        held = {str(asker.person.role)} | ({ADMINISTRATOR} if asker.person.administers else set())
        if held & allowed or (SELF in allowed and subject == asker.person.code):
            return
    words = " or ".join(sorted(allowed - {SELF})) or "nobody"
    raise CommandRefused(f"this takes {words}: ask one who may")


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("sijoint.clinic").joinpath("register.toml").read_text(encoding="utf-8"))
