"""What a rule's door is given: the file of facts, the policy and the moment."""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from sijoint.exchange.facts_file import read_facts
from sijoint.exchange.strict_reading import YEARS
from sijoint.pathway import Policy, SitePolicies, UnreadablePolicy, policy_names, shipped, site_policies

T = TypeVar("T")

File = Annotated[Path, typer.Argument(help="Facts as JSON or TOML; - reads them from the standard input.")]
PolicyChoice = Annotated[
    str | None,
    typer.Option("--policy", help="A policy by name, or a file or folder of your own (see docs/policies.md)."),
]
Now = Annotated[
    str | None, typer.Option(help="The moment to judge at, such as 2026-03-10T09:00:00Z; default is this moment.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


class UnusableQuestion(ValueError):
    """A file that cannot be read, or a moment that is none; the text says what to do."""


def moment(given: str | None) -> datetime:
    """The moment to judge at, in UTC. Raises UnusableQuestion."""
    if given is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise UnusableQuestion(f"--now {given} is no time that exists: write it as 2026-03-10T09:00:00Z") from None
    if at.tzinfo is None:
        raise UnusableQuestion(f"--now {given} has no zone: end it in Z for UTC, or in an offset such as +01:00")
    if at.year not in YEARS:
        raise UnusableQuestion(f"--now {given} is far from any time that can be meant: check the year")
    return at.astimezone(UTC)


def facts_of(kind: type[T], file: Path, now: datetime) -> T:
    """The facts in a file. Raises UnusableQuestion and UnreadableFacts."""
    if str(file) == "-":
        try:
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnusableQuestion("the standard input is no text in UTF-8: send JSON or TOML text") from None
        return read_facts(kind, text, "the standard input", now)
    return read_facts(kind, _text(file), file.name, now)


def policy_for(choice: str | None, on: date | datetime, default: str = "clinic") -> Policy:
    """The policy of a name, a file or a folder of dated files, as in force on a day, or at a moment by the clinic's own day.

    Raises UnusableQuestion and UnreadablePolicy.
    """
    policies = policies_for(choice, default)
    return policies.at(on) if isinstance(on, datetime) else policies.on(on)


def policies_for(choice: str | None, default: str = "clinic") -> SitePolicies:
    """All versions of the policy of a name, a file or a folder of dated files. Raises UnusableQuestion and UnreadablePolicy."""
    if choice is None or choice in policy_names():
        return shipped(choice or default)
    if not choice.endswith(".toml") and not Path(choice).exists():
        try:
            return shipped(choice)
        except UnreadablePolicy as refusal:
            raise UnreadablePolicy(f"{refusal}; or give a policy file of your own") from None
    path = Path(choice)
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return site_policies({one.name: _text(one) for one in files})


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnusableQuestion(f"there is no file {file}; check the name") from None
    except IsADirectoryError:
        raise UnusableQuestion(f"{file} is a folder: give one file in it") from None
    except UnicodeDecodeError:
        raise UnusableQuestion(f"{file} is no text in UTF-8: save it as JSON or TOML text") from None
    except OSError as error:
        raise UnusableQuestion(f"{file} cannot be read: {error.strerror or error}") from None
