"""Where a message goes on the day it is sent: to the addresses that its contacts have by then."""

import datetime as dt
from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, bindparam, func, select, update
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


def _is_served(session: Session, message: Message, route: Route, today: dt.date) -> bool:
    """Whether the message would be a second one to its address: contacts move, and channels fall back."""
    if route.intended not in ADDRESSED:
        return False
    facts = {"of_message": message.id, "today": today, "address": route.address.lower()}
    return session.scalar(_other_at_the_address(), facts) is not None


def _take_out(session: Session, message: Message, contacts: set[int]) -> None:
    """What is for these contacts waits for another message."""
    session.execute(
        update(Reminder)
        .where(Reminder.message_id == message.id, Reminder.contact_id.in_(contacts))
        .values(message_id=None)
    )


@cache
def _reasons() -> Select[int, Kind]:
    return select(Reminder.contact_id, Reminder.kind).where(Reminder.message_id == MESSAGE)


@cache
def _other_at_the_address() -> Select[int]:
    same = func.lower(Message.address) == bindparam("address")
    of_today = (Message.id != MESSAGE, Message.on_date == TODAY, same)
    counts = (Message.state.not_in(NOT_RECEIVED), Message.kind != Kind.GREETING)
    return select(Message.id).where(*of_today, *counts).limit(1)
