"""Delivering messages: claim, store the text, commit, send, record. Nothing lost, nothing doubled.

This is the only service that opens transactions itself, because a send needs one on either side of it and
none around it. A crash anywhere leaves claimed messages whose lease runs out; what happens then depends on
whether their channel can be repeated safely (``recovery``).
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.channels.base import Announcing, ChannelDown, Outgoing, Receipt
from tracker.db.models import READY, Message, MessageState
from tracker.db.prepared import any_of
from tracker.db.queries import is_state
from tracker.db.session import connected
from tracker.errors import ConfigError, DeliveryError, OutcomeUnknown
from tracker.services import line_quota
from tracker.services.channel_rests import keep_rests
from tracker.services.claiming import begin, claim, release, room_left
from tracker.services.delivery import Delivered, Delivery
from tracker.services.moment import Moment
from tracker.services.outcomes import Outcome, Tried, after_error, after_success
from tracker.services.preparing import prepare
from tracker.services.recording import record
from tracker.services.recovery import LEASE, SAFE_AGAIN, recover
from tracker.services.sent import step

log = logging.getLogger(__name__)

Clock = Callable[[], Moment]
Take = Callable[[Session, Moment], list[Message]]
T = TypeVar("T")

PACE_SECONDS = 1.0
INSISTS, INSIST_SECONDS = 30, 5.0
"""How often, and after what pause, a database is asked again to record what has left already."""


def deliver_all(delivery: Delivery, clock: Clock) -> Delivered:
    """Deliver what is ready, the weightiest first, until nothing is left or sending hours end."""
    done, down = Delivered(), set[str]()
    with delivery.sessions.begin() as session:
        now = clock().now
        recover(session, now)
        keep_rests(session, now)
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
        numbers = claim(session, moment, closed=down, room=room)
        found = {message.id: message for message in session.scalars(_numbered(), {"numbers": numbers})}
        return [found[number] for number in numbers]

    return deliver_taken(delivery, clock, take, down)


def deliver_taken(delivery: Delivery, clock: Clock, take: Take, down: set[str]) -> list[MessageState]:
    """Deliver the messages that ``take`` claims. Whether this is an hour of sending, the caller minds."""
    moment = clock()
    with delivery.sessions.begin() as session:
        claimed = take(session, moment)
        made = prepare(session, claimed, delivery, moment)
    # The texts and the claim are committed before anything leaves: after a crash the repeat is the same.
    leaving = [(message, letter) for message, letter in made if letter is not None]
    states = [message.state for message, letter in made if letter is None]
    with connected(delivery.sessions) as connection:
        return states + _Claim(delivery, clock, down, moment, connection).hand_over(leaving)


def waiting(session: Session) -> int:
    """How many messages are ready or will be tried again."""
    return session.scalar(select(func.count()).select_from(Message).where(is_state(*READY))) or 0


def _goes_on(delivery: Delivery, moment: Moment) -> bool:
    return not delivery.stopping() and moment.office.may_send(moment.now)


def _is_paced(delivery: Delivery, moment: Moment) -> bool:
    """Whether something waits only for the next seconds of a channel that has a limit."""
    if not any(delivery.per_minute.values()):
        return False
    with delivery.sessions() as session:
        room = room_left(session, moment.now, delivery.per_minute)
        full = Message.channel.in_([channel for channel, places in room.items() if places <= 0])
        waits = select(Message.id).where(is_state(*READY), Message.next_attempt_at <= moment.now, full)
        return session.scalar(waits.limit(1)) is not None


class _Claim:
    """What one claim took, on its way: handed over, and put on record."""

    def __init__(
        self, delivery: Delivery, clock: Clock, down: set[str], moment: Moment, connection: Connection
    ) -> None:
        self._delivery, self._clock, self._down, self._moment = delivery, clock, down, moment
        self._connection = connection
        self._tried: list[Tried] = []
        self._states: list[MessageState] = []

    def hand_over(self, leaving: Iterable[tuple[Message, Outgoing]]) -> list[MessageState]:
        """One after the other while sending goes on, the channel takes any and the lease holds."""
        rest = deque(leaving)
        while rest and (not self._tried or self._is_in_time()):
            message, letter = rest.popleft()
            # Of what cannot be repeated, each is marked before it leaves, with the one before it on record.
            if letter.channel not in SAFE_AGAIN:
                _announce(self._delivery, letter, following=rest[0][1] if rest else None)
                if not self._note(coming=message):
                    continue
            if not self._try(message, letter):
                break
        self._note(untried=[message for message, _ in rest])
        return self._states

    def _is_in_time(self) -> bool:
        moment = self._clock()
        return _goes_on(self._delivery, moment) and moment.now - self._moment.now < LEASE / 3

    def _try(self, message: Message, letter: Outgoing) -> bool:
        """Hand it over; whether its channel may be tried again."""
        moment = self._clock()
        outcome = _attempt(self._delivery, message, letter, self._down, moment)
        self._tried.append((message, letter, replace(outcome, at=moment.now)))
        return letter.channel not in self._down and not outcome.quota_spent

    def _note(self, *, untried: Sequence[Message] = (), coming: Message | None = None) -> bool:
        """Record what was tried, give back what was not, and mark what comes; whether that is still ours."""
        now = self._clock().now

        def write() -> tuple[list[MessageState], bool]:
            if coming is not None and [outcome.state for _, _, outcome in self._tried] == [MessageState.SENT]:
                with self._connection.begin():
                    return [MessageState.SENT], step(self._connection, self._tried[0], coming, now)
            with self._delivery.sessions.begin() as session:
                release(session, untried)
                routing = self._delivery.routing
                states = record(session, self._tried, routing=routing, moment=self._moment)
                return states, coming is None or begin(session.connection(), coming, now)

        states, is_ours = self._insist(write)
        for (message, letter, _), state in zip(self._tried, states, strict=True):
            log.info("message %s by %s: %s", message.id, letter.channel, state)
        self._states += states
        self._tried.clear()
        return is_ours

    def _insist(self, write: Callable[[], T]) -> T:
        """Write down what has left. A locked database is asked again: else an e-mail would be repeated."""
        for _ in range(INSISTS):
            try:
                return write()
            except OperationalError:
                log.warning("the outcome of a delivery could not be recorded yet; trying again")
                self._delivery.pause(INSIST_SECONDS)
        return write()


def _announce(delivery: Delivery, letter: Outgoing, following: Outgoing | None) -> None:
    """Let the channel get ready for what comes; what is wrong with it, sending will tell."""
    with suppress(Exception):
        channel = delivery.channel(letter.channel)
        if isinstance(channel, Announcing):
            channel.announce(letter, following)


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


@cache
def _numbered() -> Select[Message]:
    return select(Message).where(Message.id.in_(any_of("numbers")))
