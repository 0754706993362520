"""Gathering what is owed: one message to a contact and day, carrying everything that waits for it.

Contacts who are reached at the same address share a message. A contact whose last message is still under
way, who already got today's, or who has had as many as a month allows, waits, and so does what is paused:
the reminders stay owed. So does everything until a working day's hour of reminding, save what can join a
message that is still queued. All in statements over sets; ``services/owed.py`` keeps the account meanwhile.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.keys import new_key
from tracker.db.models import Message, MessageState, Reminder
from tracker.domain.fiscal import first_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import TURN, Kind
from tracker.services.owed import OWED, drop_owed, identity, write_owed
from tracker.services.routing import ADDRESSED, Routing

UNDER_WAY = (MessageState.SENDING, MessageState.RETRY)
NOT_RECEIVED = (MessageState.CANCELLED, MessageState.EXPIRED)


def make_messages(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    routing: Routing,
    allowances: Mapping[Kind, int],
    kinds: Collection[Kind],
) -> int:
    """Put the waiting reminders of these kinds into messages of today; how many messages are new.

    Who has had as many this month as ``allowances`` says for what waits, whichever allows most, gets no new
    one: a due date that must keep room does not hold back the month's list.
    """
    today = office.today(now)
    _bring_forward(session, today)
    # The text stands in the statement: only so does SQLite use the partial index of what waits.
    nothing = literal("", literal_execute=True)
    not_sent = and_(Reminder.message_id.is_(None), Reminder.dropped == nothing)
    waiting = and_(not_sent, Reminder.kind.in_(kinds), ~queries.rests(today))
    if not session.scalar(select(exists().where(waiting))):
        return 0
    write_owed(session, waiting, routing, allowances=allowances, today=today)
    _join_queued(session)
    if office.may_gather(now):
        _hold_back(session, today)
    else:
        _rows(session, delete(OWED).where(OWED.c.message_id.is_(None)))
    made = _insert(session, now=now, today=today)
    if made:
        _join_new(session, now=now, today=today)
    _attach(session, waiting)
    drop_owed(session)
    session.expire_all()
    return made


def _bring_forward(session: Session, today: dt.date) -> None:
    """Messages of earlier days that nobody has begun to send become today's, and take in what is new."""
    other = aliased(Message)
    taken = select(other.id).where(
        other.contact_id == Message.contact_id, other.on_date == today, other.number == Message.number
    )
    session.execute(
        update(Message)
        .where(Message.state == MessageState.QUEUED, Message.on_date < today, ~taken.exists())
        .values(on_date=today)
        .execution_options(synchronize_session=False)
    )


