"""The register of people, the browsers that are signed in, and links to a diary."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("code", TEXT, primary_key=True, nullable=False),
        sa.Column("version", sa.Integer, primary_key=True, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("name", "role", "patient_id")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("administers", "active")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("password", "by")),
        _line(),
    )
    op.create_table(
        "diary_link",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("version", sa.Integer, primary_key=True, nullable=False),
        sa.Column("episode_id", TEXT, sa.ForeignKey("episode.id"), nullable=False, index=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("until", "by")),
        _line(),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", TEXT, primary_key=True, nullable=False),
        sa.Column("code", TEXT, nullable=False, index=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("opened_at", "ends_at")),
    )
    for name in ("diary_link", "person"):
        op.create_index(f"{name}_by_sequence", name, ["sequence"])


def _line() -> "sa.Column[int]":
    key = sa.ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED")
    return sa.Column("sequence", sa.Integer, key, nullable=False)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the backup that the migration made")
