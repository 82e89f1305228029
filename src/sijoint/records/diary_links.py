"""Links that open the diary of one episode, until a day, unless they are taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.engine import Connection

from sijoint.records import tables


@dataclass(frozen=True)
class DiaryLink:
    """``id`` says nothing about the episode; whoever has the link has this id, signed."""

    id: str
    episode_id: str
    until: datetime
    taken_back: bool = False


def diary_link(connection: Connection, identity: str) -> DiaryLink | None:
    """A link as it is now; None for one that was never given out, or whose patient was erased."""
    table = tables.diary_link
    row = connection.execute(
        select(table).where(table.c.id == identity).order_by(table.c.version.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _link(row.id, row.episode_id, row.until, row.version)


def diary_links_of(connection: Connection, episode_id: str) -> tuple[DiaryLink, ...]:
    """Every link to an episode's diary that was given out, also those taken back, in the order of giving."""
    table = tables.diary_link
    rows = connection.execute(select(table).where(table.c.episode_id == episode_id).order_by(table.c.sequence))
    found: dict[str, DiaryLink] = {}
    for row in rows:
        found[row.id] = _link(row.id, row.episode_id, row.until, row.version)
    return tuple(found.values())


def _link(identity: str, episode_id: str, until: str, version: int) -> DiaryLink:
    return DiaryLink(identity, episode_id, datetime.fromisoformat(until), taken_back=version > 0)
