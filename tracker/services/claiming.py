"""Taking messages to deliver, so that two workers never have the same; and giving back what was not tried.

Several are taken at once. By a channel that recognises a repeat, a crash among them is made good by repeating
all. E-mail cannot tell: each is marked when its turn comes, so that never more than one is in doubt.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    case,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from tracker.db.models import READY, Attempt, Message, MessageState
from tracker.db.prepared import NOW, any_of, table_of
from tracker.db.queries import is_state
from tracker.services.moment import Moment
from tracker.services.recovery import LEASE, SAFE_AGAIN, remembered, too_late_to_repeat, undo_claims

BATCH = 50
A_MINUTE = dt.timedelta(minutes=1)


def claim(session: Session, moment: Moment, *, closed: Collection[str], room: Mapping[str, int]) -> list[int]:
    """Take ready messages of one channel: the numbers of those whose turn comes first, in turn, if any.

    ``closed`` channels are left alone. Of one in ``room`` no more are taken than it says, and of any other no
    more than of the narrowest of these.
    """
    now = moment.now
    facts = {
        **{"now": now, "until": now + LEASE, **remembered(now)},
        "closed": [*closed, *(channel for channel, places in room.items() if places <= 0)],
        "places": min([BATCH, *(places for places in room.values() if places > 0)]),
    }
    taken = session.connection().execute(_taken(), facts).all()
    for row in taken:
        if row.on_date != moment.today:
            _count_for(session, row.id, row.contact_id, moment.today)
    return [row.id for row in sorted(taken, key=lambda each: (each.turn, each.next_attempt_at, each.id))]


def begin(connection: Connection, claimed: Message, now: dt.datetime) -> bool:
    """Write down that a claimed message is being handed over now; false when the claim was lost meanwhile."""
    return connection.execute(begun(), facts_of_beginning(claimed, now)).rowcount == 1


def release(session: Session, messages: Sequence[Message]) -> None:
    """Give back claimed messages that were not tried, but none that another worker has taken meanwhile."""
    if messages:
        claims = [(claimed.id, claimed.attempts) for claimed in messages]
        undo_claims(session, tuple_(Message.id, Message.attempts).in_(claims))


def give_back(session: Session, message: Message) -> None:
    """The claim of one that its transaction holds undone; what was changed in it stays."""
    undo_claims(session, Message.id == message.id)
    session.refresh(message)


def room_left(session: Session, now: dt.datetime, per_minute: Mapping[str, int]) -> dict[str, int]:
    """How many more messages may leave now, of the channels that have a limit, all workers together."""
    return {channel: limit - _lately(session, channel, now) for channel, limit in per_minute.items() if limit}


def _count_for(session: Session, number: int, contact: int, today: dt.date) -> None:
    """A message counts for the day of its last attempt: that day's other messages wait for the next."""
    others = (Message.contact_id == contact, Message.on_date == today)
    last = session.scalar(select(func.max(Message.number)).where(*others)) or 0
    counted = update(table_of(Message)).where(Message.id == number)
    session.connection().execute(counted.values(on_date=today, number=last + 1))


def _lately(session: Session, channel: str, now: dt.datetime) -> int:
    tried = select(func.count()).where(Attempt.channel == channel, Attempt.at > now - A_MINUTE)
    under_way = select(func.count()).where(
        Message.channel == channel, is_state(MessageState.SENDING), Message.lease_until >= now
    )
    return (session.scalar(tried) or 0) + (session.scalar(under_way) or 0)


@cache
def _taken() -> ReturningUpdate[*tuple[Any, ...]]:
    """Chosen and locked, past what others hold, and of these marked those that go by the first one's channel.

    What is chosen is a table of its own: within a condition, PostgreSQL may choose again for each row.
    """
    in_turn = (Message.turn, Message.next_attempt_at, Message.id)
    ready = and_(is_state(*READY), Message.next_attempt_at <= NOW, Message.useful_until > NOW)
    chosen = (
        select(*in_turn, Message.channel)
        .where(ready, ~too_late_to_repeat(), Message.channel.not_in(any_of("closed")))
        .order_by(*in_turn)
        .limit(bindparam("places", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    order = (chosen.c.turn, chosen.c.next_attempt_at, chosen.c.id)
    first = select(chosen.c.channel).order_by(*order).limit(1).scalar_subquery()
    of_channel = select(chosen.c.id).where(chosen.c.channel == first)
    messages = table_of(Message)
    return (
        update(messages)
        .where(messages.c.id.in_(of_channel))
        .values(
            state=MessageState.SENDING,
            attempts=messages.c.attempts + 1,
            lease_until=bindparam("until"),
            # What cannot be repeated is begun one by one.
            begun_at=case((messages.c.channel.in_(list(SAFE_AGAIN)), NOW)),
            # What was surely refused cannot be doubled by a repeat, however late.
            first_attempt_at=case((messages.c.unsure == 0, NOW), else_=messages.c.first_attempt_at),
        )
        .returning(*(messages.c[name] for name in ("id", "contact_id", "on_date", "turn", "next_attempt_at")))
    )


def facts_of_beginning(coming: Message, now: dt.datetime) -> dict[str, object]:
    """The parameters of ``begun``."""
    return {"coming": coming.id, "coming_claim": coming.attempts, "now": now}


@cache
def begun() -> Update:
    """Marks a claimed message as handed over, if its claim still holds."""
    messages = table_of(Message)
    ours = (messages.c.id == bindparam("coming"), messages.c.attempts == bindparam("coming_claim"))
    return update(messages).where(*ours, messages.c.state == MessageState.SENDING).values(begun_at=NOW)
