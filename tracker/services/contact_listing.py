"""The contacts of an agency as they are stored: what a person or a file is shown of them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, ContactDivision, ContactRole, Division
from tracker.domain.contacts import Role
from tracker.services.pauses import Pause


@dataclass(frozen=True, slots=True)
class Suspension:
    """A channel whose address was refused for good: since when (None: not known), and why."""

    channel: str
    since: dt.date | None
    reason: str


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact as it is listed. ``suspended`` names the channels of ``suspensions``."""

    id: int
    name: str
    divisions: tuple[str, ...]
    email: str
    line_id: str
    phone: str
    roles: tuple[str, ...]
    rank: int | None
    language: str
    valid_from: dt.date | None
    valid_until: dt.date | None
    suspended: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    pause: Pause | None = None


def list_contacts(session: Session, agency_id: int, contact_id: int | None = None) -> list[StoredContact]:
    """The contacts of an agency, or the one of this id, in the order they were added."""
    own = select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.id)
    if contact_id is not None:
        own = own.where(Contact.id == contact_id)
    ids = own.with_only_columns(Contact.id).order_by(None)
    divisions: dict[int, list[str]] = defaultdict(list)
    for owner_id, name in session.execute(
        select(ContactDivision.contact_id, Division.name)
        .join(Division, Division.id == ContactDivision.division_id)
        .where(ContactDivision.contact_id.in_(ids))
        .order_by(Division.id)
    ):
        divisions[owner_id].append(name)
    roles: dict[int, list[ContactRole]] = defaultdict(list)
    for role in session.scalars(select(ContactRole).where(ContactRole.contact_id.in_(ids))):
        roles[role.contact_id].append(role)
    return [_stored(each, divisions[each.id], roles[each.id]) for each in session.scalars(own)]


def as_row(contact: StoredContact) -> dict[str, str]:
    """A contact as a row of a file, by column; ``read_entry`` reads the same contact from it."""
    return {
        "name": contact.name,
        "division": ";".join(contact.divisions),
        "email": contact.email,
        "line_id": contact.line_id,
        "phone": contact.phone,
        "roles": ";".join(contact.roles),
        "rank": str(contact.rank or ""),
        "language": contact.language,
        "valid_from": contact.valid_from.isoformat() if contact.valid_from else "",
        "valid_until": contact.valid_until.isoformat() if contact.valid_until else "",
        "channels": ";".join(contact.channels),
    }


def _stored(contact: Contact, divisions: Iterable[str], roles: Sequence[ContactRole]) -> StoredContact:
    refused = (
        Suspension("email", contact.email_suspended_on, contact.email_suspended),
        Suspension("line", contact.line_suspended_on, contact.line_suspended),
    )
    suspensions = tuple(each for each in refused if each.reason)
    return StoredContact(
        id=contact.id,
        name=contact.name,
        divisions=tuple(divisions),
        email=contact.email,
        line_id=contact.line_id,
        phone=contact.phone,
        roles=tuple(role.value for role in Role if role in {each.role for each in roles}),
        rank=next((each.rank for each in roles if each.rank), None),
        language=contact.language,
        valid_from=contact.valid_from,
        valid_until=contact.valid_until,
        suspended=tuple(each.channel for each in suspensions),
        channels=tuple(filter(None, contact.channels.split(";"))),
        suspensions=suspensions,
        pause=Pause.of(contact),
    )
