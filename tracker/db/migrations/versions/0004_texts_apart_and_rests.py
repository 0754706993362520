"""What messages say, apart from what becomes of them; channels that are left alone for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXTS = ("body", "html", "flex", "calendar")


def upgrade() -> None:
    op.create_table(
        "message_texts",
        sa.Column("message_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_texts_message_id_messages"),
        sa.PrimaryKeyConstraint("message_id", name="pk_message_texts"),
    )
    columns = ", ".join(TEXTS)
    said = f"SELECT id, {columns} FROM messages WHERE body <> ''"
    op.execute(f"INSERT INTO message_texts (message_id, {columns}) {said}")
    for name in TEXTS:
        op.drop_column("messages", name)
    op.create_table(
        "channel_rests",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_rests"),
    )
