"""Delivering messages: claim, store the text, commit, send, record. Nothing lost, nothing doubled.

This is the only service that opens transactions itself, because a send needs one on either side of it and
none around it. A crash anywhere leaves claimed messages whose lease runs out; what happens then depends on
whether their channel can be repeated safely (``recovery``).
"""

import logging
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.channels.base import ChannelDown, Outgoing, Receipt
from tracker.db.models import Message, MessageState
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown
from tracker.services import line_quota
from tracker.services.claiming import claim, is_ready, release, room_left
from tracker.services.delivery import Delivered, Delivery
from tracker.services.digests import Moment
from tracker.services.outcomes import Outcome, Tried, after_error, after_success, record
from tracker.services.preparing import prepare
from tracker.services.recovery import LEASE, recover

log = logging.getLogger(__name__)

Clock = Callable[[], Moment]
Take = Callable[[Session, Moment], list[Message]]

PACE_SECONDS = 1.0
INSISTS, INSIST_SECONDS = 30, 5.0
"""How often, and after what pause, a database is asked again to record what has left already."""


def deliver_all(delivery: Delivery, clock: Clock) -> Delivered:
    """Deliver what is ready, the weightiest first, until nothing is left or sending hours end."""
    done, down = Delivered(), set[str]()
    with delivery.sessions.begin() as session:
        recover(session, clock().now)
    line_quota.refresh(delivery, clock())
    while _goes_on(delivery, clock()):
        states = deliver_some(delivery, clock, down)
        done.count(states)
        if not states and not (_is_paced(delivery, clock()) and delivery.wait(PACE_SECONDS)):
            break
    return done


def deliver_some(delivery: Delivery, clock: Clock, down: set[str]) -> list[MessageState]:
    """Deliver one claim of messages and say what became of each; none when nothing is ready.

    A channel that refuses everything is added to ``down`` and left alone.
    """

    def take(session: Session, moment: Moment) -> list[Message]:
        room = room_left(session, moment.now, delivery.per_minute)
        return claim(session, moment, closed=down, room=room)

    return deliver_taken(delivery, clock, take, down)


def deliver_taken(delivery: Delivery, clock: Clock, take: Take, down: set[str]) -> list[MessageState]:
    """Deliver the messages that ``take`` claims. Whether this is an hour of sending, the caller minds."""
    moment = clock()
    with delivery.sessions.begin() as session:
        claimed = take(session, moment)
        made = prepare(session, claimed, delivery, moment)
    # The texts and the claim are committed before anything leaves: after a crash the repeat is the same.
    leaving = [(message, letter) for message, letter in made if letter is not None]
    tried = _try_each(delivery, clock, leaving, down)
    states = [message.state for message, letter in made if letter is None]
    return states + _insist(delivery, lambda session: _settle(session, delivery, leaving, tried, moment))


def waiting(session: Session) -> int:
    """How many messages are ready or will be tried again."""
    return session.scalar(select(func.count()).select_from(Message).where(is_ready())) or 0


def _goes_on(delivery: Delivery, moment: Moment) -> bool:
    return not delivery.stopping() and moment.office.may_send(moment.now)


def _is_paced(delivery: Delivery, moment: Moment) -> bool:
    """Whether something waits only for the next seconds of a channel that has a limit."""
    if not any(delivery.per_minute.values()):
        return False
    with delivery.sessions() as session:
        room = room_left(session, moment.now, delivery.per_minute)
        full = Message.channel.in_([channel for channel, places in room.items() if places <= 0])
        waits = select(Message.id).where(is_ready(), Message.next_attempt_at <= moment.now, full)
        return session.scalar(waits.limit(1)) is not None


def _try_each(
    delivery: Delivery, clock: Clock, leaving: list[tuple[Message, Outgoing]], down: set[str]
) -> list[Tried]:
    """Hand over one after the other while sending goes on, the channel takes any and the lease holds."""
    tried: list[Tried] = []
    began = clock().now
    for message, letter in leaving:
        moment = clock()
        if tried and not (_goes_on(delivery, moment) and moment.now - began < LEASE / 3):
            break
        outcome = replace(_attempt(delivery, message, letter, down, moment), at=moment.now)
        tried.append((message, letter, outcome))
        if letter.channel in down or outcome.quota_spent:
            break
    return tried


def _settle(
    session: Session,
    delivery: Delivery,
    leaving: list[tuple[Message, Outgoing]],
    tried: list[Tried],
    moment: Moment,
) -> list[MessageState]:
    """Give back what was not tried, so that it costs nothing, and record the rest."""
    release(session, (message for message, _ in leaving[len(tried) :]))
    states = record(session, tried, routing=delivery.routing, moment=moment)
    for (message, letter, _), state in zip(tried, states, strict=True):
        log.info("message %s by %s: %s", message.id, letter.channel, state)
    return states


def _insist(delivery: Delivery, write: Callable[[Session], list[MessageState]]) -> list[MessageState]:
    """Write down what has left. A locked database is asked again: unrecorded, an e-mail would be repeated."""
    for _ in range(INSISTS):
        try:
            with delivery.sessions.begin() as session:
                return write(session)
        except OperationalError:
            log.warning("the outcome of a delivery could not be recorded yet; trying again")
            delivery.wait(INSIST_SECONDS)
    with delivery.sessions.begin() as session:
        return write(session)


def _attempt(
    delivery: Delivery, claimed: Message, letter: Outgoing, down: set[str], moment: Moment
) -> Outcome:
    try:
        return after_success(claimed, _send(delivery, letter, moment), moment.now)
    except DeliveryError as error:
        if isinstance(error, ChannelDown):
            down.add(letter.channel)
        return after_error(claimed, error, jitter=delivery.jitter(), now=moment.now)


def _send(delivery: Delivery, letter: Outgoing, moment: Moment) -> Receipt:
    """Hand the message over; whatever goes wrong comes out as a DeliveryError."""
    try:
        channel = delivery.channel(letter.channel)
    except ConfigError as error:
        raise ChannelDown(str(error)) from error
    except Exception as error:
        log.exception("channel %s: cannot be opened", letter.channel)
        raise ChannelDown(f"The channel could not be opened ({type(error).__name__}).") from error
    try:
        return channel.send(letter, now=moment.now)
    except DeliveryError:
        raise
    except Exception as error:  # one broken message must not stop the others
        log.exception("message %s by %s: unexpected", letter.key, letter.channel)
        raise OutcomeUnknown(f"The program failed while sending ({type(error).__name__}).") from error
