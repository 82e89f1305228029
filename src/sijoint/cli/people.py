"""``sij people``: who may sign in, and as what. Whoever holds the store's file may do it; the ledger says who did."""

import getpass
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from sijoint.cli.records import StoreOption
from sijoint.clinic.people import account, accounts, add_person, change_person, close_person, set_password
from sijoint.model import Person, Role
from sijoint.records import Store, open_store

IN_THE_HOUSE = tuple(str(one) for one in Role if one not in (Role.PATIENT, Role.REFERRER, Role.ROOM))


class Act(StrEnum):
    LIST = "list"
    ADD = "add"
    CHANGE = "change"
    PASSWORD = "password"
    CLOSE = "close"


class NotEnoughSaid(ValueError):
    """The register needs to know more."""


def people(
    act: Annotated[Act, typer.Argument(help="What to do.")] = Act.LIST,
    code: Annotated[str, typer.Argument(help="The code under which the person signs in, such as dr-a.")] = "",
    store: StoreOption = "clinic.db",
    name: Annotated[str, typer.Option(help="The name that colleagues read.")] = "",
    role: Annotated[Role | None, typer.Option(help="What the person does in the clinic.")] = None,
    administrator: Annotated[
        bool | None, typer.Option("--administrator/--no-administrator", help="Keeps the register of people.")
    ] = None,
    patient: Annotated[str, typer.Option(help="Whose record a patient's account opens: the patient's id.")] = "",
) -> None:
    """List the people of a store, add one, change a role, set a password, or close an account. Passwords are asked for."""
    opened, by, now = open_store(store), f"{getpass.getuser()} (sij people)", datetime.now(UTC)
    if act is Act.LIST:
        _list(opened)
        return
    if not code:
        code = _asked("Code")
    if act is Act.ADD:
        if role is None:
            raise NotEnoughSaid(f"say which --role: {', '.join(one for one in Role if one is not Role.ROOM)}")
        person = Person(code, name or _asked("Name"), role, patient or None, administers=bool(administrator))
        add_person(opened, person, by=by, at=now, password=_new_password(), console=True)
    elif act is Act.CHANGE:
        found = account(opened, code)
        if found is None:
            raise NotEnoughSaid(f"there is nobody with the code {code}: `sij people list` shows who there is")
        change_person(
            opened,
            code,
            name=name or found.person.name,
            role=role or found.person.role,
            administers=found.person.administers if administrator is None else administrator,
            by=by,
            at=now,
            console=True,
        )
    elif act is Act.PASSWORD:
        set_password(opened, code, _new_password(), by=by, at=now, console=True)
    else:
        close_person(opened, code, by=by, at=now, console=True)
    typer.echo(f"{act}: {code}; line {opened.ledger_end().sequence} of the ledger says so")


def add_first_administrator(store: Store) -> None:
    """Ask in the terminal for somebody who can let the others in. Raises CommandRefused."""
    typer.echo(f"Nobody can sign in to {store.place.name} yet. Who administers it?")
    code, name = _asked("Code, such as dr-a"), _asked("Name")
    said = str(typer.prompt("Role", default=Role.PHYSICIAN.value)).strip()
    if said not in IN_THE_HOUSE:
        raise NotEnoughSaid(f"there is no role {said}: one of {', '.join(IN_THE_HOUSE)}")
    role = Role(said)
    person = Person(code, name, role, administers=True)
    by = f"{getpass.getuser()} (first start)"
    add_person(store, person, by=by, at=datetime.now(UTC), password=_new_password(), console=True)


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        raise NotEnoughSaid(
            f"the {what.lower()} is missing, and there is no terminal to ask in: say it on the command line"
        )
    return str(typer.prompt(what)).strip()


def _new_password() -> str:
    """Typed twice, unseen; or one line of standard input where there is no terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _list(store: Store) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("code", "name", "role", "", ""):
        table.add_column(heading)
    for one in accounts(store):
        duty = "administrator" if one.person.administers else ""
        state = "closed" if not one.active else "" if one.password else "no password"
        table.add_row(one.person.code, one.person.name, one.person.role, duty, state)
    Console().print(table)
