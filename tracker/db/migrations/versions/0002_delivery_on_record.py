"""Delivery on record: attempts, LINE's quota, all that a message carries; pauses; leases."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

READY = "state IN ('queued', 'retry')"
TURNS = ("escalation", "overdue", "due-soon", "monthly", "quarterly", "summary", "coordinator")
"""Which leaves first, as it was when this migration was written."""


def upgrade() -> None:
    _new_columns()
    _new_tables()
    turn = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(TURNS))
    op.execute(f"UPDATE messages SET turn = CASE kind {turn} ELSE 0 END")
    op.create_index(
        "ix_messages_ready",
        "messages",
        ["turn", "next_attempt_at"],
        sqlite_where=sa.text(READY),
        postgresql_where=sa.text(READY),
    )
    op.drop_index("ix_messages_state_next_attempt_at", "messages")
    op.create_index("ix_messages_state_lease_until", "messages", ["state", "lease_until"])
    op.create_index("ix_messages_on_date", "messages", ["on_date"])


def _new_columns() -> None:
    columns: dict[str, list[sa.Column[Any]]] = {
        "contacts": [
            _text("channels"),
            sa.Column("email_suspended_on", sa.Date(), nullable=True),
            sa.Column("line_suspended_on", sa.Date(), nullable=True),
            *_pause(),
        ],
        "plans": _pause(),
        "messages": [
            _text("flex"),
            _text("calendar"),
            _text("thread"),
            sa.Column("cost", sa.Integer(), nullable=True),
            sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        ],
    }
    for table, new in columns.items():
        for column in new:
            op.add_column(table, column)


def _new_tables() -> None:
    op.create_table(
        "attempts",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("accepted_request_id", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_attempts_message_id_messages"),
        sa.PrimaryKeyConstraint("message_id", "number", name="pk_attempts"),
    )
    op.create_index("ix_attempts_channel_at", "attempts", ["channel", "at"])
    op.create_table(
        "quota_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quota_readings"),
    )
    op.create_index("ix_quota_readings_at", "quota_readings", ["at"])
    op.create_table(
        "line_audiences",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_line_audiences"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _pause() -> list[sa.Column[Any]]:
    days = (sa.Column(name, sa.Date(), nullable=True) for name in ("paused_from", "paused_until"))
    return [*days, _text("pause_reason")]
