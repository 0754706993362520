"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agencies"),
        sa.UniqueConstraint("name", name="uq_agencies_name"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("email_suspended", sa.String(), nullable=False),
        sa.Column("line_suspended", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_contacts_agency_id_agencies"),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_agency_id", "contacts", ["agency_id"], unique=False)
    op.create_table(
        "divisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_divisions_agency_id_agencies"),
        sa.PrimaryKeyConstraint("id", name="pk_divisions"),
        sa.UniqueConstraint("agency_id", "name", name="uq_divisions_agency_id_name"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("assessed_year", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("tracked_from", sa.Date(), nullable=False),
        sa.Column("sends_from", sa.DateTime(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("indicators", sa.JSON(), nullable=False),
        sa.Column("absent", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name="fk_plans_agency_id_agencies"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
        sa.UniqueConstraint("agency_id", "fiscal_year", name="uq_plans_agency_id_fiscal_year"),
    )
    op.create_table(
        "contact_divisions",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name="fk_contact_divisions_contact_id_contacts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["divisions.id"], name="fk_contact_divisions_division_id_divisions"
        ),
        sa.PrimaryKeyConstraint("contact_id", "division_id", name="pk_contact_divisions"),
    )
    op.create_index(
        "ix_contact_divisions_division_id_contact_id",
        "contact_divisions",
        ["division_id", "contact_id"],
        unique=False,
    )
    op.create_table(
        "contact_roles",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_contact_roles_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "role", name="pk_contact_roles"),
    )
    op.create_table(
        "measures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("instrument", sa.String(), nullable=False),
        sa.Column("indicator", sa.Integer(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("score_table_score", sa.Double(), nullable=True),
        sa.Column("analysis", sa.JSON(), nullable=False),
        sa.Column("weaknesses", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("follow_up", sa.JSON(), nullable=False),
        sa.Column("timeline", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("supporting", sa.JSON(), nullable=False),
        sa.Column("lead_division_id", sa.Integer(), nullable=True),
        sa.Column("supports_all", sa.Boolean(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=False),
        sa.Column("last_line", sa.Integer(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("carried", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_division_id"], ["divisions.id"], name="fk_measures_lead_division_id_divisions"
        ),
        sa.ForeignKeyConstraint(["origin_id"], ["measures.id"], name="fk_measures_origin_id_measures"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_measures_plan_id_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_measures"),
        sa.UniqueConstraint("plan_id", "code", name="uq_measures_plan_id_code"),
    )
    op.create_index("ix_measures_plan_id_position", "measures", ["plan_id", "position"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("intended_channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("useful_until", sa.DateTime(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("rendered_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("first_attempt_at", sa.DateTime(), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(), nullable=False),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_messages_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("contact_id", "on_date", "number", name="uq_messages_contact_id_on_date_number"),
        sa.UniqueConstraint("key", name="uq_messages_key"),
    )
    op.create_index(
        "ix_messages_state_next_attempt_at", "messages", ["state", "next_attempt_at"], unique=False
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("lead_division_id", sa.Integer(), nullable=True),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("before_tracking", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), server_default="open", nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(), server_default="", nullable=False),
        sa.Column("series", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_division_id"], ["divisions.id"], name="fk_follow_ups_lead_division_id_divisions"
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_follow_ups_measure_id_measures"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_follow_ups_plan_id_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint(
            "measure_id", "fiscal_year", "period", name="uq_follow_ups_measure_id_fiscal_year_period"
        ),
    )
    op.create_index(
        "ix_follow_ups_division", "follow_ups", ["lead_division_id", "plan_id", "due_on"], unique=False
    )
    op.create_index(
        "ix_follow_ups_open",
        "follow_ups",
        ["plan_id", "lead_division_id", "due_on", "before_tracking"],
        unique=False,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "measure_supports",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["division_id"], ["divisions.id"], name="fk_measure_supports_division_id_divisions"
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measures.id"], name="fk_measure_supports_measure_id_measures"
        ),
        sa.PrimaryKeyConstraint("measure_id", "division_id", name="pk_measure_supports"),
    )
    op.create_table(
        "rules",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=True),
        sa.Column("phrase", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_rules_measure_id_measures"),
        sa.PrimaryKeyConstraint("measure_id", "position", name="pk_rules"),
    )
    op.create_table(
        "due_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_due_moves_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_due_moves"),
    )
    op.create_index(
        "ix_due_moves_follow_up_id_moved_on", "due_moves", ["follow_up_id", "moved_on"], unique=False
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("measure_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_events_follow_up_id_follow_ups"
        ),
        sa.ForeignKeyConstraint(["measure_id"], ["measures.id"], name="fk_events_measure_id_measures"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_events_plan_id_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_measure_id", "events", ["measure_id"], unique=False)
    op.create_index("ix_events_plan_id", "events", ["plan_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_evidence_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_follow_up_id", "evidence", ["follow_up_id"], unique=False)
    op.create_table(
        "message_items",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_message_items_follow_up_id_follow_ups"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_items_message_id_messages"),
        sa.PrimaryKeyConstraint("message_id", "follow_up_id", name="pk_message_items"),
    )
    op.create_index("ix_message_items_follow_up_id", "message_items", ["follow_up_id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("useful_until", sa.DateTime(), nullable=False),
        sa.Column("dropped", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_reminders_contact_id_contacts"),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_reminders_follow_up_id_follow_ups"
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_reminders_message_id_messages"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_reminders_plan_id_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
    )
    op.create_index("ix_reminders_message_id", "reminders", ["message_id"], unique=False)
    op.create_index(
        "ix_reminders_waiting",
        "reminders",
        ["contact_id"],
        unique=False,
        sqlite_where=sa.text("message_id IS NULL AND dropped = ''"),
        postgresql_where=sa.text("message_id IS NULL AND dropped = ''"),
    )
    op.create_index(
        "uq_reminders_follow_up",
        "reminders",
        ["follow_up_id", "kind", "step", "series", "contact_id"],
        unique=True,
        sqlite_where=sa.text("follow_up_id IS NOT NULL"),
        postgresql_where=sa.text("follow_up_id IS NOT NULL"),
    )
    op.create_index(
        "uq_reminders_plan",
        "reminders",
        ["plan_id", "kind", "period", "contact_id"],
        unique=True,
        sqlite_where=sa.text("follow_up_id IS NULL"),
        postgresql_where=sa.text("follow_up_id IS NULL"),
    )
