"""The ledger with what its lines are about, newest first: who did, looked, changed the register or gave out a link."""

import json
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.engine import Connection

from sijoint.records import tables
from sijoint.records.ledger import LedgerLine


@dataclass(frozen=True)
class AuditLine:
    """``by`` is "" where the program itself wrote; ``what`` names a command, a purpose or an account, never a patient."""

    line: LedgerLine
    by: str
    what: str


def audit_lines(connection: Connection, before: int | None, count: int) -> tuple[AuditLine, ...]:
    """So many lines before one, or the newest; a patient who was erased leaves lines without ``by``."""
    table = tables.ledger
    wanted = select(table).order_by(table.c.sequence.desc()).limit(count)
    if before is not None:
        wanted = wanted.where(table.c.sequence < before)
    lines = [LedgerLine(*row) for row in connection.execute(wanted)]
    if not lines:
        return ()
    known = _known(connection, lines[-1].sequence, lines[0].sequence)
    return tuple(AuditLine(line, *known.get(line.sequence, ("", ""))) for line in lines)


def _known(connection: Connection, first: int, last: int) -> dict[int, tuple[str, str]]:
    """Who and what, by line."""
    found: dict[int, tuple[str, str]] = {}
    command, person, link = tables.command, tables.person, tables.diary_link
    commands = select(command.c.sequence, command.c.name, command.c.body)
    for sequence, name, body in connection.execute(commands.where(command.c.sequence.between(first, last))):
        found[sequence] = (str(json.loads(body).get("by", "")), name)
    for row in connection.execute(
        select(person.c.sequence, person.c.by, person.c.code, person.c.role, person.c.patient_id).where(
            person.c.sequence.between(first, last)
        )
    ):
        whose = "a patient's account" if row.patient_id else f"account {row.code}, {row.role}"
        found[row.sequence] = (row.by, whose)
    links = select(link.c.sequence, link.c.by).where(link.c.sequence.between(first, last))
    found |= {sequence: (by, "") for sequence, by in connection.execute(links)}
    return found | _looks(connection, first, last)


def _looks(connection: Connection, first: int, last: int) -> dict[int, tuple[str, str]]:
    access = tables.access
    seen: dict[int, set[str]] = defaultdict(set)
    said: dict[int, tuple[str, str]] = {}
    for row in connection.execute(select(access).where(access.c.sequence.between(first, last))):
        seen[row.sequence].add(row.key_id)
        said[row.sequence] = (row.by, row.purpose)
    return {
        sequence: (by, f"{purpose}: {len(seen[sequence])} patient{'s' * (len(seen[sequence]) > 1)}")
        for sequence, (by, purpose) in said.items()
    }
