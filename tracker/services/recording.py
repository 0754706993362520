"""Putting on record what became of messages, and what follows from it: another try, another channel.

Nothing is written of a message that another worker has tried in the meantime.
"""

import datetime as dt
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from tracker.channels.base import Outgoing
from tracker.db.models import Attempt, Contact, Message, MessageState, Reminder
from tracker.db.prepared import any_of, table_of
from tracker.db.queries import is_state
from tracker.domain.reminders import Kind
from tracker.services.channel_rests import begin_rest
from tracker.services.line_quota import note_spent
from tracker.services.moment import Moment
from tracker.services.outcomes import REFUSED, Outcome, Tried, facts_of_try, given_up, remark_after
from tracker.services.routing import ADDRESSED, EMAIL, Addresses, Routing
from tracker.services.sent import OPEN_TO_RECORD, earlier_tries, record_sent

PATIENCE, TRIES = dt.timedelta(days=1), 5
"""After so long, and so many tries, a channel that takes nothing is given up for the contact's next."""


def record(
    session: Session, tried: Sequence[Tried], *, routing: Routing, moment: Moment
) -> list[MessageState]:
    """Write down what became of messages; the states that this led to."""
    if not tried:
        return []
    states = {claimed.id: outcome.state for claimed, _, outcome in tried}
    record_sent(session.connection(), [each for each in tried if each[2].state is MessageState.SENT])
    if others := [each for each in tried if each[2].state is not MessageState.SENT]:
        states |= _record_others(session, others, routing=routing, moment=moment)
    return [states[claimed.id] for claimed, _, _ in tried]


def _record_others(
    session: Session, tried: Sequence[Tried], *, routing: Routing, moment: Moment
) -> dict[int, MessageState]:
    """What did not go well, one by one; and the states that this led to."""
    states = {}
    numbers = _still_ours(session, tried)
    for claimed, letter, outcome in tried:
        if outcome.channel_rests_until:
            begin_rest(session, letter.channel, outcome.channel_rests_until, outcome.remark)
        if claimed.id in numbers:
            message = session.get_one(Message, claimed.id)
            number = numbers[message.id] + 1
            _record_one(session, message, letter, outcome, number, routing=routing, moment=moment)
            states[message.id] = message.state
    return states


def _still_ours(session: Session, tried: Sequence[Tried]) -> dict[int, int]:
    """The number of earlier attempts of each that no other worker has tried since it was claimed; locked."""
    found = session.execute(_ours(), {"ids": [claimed.id for claimed, _, _ in tried]})
    claims = {claimed.id: (claimed.attempts, letter.channel) for claimed, letter, _ in tried}
    return {row.id: row.earlier for row in found if claims[row.id] == (row.attempts, row.channel)}


def _record_one(
    session: Session,
    message: Message,
    letter: Outgoing,
    outcome: Outcome,
    number: int,
    *,
    routing: Routing,
    moment: Moment,
) -> None:
    message.state, message.lease_until = outcome.state, None
    message.error = remark_after(message.error, outcome.remark)
    for name, value in outcome.changes.items():
        setattr(message, name, value)
    is_hopeless = _is_hopeless(message, outcome, moment.now)
    attempt = Attempt(message_id=message.id, number=number, **facts_of_try(letter, outcome))
    if is_hopeless:
        attempt.outcome = MessageState.FAILED
    session.add(attempt)
    if outcome.quota_spent:
        message.rendered_at = None
        note_spent(session, moment)
    if outcome.suspends and letter.channel in ADDRESSED:
        _suspend(session, message, outcome.remark, moment.today)
    if (is_hopeless or outcome.state is MessageState.FAILED) and message.kind is not Kind.GREETING:
        _fall_back(session, message, outcome.remark, routing=routing, now=moment.now)


def _is_hopeless(message: Message, outcome: Outcome, now: dt.datetime) -> bool:
    """Whether the channel has refused everything for so long that another one should be tried."""
    waits = outcome.state is MessageState.RETRY and not outcome.quota_spent and not message.unsure
    return waits and message.attempts >= TRIES and now - message.created_at >= PATIENCE


def _suspend(session: Session, message: Message, reason: str, today: dt.date) -> None:
    """Send nothing more to an address that was refused for good, until a person corrects it."""
    address, suspended = (
        (Contact.email, "email_suspended")
        if message.channel == EMAIL
        else (Contact.line_id, "line_suspended")
    )
    session.execute(
        update(Contact)
        .where(func.lower(address) == message.address.lower())
        .values({suspended: reason, f"{suspended}_on": today})
    )


def _fall_back(
    session: Session, message: Message, reason: str, *, routing: Routing, now: dt.datetime
) -> None:
    """Give a message that a channel does not take to the contact's next one, where there is an address.

    It is written anew, for that channel, and its tries begin again. Where there is no other channel, what it
    carried for others waits for a message to an address of their own.
    """
    contact = session.get_one(Contact, message.contact_id, populate_existing=True)
    kinds = set(session.scalars(select(Reminder.kind).where(Reminder.message_id == message.id)))
    without = {message.channel, *given_up(session, message)}
    route = routing.route(Addresses.usable(contact), kinds, without=without)
    if route is None or route.channel not in ADDRESSED:
        if message.state is MessageState.FAILED:
            others = (Reminder.message_id == message.id, Reminder.contact_id != message.contact_id)
            session.execute(update(Reminder).where(*others).values(message_id=None))
        return
    message.error = f"{message.channel}{REFUSED}{reason}"
    message.channel, message.address = route.channel, route.address
    message.state, message.next_attempt_at = MessageState.RETRY, now
    message.rendered_at, message.first_attempt_at = None, None
    message.attempts, message.unsure = 0, 0


@cache
def _ours() -> Select[int, int, str, int]:
    messages = table_of(Message)
    columns = (
        messages.c.id,
        messages.c.attempts,
        messages.c.channel,
        earlier_tries(messages).label("earlier"),
    )
    query = select(*columns).with_for_update(of=messages)
    return query.where(messages.c.id.in_(any_of("ids")), is_state(*OPEN_TO_RECORD))
