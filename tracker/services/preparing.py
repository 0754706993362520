"""Making a claimed message ready to leave: where it goes today, what it says, what it costs; stored once."""

import datetime as dt
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from functools import cache

from sqlalchemy import Select, bindparam, delete, insert, select
from sqlalchemy.orm import Session

from tracker.channels.base import Outgoing
from tracker.db.models import Attempt, Contact, Message, MessageItem, MessageState, MessageText
from tracker.db.prepared import TODAY, any_of, table_of
from tracker.domain.fiscal import first_of_month
from tracker.domain.reminders import TURN, Kind
from tracker.errors import TrackerError
from tracker.services.claiming import give_back
from tracker.services.delivery import Delivery
from tracker.services.digests import build_digest, items_of
from tracker.services.line_quota import Purse
from tracker.services.moment import Moment
from tracker.services.outcomes import given_up, put_off
from tracker.services.readdressing import readdress
from tracker.services.routing import ADDRESSED, EMAIL, FILE, LINE

log = logging.getLogger(__name__)

LONGEST_THREAD = 20


def prepare(
    session: Session, claimed: Sequence[Message], delivery: Delivery, moment: Moment
) -> list[tuple[Message, Outgoing | None]]:
    """Each message as it will leave; None when nothing in it is owed, or when it cannot leave now."""
    people = {message.contact_id for message in claimed}
    # Held while they are asked for, one by one.
    contacts = session.scalars(_contacts(), {"ids": list(people)}).all()
    written = [message.id for message in claimed if message.rendered_at is not None]
    texts = session.scalars(_texts(), {"ids": written}).all()
    purse = Purse(session, moment, reserve=delivery.reserve)
    made = [(message, _outgoing(session, message, delivery, moment, purse)) for message in claimed]
    del contacts, texts
    return made


def _outgoing(
    session: Session, message: Message, delivery: Delivery, moment: Moment, purse: Purse
) -> Outgoing | None:
    try:
        with session.begin_nested() if message.rendered_at is None or message.attempts > 1 else nullcontext():
            return _prepare(session, message, delivery, moment, purse)
    except TrackerError as error:
        problem = str(error)
        log.warning("message %s: %s", message.id, problem)
    except Exception as error:  # one broken message must not stop the others
        problem = f"({type(error).__name__})"
        log.exception("message %s: cannot be made", message.id)
    put_off(message, problem, jitter=delivery.jitter(), now=moment.now)
    return None


def _prepare(
    session: Session, message: Message, delivery: Delivery, moment: Moment, purse: Purse
) -> Outgoing | None:
    """Its text is stored before it leaves. A retry sends it unchanged, on another day what is true then."""
    if _may_be_made(session, message, moment) and not _write(session, message, delivery, moment, purse):
        return None
    if delivery.routing.divert:
        message.channel = FILE
    message.cost = purse.take(message) if message.channel == LINE else None
    contact, text = session.get_one(Contact, message.contact_id), session.get_one(MessageText, message.id)
    return Outgoing(
        key=message.key,
        channel=message.channel,
        address=message.address,
        recipient=contact.name,
        subject=message.subject,
        text=text.body,
        html=text.html,
        language=contact.language,
        created_at=message.rendered_at or moment.now,
        flex=text.flex,
        calendar=text.calendar,
        thread=tuple(message.thread.split()),
    )


def _may_be_made(session: Session, message: Message, moment: Moment) -> bool:
    """Whether it has no text yet, or one of another day that surely reached nobody."""
    if message.rendered_at is None:
        return True
    of_today = moment.office.today(message.rendered_at) >= moment.today
    if of_today or message.unsure or message.kind is Kind.GREETING:
        return False
    doubtful = (Attempt.message_id == message.id, Attempt.outcome == MessageState.UNKNOWN)
    return session.scalar(select(Attempt.number).where(*doubtful).limit(1)) is None


def _write(session: Session, message: Message, delivery: Delivery, moment: Moment, purse: Purse) -> bool:
    """Make the text from the present state and addresses; False when it cannot leave by this claim."""
    claimed_for = message.channel
    without = given_up(session, message) - {message.channel}  # a person asked for the present one again
    readdress(session, message, delivery.routing, today=moment.today, without=without)
    digest = build_digest(session, message, moment)
    if digest is None:
        _cancel(message)
        return False
    # What was weightiest when it was made may have fallen out: a reserve is kept for what it still carries.
    message.kind = min(digest.kinds, key=TURN.__getitem__)
    message.turn = TURN[message.kind]
    spared = message.channel == LINE and not purse.allows(message)
    if spared and not _spare(session, message, delivery, moment, purse, without):
        give_back(session, message)
        return False
    if message.channel != claimed_for:
        give_back(session, message)  # another channel is claimed in its own way
        return False
    form = message.channel if message.channel in ADDRESSED else message.intended_channel
    rendered = delivery.renderer.render(digest, channel=form)
    message.subject = rendered.subject
    forms = {"html": rendered.html, "flex": rendered.flex, "calendar": rendered.calendar}
    session.merge(MessageText(message_id=message.id, body=rendered.text, **forms))
    message.thread = _thread(session, message, moment.today) if form == EMAIL else ""
    message.rendered_at = moment.now
    session.execute(delete(MessageItem).where(MessageItem.message_id == message.id))
    if items := [{"message_id": message.id, "follow_up_id": each} for each in items_of(digest)]:
        session.execute(insert(table_of(MessageItem)), items)
    return True


def _spare(
    session: Session, message: Message, delivery: Delivery, moment: Moment, purse: Purse, without: set[str]
) -> bool:
    """Give it to another channel where LINE's month does not reach; false without one: it waits for a day."""
    message.error, before = purse.reason(message), (message.channel, message.address)
    readdress(session, message, delivery.routing, today=moment.today, without={*without, LINE})
    if message.channel in ADDRESSED and message.channel != LINE:
        return True
    message.channel, message.address = before
    message.cost = None
    message.next_attempt_at = moment.office.next_reminding(moment.now)
    return False


def _cancel(message: Message) -> None:
    message.state, message.lease_until = MessageState.CANCELLED, None
    message.attempts, message.first_attempt_at = 0, None
    message.error = "Nothing in it was owed any more."


def _thread(session: Session, message: Message, today: dt.date) -> str:
    """The e-mails that this one continues: those its contact got this month, as each month asks anew.

    A month's reports fall due, and are reminded of, within the month that follows it.
    """
    facts = {"contact": message.contact_id, "first": first_of_month(today), "today": today}
    keys = list(session.scalars(_earlier(), {**facts, "address": message.address}))
    return " ".join([*keys[:1], *keys[1:][-LONGEST_THREAD:]])


@cache
def _contacts() -> Select[Contact]:
    return select(Contact).where(Contact.id.in_(any_of("ids")))


@cache
def _texts() -> Select[MessageText]:
    return select(MessageText).where(MessageText.message_id.in_(any_of("ids")))


@cache
def _earlier() -> Select[str]:
    return (
        select(Message.key)
        .where(
            Message.contact_id == bindparam("contact"),
            Message.on_date.between(bindparam("first"), TODAY),
            Message.intended_channel == EMAIL,
            Message.state == MessageState.SENT,
            Message.kind != Kind.GREETING,
            Message.address == bindparam("address"),
        )
        .order_by(Message.sent_at, Message.id)
    )
