"""Alembic's entry: it runs migrations on the connection that ``tracker.db.migrate`` hands over."""

from alembic import context

import tracker.db.models  # noqa: F401  it fills the metadata
from tracker.db.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite can: a migration and its record are then one transaction
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
