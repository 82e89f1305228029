"""The register of people, and the browsers that are signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, insert, select
from sqlalchemy.engine import Connection

from sijoint.model import Person, Role
from sijoint.records import tables
from sijoint.records.ledger import stamp

if TYPE_CHECKING:
    from sijoint.records.store import Store


@dataclass(frozen=True)
class Account:
    """A person as the register has them. ``password`` is argon2id text, "" for none; ``by`` made this version."""

    person: Person
    version: int
    active: bool
    password: str
    by: str
    sequence: int = 0  # the ledger line of this version


def row_of(account: Account) -> dict[str, Any]:
    person = account.person
    return {
        "code": person.code,
        "version": account.version,
        "name": person.name,
        "role": str(person.role),
        "patient_id": person.patient_id or "",
        "administers": int(person.administers),
        "active": int(account.active),
        "password": account.password,
        "by": account.by,
    }


def account(connection: Connection, code: str) -> Account | None:
    """Somebody's account as it is now, also one that was closed; None for nobody known."""
    table = tables.person
    row = connection.execute(
        select(table).where(table.c.code == code).order_by(table.c.version.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _account(row)


def accounts(connection: Connection) -> tuple[Account, ...]:
    """Every account as it is now, by code."""
    table = tables.person
    newest = select(table.c.code, func.max(table.c.version).label("version")).group_by(table.c.code).subquery()
    rows = connection.execute(
        select(table)
        .join(newest, (table.c.code == newest.c.code) & (table.c.version == newest.c.version))
        .order_by(table.c.code)
    )
    return tuple(_account(row) for row in rows)


def changes(connection: Connection) -> tuple[Account, ...]:
    """Every version of every account, in the order in which they were made."""
    rows = connection.execute(select(tables.person).order_by(tables.person.c.sequence))
    return tuple(_account(row) for row in rows)


def _account(row: Row[Any]) -> Account:
    kept = row._mapping
    person = Person(
        kept["code"],
        kept["name"],
        Role(kept["role"]),
        kept["patient_id"] or None,
        administers=bool(kept["administers"]),
    )
    return Account(person, kept["version"], bool(kept["active"]), kept["password"], kept["by"], kept["sequence"])


def session_account(connection: Connection, token_hash: str, now: datetime) -> Account | None:
    """Whose browser this is; None for a session that is unknown or over, or of an account that was closed."""
    table = tables.web_session
    code = connection.execute(
        select(table.c.code).where(table.c.token_hash == token_hash, table.c.ends_at > stamp(now))
    ).scalar()
    found = account(connection, code) if code is not None else None
    return found if found is not None and found.active else None


def open_session(store: "Store", token_hash: str, code: str, now: datetime, ends_at: datetime) -> None:
    """Remember a browser; sessions that are over are forgotten on the way."""
    table = tables.web_session
    with store.writing_alone() as connection:
        connection.execute(delete(table).where(table.c.ends_at <= stamp(now)))
        connection.execute(
            insert(table).values(token_hash=token_hash, code=code, opened_at=stamp(now), ends_at=stamp(ends_at))
        )
        connection.commit()


def end_session(store: "Store", token_hash: str) -> None:
    with store.writing_alone() as connection:
        connection.execute(delete(tables.web_session).where(tables.web_session.c.token_hash == token_hash))
        connection.commit()


def end_sessions_of(store: "Store", code: str, but: str = "") -> int:
    """End all of one person's sessions but one; how many those were."""
    table = tables.web_session
    with store.writing_alone() as connection:
        ended = connection.execute(delete(table).where(table.c.code == code, table.c.token_hash != but))
        connection.commit()
    return int(ended.rowcount)


def end_every_session(store: "Store") -> None:
    with store.writing_alone() as connection:
        connection.execute(delete(tables.web_session))
        connection.commit()


def sessions_of(connection: Connection, code: str, now: datetime) -> tuple[datetime, ...]:
    """When each of a person's sessions that still last was opened, the oldest first."""
    table = tables.web_session
    rows = connection.execute(
        select(table.c.opened_at).where(table.c.code == code, table.c.ends_at > stamp(now)).order_by(table.c.opened_at)
    )
    return tuple(datetime.fromisoformat(row.opened_at) for row in rows)
