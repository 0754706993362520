"""Where a message goes on the day it is sent: to the addresses that its contacts have by then."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.db.models import Contact, Message, Reminder
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError
from tracker.services.outcomes import REFUSED
from tracker.services.routing import Addresses, Routing


def readdress(session: Session, message: Message, routing: Routing) -> None:
    """Direct a message, before its first attempt, to its contact's present channel and address.

    What it carries for others who are not reached there any more is taken out, and waits for their own.
    Of a message that was refused elsewhere it stays on record where it was meant to go.
    """
    of_message = Reminder.message_id == message.id
    kinds: dict[int, set[Kind]] = {}
    for contact_id, kind in session.execute(select(Reminder.contact_id, Reminder.kind).where(of_message)):
        kinds.setdefault(contact_id, set()).add(kind)
    carrier = session.get_one(Contact, message.contact_id)
    route = routing.route(Addresses.usable(carrier), kinds.get(carrier.id, {message.kind}))
    if route is None:
        raise DeliveryError(f"{carrier.name} has no address left.")
    message.channel, message.address = route.channel, route.address
    if REFUSED not in message.error:
        message.intended_channel = route.intended
    for other in session.scalars(select(Contact).where(Contact.id.in_(kinds.keys() - {carrier.id}))):
        reached, address = route.identity
        if Addresses.usable(other).of(reached).casefold() != address:
            session.execute(
                update(Reminder).where(of_message, Reminder.contact_id == other.id).values(message_id=None)
            )
