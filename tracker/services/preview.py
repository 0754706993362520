"""What would go out next: planned and put into words in a transaction that the caller rolls back."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, Message, MessageState, Plan
from tracker.db.queries import is_state
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import REMINDERS, Kind
from tracker.messages.render import Renderer
from tracker.services.digests import build_digest
from tracker.services.moment import Moment
from tracker.services.reminders import next_gathering, plan_reminders
from tracker.services.routing import ADDRESSED, Routing


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A message that would go out."""

    kind: Kind
    contact: str
    channel: str
    address: str
    subject: str
    text: str


def next_moment(session: Session, office: OfficeTime, now: dt.datetime) -> dt.datetime:
    """When new messages leave next, in UTC: now, or the first hour of a plan that nothing is sent for yet."""
    plans = select(Plan.sends_from, Plan.starts_on).where(Plan.ends_on >= office.today(now))
    first = [
        max(row.sends_from, office.reminding(office.working.on_or_after(row.starts_on)))
        for row in session.execute(plans)
    ]
    begins = max(now, min(first)) if first else now
    return office.next_sending(next_gathering(session, begins, office))


def foreseen_messages(
    session: Session,
    moment: Moment,
    *,
    routing: Routing,
    renderer: Renderer,
    kinds: Collection[Kind] = REMINDERS,
) -> Iterator[Foreseen]:
    """The messages that would leave at ``moment``. It writes; roll the transaction back."""
    plan_reminders(
        session, now=moment.now, office=moment.office, rules=moment.rules, routing=routing, kinds=kinds
    )
    queued = (
        select(Message, Contact.name)
        .join(Contact, Contact.id == Message.contact_id)
        .where(is_state(MessageState.QUEUED))
        .order_by(Message.id)
    )
    for message, name in session.execute(queued).all():
        digest = build_digest(session, message, moment)
        if digest is not None:
            form = message.channel if message.channel in ADDRESSED else message.intended_channel
            words = renderer.render(digest, channel=form)
            yield Foreseen(message.kind, name, message.channel, message.address, words.subject, words.text)
