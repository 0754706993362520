"""What a person does to messages: have one sent again, or call one off.

Nothing is sent here: what goes back waits for the next delivery. The rows are locked before they are judged,
so that a worker who has one is never overruled.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Contact, Message, MessageState, Reminder
from tracker.domain.reminders import Kind
from tracker.errors import NotAllowed
from tracker.services.channel_rests import end_rest
from tracker.services.history import record
from tracker.services.recovery import SAFE_AGAIN
from tracker.services.routing import ADDRESSED, EMAIL, LINE, Addresses

CALLED_OFF = "called off: "
"""How the reason begins that stands beside the reminders of a cancelled message."""

AGAIN = (
    *(MessageState.FAILED, MessageState.UNKNOWN, MessageState.EXPIRED),
    *(MessageState.CANCELLED, MessageState.RETRY),
)
STOPPABLE = (MessageState.QUEUED, MessageState.RETRY, MessageState.UNKNOWN, MessageState.FAILED)

WHY_NOT = {
    MessageState.SENT: "was sent already",
    MessageState.QUEUED: "waits for its turn; the next 'tracker tick' sends it",
    MessageState.SENDING: "is just being sent; look again in a few minutes",
    MessageState.CANCELLED: "is cancelled already",
    MessageState.EXPIRED: "is past its use and will not be sent",
}

NO_MESSAGES = "There are no messages yet."
MAY_DOUBLE = "It may arrive twice: it cannot be known whether the first one arrived."
CANNOT_DOUBLE = "It cannot arrive twice: the channel recognises the repeat."
NEW_FOR_LINE = "LINE takes it for a new message, so long after the first: it may arrive twice."


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, when and why."""

    actor: str
    now: dt.datetime
    reason: str = ""


def retry_messages(
    session: Session, numbers: Sequence[int], decision: Decision, *, really_send: bool = False
) -> dict[int, list[str]]:
    """Put messages back to be sent now, all or none; what is worth knowing of each, as sentences.

    Their texts stay as they are stored, and a channel that is left alone is tried. With ``really_send`` one
    that a rehearsal wrote into a file goes to the address that it was meant for.
    """
    said = {}
    for message in _locked(session, numbers):
        if not is_put_off(message, decision.now):
            _refuse(message, AGAIN)
        before = message.state
        said[message.id] = _put_back(session, message, decision.now, really_send=really_send)
        end_rest(session, message.channel, decision.now)
        _record(session, message, "message retried", before, decision)
    return said


def cancel_messages(session: Session, numbers: Sequence[int], decision: Decision) -> None:
    """Call messages off, all or none: they are not sent (again), and what they carried is dropped."""
    for message in _locked(session, numbers):
        _refuse(message, STOPPABLE)
        before = message.state
        message.state, message.lease_until = MessageState.CANCELLED, None
        message.error = f"Cancelled: {decision.reason}"
        _mark(session, message, Reminder.dropped == "", CALLED_OFF + decision.reason)
        _record(session, message, "message cancelled", before, decision)


def no_message(session: Session, number: int) -> NotAllowed:
    """The complaint that there is no message of this number; no other is proposed, for it is no slip."""
    newest = session.scalar(select(func.max(Message.id)))
    return NotAllowed(f"There is no message {number}; the newest is {newest}." if newest else NO_MESSAGES)


def unsent(session: Session, contact: Contact, now: dt.datetime) -> Sequence[int]:
    """The numbers of a contact's messages that failed and are still of use."""
    failed = (Message.state == MessageState.FAILED, Message.useful_until > now)
    mine = select(Message.id).where(Message.contact_id == contact.id, *failed)
    return session.scalars(mine.order_by(Message.id)).all()


def is_put_off(message: Message, now: dt.datetime) -> bool:
    """Whether it waits for a later time: its channel takes nothing now, or LINE's quota does not reach it."""
    return message.state is MessageState.QUEUED and message.next_attempt_at > now


