"""``sij record``: a procedure that was written down elsewhere, sent to the store."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sijoint.cli import rule_told as told
from sijoint.cli.acting import By, WhichEpisode, door
from sijoint.cli.records import StoreOption
from sijoint.cli.rule_asked import AsJson, Now, PolicyChoice, UnusableQuestion, moment, policies_for
from sijoint.clinic import RecordProcedure
from sijoint.exchange.procedure_file import read_procedure_text
from sijoint.model import ProcedureForm
from sijoint.pathway import assessed


def record(
    file: Annotated[Path, typer.Argument(help="The procedure as JSON or TOML; `sij example procedure` prints one.")],
    store: StoreOption,
    episode: WhichEpisode = "",
    by: By = "",
    policy: PolicyChoice = None,
    now: Now = None,
    as_json: AsJson = False,
) -> None:
    """Record a procedure from a file, and tell where it differs from what was ordered or allowed.

    What was done is recorded whatever was left out before it. Exit code: 0 recorded, 10, 11 or 12 recorded with deviations
    that a physician looks at, 2 refused.
    """
    at = moment(now)
    form = _form(file, at)
    with door(store, episode, by, at, policies_for(policy)) as here:
        outcome = here.give(RecordProcedure, episode, form=form)
        answer, rules = assessed(outcome.findings), here.policy
    if as_json:
        state = outcome.episode.state if outcome.episode else ""
        told.print_json({**told.wire(answer), "procedure_id": form.procedure_id, "state": str(state)}, rules, at)
    else:
        typer.echo(f"recorded: procedure {form.procedure_id} of episode {episode}")
        told.tell_assessed("Deviations", answer, rules, at)
    raise typer.Exit(told.EXIT_CODES[answer.decision])


def _form(file: Path, at: datetime) -> ProcedureForm:
    if str(file) == "-":
        return read_procedure_text(sys.stdin.read(), "the standard input", at)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UnusableQuestion(f"{file} cannot be read as text: give a JSON or TOML file that there is") from None
    return read_procedure_text(text, file.name, at)
