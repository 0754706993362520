"""Where a message goes on the day it is sent: to the addresses that its contacts have by then."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Contact, Message, Reminder
from tracker.domain.reminders import Kind
from tracker.services.message_making import NOT_RECEIVED
from tracker.services.routing import ADDRESSED, Addresses, Route, Routing


def readdress(
    session: Session,
    message: Message,
    routing: Routing,
    *,
    today: dt.date,
    without: Collection[str] = (),
) -> None:
    """Direct a message, before it is put into words, to its contact's present channel and address.

    What it carries for others who are not reached there any more is taken out, and waits for their own. All
    of it is taken out when the contact has no address left, or has moved to one that has a message of today.
    Where a channel is left out (``without``) it stays on record where the message was meant to go.
    """
    kinds = _kinds(session, message)
    carrier = session.get_one(Contact, message.contact_id)
    route = routing.route(Addresses.usable(carrier), kinds.get(carrier.id, {message.kind}), without=without)
    if route is None or _is_served(session, message, route, today):
        _take_out(session, message, set(kinds))
        return
    message.channel, message.address = route.channel, route.address
    if not without:
        message.intended_channel = route.intended
    reached, address = route.identity
    others = session.scalars(select(Contact).where(Contact.id.in_(kinds.keys() - {carrier.id})))
    gone = {each.id for each in others if Addresses.usable(each).of(reached).casefold() != address}
    _take_out(session, message, gone)


def _kinds(session: Session, message: Message) -> dict[int, set[Kind]]:
    """Why each contact behind the message gets it."""
    found: dict[int, set[Kind]] = {}
    of_message = select(Reminder.contact_id, Reminder.kind).where(Reminder.message_id == message.id)
    for contact_id, kind in session.execute(of_message):
        found.setdefault(contact_id, set()).add(kind)
    return found


def _is_served(session: Session, message: Message, route: Route, today: dt.date) -> bool:
    """Whether the message would be a second one to its address: contacts move, and channels fall back."""
    if route.intended not in ADDRESSED:
        return False
    other = select(Message.id).where(
        Message.id != message.id,
        Message.on_date == today,
        func.lower(Message.address) == route.address.lower(),
        Message.state.not_in(NOT_RECEIVED),
        Message.kind != Kind.GREETING,
    )
    return session.scalar(other.limit(1)) is not None


def _take_out(session: Session, message: Message, contacts: set[int]) -> None:
    """What is for these contacts waits for another message."""
    session.execute(
        update(Reminder)
        .where(Reminder.message_id == message.id, Reminder.contact_id.in_(contacts))
        .values(message_id=None)
    )
