"""Where a message goes on the day it is sent: to the addresses that its contacts have by then."""

import datetime as dt
from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, String, bindparam, func, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Contact, Message, Reminder
from tracker.db.prepared import MESSAGE, TODAY
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
    if others := kinds.keys() - {carrier.id}:
        people = session.scalars(select(Contact).where(Contact.id.in_(others)))
        gone = {each.id for each in people if Addresses.usable(each).of(reached).casefold() != address}
        _take_out(session, message, gone)


def _kinds(session: Session, message: Message) -> dict[int, set[Kind]]:
    """Why each contact behind the message gets it."""
    found: dict[int, set[Kind]] = {}
    for contact_id, kind in session.execute(_reasons(), {"of_message": message.id}):
        found.setdefault(contact_id, set()).add(kind)
    return found


@cache
def _reasons() -> Select[int, Kind]:
    return select(Reminder.contact_id, Reminder.kind).where(Reminder.message_id == MESSAGE)


def _is_served(session: Session, message: Message, route: Route, today: dt.date) -> bool:
    """Whether the message would be a second one to its address: contacts move, and channels fall back."""
    if route.intended not in ADDRESSED:
        return False
    facts = {"of_message": message.id, "today": today, "reached": route.address.lower()}
    return session.scalar(_another(), facts) is not None


@cache
def _another() -> Select[int]:
    """Today's other message to an address."""
    reached = func.lower(Message.address) == bindparam("reached", type_=String())
    of_today = (Message.on_date == TODAY, Message.state.not_in(NOT_RECEIVED))
    other = select(Message.id).where(Message.id != MESSAGE, reached, *of_today)
    return other.where(Message.kind != Kind.GREETING).limit(1)


def _take_out(session: Session, message: Message, contacts: set[int]) -> None:
    """What is for these contacts waits for another message."""
    if contacts:
        of_message = (Reminder.message_id == message.id, Reminder.contact_id.in_(contacts))
        session.execute(update(Reminder).where(*of_message).values(message_id=None))
