"""What waits for a message, written before or come due just now: a table for one transaction.

What has come due is written as reminders at the end only, once, when it is known which message carries it.
"""

import datetime as dt
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from sqlalchemy import Column as Field
from sqlalchemy import (
    Date,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Update,
    bindparam,
    exists,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.models import Message, MessageItem, MessageState, Reminder
from tracker.db.prepared import TODAY, any_of
from tracker.domain.reminders import OWNER_KINDS, Kind
from tracker.services.owed_kinds import COLUMNS, Owed

NAMED_LATELY = "a message of the last days named its due date already"

WAITING = Table(
    "waiting",
    MetaData(),
    Field("id", Integer),
    Field("kind", Word(Kind), nullable=False),
    Field("plan_id", Integer),
    Field("follow_up_id", Integer),
    Field("period", String),
    Field("step", Integer),
    Field("series", Integer),
    Field("contact_id", Integer),
    Field("created_at", UtcDateTime),
    Field("useful_until", UtcDateTime),
    Field("dropped", String, server_default=""),
    prefixes=["TEMPORARY"],
)
"""A row for each reminder that may go into a message now; ``id`` is None for what is not written yet.

``dropped`` tells why one will not be sent after all.
"""


def collect(session: Session, kinds: Collection[Kind], today: dt.date) -> None:
    """Make the table, with what waits already: of these kinds, and not for the end of a pause."""
    connection = session.connection()
    WAITING.create(connection)
    connection.execute(_written_before(), {"of_kinds": list(kinds), "today": today})


def add(session: Session, owed: Owed) -> None:
    """Put in what has come due."""
    session.connection().execute(_come_due(owed.statement), owed.windows)


def drop_named_lately(session: Session, near: dt.date) -> None:
    """Let go of due dates that were named since ``near``; one moved or opened again is always told."""
    session.connection().execute(_drop_named_lately(), {"near": near})


def anything_waits(session: Session) -> bool:
    """Whether there is a row at all."""
    return bool(session.connection().scalar(_anything()))


def drop_waiting(session: Session) -> None:
    """Remove the table before the transaction's end, so that it can be made again."""
    WAITING.drop(session.connection())


@cache
def _written_before() -> Insert:
    # The text stands in the statement: only so does SQLite use the partial index of what waits.
    waits = (Reminder.message_id.is_(None), Reminder.dropped == literal("", literal_execute=True))
    columns = (Reminder.id, *(getattr(Reminder, name) for name in COLUMNS))
    before = select(*columns).where(*waits, Reminder.kind.in_(any_of("of_kinds")), ~queries.rests(TODAY))
    return insert(WAITING).from_select(("id", *COLUMNS), before)


@cache
def _come_due(statement: Callable[[], Select[Any]]) -> Insert:
    return insert(WAITING).from_select(COLUMNS, statement())


@cache
def _drop_named_lately() -> Update:
    other = aliased(Reminder)
    named = (
        select(MessageItem.follow_up_id, other.contact_id)
        .join(Message, Message.id == MessageItem.message_id)
        .join(other, other.message_id == Message.id)
        .where(Message.state == MessageState.SENT, Message.on_date >= bindparam("near", type_=Date()))
        .where(other.kind.in_(OWNER_KINDS), other.dropped == "")
    )
    # Asked whether it is true, or PostgreSQL makes a join of it that takes minutes where many are due.
    is_named = tuple_(WAITING.c.follow_up_id, WAITING.c.contact_id).in_(named).is_(True)
    of_first_date = (WAITING.c.kind == Kind.DUE_SOON, WAITING.c.series == 1)
    return update(WAITING).where(*of_first_date, is_named).values(dropped=NAMED_LATELY)


@cache
def _anything() -> Select[bool]:
    return select(exists().select_from(WAITING))
