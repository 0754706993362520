"""Messages that got stuck: left behind by a worker, not to be repeated any more, or past their use.

The lease of a claim tells that its worker is gone. What was handed over may or may not have arrived: where a
channel recognises a repeat the message is repeated, otherwise a person has to decide.
"""

import datetime as dt

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.channels.base import REPEATS_FOR
from tracker.db.models import Attempt, Message, MessageState
from tracker.services.routing import EMAIL

READY = (MessageState.QUEUED, MessageState.RETRY)

MARGIN = dt.timedelta(minutes=30)
SAFE_AGAIN = {
    channel: window if window == dt.timedelta.max else window - MARGIN
    for channel, window in REPEATS_FOR.items()
}
"""How long after its first attempt a message may be repeated, a margin before the channel forgets its key."""

LEASE = dt.timedelta(minutes=15)
"""Longer than a worker keeps a claim: long before, it gives back what is left of it."""

STOPPED = "The program stopped while this was being sent."

MOST_UNSURE = 2
"""E-mail cannot recognise a repeat: after one, the outcome stays unknown until a person decides."""


def recover(session: Session, now: dt.datetime) -> None:
    """Take up what a worker left behind, and give up what may not be repeated or is of no use any more."""
    _take_up_lost(session, now)
    _give_up_doubtful(session, now)
    _expire(session, now)


def too_late_to_repeat(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a message may have arrived by a channel that has forgotten its key by now.

    A first attempt in the future was stamped by a wrong clock: nobody knows how long ago it was.
    """
    forgotten = (
        and_(Message.channel == channel, ~Message.first_attempt_at.between(now - window, now + MARGIN))
        for channel, window in SAFE_AGAIN.items()
        if window != dt.timedelta.max
    )
    return and_(Message.unsure > 0, or_(*forgotten))


def _take_up_lost(session: Session, now: dt.datetime) -> None:
    again = or_(
        Message.channel.in_(list(SAFE_AGAIN)),
        and_(Message.channel == EMAIL, Message.unsure + 1 < MOST_UNSURE),
    )
    # A lease that ends later than any that was given just now was stamped by a clock that ran ahead.
    over = or_(Message.lease_until < now, Message.lease_until > now + 2 * LEASE)
    left = select(Message.id).where(Message.state == MessageState.SENDING, over)
    ids = session.scalars(left.with_for_update(skip_locked=True)).all()
    if not ids:
        return
    lost = Message.id.in_(ids)
    _keep_attempts(session, lost)
    session.execute(
        update(Message)
        .where(lost)
        .values(
            state=case((again, MessageState.RETRY), else_=MessageState.UNKNOWN),
            unsure=Message.unsure + 1,
            next_attempt_at=now,
            lease_until=None,
            error=STOPPED,
        )
        .execution_options(synchronize_session=False)
    )


def _keep_attempts(session: Session, lost: ColumnElement[bool]) -> None:
    """An attempt of which nobody will tell any more is on record too."""
    earlier = func.coalesce(func.max(Attempt.number), 0).label("earlier")
    query = select(Message.id, Message.lease_until, Message.channel, Message.address, earlier)
    query = query.outerjoin(Attempt, Attempt.message_id == Message.id).where(lost).group_by(Message.id)
    session.add_all(
        Attempt(
            message_id=row.id,
            number=row.earlier + 1,
            at=row.lease_until - LEASE,
            channel=row.channel,
            address=row.address,
            outcome=MessageState.UNKNOWN,
            request_id="",
            accepted_request_id="",
            remark=STOPPED,
        )
        for row in session.execute(query)
    )


def _give_up_doubtful(session: Session, now: dt.datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.state == MessageState.RETRY, too_late_to_repeat(now))
        .values(state=MessageState.UNKNOWN)
        .execution_options(synchronize_session=False)
    )


def _expire(session: Session, now: dt.datetime) -> None:
    session.execute(
        update(Message)
        .where(Message.state.in_(READY), Message.useful_until <= now)
        .values(
            # A text that may have arrived is not said to have expired.
            state=case((Message.unsure > 0, MessageState.UNKNOWN), else_=MessageState.EXPIRED),
            error=case(
                (Message.error == "", "It was past its use before it could be sent."), else_=Message.error
            ),
        )
        .execution_options(synchronize_session=False)
    )
