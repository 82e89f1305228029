"""Who looked at whom and why; the legal steps, so that the database refuses any other."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    line = sa.ForeignKey("ledger.sequence", deferrable=True, initially="DEFERRED")
    op.create_table(
        "access",
        sa.Column("sequence", sa.Integer, line, primary_key=True, nullable=False),
        sa.Column("number", sa.Integer, primary_key=True, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("by", "purpose", "key_id", "episode_id")),
    )
    op.create_table(
        "legal_step",
        *(sa.Column(name, TEXT, primary_key=True, nullable=False) for name in ("from_state", "to_state")),
    )


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the backup that the migration made")
