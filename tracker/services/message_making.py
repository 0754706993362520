"""Gathering what is owed: one message to a contact and day, carrying everything that waits for it.

Contacts who are reached at the same address share a message. A contact whose last message is still under
way, who already got today's, or who has had as many as a month allows, waits, and so does what is paused:
the reminders stay owed. So does everything until a working day's hour of reminding, save what can join a
message that is still queued. All in statements over sets; ``services/owed.py`` keeps the account meanwhile.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Delete,
    Executable,
    Insert,
    Select,
    Update,
    and_,
    bindparam,
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
from tracker.db.base import Word
from tracker.db.keys import new_key
from tracker.db.models import Message, MessageState, Reminder
from tracker.db.prepared import NOW, TODAY, any_of
from tracker.domain.fiscal import first_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import TURN, Kind
from tracker.services.owed import OWED, drop_owed, identity, write_owed
from tracker.services.routing import ADDRESSED, Routing

UNDER_WAY = (MessageState.SENDING, MessageState.RETRY)
NOT_RECEIVED = (MessageState.CANCELLED, MessageState.EXPIRED)
QUEUED = queries.is_state(MessageState.QUEUED)


def make_messages(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    routing: Routing,
    allowances: Mapping[Kind, int],
    kinds: Collection[Kind],
    gathers: bool,
) -> int:
    """Put the waiting reminders of these kinds into messages of today; how many messages are new.

    None is, unless it ``gathers``: only what is queued already takes something in. Who has had as many this
    month as ``allowances`` says for what waits, whichever allows most, gets no new one: a due date that must
    keep room does not hold back the month's list.
    """
    today = office.today(now)
    facts: dict[str, Any] = {"now": now, "today": today, "month_begins": first_of_month(today)}
    facts |= {"of_kinds": list(kinds), "gathers": gathers}
    _rows(session, _bring_forward(), facts)
    if not session.scalar(_may_be_put(), facts):
        return 0
    write_owed(session, _waiting, routing, allowances=allowances, facts=facts)
    _join_queued(session)
    made = _make_new(session, facts) if gathers else 0
    _rows(session, _attach(), facts)
    drop_owed(session)
    session.expire_all()
    return made


def _waiting() -> ColumnElement[bool]:
    """Whether a reminder waits for a message."""
    # The text stands in the statement: only so does SQLite use the partial index of what waits.
    nothing = literal("", literal_execute=True)
    not_sent = and_(Reminder.message_id.is_(None), Reminder.dropped == nothing)
    return and_(not_sent, Reminder.kind.in_(any_of("of_kinds")), ~queries.rests(TODAY))


@cache
def _may_be_put() -> Select[Any]:
    """Whether anything waits that may go into a new message, or into one that is queued."""
    return select(
        and_(exists().where(_waiting()), or_(bindparam("gathers", type_=Boolean()), exists().where(QUEUED)))
    )


@cache
def _bring_forward() -> Update:
    """Messages of earlier days that nobody has begun to send become today's, and take in what is new."""
    other = aliased(Message)
    taken = select(other.id).where(
        other.contact_id == Message.contact_id, other.on_date == TODAY, other.number == Message.number
    )
    # Chosen by number, or SQLite looks through all the days before by their index.
    waits = Message.id.in_(select(Message.id).where(QUEUED).correlate(None))
    return update(Message).where(waits, Message.on_date < TODAY, ~taken.exists()).values(on_date=TODAY)


