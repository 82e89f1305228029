"""Who gives a command at a terminal, and the store that it is given to."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from sijoint.clinic import ClinicCommand, Outcome, RoleOf, handle
from sijoint.clinic.passwords import fits
from sijoint.clinic.people import account, register_of
from sijoint.model import Episode, StoreKind
from sijoint.pathway import Policy, SitePolicies
from sijoint.records import Purpose, Store, open_store

WhichEpisode = Annotated[str, typer.Option("--episode", help="The id of the episode.")]
By = Annotated[str, typer.Option(help="Your code in the store's register of people; your login where not given.")]


class NotToBeDone(ValueError):
    """A command that the clinic refuses, or that cannot be asked; the text says why."""


@dataclass(frozen=True)
class Door:
    """A store that is open, who acts in it, and when."""

    store: Store
    by: str
    at: datetime
    policies: SitePolicies
    role_of: RoleOf | None

    @property
    def policy(self) -> Policy:
        return self.policies.at(self.at)

    def give(self, kind: type[ClinicCommand], episode: str, /, **what: object) -> Outcome:
        """One command. Raises NotToBeDone with the sentence of a refusal."""
        command = kind(id=f"terminal-{uuid4()}", by=self.by, episode_id=episode, **what)  # type: ignore[arg-type]
        outcome = handle(command, self.store, self.policies, lambda: self.at, self.role_of)
        if not outcome.accepted:
            raise NotToBeDone(outcome.refusal)
        return outcome

    def look(self, episode: str, purpose: Purpose = Purpose.CARE) -> Episode:
        """The episode; in a care store the look is a line of its ledger."""
        if self.store.kind is StoreKind.VIRTUAL:
            return self.store.episode(episode)
        with self.store.read_as(self.by, purpose, self.at) as view:
            return view.episode(episode)


@contextmanager
def door(store: str, episode: str, by: str, at: datetime, policies: SitePolicies) -> Iterator[Door]:
    """Open a store for one command. Raises NotToBeDone where the episode or the person is not known there.

    Where the store has a register of people, whoever acts is in it, and proves it with the password that is kept there.
    """
    if "://" not in store and not Path(store).is_file():
        raise NotToBeDone(f"there is no store {store}: give the file or the address of one with --store")
    opened = open_store(store)
    try:
        role_of, who = register_of(opened), by or getpass.getuser()
        if role_of is not None:
            _prove(opened, who)
        if all(one.id != episode for one in opened.headers()):
            asked = (
                f"holds no episode {episode!r}" if episode else "holds more than one episode: say which, with --episode"
            )
            raise NotToBeDone(f"{opened.place.name} {asked}; `sij show --store {store}` lists those that it holds")
        yield Door(opened, who, at, policies, role_of)
    finally:
        opened.close()


def _prove(store: Store, code: str) -> None:
    found = account(store, code)
    typed = _password(code)
    if not fits(found.password if found is not None and found.active else "", typed):
        raise NotToBeDone(
            f"nobody signs in here as {code!r} with this password: give your code with --by; `sij people list` shows who there is"
        )


def _password(code: str) -> str:
    """Typed unseen at a terminal; from a program, the first line of the standard input."""
    return getpass.getpass(f"Password of {code}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
