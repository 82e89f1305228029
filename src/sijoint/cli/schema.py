"""``sij schema``: the JSON Schemas of what SIJoint writes, and of what it reads."""

import json
from typing import Annotated, Any

import typer

from sijoint.clinic.commands import Command as ClinicCommand
from sijoint.exchange.episode_file import EpisodeFile
from sijoint.exchange.facts import FACTS
from sijoint.exchange.facts_schema import DRAFT, facts_schema, policy_schema
from sijoint.exchange.procedure_file import ProcedureFile
from sijoint.model import PreparationSheet, Procedure, RecipeSheet, RepeatAnswer, Verdict
from sijoint.model.finding import Assessed
from sijoint.model.wire import json_schema
from sijoint.records import LedgerLine
from sijoint.room.commands import Command
from sijoint.room.events import Event
from sijoint.room.replay import CommandLog

SCHEMAS: dict[str, Any] = {
    "episode": EpisodeFile,
    "procedure": Procedure,
    "command": Command,
    "clinic-command": ClinicCommand,
    "event": Event,
    "command-log": CommandLog,
    "ledger-line": LedgerLine,
    "assessed": Assessed,
    "verdict": Verdict,
    "repeat": RepeatAnswer,
    "preparation-sheet": PreparationSheet,
    "recipe-sheet": RecipeSheet,
}
READ: dict[str, type[Any]] = {
    **{f"{name}-facts": kind for name, kind in FACTS.items()},
    "procedure-facts": ProcedureFile,
}
ABOUT = {
    "episode": "a whole episode as a file",
    "procedure": "what was done, as the record holds it",
    "command": "one command to the room",
    "clinic-command": "one command to the clinic",
    "event": "one thing that happened in the room",
    "command-log": "a procedure's commands with its seed",
    "ledger-line": "one line of the ledger",
    "assessed": "the answer of `sij screen`, and of `sij dose` with its arithmetic",
    "verdict": "the answer of `sij verdict`",
    "repeat": "the answer of `sij repeat`",
    "preparation-sheet": "the answer of `sij prepare`",
    "recipe-sheet": "what a recipe comes to, in the answer of `sij dose`",
    **{f"{name}-facts": f"what `sij {name}` reads" for name in FACTS},
    "procedure-facts": "a procedure written down by hand or told by another system",
    "policy": "a policy file (TOML)",
}


class UnknownSchema(ValueError):
    """There is no schema of this name; the text lists those that there are."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of record. Raises UnknownSchema."""
    if name == "policy":
        return policy_schema()
    if name in READ:
        return facts_schema(READ[name])
    if name not in SCHEMAS:
        raise UnknownSchema(f"there is no schema {name!r}; choose one of {', '.join(ABOUT)}")
    return {"$schema": DRAFT, **json_schema(SCHEMAS[name])}


def schema(name: Annotated[str, typer.Argument(help="Which one; without it, all names.")] = "") -> None:
    """Print the JSON Schema (draft 2020-12) of NAME, or the names."""
    if name:
        typer.echo(json.dumps(schema_of(name), indent=1, sort_keys=True))
        return
    width = max(map(len, ABOUT))
    for one, about in ABOUT.items():
        typer.echo(f"{one:{width}}  {about}")