def _known(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Messages with what each is known by: every contact it carries something for, and its address.

    One that carries nothing is known by its own contact. Greetings are no reminders and are left out.
    """
    person = func.coalesce(Reminder.contact_id, Message.contact_id)
    return (
        select(Message.id, person.label("person"), _identity(person))
        .outerjoin(Reminder, Reminder.message_id == Message.id)
        .where(Message.kind != Kind.GREETING, *conditions)
    )


def _identity(person: ColumnElement[int]) -> ColumnElement[str]:
    reached = case((Message.channel.in_(ADDRESSED), Message.channel), else_=Message.intended_channel)
    return identity(reached, Message.address.expression, person).label("identity")


def _join_queued(session: Session) -> None:
    """What is owed joins the contact's message that is still queued, or one to the same address."""
    queued = _known(Message.state == MessageState.QUEUED).subquery("queued")
    joined = _go_in(session, OWED.c.contact_id, queued, queued.c.person)
    joined += _go_in(session, OWED.c.identity, queued, queued.c.identity)
    if joined:
        _keep_queued(session)
        _weigh(session)


def _go_in(
    session: Session, name: ColumnElement[Any], messages: FromClause, known_as: ColumnElement[Any]
) -> int:
    """Put what is owed under a name into the first message known by it; how many."""
    first = select(known_as.label("name"), func.min(messages.c.id).label("id")).group_by(known_as).subquery()
    into = update(OWED).where(OWED.c.message_id.is_(None), name == first.c.name)
    return _rows(session, into.values(message_id=first.c.id))


def _keep_queued(session: Session) -> None:
    """Lock what takes something in, so that none is claimed while it is filled.

    Where a worker was faster, what is owed waits.
    """
    chosen = OWED.c.message_id.is_not(None)
    locked = (
        select(Message.id)
        .where(Message.id.in_(select(OWED.c.message_id).where(chosen)), Message.state == MessageState.QUEUED)
        .with_for_update()
        .cte("locked")
    )
    _rows(session, delete(OWED).where(chosen, OWED.c.message_id.not_in(select(locked.c.id))))


def _weigh(session: Session) -> None:
    """A queued message that takes something in is named for the weightiest, and is of use as long as any."""
    taken_in = (
        select(
            OWED.c.message_id,
            func.min(OWED.c.turn).label("turn"),
            func.max(OWED.c.useful_until).label("useful_until"),
        )
        .where(OWED.c.message_id.is_not(None))
        .group_by(OWED.c.message_id)
        .subquery("taken_in")
    )
    turn = case((taken_in.c.turn < Message.turn, taken_in.c.turn), else_=Message.turn)
    until = taken_in.c.useful_until
    longer = case((until > Message.useful_until, until), else_=Message.useful_until)
    weighed = update(Message).where(Message.id == taken_in.c.message_id)
    _rows(session, weighed.values(turn=turn, kind=_kind(turn), useful_until=longer))


def _kind(turn: ColumnElement[int]) -> ColumnElement[Kind]:
    kinds = {place: literal(kind, Word(Kind)) for kind, place in TURN.items()}
    return case(kinds, value=turn)


def _hold_back(session: Session, today: dt.date) -> None:
    """Who has got today's message, has one under way, or has had as many as the month allows, waits.

    Escalations do not count towards the month.
    """
    of_today = or_(Message.on_date == today, Message.state.in_(UNDER_WAY))
    of_month = Message.on_date.between(first_of_month(today), today)
    had = (
        _known(or_(of_month, of_today), Message.state.not_in(NOT_RECEIVED))
        .add_columns(
            case((of_today, 1), else_=0).label("holds"),
            case((and_(of_month, Message.kind != Kind.ESCALATION), Message.id)).label("counted"),
        )
        .subquery("had")
    )
    for name, known_as in ((OWED.c.contact_id, had.c.person), (OWED.c.identity, had.c.identity)):
        number = func.count(had.c.counted.distinct()).label("number")
        holds = func.max(had.c.holds).label("holds")
        record = select(known_as.label("name"), holds, number).group_by(known_as).subquery("record")
        enough = or_(record.c.holds == 1, record.c.number >= OWED.c.allowed)
        held = update(OWED).where(OWED.c.message_id.is_(None), name == record.c.name, enough)
        _rows(session, held.values(waits=True))
    _rows(session, delete(OWED).where(OWED.c.waits.is_(True)))


def _insert(session: Session, *, now: dt.datetime, today: dt.date) -> int:
    """A new message for each address that has none, borne by its first contact; how many."""
    bundles = (
        select(
            func.min(OWED.c.contact_id).label("contact_id"),
            func.min(OWED.c.turn).label("turn"),
            func.max(OWED.c.useful_until).label("useful_until"),
        )
        .where(OWED.c.message_id.is_(None))
        .group_by(OWED.c.identity)
        .subquery("bundles")
    )
    # Where today's message was cancelled or expired, the next number takes its place.
    used = (
        select(Message.contact_id, func.max(Message.number).label("number"))
        .where(Message.on_date == today)
        .group_by(Message.contact_id)
        .subquery("used")
    )
    at = literal(now, UtcDateTime)
    row: dict[str, ColumnElement[Any]] = {
        "key": new_key(),
        "contact_id": bundles.c.contact_id,
        "on_date": literal(today),
        "number": func.coalesce(used.c.number, 0) + 1,
        "kind": _kind(bundles.c.turn),
        "turn": bundles.c.turn,
        "channel": OWED.c.channel,
        "intended_channel": OWED.c.intended_channel,
        "address": OWED.c.address,
        "state": literal(MessageState.QUEUED, Word(MessageState)),
        "created_at": at,
        "useful_until": bundles.c.useful_until,
        "next_attempt_at": at,
    }
    rows = (
        select(*row.values())
        .join_from(bundles, OWED, OWED.c.contact_id == bundles.c.contact_id)
        .outerjoin(used, used.c.contact_id == bundles.c.contact_id)
        .order_by(bundles.c.contact_id)
    )
    return _rows(session, insert(Message).from_select(list(row), rows))


def _join_new(session: Session, *, now: dt.datetime, today: dt.date) -> None:
    made = (
        select(Message.id, _identity(Message.contact_id.expression))
        .where(Message.on_date == today, Message.created_at == now)
        .where(Message.state == MessageState.QUEUED, Message.kind != Kind.GREETING)
        .subquery("made")
    )
    _go_in(session, OWED.c.identity, made, made.c.identity)


def _attach(session: Session, waiting: ColumnElement[bool]) -> None:
    of_contact = update(Reminder).where(waiting, Reminder.contact_id == OWED.c.contact_id)
    _rows(session, of_contact.values(message_id=OWED.c.message_id))


def _rows(session: Session, statement: Executable) -> int:
    """Execute a statement past the objects that the session holds; how many rows it wrote.

    Python's driver for SQLite does not count the rows of a statement that begins with WITH.
    """
    done = session.connection().execute(statement, execution_options={"preserve_rowcount": True})
    return done.rowcount
