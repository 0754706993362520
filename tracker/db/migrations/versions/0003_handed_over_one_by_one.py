"""What was handed over and what only claimed; when messages were made last; the outbox in its order."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

READY, LEASED = "state IN ('queued', 'retry')", "state = 'sending'"


def upgrade() -> None:
    op.add_column("messages", sa.Column("begun_at", sa.DateTime(), nullable=True))
    # Until now a claim began what it took: what a worker left behind may have arrived.
    op.execute(f"UPDATE messages SET begun_at = first_attempt_at WHERE {LEASED}")
    op.execute("INSERT INTO meta (key, value) SELECT 'gathered_at', value FROM meta WHERE key = 'planned_at'")
    op.drop_index("ix_messages_ready", "messages")
    _create_index("ix_messages_ready", ["turn", "next_attempt_at", "id"], READY)
    op.drop_index("ix_messages_state_lease_until", "messages")
    _create_index("ix_messages_leased", ["lease_until"], LEASED)


def _create_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "messages", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
