"""Which form the tables of a store have, and whether this program is the one for it."""

from sqlalchemy import insert, inspect, select
from sqlalchemy.engine import Connection

from sijoint.records import guards, tables
from sijoint.records.errors import StoreRefused

REVISIONS = ("0001", "0002", "0003")  # every form there has been, as in the files of ``migrations``
NEWEST = REVISIONS[-1]


def make_tables(connection: Connection) -> None:
    """The newest form, in an empty database; within the caller's transaction."""
    tables.metadata.create_all(connection)
    guards.guard(connection)
    guards.write_steps(connection)
    connection.execute(insert(tables.revision).values(version_num=NEWEST))


def revision_of(connection: Connection) -> str:
    """The form of a store's tables; the first form did not say so itself."""
    if not inspect(connection).has_table(tables.revision.name):
        return REVISIONS[0]
    return connection.execute(select(tables.revision.c.version_num)).scalar() or REVISIONS[0]


def require_newest(name: str, revision: str) -> None:
    """Raises StoreRefused for a store that an older program left or a newer one made."""
    if revision == NEWEST:
        return
    if revision in REVISIONS:
        raise StoreRefused(
            f"{name} was made by an older SIJoint (form {revision}, this program's is {NEWEST}): run `sij migrate {name}`, "
            "which makes a backup first"
        )
    raise StoreRefused(
        f"{name} was made or migrated by a newer SIJoint (form {revision}, this program knows {REVISIONS[0]} to "
        f"{NEWEST}): use the newer program, this one would lose what it does not know"
    )
