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

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from tracker.channels.base import Channel, ChannelDown, Outgoing, Receipt
from tracker.db.models import Contact, Message, MessageItem, MessageState, Reminder
from tracker.domain.retry import wait_before
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown
from tracker.messages.render import Renderer
from tracker.services.digests import Moment, build_digest, items_of
from tracker.services.routing import ADDRESSED, EMAIL, LINE, Addresses, Routing

log = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=15)
"""Longer than any channel may take over one message, so that a living worker never loses its claim."""

READY = (MessageState.QUEUED, MessageState.RETRY)
SAFE_AGAIN = {LINE: dt.timedelta(hours=23, minutes=30), "file": dt.timedelta.max}
"""Channels that recognise a repeat, and for how long after the first attempt (LINE keeps a retry key 24 h,
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/)."""

MOST_UNSURE = 2
"""E-mail cannot recognise a repeat: after one, the outcome stays unknown until a person decides."""


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
        claimed = _claim(session, moment.now, down)
        if claimed is None:
            return None
        outgoing = _prepare(session, claimed, delivery, moment)
    if outgoing is None:
        return MessageState.CANCELLED
    # The text and the claim are committed before anything leaves: after a crash the repeat is the same.
    try:
        receipt = _send(delivery, outgoing, moment.now)
    except DeliveryError as error:
        if isinstance(error, ChannelDown):
            down.add(outgoing.channel)
        outcome, changes = _after_error(claimed, error, delivery, moment.now)
    else:
        outcome = MessageState.SENT
        changes = {"sent_at": moment.now, "reference": receipt.reference, "error": receipt.note}
    with delivery.sessions.begin() as session:
        outcome = _record(session, claimed, outcome, changes, delivery, moment.now)
    log.info("message %s by %s: %s", claimed.id, outgoing.channel, outcome)
    return outcome


def _send(delivery: Delivery, outgoing: Outgoing, now: dt.datetime) -> Receipt:
    """Hand the message over; whatever goes wrong comes out as a DeliveryError."""
    try:
        channel = delivery.channel(outgoing.channel)
    except ConfigError as error:
        raise ChannelDown(str(error)) from error
    try:
        return channel.send(outgoing, now=now)
    except DeliveryError:
        raise
    except Exception as error:  # one broken message must not stop the others
        log.exception("message %s by %s: unexpected", outgoing.key, outgoing.channel)
        raise OutcomeUnknown(f"The program failed while sending ({type(error).__name__}).") from error


def recover(session: Session, now: dt.datetime) -> None:
    """Take up what a worker left behind, and give up what is of no use any more.

    A claim whose lease has run out may or may not have reached the provider. Where a repeat is recognised it
    is simply repeated; an e-mail is repeated once, and then left for a person to decide.
    """
    lost = and_(Message.state == MessageState.SENDING, Message.lease_until < now)
    safe = or_(*(_repeatable(channel, window, now) for channel, window in SAFE_AGAIN.items()))
    again = or_(safe, and_(Message.channel == EMAIL, Message.unsure + 1 < MOST_UNSURE))
    session.execute(
        update(Message)
        .where(lost)
        .values(
            state=case((again, MessageState.RETRY), else_=MessageState.UNKNOWN),
            unsure=Message.unsure + 1,
            next_attempt_at=now,
            lease_until=None,
            error="The program stopped while this was being sent.",
        )
        .execution_options(synchronize_session=False)
    )
    stale = and_(Message.state.in_(READY), Message.useful_until <= now)
    session.execute(
        update(Message)
        .where(stale)
        .values(
            # A text that may have arrived is not said to have expired.
            state=case((Message.unsure > 0, MessageState.UNKNOWN), else_=MessageState.EXPIRED),
            error=case(
                (Message.error == "", "It was past its use before it could be sent."), else_=Message.error
            ),
        )
        .execution_options(synchronize_session=False)
    )


def waiting(session: Session) -> int:
    """How many messages are ready or will be tried again."""
    return session.scalar(select(func.count()).select_from(Message).where(Message.state.in_(READY))) or 0


def _repeatable(channel: str, window: dt.timedelta, now: dt.datetime) -> ColumnElement[bool]:
    if window == dt.timedelta.max:
        return Message.channel == channel
    return and_(Message.channel == channel, Message.first_attempt_at > now - window)


