"""PostgreSQL for tests: whether a server is reached, and an empty place on it for one test."""

import os
import uuid
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

ASKED = "SIJ_TEST_DATABASE_URL"  # not the address of a clinic's own store, which no test may touch


@cache
def why_not() -> str:
    """Why no server is reached; "" when one is."""
    if not os.environ.get(ASKED):
        return f"{ASKED} is not set (`make test` sets it where PostgreSQL is installed)"
    try:
        with _admin().connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        return f"{ASKED} names no server that answers ({type(error).__name__})"
    return ""


def new_address(files: Path) -> str:
    """The address of an empty schema, with a folder for the files."""
    schema = f"t_{uuid.uuid4().hex}"
    with _admin().begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(os.environ[ASKED])
    named = url.update_query_dict({"files": str(files), "options": f"-csearch_path={schema}"})
    return named.render_as_string(hide_password=False)


@cache
def _admin():
    url = make_url(os.environ[ASKED]).set(drivername="postgresql+psycopg")
    return create_engine(url, pool_size=1)
