"""The connection to a store's database, with the settings that keep what was committed."""

from pathlib import Path

from sqlalchemy import Engine

from sijoint.records.place import Place
from sijoint.records.postgres import postgres_engine
from sijoint.records.sqlite import sqlite_engine


def engine_for(place: Place, *, read_only: bool = False) -> Engine:
    """An engine whose transactions see one moment; a connection with the option ``writes`` is the writer's.

    ``read_only`` still rolls back what a killed writer left half done in an SQLite file.
    """
    if isinstance(place.database, Path):
        return sqlite_engine(place.database, read_only=read_only)
    return postgres_engine(place.database, read_only=read_only)
