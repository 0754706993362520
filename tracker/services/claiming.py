"""Taking messages to deliver, so that two workers never have the same; and giving back what was not tried.

By a channel that recognises a repeat several are taken at once: a crash among them is made good by repeating
all. E-mail cannot tell, so one is taken at a time, and never more than one is in doubt.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, literal_column, select, update
from sqlalchemy.orm import Session

from tracker.db.base import UtcDateTime
from tracker.db.models import Attempt, Message, MessageState
from tracker.services.digests import Moment
from tracker.services.recovery import LEASE, READY, SAFE_AGAIN, too_late_to_repeat

T = TypeVar("T")

BATCH = 25
A_MINUTE = dt.timedelta(minutes=1)


def claim(
    session: Session, moment: Moment, *, closed: Collection[str], room: Mapping[str, int]
) -> list[Message]:
    """Take ready messages of one channel, those whose turn comes first; none when nothing is ready.

    ``closed`` channels are left alone, and of one in ``room`` no more are taken than it says.
    """
    passed = {*closed, *(channel for channel, places in room.items() if places <= 0)}
    while channel := session.scalar(_in_turn(select(Message.channel), moment.now, passed).limit(1)):
        places = min(BATCH if channel in SAFE_AGAIN else 1, room.get(channel, BATCH))
        if messages := _take(session, moment, channel, places):
            return messages
        passed.add(channel)  # another worker is just taking what is left of it
    return []


def _in_turn(query: Select[T], now: dt.datetime, closed: Collection[str]) -> Select[T]:
    ready = query.where(_ready(now, closed))
    return ready.order_by(Message.turn, Message.next_attempt_at, Message.id)


def _take(session: Session, moment: Moment, channel: str, places: int) -> list[Message]:
    """Choose and lock, past what others hold; then mark.

    In two statements: within one, PostgreSQL may choose again for each row, and so take more than it may.
    """
    chosen = _in_turn(select(Message.id), moment.now, ()).where(Message.channel == channel)
    ids = session.scalars(chosen.limit(places).with_for_update(skip_locked=True)).all()
    if not ids:
        return []
    # What was surely refused cannot be doubled by a repeat, however late.
    began = case((Message.unsure == 0, literal(moment.now, UtcDateTime)), else_=Message.first_attempt_at)
    marked = (
        update(Message)
        .where(Message.id.in_(ids))
        .values(
            state=MessageState.SENDING,
            attempts=Message.attempts + 1,
            lease_until=moment.now + LEASE,
            first_attempt_at=began,
        )
        .returning(Message)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    taken = session.scalars(marked).all()
    for message in taken:
        _count_for(session, message, moment.today)
    return sorted(taken, key=lambda each: (each.turn, each.next_attempt_at, each.id))


def release(session: Session, messages: Iterable[Message]) -> None:
    """Give back claimed messages that were not tried: as if they had not been claimed."""
    for claimed in messages:
        query = select(Message).where(
            Message.id == claimed.id,
            Message.state == MessageState.SENDING,
            Message.attempts == claimed.attempts,
        )
        message = session.scalar(query.with_for_update())
        if message is not None:
            give_back(message)


def give_back(message: Message) -> None:
    """A claim undone. What was never tried is written anew when its turn comes, and takes in what is new."""
    message.attempts -= 1
    message.lease_until = None
    message.state = MessageState.RETRY if message.attempts else MessageState.QUEUED
    if not message.attempts:
        message.first_attempt_at = message.rendered_at = None


def room_left(session: Session, now: dt.datetime, per_minute: Mapping[str, int]) -> dict[str, int]:
    """How many more messages may leave now, of the channels that have a limit, all workers together."""
    return {channel: limit - _begun(session, channel, now) for channel, limit in per_minute.items() if limit}


def is_ready() -> ColumnElement[bool]:
    """Waits or is to be tried again; in literals, as only so the databases use the partial index."""
    return Message.state.in_([literal_column(f"'{state}'") for state in READY])


def _ready(now: dt.datetime, closed: Collection[str]) -> ColumnElement[bool]:
    owed = and_(is_ready(), Message.next_attempt_at <= now, Message.useful_until > now)
    return and_(owed, Message.channel.not_in(closed), ~too_late_to_repeat(now))


def _count_for(session: Session, message: Message, today: dt.date) -> None:
    """A message counts for the day of its last attempt: that day's other messages wait for the next."""
    if message.on_date != today:
        others = (Message.contact_id == message.contact_id, Message.on_date == today)
        message.number = (session.scalar(select(func.max(Message.number)).where(*others)) or 0) + 1
        message.on_date = today


def _begun(session: Session, channel: str, now: dt.datetime) -> int:
    tried = select(func.count()).where(Attempt.channel == channel, Attempt.at > now - A_MINUTE)
    under_way = select(func.count()).where(
        Message.channel == channel, Message.state == MessageState.SENDING, Message.lease_until >= now
    )
    return (session.scalar(tried) or 0) + (session.scalar(under_way) or 0)
