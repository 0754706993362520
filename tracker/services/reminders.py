"""Planning: writing down what is owed now, each thing once, and gathering it in messages.

A reminder is written under its unique key, so that a second run, a second process or a second machine adds
nothing. It then waits until its contact may get a message: one a day, and none while another is under way.
Everything happens in the caller's transaction and in statements over sets; ``services/outbox.py`` sends.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Update, bindparam, exists, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from tracker.db.models import Message, MessageItem, MessageState, Meta, Reminder
from tracker.db.prepared import NOW
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import OWNER_KINDS, REMINDERS, Kind, ReminderRules, allowances
from tracker.services.message_making import make_messages
from tracker.services.owed_kinds import COLUMNS, owed
from tracker.services.routing import Routing

PAST_USE = "past its use before a message could carry it"
NAMED_LATELY = "a message of the last days named its due date already"


@dataclass(frozen=True, slots=True)
class Planned:
    """How many reminders were written and how many messages were made for them."""

    reminders: int
    messages: int


def plan_reminders(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    rules: ReminderRules,
    routing: Routing,
    kinds: Collection[Kind] = REMINDERS,
) -> Planned:
    """Write every reminder of these kinds that is owed at ``now`` and was not written before."""
    _note(session, "planned_at", now)  # one planner at a time holds the row until its transaction ends
    written = 0
    for chosen in owed(session, now, office, rules, kinds):
        insert = _insert(chosen.statement, session.get_bind().dialect.name)
        done = session.execute(insert, chosen.windows, execution_options={"preserve_rowcount": True})
        written += done.rowcount  # type: ignore[attr-defined]
    session.execute(_drop_past_use(), {"now": now})
    near = office.working.before(office.today(now), rules.due_soon_days)
    session.execute(_drop_named_lately(), {"near": near})
    allowed = allowances(office.today(now), office, rules)
    made = make_messages(
        session,
        now=now,
        office=office,
        routing=routing,
        allowances=allowed,
        kinds=kinds,
        gathers=_gathers(session, now, office),
    )
    return Planned(written, made)


@cache
def _insert(statement: Callable[[], Select[Any]], dialect: str) -> Any:
    into: Any = (sqlite if dialect == "sqlite" else postgresql).insert(Reminder.__table__)
    return into.from_select(COLUMNS, statement()).on_conflict_do_nothing()


def _drop(reason: str, *which: ColumnElement[bool]) -> Update:
    """Let go of what waits, with the reason."""
    waiting = (Reminder.message_id.is_(None), Reminder.dropped == literal("", literal_execute=True))
    dropped = update(Reminder).where(*waiting, *which).values(dropped=reason)
    return dropped.execution_options(synchronize_session=False)


@cache
def _drop_past_use() -> Update:
    return _drop(PAST_USE, Reminder.useful_until <= NOW)


@cache
def _drop_named_lately() -> Update:
    """A due date about to be told that was named to the contact in a message that went out since it is near.

    One that was moved or opened again is always told.
    """
    other = aliased(Reminder)
    named = (
        exists()
        .where(MessageItem.follow_up_id == Reminder.follow_up_id, MessageItem.message_id == Message.id)
        .where(Message.state == MessageState.SENT, Message.on_date >= bindparam("near", type_=Date()))
        .where(other.message_id == Message.id, other.contact_id == Reminder.contact_id)
        .where(other.kind.in_(OWNER_KINDS), other.dropped == "")
        .correlate(Reminder)
    )
    return _drop(NAMED_LATELY, Reminder.kind == Kind.DUE_SOON, Reminder.series == 1, named)


def next_gathering(session: Session, now: dt.datetime, office: OfficeTime) -> dt.datetime:
    """The next instant, in UTC, at which new messages may be made; ``now`` when they may be at once."""
    opening = office.next_sending(now)
    usual = office.next_gathering(now)
    return min(usual, opening) if office.catches_up(opening, gathered=_gathered_at(session)) else usual


def _gathers(session: Session, now: dt.datetime, office: OfficeTime) -> bool:
    """Whether new messages are made now; that they were, or could have been, is written down."""
    gathers = next_gathering(session, now, office) == now
    if gathers:
        _note(session, "gathered_at", now)
    return gathers


def _gathered_at(session: Session) -> dt.datetime | None:
    last = session.scalar(select(Meta.value).where(Meta.key == "gathered_at"))
    return dt.datetime.fromisoformat(last) if last else None


def _note(session: Session, key: str, now: dt.datetime) -> None:
    session.execute(_noted(), {"of_key": key, "instant": now.isoformat()})


@cache
def _noted() -> Update:
    noted = update(Meta).where(Meta.key == bindparam("of_key")).values(value=bindparam("instant"))
    return noted.execution_options(synchronize_session=False)
