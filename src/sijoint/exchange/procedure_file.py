"""A procedure as another system or a typed form tells it: one file of facts, JSON or TOML, read strictly.

Its schema is printed by ``sij schema procedure-facts``; how it becomes a record is ``sijoint.pathway.procedure_from_form``.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from sijoint.exchange.facts import FACTS_SCHEMA_VERSION, Version
from sijoint.exchange.facts_file import read_facts
from sijoint.exchange.strict_reading import UnreadableFacts
from sijoint.model import ProcedureForm, ProcedureWriter
from sijoint.model.wire import to_wire


@dataclass(frozen=True)
class ProcedureFile:
    """What happened, line by line in its order; each line names its ``kind``: needle, view, given or judgement."""

    procedure: ProcedureForm
    schema_version: Version = FACTS_SCHEMA_VERSION


def read_procedure_text(text: str, place: str, now: datetime) -> ProcedureForm:
    """The form that a file holds. Raises UnreadableFacts with one sentence for each fault."""
    form = read_facts(ProcedureFile, text, place, now).procedure
    if form.writer is ProcedureWriter.ROOM:
        raise UnreadableFacts(
            f"{place}: procedure.writer is the room, which records its procedures itself: write import"
        )
    return form


def procedure_text(form: ProcedureForm) -> str:
    """The file of a form; the same form gives the same bytes."""
    return json.dumps(to_wire(ProcedureFile(form)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
