"""``sij schema``: the JSON Schemas of what SIJoint writes."""

import json
from typing import Annotated, Any

import typer

from sijoint.exchange.episode_file import EpisodeFile
from sijoint.model import Procedure, RepeatAnswer, Verdict
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
    "event": Event,
    "command-log": CommandLog,
    "ledger-line": LedgerLine,
    "assessed": Assessed,
    "verdict": Verdict,
    "repeat": RepeatAnswer,
}


class UnknownSchema(ValueError):
    """There is no schema of this name; the text lists those that there are."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of record. Raises UnknownSchema."""
    if name not in SCHEMAS:
        raise UnknownSchema(f"there is no schema {name!r}; choose one of {', '.join(SCHEMAS)}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **json_schema(SCHEMAS[name])}


def schema(name: Annotated[str, typer.Argument(help="One of: " + ", ".join(SCHEMAS))]) -> None:
    """Print the JSON Schema (draft 2020-12) of NAME."""
    typer.echo(json.dumps(schema_of(name), indent=1, sort_keys=True))
