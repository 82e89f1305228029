"""PostgreSQL: transactions that see one moment, commits that wait for the disk, one writer by an advisory lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from sijoint.records.errors import StoreRefused
from sijoint.records.writer_lock import PATIENCE_S, TOO_LONG

LOCK = 0x51A  # the first half of the advisory lock; the second half is the ledger's own number in this database
LOCK_NOT_AVAILABLE = "55P03"


def postgres_engine(url: URL, *, read_only: bool) -> Engine:
    """Raises StoreRefused where the driver is not installed."""
    try:
        engine = create_engine(
            url, isolation_level="REPEATABLE READ", pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE_S}
        )
    except ModuleNotFoundError:
        raise StoreRefused(
            "PostgreSQL needs the driver psycopg: run pip install 'sijoint[postgres]', or name an SQLite file"
        ) from None
    except TypeError:
        raise StoreRefused("the address has a setting that PostgreSQL does not know: correct it") from None

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
            cursor.execute(f"SET lock_timeout = '{PATIENCE_S:.0f}s'")
            if read_only:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def loses_power_safely(connection: Connection) -> bool:
    """Whether the server keeps what it committed when the power fails."""
    settings = ("fsync", "full_page_writes")
    return all(connection.execute(text(f"SHOW {name}")).scalar() == "on" for name in settings)


@contextmanager
def only_writer_in_database(connection: Connection) -> Iterator[None]:
    """Held by the session across its transactions; the server drops it when the session ends. Nothing is open after it."""
    try:
        number = connection.execute(text("SELECT ('ledger'::regclass::oid::bigint % 2147483647)::int")).scalar()
        connection.execute(text("SELECT pg_advisory_lock(:a, :b)"), {"a": LOCK, "b": number})
        connection.commit()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE:
            raise StoreRefused(TOO_LONG) from None
        raise
    try:
        yield
    finally:
        try:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:a, :b)"), {"a": LOCK, "b": number})
            connection.commit()
        except SQLAlchemyError:
            connection.invalidate()  # a session that is gone holds no lock
