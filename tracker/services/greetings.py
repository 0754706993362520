"""A greeting to a contact, on request: whether messages arrive, before there is anything to say.

It travels like every message, under a key of its own and kept on record, but at once, whatever the hour.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.db.models import Agency, Contact, Message, MessageState, MessageText
from tracker.domain.reminders import TURN, Kind
from tracker.errors import NotAllowed
from tracker.services.delivery import Delivery
from tracker.services.digest_parts import coordinators
from tracker.services.moment import Moment
from tracker.services.outbox import deliver_taken
from tracker.services.recovery import LEASE
from tracker.services.routing import ADDRESSED, EMAIL, LINE

OF_USE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Greeted:
    """What became of the greeting by one channel; ``remark`` is the provider's objection, if any."""

    number: int
    channel: str
    address: str
    state: MessageState
    remark: str


def greet(
    delivery: Delivery, clock: Callable[[], Moment], contact_id: int, *, only: str = ""
) -> list[Greeted]:
    """Greet a contact at each of its addresses, or at the one of the channel ``only``.

    NotAllowed when there is no such address, or when its channel is not set up.
    """
    with delivery.sessions() as session:
        channels = _channels(session.get_one(Contact, contact_id), delivery, only)
    return [_greet_by(delivery, clock, contact_id, channel) for channel in channels]


def _channels(contact: Contact, delivery: Delivery, only: str) -> list[str]:
    has = {LINE: contact.line_id, EMAIL: contact.email}
    wanted = [only] if only else [channel for channel in ADDRESSED if has[channel]]
    if not wanted or not all(has[channel] for channel in wanted):
        what = f"{only} address" if only else "address"
        raise NotAllowed(f"{contact.name} has no {what}. Nothing was sent; see: tracker contact edit --help")
    ready = [
        channel for channel in wanted if delivery.routing.divert or channel in delivery.routing.configured
    ]
    if not ready:
        names = " and ".join(wanted)
        raise NotAllowed(f"{names} is not set up yet. Nothing was sent; see: tracker doctor")
    return ready


def _greet_by(delivery: Delivery, clock: Callable[[], Moment], contact_id: int, channel: str) -> Greeted:
    made: list[Message] = []

    def take(session: Session, moment: Moment) -> list[Message]:
        made.append(_make(session, contact_id, channel, delivery, moment))
        return made

    deliver_taken(delivery, clock, take, set())
    with delivery.sessions() as session:
        message = session.get_one(Message, made[0].id)
        return Greeted(message.id, message.channel, message.address, message.state, message.error)


def _make(session: Session, contact_id: int, channel: str, delivery: Delivery, moment: Moment) -> Message:
    """The message, claimed from the start, so that no other worker takes it."""
    contact = session.get_one(Contact, contact_id)
    agency = session.get_one(Agency, contact.agency_id)
    ask = coordinators(session, agency.id, moment.today)
    words = delivery.renderer.greeting(contact.name, contact.language, agency=agency.name, ask=ask)
    own = (Message.contact_id == contact_id, Message.on_date == moment.today)
    message = Message(
        key=str(uuid4()),
        contact_id=contact_id,
        on_date=moment.today,
        number=(session.scalar(select(func.max(Message.number)).where(*own)) or 0) + 1,
        kind=Kind.GREETING,
        turn=TURN[Kind.GREETING],
        channel=channel,
        intended_channel=channel,
        address=contact.line_id if channel == LINE else contact.email,
        state=MessageState.SENDING,
        created_at=moment.now,
        useful_until=moment.now + OF_USE,
        subject=words.subject,
        rendered_at=moment.now,
        attempts=1,
        first_attempt_at=moment.now,
        next_attempt_at=moment.now,
        lease_until=moment.now + LEASE,
        begun_at=moment.now,
    )
    session.add(message)
    session.flush()
    session.add(MessageText(message_id=message.id, body=words.text))
    session.flush()
    return message
