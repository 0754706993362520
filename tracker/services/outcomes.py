"""What becomes of a message after an attempt: sent, another try, another channel, or left to a person."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Integer,
    ScalarSelect,
    Select,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from tracker.channels.base import ChannelDown, Outgoing, QuotaSpent, Receipt
from tracker.db.models import Attempt, Contact, Message, MessageState, Reminder
from tracker.db.prepared import MESSAGE, any_of, table_of
from tracker.db.queries import is_state
from tracker.domain.reminders import Kind
from tracker.domain.retry import wait_before
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.channel_rests import LONGEST, begin_rest
from tracker.services.line_quota import SPARED, note_spent
from tracker.services.moment import Moment
from tracker.services.recovery import MOST_UNSURE, SAFE_AGAIN
from tracker.services.routing import ADDRESSED, EMAIL, Addresses, Routing

OPEN_TO_RECORD = (MessageState.SENDING, MessageState.RETRY, MessageState.UNKNOWN)
"""A claimed message is being sent, unless its lease ran out: then it was put back, or left to a person."""

TWICE = "It may have arrived twice, both times with the same Message-ID: the outcome of one try is not known."

REFUSED, THEN = " could not be used: ", " | then: "

PATIENCE, TRIES = dt.timedelta(days=1), 5
"""After so long, and so many tries, a channel that takes nothing is given up for the contact's next."""


