"""Channels that take nothing for a while: after a refused login every further try brings the lock nearer.

A rest is of the channel and not of the messages that wait when it begins, so that it also holds for those
that are made later, and in every process.
"""

import datetime as dt
from functools import cache

from sqlalchemy import Select, Update, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.db.base import UtcDateTime
from tracker.db.models import READY, ChannelRest, Message
from tracker.db.prepared import NOW
from tracker.db.queries import is_state
from tracker.db.upsert import inserting

LONGEST = dt.timedelta(days=1)
"""No provider's wish to be left alone is heeded for longer. What ends later was stamped by a wrong clock."""


def begin_rest(session: Session, channel: str, until: dt.datetime, reason: str) -> None:
    """Leave a channel alone until then: what waits for it, and what will."""
    values = {"until": until, "reason": reason}
    new = inserting(session.get_bind().dialect.name, ChannelRest).values(channel=channel, **values)
    session.execute(new.on_conflict_do_update(index_elements=[ChannelRest.channel], set_=values))
    _put_off(session, channel, until)


def keep_rests(session: Session, now: dt.datetime) -> None:
    """Put off what was made, or turned to a channel, while it was left alone already."""
    for rest in resting(session, now):
        _put_off(session, rest.channel, rest.until)


def resting(session: Session, now: dt.datetime) -> list[ChannelRest]:
    """The channels that are left alone at ``now``."""
    return list(session.scalars(_resting(), {"now": now, "longest": now + LONGEST}))


def end_rest(session: Session, channel: str, now: dt.datetime) -> None:
    """Try a channel again at once, with all that was put off until the end of its rest.

    If it still takes nothing, the first try says so and the next rest begins.
    """
    rest = session.get(ChannelRest, channel)
    if rest is not None:
        held = (Message.channel == channel, is_state(*READY), Message.next_attempt_at == rest.until)
        session.execute(update(Message).where(*held).values(next_attempt_at=now))
        session.delete(rest)


def _put_off(session: Session, channel: str, until: dt.datetime) -> None:
    session.execute(_later(), {"of_channel": channel, "until": until})


@cache
def _resting() -> Select[ChannelRest]:
    longest = bindparam("longest", type_=UtcDateTime())
    lasting = (ChannelRest.until > NOW, ChannelRest.until <= longest)
    return select(ChannelRest).where(*lasting).order_by(ChannelRest.channel)


@cache
def _later() -> Update:
    until = bindparam("until", type_=UtcDateTime())
    return (
        update(Message)
        .where(Message.channel == bindparam("of_channel"), is_state(*READY), Message.next_attempt_at < until)
        .values(next_attempt_at=until)
        .execution_options(synchronize_session=False)
    )
