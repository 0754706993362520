"""Changing one contact, and ending its post.

The history names a contact by its number and keeps no address, so that a person can be erased.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, ContactDivision, Division, Message, Reminder
from tracker.domain.contacts import Role
from tracker.domain.fiscal import date_label
from tracker.errors import InputError, NotAllowed, UnknownName
from tracker.services.contact_listing import as_row, list_contacts
from tracker.services.contacts import contact_key, fill, known_contacts, read_entry, trust
from tracker.services.divisions import DivisionBook
from tracker.services.history import record
from tracker.services.planning_turn import take_planning_turn
from tracker.thai.text import folded_key

TOLD = ("division", "roles", "rank", "language", "valid_from", "valid_until", "channels")
"""The columns whose values the history keeps: of the others, which are a person's, only that they changed."""

WHOLE_AGENCY = "the whole agency"


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did: the columns that changed, and those of addresses that are used again.

    ``rank_unused`` says that a rank was given to who is no supervisor: it was not kept.
    """

    changed: tuple[str, ...]
    trusted: tuple[str, ...]
    rank_unused: bool = False


def find_contact(session: Session, agency_id: int, name: str, divisions: Collection[str] = ()) -> Contact:
    """The contact of this name; ``divisions`` tell several apart, "" being the whole agency.

    UnknownName when there is none, NotAllowed, naming the choices, when there are several.
    """
    known = known_contacts(session, agency_id)
    named = {key: each for key, each in known.items() if key[0] == folded_key(name)}
    if not named:
        raise UnknownName("contact", name, dict.fromkeys(each.name for each in known.values()))
    if divisions:
        book = DivisionBook(session, agency_id)
        wanted = frozenset(book.find(each).id for each in divisions if each.strip())
        exact = {key: each for key, each in named.items() if key[1] == wanted}
        named = exact or {key: each for key, each in named.items() if wanted and wanted <= key[1]}
    if len(named) == 1:
        return next(iter(named.values()))
    if not named:
        asked = ", ".join(filter(None, divisions)) or WHOLE_AGENCY
        raise NotAllowed(f"No contact {name!r} answers for {asked}.")
    choices = "; ".join(_divisions(session, each) for each in named.values())
    raise NotAllowed(f"There are several contacts {name!r}: {choices}. Name one with --division.")


def edit_contact(
    session: Session,
    contact: Contact,
    changes: Mapping[str, str],
    book: DivisionBook,
    *,
    actor: str,
    now: dt.datetime,
) -> Edited:
    """Change the columns of ``changes``, given as in a file; "" clears one.

    An address that is given counts as right, also when it is the one that was refused before.
    """
    before = _row(session, contact)
    entry = read_entry({**before, **changes})
    divisions = [book.find_or_add(name) for name in entry.divisions]
    other = known_contacts(session, contact.agency_id).get(contact_key(entry, divisions))
    if other is not None and other.id != contact.id:
        raise NotAllowed(f"Another contact {other.name!r} has these divisions. Nothing was changed.")
    suspended = {"email": contact.email_suspended, "line_id": contact.line_suspended}
    trusted = tuple(column for column, reason in suspended.items() if reason and changes.get(column))
    for column in trusted:
        trust(contact, column)
    changed = fill(session, contact, entry, divisions)
    if changed or trusted:
        after = _row(session, contact)
        told = [column for column in TOLD if before[column] != after[column]]
        record(
            session,
            "contact changed",
            actor=actor,
            now=now,
            before={"contact": contact.id} | {column: before[column] for column in told},
            after={"contact": contact.id, "changed": [*changed], "trusted": [*trusted]}
            | {column: after[column] for column in told},
        )
    rank_unused = bool(changes.get("rank")) and Role.SUPERVISOR not in entry.roles
    return Edited(tuple(changed), trusted, rank_unused)


def remove_contact(
    session: Session, contact: Contact, *, on: dt.date | None, actor: str, now: dt.datetime, today: dt.date
) -> dt.date | None:
    """End the post on a day, by default today, and return it; None when the contact was deleted.

    Deleted is who never received anything, unless a day is given.
    """
    take_planning_turn(session)
    if on is None and not has_received(session, contact):
        delete_contact(session, contact, actor=actor, now=now)
        return None
    last = on or today
    if contact.valid_from and last < contact.valid_from:
        began = date_label(contact.valid_from)
        raise InputError(f"The post began on {began} and cannot end before. Nothing was changed.")
    if on is None and contact.valid_until and contact.valid_until <= today:
        raise NotAllowed(f"The post ended on {date_label(contact.valid_until)} already. Nothing was changed.")
    before = contact.valid_until.isoformat() if contact.valid_until else ""
    contact.valid_until = last
    record(
        session,
        "contact ended",
        actor=actor,
        now=now,
        before={"contact": contact.id, "valid_until": before},
        after={"contact": contact.id, "valid_until": last.isoformat()},
    )
    return last


def has_received(session: Session, contact: Contact) -> bool:
    """Whether anything was ever owed or sent to the contact."""
    ever = or_(
        exists().where(Message.contact_id == contact.id), exists().where(Reminder.contact_id == contact.id)
    )
    return bool(session.scalar(select(ever)))


def delete_contact(session: Session, contact: Contact, *, actor: str, now: dt.datetime) -> None:
    """Delete the row of a contact that nothing else names."""
    before = {column: text for column, text in _row(session, contact).items() if column in TOLD and text}
    record(session, "contact deleted", actor=actor, now=now, before={"contact": contact.id} | before)
    session.delete(contact)
    session.flush()


def _row(session: Session, contact: Contact) -> dict[str, str]:
    (stored,) = list_contacts(session, contact.agency_id, contact.id)
    return as_row(stored)


def _divisions(session: Session, contact: Contact) -> str:
    names = session.scalars(
        select(Division.name)
        .join(ContactDivision, ContactDivision.division_id == Division.id)
        .where(ContactDivision.contact_id == contact.id)
        .order_by(Division.id)
    )
    return ", ".join(names) or f'{WHOLE_AGENCY} (--division "")'
