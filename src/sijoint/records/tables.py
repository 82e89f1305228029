"""The tables. Facts are only ever added: each row names the ledger line (``sequence``) that vouches for it.

``episode`` is the one table whose rows change; it repeats what the newest parts say, for queries, and verification
compares the two. ``patient_key`` rows are removed by erasure and never changed.
"""

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)

metadata = MetaData()

store = Table(
    "store",
    metadata,
    Column("id", Text, primary_key=True),
    Column("format", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("sequence", Integer, nullable=False),
)
ledger = Table(
    "ledger",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("store", Text, nullable=False),
    Column("episode", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)
patient_key = Table(
    "patient_key",
    metadata,
    Column("patient_id", Text, primary_key=True),
    Column("key_id", Text, nullable=False, unique=True),
    Column("key", LargeBinary, nullable=False),
)
patient = Table(
    "patient",
    metadata,
    Column("id", Text, ForeignKey("patient_key.patient_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("sequence", Integer, ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED"), nullable=False),
)
episode = Table(
    "episode",
    metadata,
    Column("id", Text, primary_key=True),
    Column("patient_id", Text, ForeignKey("patient_key.patient_id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
episode_part = Table(
    "episode_part",
    metadata,
    Column("episode_id", Text, ForeignKey("episode.id"), primary_key=True),
    Column("part", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("sequence", Integer, ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED"), nullable=False),
)
command = Table(
    "command",
    metadata,
    Column("id", Text, primary_key=True),
    Column("episode_id", Text, ForeignKey("episode.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("sequence", Integer, ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED"), nullable=False),
)
image = Table(
    "image",
    metadata,
    Column("episode_id", Text, ForeignKey("episode.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("sidecar", Text, nullable=False),
    Column("sequence", Integer, ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED"), nullable=False),
)

VOUCHED = (command, episode_part, image, patient, store)  # their rows are in the digest of the line they name
for _table in VOUCHED:
    if _table is not store:
        Index(f"{_table.name}_by_sequence", _table.c.sequence)


def _only_append(name: str, verbs: tuple[str, ...]) -> None:
    for verb in verbs:
        trigger = DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {name} are only ever added'); END"
        )
        event.listen(metadata, "after_create", trigger.execute_if(dialect="sqlite"))


# Deleting facts is erasure, which leaves its own ledger line; deleting from the ledger is never right.
_only_append("ledger", ("UPDATE", "DELETE"))
_only_append("store", ("UPDATE", "DELETE"))
for _name in ("patient_key", "patient", "episode_part", "command", "image"):
    _only_append(_name, ("UPDATE",))
event.listen(
    metadata,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE TRIGGER episode_version_counts BEFORE UPDATE ON episode "
        "WHEN NEW.version <> OLD.version + 1 OR NEW.id <> OLD.id OR NEW.patient_id <> OLD.patient_id "
        "BEGIN SELECT RAISE(ABORT, 'an episode changes by one version at a time'); END"
    ).execute_if(dialect="sqlite"),
)