def _claim(session: Session, now: dt.datetime, down: Collection[str]) -> Message | None:
    """Take one ready message: the oldest. Two workers never get the same."""
    query = (
        select(Message)
        .where(Message.state.in_(READY), Message.next_attempt_at <= now, Message.useful_until > now)
        .where(Message.channel.not_in(down))
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
    message.first_attempt_at = message.first_attempt_at or now
    session.flush()
    return message


def _prepare(session: Session, message: Message, delivery: Delivery, moment: Moment) -> Outgoing | None:
    """The message as it will leave; its text is made and stored the first time, and never again."""
    if message.rendered_at is None:
        digest = build_digest(session, message, moment)
        if digest is None:
            message.state, message.lease_until = MessageState.CANCELLED, None
            message.attempts, message.first_attempt_at = 0, None
            message.error = "Nothing in it was owed any more."
            return None
        form = message.channel if message.channel in ADDRESSED else message.intended_channel
        rendered = delivery.renderer.render(digest, channel=form)
        message.subject, message.body, message.html = rendered.subject, rendered.text, rendered.html
        message.rendered_at = moment.now
        session.execute(delete(MessageItem).where(MessageItem.message_id == message.id))
        session.add_all(MessageItem(message_id=message.id, follow_up_id=each) for each in items_of(digest))
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
        created_at=message.rendered_at,
    )


def _after_error(
    message: Message, error: DeliveryError, delivery: Delivery, now: dt.datetime
) -> tuple[MessageState, dict[str, object]]:
    unsure = message.unsure + isinstance(error, OutcomeUnknown)
    changes: dict[str, object] = {"error": str(error), "unsure": unsure}
    if error.permanent:
        return MessageState.FAILED, changes
    if message.channel not in SAFE_AGAIN and unsure >= MOST_UNSURE:
        return MessageState.UNKNOWN, changes
    wait = wait_before(message.attempts, jitter=delivery.jitter())
    if error.retry_after:
        wait = max(wait, dt.timedelta(seconds=error.retry_after))
    window = SAFE_AGAIN.get(message.channel, dt.timedelta.max)
    if unsure and window != dt.timedelta.max and now + wait - (message.first_attempt_at or now) > window:
        return MessageState.UNKNOWN, changes
    return MessageState.RETRY, changes | {"next_attempt_at": now + wait}


def _record(
    session: Session,
    claimed: Message,
    outcome: MessageState,
    changes: dict[str, object],
    delivery: Delivery,
    now: dt.datetime,
) -> MessageState:
    """Write down what became of a message, unless another worker has taken it over in the meantime."""
    query = select(Message).where(
        Message.id == claimed.id, Message.state == MessageState.SENDING, Message.attempts == claimed.attempts
    )
    message = session.scalar(query.with_for_update())
    if message is None:
        return outcome
    message.state, message.lease_until = outcome, None
    for name, value in changes.items():
        setattr(message, name, value)
    if outcome is MessageState.FAILED and message.channel in ADDRESSED:
        _suspend(session, message)
        return _fall_back(session, message, delivery, now)
    return outcome


def _suspend(session: Session, message: Message) -> None:
    """Send nothing more to an address that was refused for good, until a person corrects it."""
    contact = session.get_one(Contact, message.contact_id)
    if message.channel == EMAIL:
        contact.email_suspended = message.error
    else:
        contact.line_suspended = message.error


def _fall_back(session: Session, message: Message, delivery: Delivery, now: dt.datetime) -> MessageState:
    """Give a refused message to the contact's next channel, where there is one with an address."""
    contact = session.get_one(Contact, message.contact_id)
    email, line_id = (
        ("" if contact.email_suspended else contact.email),
        ("" if contact.line_suspended else contact.line_id),
    )
    kinds = set(session.scalars(select(Reminder.kind).where(Reminder.message_id == message.id)))
    route = delivery.routing.route(
        Addresses(contact.id, contact.name, email, line_id), kinds, without=message.channel
    )
    if route is None or route.channel not in ADDRESSED:
        return MessageState.FAILED
    message.error = f"{message.channel} refused it: {message.error}"
    message.channel, message.address = route.channel, route.address
    message.state, message.next_attempt_at = MessageState.RETRY, now
    message.rendered_at, message.attempts, message.first_attempt_at = None, 0, None
    return MessageState.RETRY
