"""Bringing an older store to this program's form: all of it or nothing, with a line in the ledger."""

import secrets
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import insert, inspect
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from sijoint.model import StoreKind
from sijoint.records import guards, reading, schema, tables, witness
from sijoint.records.engine import engine_for
from sijoint.records.errors import StoreRefused, told
from sijoint.records.ledger import keyed_digest, sealed_line
from sijoint.records.opening import store_row
from sijoint.records.place import Place
from sijoint.records.store import Store
from sijoint.records.tags import Tag


def migrate(place: Place, at: datetime) -> tuple[str, str]:
    """The forms before and after, the same when there was nothing to do. Raises StoreRefused; then nothing has changed.

    Only when no other program has the store open: one that is running would not know the new form.
    """
    row = store_row(place, any_form=True)
    store = Store(engine_for(place), place, place.witness, row.id, StoreKind(row.kind), row.key, secrets.token_bytes)
    try:
        with store.writing_alone() as connection:
            before = schema.revision_of(connection)
            if before not in schema.REVISIONS:
                schema.require_newest(place.name, before)
            if before == schema.NEWEST:
                return before, before
            head = reading.head(connection)
            connection.rollback()
            store.agree_with_witness(head)
            guards.unguard(connection)
            upgrade(connection, before)
            guards.guard(connection)
            guards.write_steps(connection)
            about = {"store": row.id, "episode": "", "command": "", "key_id": ""}
            digest = keyed_digest(row.key, {})
            line = sealed_line(head.sequence + 1, at, Tag.STORE_MIGRATED, **about, digest=digest, previous=head.hash)
            connection.execute(insert(tables.ledger).values(**vars(line)))
            connection.commit()
            witness.append(place.witness, [line])
    except SQLAlchemyError as error:
        raise StoreRefused(f"{place.name} was not migrated and is as it was: {told(error)}") from error
    except OSError as error:
        raise StoreRefused(f"{place.name} cannot be written ({error.strerror}): make its folder writable") from error
    finally:
        store.close()
    return before, schema.NEWEST


def upgrade(connection: Connection, before: str = "", to: str = schema.NEWEST) -> None:
    """The steps from one form to another, in the caller's transaction; from an empty database when ``before`` is ""."""
    if not inspect(connection).has_table(tables.revision.name):
        tables.revision.create(connection)
        if before:
            connection.execute(insert(tables.revision).values(version_num=before))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