def _known(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Messages with what each is known by: every contact it carries something for, and its address.

    One that carries nothing is known by its own contact. Greetings are no reminders and are left out.
    """
    person = func.coalesce(Reminder.contact_id, Message.contact_id)
    return (
        select(Message.id, person.label("contact_id"), _identity(person))
        .outerjoin(Reminder, Reminder.message_id == Message.id)
        .where(Message.kind != Kind.GREETING, *conditions)
    )


def _identity(person: ColumnElement[int]) -> ColumnElement[str]:
    reached = case((Message.channel.in_(ADDRESSED), Message.channel), else_=Message.intended_channel)
    return identity(reached, Message.address.expression, person).label("identity")


def _join_queued(session: Session) -> None:
    """What is owed joins the contact's message that is still queued, or one to the same address."""
    joined = _rows(session, _go_in(_queued, "contact_id")) + _rows(session, _go_in(_queued, "identity"))
    if joined:
        _rows(session, _leave_out_claimed())
        _rows(session, _weigh())


def _queued() -> Select[*tuple[Any, ...]]:
    return _known(QUEUED)


@cache
def _go_in(messages: Callable[[], Select[*tuple[Any, ...]]], name: str) -> Update:
    """Put what is owed into the first of the messages that is known by the same ``name``."""
    known = messages().subquery("known")
    first = select(known.c[name], func.min(known.c.id).label("id")).group_by(known.c[name]).subquery("first")
    into = update(OWED).where(OWED.c.message_id.is_(None), OWED.c[name] == first.c[name])
    return into.values(message_id=first.c.id)


@cache
def _leave_out_claimed() -> Delete:
    """Lock what takes something in, so that none is claimed while it is filled.

    Where a worker was faster, what is owed waits.
    """
    chosen = OWED.c.message_id.is_not(None)
    locked = (
        select(Message.id)
        .where(Message.id.in_(select(OWED.c.message_id).where(chosen)), QUEUED)
        .with_for_update()
        .cte("locked")
    )
    return delete(OWED).where(chosen, OWED.c.message_id.not_in(select(locked.c.id)))


@cache
def _weigh() -> Update:
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
    return weighed.values(turn=turn, kind=_kind(turn), useful_until=longer)


def _kind(turn: ColumnElement[int]) -> ColumnElement[Kind]:
    kinds = {place: literal(kind, Word(Kind)) for kind, place in TURN.items()}
    return case(kinds, value=turn)


def _make_new(session: Session, facts: Mapping[str, Any]) -> int:
    """New messages for those who may have one, with what is owed to them put in; how many."""
    for name in ("contact_id", "identity"):
        _rows(session, _hold_back(name), facts)
    _rows(session, _leave_out_held_back())
    made = _rows(session, _insert(), facts)
    if made:
        _rows(session, _go_in(_made, "identity"), facts)
    return made


@cache
def _hold_back(name: str) -> Update:
    """Who has got today's message, has one under way, or has had as many as the month allows, waits.

    Escalations do not count towards the month. Messages are known by ``name``.
    """
    of_today = or_(Message.on_date == TODAY, *map(queries.is_state, UNDER_WAY))
    of_month = Message.on_date.between(bindparam("month_begins", type_=Date()), TODAY)
    had = (
        _known(or_(of_month, of_today), Message.state.not_in(NOT_RECEIVED))
        .add_columns(
            case((of_today, 1), else_=0).label("holds"),
            case((and_(of_month, Message.kind != Kind.ESCALATION), Message.id)).label("counted"),
        )
        .subquery("had")
    )
    number = func.count(had.c.counted.distinct()).label("number")
    holds = func.max(had.c.holds).label("holds")
    record = select(had.c[name], holds, number).group_by(had.c[name]).subquery("record")
    enough = or_(record.c.holds == 1, record.c.number >= OWED.c.allowed)
    held = update(OWED).where(OWED.c.message_id.is_(None), OWED.c[name] == record.c[name], enough)
    return held.values(waits=True)


@cache
def _leave_out_held_back() -> Delete:
    return delete(OWED).where(OWED.c.waits.is_(True))


@cache
def _insert() -> Insert:
    """A new message for each address that has none, borne by its first contact."""
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
        .where(Message.on_date == TODAY)
        .group_by(Message.contact_id)
        .subquery("used")
    )
    row: dict[str, ColumnElement[Any]] = {
        "key": new_key(),
        "contact_id": bundles.c.contact_id,
        "on_date": TODAY,
        "number": func.coalesce(used.c.number, 0) + 1,
        "kind": _kind(bundles.c.turn),
        "turn": bundles.c.turn,
        "channel": OWED.c.channel,
        "intended_channel": OWED.c.intended_channel,
        "address": OWED.c.address,
        "state": literal(MessageState.QUEUED, Word(MessageState)),
        "created_at": NOW,
        "useful_until": bundles.c.useful_until,
        "next_attempt_at": NOW,
    }
    rows = (
        select(*row.values())
        .join_from(bundles, OWED, OWED.c.contact_id == bundles.c.contact_id)
        .outerjoin(used, used.c.contact_id == bundles.c.contact_id)
        .order_by(bundles.c.contact_id)
    )
    return insert(Message).from_select(list(row), rows)


def _made() -> Select[*tuple[Any, ...]]:
    """The messages that were made just now."""
    return (
        select(Message.id, _identity(Message.contact_id.expression))
        .where(Message.on_date == TODAY, Message.created_at == NOW)
        .where(QUEUED, Message.kind != Kind.GREETING)
    )


@cache
def _attach() -> Update:
    goes = and_(Reminder.contact_id == OWED.c.contact_id, OWED.c.message_id.is_not(None))
    return update(Reminder).where(_waiting(), goes).values(message_id=OWED.c.message_id)


def _rows(session: Session, statement: Executable, facts: Mapping[str, Any] | None = None) -> int:
    """Execute a statement past the objects that the session holds; how many rows it wrote.

    Python's driver for SQLite does not count the rows of a statement that begins with WITH.
    """
    done = session.connection().execute(statement, facts, execution_options={"preserve_rowcount": True})
    return done.rowcount
