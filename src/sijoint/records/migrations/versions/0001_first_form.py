"""The first form: patients, episodes in parts, commands, images, keys and the ledger."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, **more: Any) -> "sa.Column[Any]":
    return sa.Column(name, TEXT, nullable=False, **more)


def _line() -> "sa.Column[Any]":
    key = sa.ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED")
    return sa.Column("sequence", sa.Integer, key, nullable=False)


def upgrade() -> None:
    number: Any = {"primary_key": True, "nullable": False}
    op.create_table(
        "store",
        _text("id", primary_key=True),
        _text("format"),
        sa.Column("schema_version", sa.Integer, nullable=False),
        _text("kind"),
        _text("created_at"),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column("sequence", sa.Integer, autoincrement=False, **number),
        *(_text(name) for name in ("at", "tag", "store", "episode", "command", "key_id", "digest", "previous")),
        _text("hash", unique=True),
    )
    op.create_table(
        "patient_key",
        _text("patient_id", primary_key=True),
        _text("key_id", unique=True),
        sa.Column("key", sa.LargeBinary, nullable=False),
    )
    patient_key, episode = sa.ForeignKey("patient_key.patient_id"), sa.ForeignKey("episode.id")
    op.create_table(
        "patient",
        sa.Column("id", TEXT, patient_key, **number),
        sa.Column("version", sa.Integer, **number),
        _text("body"),
        _line(),
    )
    op.create_table(
        "episode",
        _text("id", primary_key=True),
        sa.Column("patient_id", TEXT, sa.ForeignKey("patient_key.patient_id"), nullable=False, index=True),
        _text("state"),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "episode_part",
        sa.Column("episode_id", TEXT, episode, **number),
        _text("part", primary_key=True),
        sa.Column("version", sa.Integer, **number),
        _text("body"),
        _line(),
    )
    op.create_table(
        "command",
        _text("id", primary_key=True),
        sa.Column("episode_id", TEXT, sa.ForeignKey("episode.id"), nullable=False, index=True),
        _text("name"),
        _text("body"),
        _text("outcome"),
        _line(),
    )
    op.create_table(
        "image",
        sa.Column("episode_id", TEXT, sa.ForeignKey("episode.id"), **number),
        _text("sha256", primary_key=True),
        _text("origin"),
        _text("sidecar"),
        _line(),
    )
    for name in ("command", "episode_part", "image", "patient"):
        op.create_index(f"{name}_by_sequence", name, ["sequence"])


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the backup that the migration made")