def is_recognised(message: Message, now: dt.datetime) -> bool:
    """Whether the channel still knows the message's key, and so drops a repeat."""
    window = SAFE_AGAIN.get(message.channel)
    if window is None or window == dt.timedelta.max:
        return window is not None
    return message.first_attempt_at is not None and now - message.first_attempt_at < window


def _locked(session: Session, numbers: Sequence[int]) -> list[Message]:
    """The messages in the order asked for, each once, held until the transaction ends."""
    asked = select(Message).where(Message.id.in_(numbers)).order_by(Message.id).with_for_update()
    found = {message.id: message for message in session.scalars(asked)}
    for number in numbers:
        if number not in found:
            raise no_message(session, number)
    return [found[number] for number in dict.fromkeys(numbers)]


def _refuse(message: Message, allowed: Sequence[MessageState]) -> None:
    if message.state not in allowed:
        raise NotAllowed(f"Message {message.id} {WHY_NOT[message.state]}. Nothing was changed.")


def _put_back(session: Session, message: Message, now: dt.datetime, *, really_send: bool) -> list[str]:
    if message.useful_until <= now:
        raise NotAllowed(
            f"Message {message.id} is past its use; what is owed by now goes out with a message of its own. "
            "Nothing was changed."
        )
    if message.state is MessageState.CANCELLED:
        _take_up_again(session, message)
    message.next_attempt_at = now
    if message.state in (MessageState.RETRY, MessageState.QUEUED):
        return []
    message.state, message.lease_until = MessageState.RETRY, None
    if not message.unsure:
        message.first_attempt_at = None
        return _to_present_address(session, message, really_send=really_send)
    if is_recognised(message, now):
        return [CANNOT_DOUBLE]
    message.unsure, message.first_attempt_at = 0, None  # otherwise it would be left to a person again at once
    return [NEW_FOR_LINE if message.channel == LINE else MAY_DOUBLE]


def _take_up_again(session: Session, message: Message) -> None:
    """What was dropped when the message was called off is owed again."""
    _mark(session, message, Reminder.dropped.startswith(CALLED_OFF), "")
    message.error = ""
    carries = exists().where(Reminder.message_id == message.id, Reminder.dropped == "")
    needs_something = message.rendered_at is None and message.kind is not Kind.GREETING
    if needs_something and not session.scalar(select(carries)):
        raise NotAllowed(f"Nothing in message {message.id} was owed any more. Nothing was changed.")


def _mark(session: Session, message: Message, which: ColumnElement[bool], dropped: str) -> None:
    session.execute(
        update(Reminder)
        .where(Reminder.message_id == message.id, which)
        .values(dropped=dropped)
        .execution_options(synchronize_session=False)
    )


def _to_present_address(session: Session, message: Message, *, really_send: bool) -> list[str]:
    """Direct a text that nobody has accepted to where its contact is reached now, by the same channel."""
    channel = message.intended_channel if really_send else message.channel
    if message.rendered_at is None or channel not in ADDRESSED:
        return []  # it is directed anew when it is written; a file needs no address
    contact = session.get_one(Contact, message.contact_id)
    address = Addresses.usable(contact).of(channel)
    if not address:
        option = "--email ADDRESS" if channel == EMAIL else "--line ID"
        raise NotAllowed(
            f"Message {message.id} cannot go out: {contact.name} has no address for {channel} that was not "
            f"refused. Correct it first: tracker contact edit NAME {option}. Nothing was changed."
        )
    moved = (channel, address) != (message.channel, message.address)
    message.channel, message.address = channel, address
    return [f"It goes by {channel} to {address} now."] if moved else []


def _record(session: Session, message: Message, what: str, before: MessageState, decision: Decision) -> None:
    record(
        session,
        what,
        actor=decision.actor,
        now=decision.now,
        before={"message": message.id, "status": before.value},
        after={"message": message.id, "status": message.state.value, "reason": decision.reason},
    )
