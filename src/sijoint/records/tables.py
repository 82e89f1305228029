"""The tables. Facts are only ever added: each row names the ledger line (``sequence``) that vouches for it.

``episode`` is the one table whose rows change; it repeats what the newest parts say, for queries, and verification
compares the two. ``patient_key`` rows are removed by erasure and never changed.
"""

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table
from sqlalchemy import Text as AnyText

metadata = MetaData()

Text = AnyText().with_variant(
    AnyText(collation="C"), "postgresql"
)  # the same order on both, whatever the server's language


def _line() -> Column[Any]:
    """The ledger line that vouches for a row; it is written last in the transaction."""
    ledger_line = ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED")
    return Column("sequence", Integer, ledger_line, nullable=False)


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
    _line(),
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
    _line(),
)
command = Table(
    "command",
    metadata,
    Column("id", Text, primary_key=True),
    Column("episode_id", Text, ForeignKey("episode.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    _line(),
)
image = Table(
    "image",
    metadata,
    Column("episode_id", Text, ForeignKey("episode.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("sidecar", Text, nullable=False),
    _line(),
)
# Who looked or erased, and why. A patient is named by the id of the key alone, which says nothing once the key is gone.
access = Table(
    "access",
    metadata,
    Column("sequence", Integer, ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("by", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("episode_id", Text, nullable=False),
)
# Who works or is treated here, and as what. A change is a further version; ``by`` made it. An account of a patient is
# sealed with the patient's key and goes with the patient.
person = Table(
    "person",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("patient_id", Text, nullable=False),
    Column("administers", Integer, nullable=False),
    Column("active", Integer, nullable=False),
    Column("password", Text, nullable=False),  # argon2id, with its salt and costs; "" for nobody who signs in so
    Column("by", Text, nullable=False),
    _line(),
)
# A link to one episode's diary: version 0 gives it out, version 1 takes it back.
diary_link = Table(
    "diary_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("episode_id", Text, ForeignKey("episode.id"), nullable=False, index=True),
    Column("until", Text, nullable=False),
    Column("by", Text, nullable=False),
    _line(),
)
# Browsers that are signed in: no fact of care, so no line vouches for it and rows go when a session ends. The token
# itself is only in the browser; here is its SHA-256.
web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("code", Text, nullable=False, index=True),
    Column("opened_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
)
# The steps that the house knows, so that the database itself refuses any other; see ``guards``.
legal_step = Table(
    "legal_step",
    metadata,
    Column("from_state", Text, primary_key=True),
    Column("to_state", Text, primary_key=True),
)
revision = Table("alembic_version", metadata, Column("version_num", Text, primary_key=True))

VOUCHED = (
    access,
    command,
    diary_link,
    episode_part,
    image,
    patient,
    person,
    store,
)  # their rows are in the digest of the line they name
for _table in VOUCHED:
    if _table not in (store, access):
        Index(f"{_table.name}_by_sequence", _table.c.sequence)
