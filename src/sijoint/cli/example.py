"""``sij example``: files to begin with, one for each door that reads one, and a policy."""

from importlib.resources import files
from typing import Annotated

import typer

ABOUT = {
    "screen.json": "a well patient and an order, for `sij screen`",
    "prepare.json": "the same with an appointment, for `sij prepare`",
    "dose.toml": "a recipe and a patient, for `sij dose`",
    "verdict.json": "a diagnostic block with its diary, for `sij verdict`",
    "repeat.json": "an episode with relief and return, for `sij repeat`",
    "procedure.toml": "what was done, written down by hand, for `sij record`",
    "policy.toml": "a site's own policy, for --policy",
}


class NoSuchExample(ValueError):
    """There is no example of this name; the text lists those that there are."""


def example_text(name: str) -> str:
    """The text of an example, by name with or without its ending. Raises NoSuchExample."""
    file = next((one for one in ABOUT if name in (one, one.partition(".")[0])), None)
    if file is None:
        raise NoSuchExample(f"there is no example {name!r}; choose one of {', '.join(ABOUT)}")
    return files("sijoint.exchange").joinpath("examples", file).read_text(encoding="utf-8")


def example(name: Annotated[str, typer.Argument(help="Which one; without it, all names.")] = "") -> None:
    """Print a file of facts, or a policy, to begin with; all persons in them are invented."""
    if name:
        typer.echo(example_text(name), nl=False)
        return
    for file, about in ABOUT.items():
        typer.echo(f"{file:15} {about}")
