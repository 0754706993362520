"""Messages that got stuck: left behind by a worker, not to be repeated any more, or past their use.

The lease of a claim tells that its worker is gone. What was handed over may or may not have arrived: where a
channel recognises a repeat the message is repeated, otherwise a person has to decide.
"""

import datetime as dt
from functools import cache

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, case, func, or_, select, update
from sqlalchemy.orm import Session

from tracker.channels.base import REPEATS_FOR
from tracker.db.models import READY, Attempt, Message, MessageState
from tracker.db.prepared import NOW
from tracker.db.queries import is_state
from tracker.services.routing import EMAIL

MARGIN = dt.timedelta(minutes=30)
SAFE_AGAIN = {
    channel: window if window == dt.timedelta.max else window - MARGIN
    for channel, window in REPEATS_FOR.items()
}
"""How long after its first attempt a message may be repeated, a margin before the channel forgets its key."""

FORGETFUL = {channel: window for channel, window in SAFE_AGAIN.items() if window != dt.timedelta.max}
"""Of those the ones that forget a key some day."""

LEASE = dt.timedelta(minutes=15)
"""Longer than a worker keeps a claim: long before, it gives back what is left of it."""

STOPPED = "The program stopped while this was being sent."

MOST_UNSURE = 2
"""E-mail cannot recognise a repeat: after one, the outcome stays unknown until a person decides."""


def recover(session: Session, now: dt.datetime) -> None:
    """Take up what a worker left behind, and give up what may not be repeated or is of no use any more."""
    _take_up_lost(session, now)
    session.execute(_give_up_doubtful(), remembered(now))
    session.execute(_expire(), {"now": now})


def undo_claims(session: Session, *which: ColumnElement[bool]) -> None:
    """Put claimed messages back as if they had not been claimed.

    What was never tried is written anew when its turn comes, and takes in what is new.
    """
    tried = Message.attempts > 1
    session.execute(
        update(Message)
        .where(is_state(MessageState.SENDING), *which)
        .values(
            state=case((tried, MessageState.RETRY), else_=MessageState.QUEUED),
            attempts=Message.attempts - 1,
            first_attempt_at=case((tried, Message.first_attempt_at)),
            rendered_at=case((tried, Message.rendered_at)),
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )


def too_late_to_repeat() -> ColumnElement[bool]:
    """Whether a message may have arrived by a channel that has forgotten its key by now.

    It is asked with the instants of ``remembered``. A first attempt in the future was stamped by a wrong
    clock: nobody knows how long ago it was.
    """
    forgotten = (
        and_(
            Message.channel == channel,
            ~Message.first_attempt_at.between(bindparam(f"{channel}_since"), bindparam("soon")),
        )
        for channel in FORGETFUL
    )
    return and_(Message.unsure > 0, or_(*forgotten))


def remembered(now: dt.datetime) -> dict[str, dt.datetime]:
    """Since when the channels still know the keys of attempts, at ``now``."""
    since = {f"{channel}_since": now - window for channel, window in FORGETFUL.items()}
    return {"soon": now + MARGIN, **since}


def _take_up_lost(session: Session, now: dt.datetime) -> None:
    """What was handed over is in doubt; what its worker had only claimed is not."""
    # A lease that ends later than any that was given just now was stamped by a clock that ran ahead.
    rows = session.execute(_left_behind(), {"now": now, "ahead": now + 2 * LEASE}).all()
    if untried := [row.id for row in rows if row.begun_at is None]:
        undo_claims(session, Message.id.in_(untried))
    if lost := [row.id for row in rows if row.begun_at is not None]:
        _keep_attempts(session, Message.id.in_(lost))
        _put_in_doubt(session, Message.id.in_(lost), now)


def _put_in_doubt(session: Session, lost: ColumnElement[bool], now: dt.datetime) -> None:
    again = or_(
        Message.channel.in_(list(SAFE_AGAIN)),
        and_(Message.channel == EMAIL, Message.unsure + 1 < MOST_UNSURE),
    )
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


@cache
def _left_behind() -> Select[int, dt.datetime | None]:
    over = or_(Message.lease_until < NOW, Message.lease_until > bindparam("ahead"))
    left = select(Message.id, Message.begun_at).where(is_state(MessageState.SENDING), over)
    return left.with_for_update(skip_locked=True)


@cache
def _give_up_doubtful() -> Update:
    return (
        update(Message)
        .where(is_state(MessageState.RETRY), too_late_to_repeat())
        .values(state=MessageState.UNKNOWN)
        .execution_options(synchronize_session=False)
    )


@cache
def _expire() -> Update:
    return (
        update(Message)
        .where(is_state(*READY), Message.useful_until <= NOW)
        .values(
            # A text that may have arrived is not said to have expired.
            state=case((Message.unsure > 0, MessageState.UNKNOWN), else_=MessageState.EXPIRED),
            error=case(
                (Message.error == "", "It was past its use before it could be sent."), else_=Message.error
            ),
        )
        .execution_options(synchronize_session=False)
    )
