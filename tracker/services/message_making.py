"""Gathering what is owed: one message to a contact and day, carrying everything that waits for it.

Contacts who are reached at the same address share a message. A contact whose last message is still under
way, who already got today's, or who has had as many as a month allows, waits, and so does what is paused:
the reminders stay owed. So does everything until a working day's hour of reminding, save what can join a
message that is still queued. All in statements over sets; ``services/owed.py`` keeps the account meanwhile.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Delete,
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
from tracker.db.prepared import NOW, TODAY, rows_written
from tracker.domain.fiscal import first_of_month, last_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import TURN, Kind
from tracker.services.owed import MADE, OWED, identity, write_owed
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
    gathers: bool,
) -> int:
    """Give what waits its place in a message of today; how many messages are new.

    None is, unless it ``gathers``: only what is queued already takes something in. Who has had as many this
    month as ``allowances`` says for what waits, whichever allows most, gets no new one: a due date that must
    keep room does not hold back the month's list.
    """
    today = office.today(now)
    month = {"month_begins": first_of_month(today), "month_ends": last_of_month(today)}
    facts: dict[str, Any] = {"now": now, "today": today, **month}
    if gathers or session.scalar(_anything_queued()):
        write_owed(session, routing, allowances=allowances, facts=facts)
        _join_queued(session)
    return _make_new(session, facts) if gathers else 0


def bring_forward(session: Session, today: dt.date) -> None:
    """Messages of earlier days that nobody has begun to send become today's, and take in what is new."""
    rows_written(session, _bring_forward(), {"today": today})


@cache
def _anything_queued() -> Select[bool]:
    return select(exists().where(QUEUED))


@cache
def _bring_forward() -> Update:
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
    joined = rows_written(session, _go_in_queued("contact_id")) + rows_written(
        session, _go_in_queued("identity")
    )
    if joined:
        rows_written(session, _leave_out_claimed())
        rows_written(session, _weigh())


@cache
def _go_in_queued(name: str) -> Update:
    """Put what is owed into the first of the queued messages that is known by the same ``name``."""
    known = _known(QUEUED).subquery("known")
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
    if sum(rows_written(session, _hold_back(name), facts) for name in ("contact_id", "identity")):
        rows_written(session, _leave_out_held_back())
    rows_written(session, _share())
    made = rows_written(session, _insert(), facts)
    rows_written(session, _note_made(), facts)
    return made


@cache
def _hold_back(name: str) -> Update:
    """Who has got today's message, has one under way, or has had as many as the month allows, waits.

    Escalations do not count towards the month. Messages are known by ``name``.
    """
    of_today = or_(Message.on_date == TODAY, *map(queries.is_state, UNDER_WAY))
    # To the month's end: a clock that was ahead has dated messages by it.
    month = (bindparam("month_begins", type_=Date()), bindparam("month_ends", type_=Date()))
    of_month = Message.on_date.between(*month)
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
def _share() -> Update:
    """Those who are reached at one address get one message, borne by the first of them."""
    shared = (
        select(
            OWED.c.identity,
            func.min(OWED.c.contact_id).label("bearer_id"),
            func.min(OWED.c.turn).label("turn"),
            func.max(OWED.c.useful_until).label("useful_until"),
        )
        .where(OWED.c.message_id.is_(None))
        .group_by(OWED.c.identity)
        .having(func.count() > 1)
        .subquery("shared")
    )
    sharing = update(OWED).where(OWED.c.message_id.is_(None), OWED.c.identity == shared.c.identity)
    return sharing.values({name: shared.c[name] for name in ("bearer_id", "turn", "useful_until")})


@cache
def _insert() -> Insert:
    """A new message for each bearer."""
    # Where today's message was cancelled or expired, the next number takes its place.
    used = (
        select(Message.contact_id, func.max(Message.number).label("number"))
        .where(Message.on_date == TODAY)
        .group_by(Message.contact_id)
        .subquery("used")
    )
    row: dict[str, ColumnElement[Any]] = {
        "key": new_key(),
        "contact_id": OWED.c.contact_id,
        "on_date": TODAY,
        "number": func.coalesce(used.c.number, 0) + 1,
        "kind": _kind(OWED.c.turn),
        "turn": OWED.c.turn,
        "channel": OWED.c.channel,
        "intended_channel": OWED.c.intended_channel,
        "address": OWED.c.address,
        "state": literal(MessageState.QUEUED, Word(MessageState)),
        "created_at": NOW,
        "useful_until": OWED.c.useful_until,
        "next_attempt_at": NOW,
    }
    bears = (OWED.c.message_id.is_(None), OWED.c.bearer_id == OWED.c.contact_id)
    rows = (
        select(*row.values())
        .outerjoin_from(OWED, used, used.c.contact_id == OWED.c.contact_id)
        .where(*bears)
        .order_by(OWED.c.contact_id)
    )
    return insert(Message).from_select(list(row), rows)


@cache
def _note_made() -> Insert:
    made = (
        select(Message.contact_id, func.max(Message.id))
        .where(Message.on_date == TODAY, Message.created_at == NOW)
        .where(QUEUED, Message.kind != Kind.GREETING)
        .group_by(Message.contact_id)
    )
    return insert(MADE).from_select(("bearer_id", "id"), made)
