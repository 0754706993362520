"""What waits for a message, written before or come due just now: a table for one transaction.

What has come due is written as reminders at the end only, once, when it is known which message carries it.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Column as Field
from sqlalchemy import (
    ColumnElement,
    Date,
    Insert,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Update,
    and_,
    bindparam,
    exists,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session, aliased

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.models import Message, MessageItem, MessageState, Reminder
from tracker.db.prepared import NOW, TODAY, any_of, table_of
from tracker.domain.reminders import OWNER_KINDS, Kind
from tracker.services.owed_kinds import Owed
from tracker.services.owed_statements import COLUMNS

PAST_USE = "past its use before a message could carry it"
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


def let_go(session: Session, now: dt.datetime, near: dt.date) -> None:
    """Drop what was written before and is past its use, or a due date that was named since ``near``."""
    session.execute(_drop_past_use(), {"now": now})
    session.execute(_drop_named_before(), {"near": near})


def collect_waiting(session: Session, kinds: Collection[Kind], today: dt.date) -> None:
    """Make the table, with what waits already: of these kinds, and not for the end of a pause."""
    connection = session.connection()
    WAITING.create(connection)
    connection.execute(_written_before(), {"of_kinds": list(kinds), "today": today})


def add_come_due(session: Session, owed: Iterable[Owed], near: dt.date) -> None:
    """Put in what has come due. A due date that was named since ``near`` is dropped."""
    connection = session.connection()
    for each in owed:
        connection.execute(_come_due(each.statement), each.windows)
    connection.execute(_drop_named_now(), {"near": near})


def anything_waits(session: Session) -> bool:
    """Whether there is a row at all."""
    return bool(session.connection().scalar(_anything()))


def drop_waiting(session: Session) -> None:
    """Remove the table before the transaction's end, so that it can be made again."""
    WAITING.drop(session.connection())


@cache
def _written_before() -> Insert:
    columns = (Reminder.id, *(getattr(Reminder, name) for name in COLUMNS))
    before = select(*columns).where(
        queries.waits(), Reminder.kind.in_(any_of("of_kinds")), ~queries.rests(TODAY)
    )
    return insert(WAITING).from_select(("id", *COLUMNS), before)


@cache
def _come_due(statement: Callable[[], Select[Any]]) -> Insert:
    return insert(WAITING).from_select(COLUMNS, statement())


@cache
def _drop_past_use() -> Update:
    past_use = update(Reminder).where(queries.waits(), Reminder.useful_until <= NOW)
    return past_use.values(dropped=PAST_USE).execution_options(synchronize_session=False)


@cache
def _drop_named_before() -> Update:
    named = update(Reminder).where(queries.waits(), _was_named(table_of(Reminder)))
    return named.values(dropped=NAMED_LATELY).execution_options(synchronize_session=False)


@cache
def _drop_named_now() -> Update:
    return update(WAITING).where(WAITING.c.id.is_(None), _was_named(WAITING)).values(dropped=NAMED_LATELY)


def _was_named(due: Table) -> ColumnElement[bool]:
    """Whether a due date near was named to the contact already. One that was moved or opened again never was.

    Asked whether that is true, or PostgreSQL makes a join of it that takes minutes where many are due.
    """
    other = aliased(Reminder)
    named = (
        select(MessageItem.follow_up_id, other.contact_id)
        .join(Message, Message.id == MessageItem.message_id)
        .join(other, other.message_id == Message.id)
        .where(Message.state == MessageState.SENT, Message.on_date >= bindparam("near", type_=Date()))
        .where(other.kind.in_(OWNER_KINDS), other.dropped == "")
    )
    is_named = tuple_(due.c.follow_up_id, due.c.contact_id).in_(named).is_(True)
    return and_(due.c.kind == Kind.DUE_SOON, due.c.series == 1, is_named)


@cache
def _anything() -> Select[bool]:
    return select(exists().select_from(WAITING))
