"""What becomes of a message after an attempt: sent, another try, another channel, or left to a person."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.channels.base import ChannelDown, Receipt
from tracker.db.models import Contact, Message, MessageState, Reminder
from tracker.domain.retry import wait_before
from tracker.errors import DeliveryError, OutcomeUnknown
from tracker.services.recovery import MOST_UNSURE, READY, SAFE_AGAIN
from tracker.services.routing import ADDRESSED, EMAIL, Addresses, Routing

CLAIMED = (MessageState.SENDING, MessageState.RETRY, MessageState.UNKNOWN)
"""A claimed message is being sent, unless its lease ran out: then it was put back, or left to a person."""

REFUSED, THEN = " refused it: ", " | then: "


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state that an attempt led to, with what has to be written down.

    ``channel_rests_until`` is set where the provider asked that nothing be tried before.
    """

    state: MessageState
    error: str = ""
    changes: dict[str, object] = field(default_factory=dict)
    channel_rests_until: dt.datetime | None = None


def after_success(receipt: Receipt, now: dt.datetime) -> Outcome:
    """The provider took it."""
    return Outcome(MessageState.SENT, receipt.note, {"sent_at": now, "reference": receipt.reference})


def after_error(message: Message, error: DeliveryError, *, jitter: float, now: dt.datetime) -> Outcome:
    """Another try where it is safe and can help; otherwise failed, or unknown where it may have arrived."""
    unsure = message.unsure + isinstance(error, OutcomeUnknown)
    changes: dict[str, object] = {"unsure": unsure}
    if error.permanent:
        return Outcome(MessageState.FAILED, str(error), changes)
    if message.channel not in SAFE_AGAIN and unsure >= MOST_UNSURE:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    asked = dt.timedelta(seconds=error.retry_after or 0)
    next_at = now + max(asked, wait_before(message.attempts, jitter=jitter))
    window = SAFE_AGAIN.get(message.channel, dt.timedelta.max)
    if unsure and window != dt.timedelta.max and next_at - (message.first_attempt_at or now) >= window:
        return Outcome(MessageState.UNKNOWN, str(error), changes)
    rests_until = now + asked if isinstance(error, ChannelDown) and asked else None
    return Outcome(MessageState.RETRY, str(error), changes | {"next_attempt_at": next_at}, rests_until)


def put_off(message: Message, problem: str, *, jitter: float, now: dt.datetime) -> None:
    """Try later what could not even be put into words; nothing of it has left."""
    message.state, message.lease_until = MessageState.RETRY, None
    message.next_attempt_at = now + wait_before(message.attempts, jitter=jitter)
    message.error = _remark(message.error, f"The message could not be made: {problem}")


def record(
    session: Session, claimed: Message, outcome: Outcome, *, routing: Routing, now: dt.datetime
) -> MessageState:
    """Write down what became of a message, unless another worker has tried it in the meantime."""
    if outcome.channel_rests_until:
        _rest(session, claimed.channel, outcome.channel_rests_until)
    query = select(Message).where(
        Message.id == claimed.id,
        Message.state.in_(CLAIMED),
        Message.attempts == claimed.attempts,
        Message.channel == claimed.channel,
    )
    message = session.scalar(query.with_for_update())
    if message is None:
        return outcome.state
    message.state, message.lease_until = outcome.state, None
    message.error = _remark(message.error, outcome.error)
    for name, value in outcome.changes.items():
        setattr(message, name, value)
    if outcome.state is MessageState.FAILED and message.channel in ADDRESSED:
        _suspend(session, message, outcome.error)
        _fall_back(session, message, outcome.error, routing=routing, now=now)
    return message.state


def _remark(before: str, now: str) -> str:
    """What is to be read beside a message: why it changed its channel stays, whatever comes later."""
    reason = before.partition(THEN)[0] if REFUSED in before else ""
    return THEN.join(each for each in (reason, now) if each)


def _rest(session: Session, channel: str, until: dt.datetime) -> None:
    """Leave a channel alone: after a refused login every further try brings the lock nearer."""
    session.execute(
        update(Message)
        .where(Message.channel == channel, Message.state.in_(READY), Message.next_attempt_at < until)
        .values(next_attempt_at=until)
        .execution_options(synchronize_session=False)
    )


def _suspend(session: Session, message: Message, reason: str) -> None:
    """Send nothing more to an address that was refused for good, until a person corrects it."""
    address, suspended = (
        (Contact.email, "email_suspended")
        if message.channel == EMAIL
        else (Contact.line_id, "line_suspended")
    )
    session.execute(
        update(Contact).where(func.lower(address) == message.address.lower()).values({suspended: reason})
    )


def _fall_back(
    session: Session, message: Message, reason: str, *, routing: Routing, now: dt.datetime
) -> None:
    """Give a refused message to the contact's next channel, where there is one with an address.

    Otherwise what it carried for others waits for a message to an address of their own.
    """
    contact = session.get_one(Contact, message.contact_id, populate_existing=True)
    kinds = set(session.scalars(select(Reminder.kind).where(Reminder.message_id == message.id)))
    route = routing.route(Addresses.usable(contact), kinds, without=message.channel)
    if route is None or route.channel not in ADDRESSED:
        others = (Reminder.message_id == message.id, Reminder.contact_id != message.contact_id)
        session.execute(update(Reminder).where(*others).values(message_id=None))
        return
    message.error = f"{message.channel}{REFUSED}{reason}"
    message.channel, message.address = route.channel, route.address
    message.state, message.next_attempt_at = MessageState.RETRY, now
    message.rendered_at, message.first_attempt_at = None, None
    message.attempts, message.unsure = 0, 0