NOTHING = Receipt()


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an attempt led to, with what has to be written down.

    ``suspends`` where the address was refused for good, ``quota_spent`` where the month's messages are used
    up; ``channel_rests_until`` is set where the provider asked that nothing be tried before. ``at`` is the
    instant of the try.
    """

    state: MessageState
    remark: str = ""
    changes: dict[str, object] = field(default_factory=dict)
    receipt: Receipt = NOTHING
    suspends: bool = False
    quota_spent: bool = False
    channel_rests_until: dt.datetime | None = None
    at: dt.datetime | None = None


Tried = tuple[Message, Outgoing, Outcome]
"""A message as it was claimed, as it was handed over, and what came of that."""


def after_success(message: Message, receipt: Receipt, now: dt.datetime) -> Outcome:
    """The provider took it, now or at an earlier attempt."""
    reference = receipt.accepted_reference or receipt.reference
    changes: dict[str, object] = {"sent_at": now, "reference": reference}
    repeated = message.unsure and message.channel not in SAFE_AGAIN
    return Outcome(MessageState.SENT, TWICE if repeated else receipt.note, changes, receipt)


def after_error(message: Message, error: DeliveryError, *, jitter: float, now: dt.datetime) -> Outcome:
    """Another try where it is safe and can help; otherwise failed, or unknown where it may have arrived."""
    if isinstance(error, QuotaSpent) and message.kind is Kind.GREETING:
        return Outcome(MessageState.FAILED, str(error))
    # A push in doubt may be what used the quota up: it is repeated under its key until LINE knows it again.
    if isinstance(error, QuotaSpent) and not message.unsure:
        changes: dict[str, object] = {"next_attempt_at": now, "cost": None}
        return Outcome(MessageState.RETRY, str(error), changes, quota_spent=True)
    unsure = message.unsure + isinstance(error, OutcomeUnknown)
    changes = {"unsure": unsure}
    if error.permanent:
        in_doubt = message.unsure and message.channel not in SAFE_AGAIN  # an earlier try may have arrived
        state = MessageState.UNKNOWN if in_doubt else MessageState.FAILED
        return Outcome(state, str(error), changes, suspends=error.blames_address)
    if message.channel not in SAFE_AGAIN and unsure >= MOST_UNSURE:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    asked = dt.timedelta(seconds=min(error.retry_after or 0, LONGEST.total_seconds()))
    next_at = now + max(asked, wait_before(message.attempts, jitter=jitter))
    window = SAFE_AGAIN.get(message.channel, dt.timedelta.max)
    if unsure and window != dt.timedelta.max and next_at - (message.first_attempt_at or now) >= window:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    rests_until = now + asked if isinstance(error, ChannelDown) and asked else None
    changes["next_attempt_at"] = next_at
    return Outcome(MessageState.RETRY, str(error), changes, channel_rests_until=rests_until)


def put_off(message: Message, problem: str, *, jitter: float, now: dt.datetime) -> None:
    """Try later what could not even be put into words; nothing of it has left."""
    message.state, message.lease_until = MessageState.RETRY, None
    message.next_attempt_at = now + wait_before(message.attempts, jitter=jitter)
    message.error = _remark(message.error, f"The message could not be made: {problem}")


def given_up(session: Session, message: Message) -> set[str]:
    """The channels that took the message on none of its tries, and are not tried with it again."""
    return set(session.scalars(_failed(), {"of_message": message.id}))


def record(
    connection: Connection, tried: Sequence[Tried], *, routing: Routing, moment: Moment
) -> list[MessageState]:
    """Write down what became of messages, but of none that another worker has tried in the meantime."""
    if not tried:
        return []
    states = {claimed.id: outcome.state for claimed, _, outcome in tried}
    others = [each for each in tried if each[2].state is not MessageState.SENT]
    _record_sent(connection, [each for each in tried if each[2].state is MessageState.SENT])
    if others:
        with Session(connection) as session:
            states |= _record_others(session, others, routing=routing, moment=moment)
            session.commit()  # to the transaction around it
    return [states[claimed.id] for claimed, _, _ in tried]


def _record_sent(connection: Connection, sent: Sequence[Tried]) -> None:
    """What went well: nearly everything, so it takes two statements whatever its number.

    The first locks the messages that are still ours, so that the second changes the same ones.
    """
    if not sent:
        return
    tries, changes = [], []
    for claimed, letter, outcome in sent:
        claim = {"message_id": claimed.id, "claim": claimed.attempts, "claimed_for": letter.channel}
        tries.append({**claim, **_attempt(letter, outcome)})
        changes.append({**claim, **outcome.changes, "error": _remark(claimed.error, outcome.remark)})
    connection.execute(_tried(), tries)
    connection.execute(_sent(), changes)


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
    message.error = _remark(message.error, outcome.remark)
    for name, value in outcome.changes.items():
        setattr(message, name, value)
    is_hopeless = _is_hopeless(message, outcome, moment.now)
    attempt = Attempt(message_id=message.id, number=number, **_attempt(letter, outcome))
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


def _attempt(letter: Outgoing, outcome: Outcome) -> dict[str, object]:
    return {
        "at": outcome.at,
        "channel": letter.channel,
        "address": letter.address,
        "outcome": outcome.state,
        "request_id": outcome.receipt.reference,
        "accepted_request_id": outcome.receipt.accepted_reference,
        "remark": outcome.remark,
    }


def _is_hopeless(message: Message, outcome: Outcome, now: dt.datetime) -> bool:
    """Whether the channel has refused everything for so long that another one should be tried."""
    waits = outcome.state is MessageState.RETRY and not outcome.quota_spent and not message.unsure
    return waits and message.attempts >= TRIES and now - message.created_at >= PATIENCE


def _remark(before: str, now: str) -> str:
    """What is to be read beside a message: why it changed its channel stays, whatever comes later."""
    changed = REFUSED in before or SPARED in before
    reason = before.partition(THEN)[0] if changed else ""
    return THEN.join(each for each in (reason, now) if each)


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


# --- prepared statements


@cache
def _failed() -> Select[str]:
    failed = (Attempt.message_id == MESSAGE, Attempt.outcome == MessageState.FAILED)
    return select(Attempt.channel).where(*failed)


@cache
def _ours() -> Select[int, int, str, int]:
    messages = table_of(Message)
    columns = (messages.c.id, messages.c.attempts, messages.c.channel, _earlier().label("earlier"))
    query = select(*columns).with_for_update(of=messages)
    return query.where(messages.c.id.in_(any_of("ids")), is_state(*OPEN_TO_RECORD))


@cache
def _tried() -> Insert:
    names = ("at", "channel", "address", "outcome", "request_id", "accepted_request_id", "remark")
    facts = [bindparam(name, type_=table_of(Attempt).c[name].type) for name in names]
    query = select(bindparam("message_id", type_=Integer()), _earlier() + 1, *facts)
    query = query.select_from(table_of(Message)).where(*_is_claimed()).with_for_update(of=table_of(Message))
    return insert(table_of(Attempt)).from_select(["message_id", "number", *names], query)


@cache
def _sent() -> Update:
    names = ("error", "sent_at", "reference")
    sent: dict[str, object] = {
        "state": MessageState.SENT,
        "lease_until": None,
        **{name: bindparam(name) for name in names},
    }
    return update(table_of(Message)).where(*_is_claimed()).values(sent)


def _is_claimed() -> tuple[ColumnElement[bool], ...]:
    """Whether a message is as its worker claimed it, so that nobody else has tried it since."""
    messages = table_of(Message)
    claim = (messages.c.attempts == bindparam("claim"), messages.c.channel == bindparam("claimed_for"))
    return (messages.c.id == bindparam("message_id"), *claim, is_state(*OPEN_TO_RECORD))


def _earlier() -> ScalarSelect[int]:
    attempts, messages = table_of(Attempt), table_of(Message)
    of_message = select(func.coalesce(func.max(attempts.c.number), 0)).select_from(attempts)
    return of_message.where(attempts.c.message_id == messages.c.id).correlate(messages).scalar_subquery()
