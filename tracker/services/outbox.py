"""Delivering messages: claim one, store its text, commit, send, record. Nothing lost, nothing doubled.

This is the only service that opens transactions itself, because a send needs one on either side of it and
none around it. A crash anywhere leaves a claimed message whose lease runs out; what happens then depends on
whether its channel can be repeated safely (``recover``).
"""

import datetime as dt
import logging
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from tracker.channels.base import Channel, ChannelDown, Outgoing, Receipt
from tracker.db.models import Contact, Message, MessageItem, MessageState
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown, TrackerError
from tracker.messages.render import Renderer
from tracker.services.digests import Moment, build_digest, items_of
from tracker.services.outcomes import Outcome, after_error, after_success, put_off, record
from tracker.services.readdressing import readdress
from tracker.services.recovery import READY, recover, too_late_to_repeat
from tracker.services.routing import ADDRESSED, FILE, Routing

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=15)
"""Longer than any channel may take over one message, so that a living worker never loses its claim."""


@dataclass(slots=True)
class Delivered:
    """What a round of delivery did, by outcome."""

    sent: int = 0
    retry: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivering needs: transactions, the words, the channels, and the office's preferences."""

    sessions: sessionmaker[Session]
    renderer: Renderer
    channel: Callable[[str], Channel]
    routing: Routing
    stopping: Callable[[], bool] = lambda: False
    jitter: Callable[[], float] = random.random


def deliver_all(delivery: Delivery, clock: Callable[[], Moment]) -> Delivered:
    """Deliver what is ready, one message after the other, until nothing is left or sending hours end."""
    done = Delivered()
    down: set[str] = set()
    with delivery.sessions.begin() as session:
        recover(session, clock().now)
    while not delivery.stopping() and (moment := clock()).office.may_send(moment.now):
        outcome = deliver_one(delivery, moment, down)
        if outcome is None:
            break
        setattr(done, outcome.value, getattr(done, outcome.value) + 1)
    return done


def deliver_one(delivery: Delivery, moment: Moment, down: set[str]) -> MessageState | None:
    """Deliver one message and say what became of it; None when none is ready.

    A channel that refuses everything is added to ``down`` and left alone.
    """
    with delivery.sessions.begin() as session:
        claimed = _claim(session, moment, down)
        if claimed is None:
            return None
        outgoing = _outgoing(session, claimed, delivery, moment)
    if outgoing is None:
        return claimed.state
    # The text and the claim are committed before anything leaves: after a crash the repeat is the same.
    outcome = _attempt(delivery, claimed, outgoing, down, moment.now)
    with delivery.sessions.begin() as session:
        state = record(session, claimed, outcome, routing=delivery.routing, now=moment.now)
    log.info("message %s by %s: %s", claimed.id, outgoing.channel, state)
    return state


def _attempt(
    delivery: Delivery, claimed: Message, outgoing: Outgoing, down: set[str], now: dt.datetime
) -> Outcome:
    try:
        return after_success(_send(delivery, outgoing, now), now)
    except DeliveryError as error:
        if isinstance(error, ChannelDown):
            down.add(outgoing.channel)
        return after_error(claimed, error, jitter=delivery.jitter(), now=now)


def _send(delivery: Delivery, outgoing: Outgoing, now: dt.datetime) -> Receipt:
    """Hand the message over; whatever goes wrong comes out as a DeliveryError."""
    try:
        channel = delivery.channel(outgoing.channel)
    except ConfigError as error:
        raise ChannelDown(str(error)) from error
    except Exception as error:
        log.exception("channel %s: cannot be opened", outgoing.channel)
        raise ChannelDown(f"The channel could not be opened ({type(error).__name__}).") from error
    try:
        return channel.send(outgoing, now=now)
    except DeliveryError:
        raise
    except Exception as error:  # one broken message must not stop the others
        log.exception("message %s by %s: unexpected", outgoing.key, outgoing.channel)
        raise OutcomeUnknown(f"The program failed while sending ({type(error).__name__}).") from error


def waiting(session: Session) -> int:
    """How many messages are ready or will be tried again."""
    return session.scalar(select(func.count()).select_from(Message).where(Message.state.in_(READY))) or 0


def _claim(session: Session, moment: Moment, down: Collection[str]) -> Message | None:
    """Take one ready message: the oldest. Two workers never get the same."""
    now = moment.now
    query = (
        select(Message)
        .where(Message.state.in_(READY), Message.next_attempt_at <= now, Message.useful_until > now)
        .where(Message.channel.not_in(down), ~too_late_to_repeat(now))
        .order_by(Message.next_attempt_at, Message.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    message = session.scalar(query)
    if message is None:
        return None
    message.state = MessageState.SENDING
    message.attempts += 1
    message.lease_until = now + LEASE
    if not message.unsure:  # what was surely refused cannot be doubled by a repeat, however late
        message.first_attempt_at = now
    _count_for(session, message, moment.today)
    session.flush()
    return message


def _count_for(session: Session, message: Message, today: dt.date) -> None:
    """A message counts for the day of its last attempt: that day's other messages wait for the next."""
    if message.on_date != today:
        others = (Message.contact_id == message.contact_id, Message.on_date == today)
        message.number = (session.scalar(select(func.max(Message.number)).where(*others)) or 0) + 1
        message.on_date = today


def _outgoing(session: Session, message: Message, delivery: Delivery, moment: Moment) -> Outgoing | None:
    """The message as it will leave; None when nothing in it is owed, or when it cannot be made now."""
    try:
        with session.begin_nested():
            return _prepare(session, message, delivery, moment)
    except TrackerError as error:
        problem = str(error)
        log.warning("message %s: %s", message.id, problem)
    except Exception as error:  # one broken message must not stop the others
        problem = f"({type(error).__name__})"
        log.exception("message %s: cannot be made", message.id)
    put_off(message, problem, jitter=delivery.jitter(), now=moment.now)
    return None


def _prepare(session: Session, message: Message, delivery: Delivery, moment: Moment) -> Outgoing | None:
    """Its text is made and stored the first time, and never again."""
    if message.rendered_at is None and not _write(session, message, delivery, moment):
        message.state, message.lease_until = MessageState.CANCELLED, None
        message.attempts, message.first_attempt_at = 0, None
        message.error = "Nothing in it was owed any more."
        return None
    if delivery.routing.divert:
        message.channel = FILE
    contact = session.get_one(Contact, message.contact_id)
    return Outgoing(
        key=message.key,
        channel=message.channel,
        address=message.address,
        recipient=contact.name,
        subject=message.subject,
        text=message.body,
        html=message.html,
        language=contact.language,
        created_at=message.rendered_at or moment.now,
    )


def _write(session: Session, message: Message, delivery: Delivery, moment: Moment) -> bool:
    """Make the text from the present state and addresses; False when nothing is left to say."""
    readdress(session, message, delivery.routing, today=moment.today)
    digest = build_digest(session, message, moment)
    if digest is None:
        return False
    form = message.channel if message.channel in ADDRESSED else message.intended_channel
    rendered = delivery.renderer.render(digest, channel=form)
    message.subject, message.body, message.html = rendered.subject, rendered.text, rendered.html
    message.rendered_at = moment.now
    session.execute(delete(MessageItem).where(MessageItem.message_id == message.id))
    session.add_all(MessageItem(message_id=message.id, follow_up_id=each) for each in items_of(digest))
    return True
