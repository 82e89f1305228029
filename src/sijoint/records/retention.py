"""Whose record has been kept as long as the site must keep it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from sijoint.records import tables


@dataclass(frozen=True)
class Kept:
    """A patient, and when something was last written about them (ISO 8601 UTC)."""

    patient_id: str
    last_at: str


def kept_since(connection: Connection) -> tuple[Kept, ...]:
    """Every patient with the time of their last line, the oldest first. Looking at a record does not prolong it."""
    keys, ledger = tables.patient_key, tables.ledger
    last = func.max(ledger.c.at)
    rows = connection.execute(
        select(keys.c.patient_id, last).join(ledger, ledger.c.key_id == keys.c.key_id).group_by(keys.c.patient_id)
    )
    return tuple(sorted((Kept(*row) for row in rows), key=lambda kept: (kept.last_at, kept.patient_id)))


def is_due(kept: Kept, before: datetime) -> bool:
    return datetime.fromisoformat(kept.last_at) < before
