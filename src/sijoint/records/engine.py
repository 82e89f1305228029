"""The connection to an SQLite file, with the settings that keep what was committed."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from sijoint.records.errors import StoreRefused

WAL_IS_SOUND_FROM = (3, 51, 3)  # 3.7.0 to 3.51.2 can corrupt a database when a WAL is reset
BUSY_MS = 30_000


def sqlite_file(path_or_url: str | Path) -> Path:
    """The file that a path or an ``sqlite:///`` URL names. Raises StoreRefused for any other database."""
    text = str(path_or_url)
    if "://" not in text:
        return Path(text)
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreRefused("that is not a database address: name a file, such as clinic.db") from None
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise StoreRefused(f"a store is an SQLite file; {url.get_backend_name()} is not supported: name a file")
    return Path(url.database)


def engine_for(path: Path, *, read_only: bool = False) -> Engine:
    """An engine on an existing or new file. ``read_only`` still rolls back what a killed writer left half done."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, and say which
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        if sqlite3.sqlite_version_info >= WAL_IS_SOUND_FROM:
            if not read_only:
                cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
        else:
            if not read_only:
                cursor.execute("PRAGMA journal_mode=DELETE")
            cursor.execute("PRAGMA synchronous=EXTRA")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        cursor.execute("PRAGMA secure_delete=ON")  # erased rows leave no bytes in free pages
        if read_only:
            cursor.execute("PRAGMA query_only=1")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine
