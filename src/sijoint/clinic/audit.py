"""The audit's view of the ledger: lines that match what is asked, newest first, a page at a time."""

from dataclasses import dataclass
from datetime import date

from sijoint.records import Store
from sijoint.records.audit import AuditLine, audit_lines

PAGE = 100
LOOKED_THROUGH = 5_000  # lines for one page: a filter that matches little says how far it looked


@dataclass(frozen=True)
class AuditAsked:
    """What is looked for; "" and None match all. ``subject`` is the part of a tag before the colon."""

    by: str = ""
    episode: str = ""
    subject: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """``older`` is where the next page begins, None at the ledger's first line."""

    lines: tuple[AuditLine, ...]
    older: int | None
    looked_at: int


def audit_page(store: Store, asked: AuditAsked, before: int | None = None) -> AuditPage:
    """The newest lines that match, from before a line on."""
    found: list[AuditLine] = []
    looked, at = 0, before
    with store.reading() as connection:
        while len(found) < PAGE and looked < LOOKED_THROUGH:
            some = audit_lines(connection, at, PAGE * 2)
            for one in some:
                looked, at = looked + 1, one.line.sequence
                if _matches(one, asked):
                    found.append(one)
                    if len(found) == PAGE:
                        break
            if not some:
                break
    older = at if at is not None and at > 1 else None
    return AuditPage(tuple(found), older, looked)


def _matches(one: AuditLine, asked: AuditAsked) -> bool:
    line, day = one.line, one.line.at[:10]
    return (
        (not asked.by or one.by == asked.by)
        and (not asked.episode or line.episode == asked.episode)
        and (not asked.subject or line.tag.partition(":")[0] == asked.subject)
        and (asked.first_day is None or day >= asked.first_day.isoformat())
        and (asked.last_day is None or day <= asked.last_day.isoformat())
    )
