"""Writing down what has come due, each thing once, and in which message each reminder goes."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Reminder
from tracker.db.prepared import rows_written
from tracker.db.upsert import inserting
from tracker.services.owed import MADE, OWED
from tracker.services.owed_statements import COLUMNS
from tracker.services.waiting import WAITING


def settle(session: Session) -> int:
    """Write the reminders that are new, and in the others what was decided; how many are new."""
    written = rows_written(session, _write(session.get_bind().dialect.name))
    rows_written(session, _attach())
    return written


def _put(*columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of what waits, then the message that it goes into, if any, and why it is dropped, if it is."""
    goes = and_(OWED.c.contact_id == WAITING.c.contact_id, WAITING.c.dropped == "")
    return (
        select(*columns, func.coalesce(OWED.c.message_id, MADE.c.id).label("message_id"), WAITING.c.dropped)
        .outerjoin_from(WAITING, OWED, goes)
        .outerjoin(MADE, MADE.c.bearer_id == OWED.c.bearer_id)
    )


@cache
def _write(dialect: str) -> Any:
    """Write down what has just come due, each thing once."""
    into = inserting(dialect, Reminder.__table__)
    new = _put(*(WAITING.c[name] for name in COLUMNS)).where(WAITING.c.id.is_(None))
    return into.from_select((*COLUMNS, "message_id", "dropped"), new).on_conflict_do_nothing()


@cache
def _attach() -> Update:
    """What was written before gets its message, or is let go of."""
    put = _put(WAITING.c.id).where(WAITING.c.id.is_not(None)).subquery("put")
    settled = or_(put.c.message_id.is_not(None), put.c.dropped != "")
    attached = update(Reminder).where(Reminder.id == put.c.id, settled, queries.waits())
    return attached.values(message_id=put.c.message_id, dropped=put.c.dropped)
