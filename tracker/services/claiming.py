"""Taking messages to deliver, so that two workers never have the same; and giving back what was not tried.

By a channel that recognises a repeat several are taken at once: a crash among them is made good by repeating
all. E-mail cannot tell, so one is taken at a time, and never more than one is in doubt.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, and_, func, literal_column, select
from sqlalchemy.orm import Session

from tracker.db.models import Attempt, Message, MessageState
from tracker.services.digests import Moment
from tracker.services.recovery import LEASE, READY, SAFE_AGAIN, too_late_to_repeat

BATCH = 25
A_MINUTE = dt.timedelta(minutes=1)


def claim(
    session: Session, moment: Moment, *, closed: Collection[str], room: Mapping[str, int]
) -> list[Message]:
    """Take ready messages of one channel, those whose turn comes first; none when nothing is ready.

    ``closed`` channels are left alone, and of one in ``room`` no more are taken than it says.
    """
    ready = _ready(moment.now, [*closed, *(channel for channel, places in room.items() if places <= 0)])
    query = select(Message).where(ready).order_by(Message.turn, Message.next_attempt_at, Message.id)
    query = query.with_for_update(skip_locked=True)
    first = session.scalar(query.limit(1))
    if first is None:
        return []
    messages = [first]
    places = min(BATCH if first.channel in SAFE_AGAIN else 1, room.get(first.channel, BATCH))
    if places > 1:
        others = (Message.channel == first.channel, Message.id != first.id)
        messages += session.scalars(query.where(*others).limit(places - 1))
    for message in messages:
        _mark(session, message, moment)
    session.flush()
    return messages


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


def _mark(session: Session, message: Message, moment: Moment) -> None:
    message.state = MessageState.SENDING
    message.attempts += 1
    message.lease_until = moment.now + LEASE
    if not message.unsure:  # what was surely refused cannot be doubled by a repeat, however late
        message.first_attempt_at = moment.now
    _count_for(session, message, moment.today)


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
