"""The contacts of an agency: checking what a person typed or a file holds, and storing it."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, ContactDivision, ContactRole, Division
from tracker.domain.contacts import DIRECTOR, Role, default_rank
from tracker.errors import InputError, UnreadableDate
from tracker.services.divisions import DivisionBook
from tracker.thai.dates import parse_date
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key, repair

COLUMNS = (
    "name", "division", "email", "line_id", "phone", "roles", "rank", "language", "valid_from", "valid_until"
)  # fmt: skip
LANGUAGES = ("th", "en")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """One contact as it is to be stored, checked. ``divisions`` are names as typed."""

    name: str
    divisions: tuple[str, ...] = ()
    email: str = ""
    line_id: str = ""
    phone: str = ""
    roles: tuple[Role, ...] = ()
    rank: int | None = None
    language: str = "th"
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact as it is listed."""

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
    suspended: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactsStored:
    """What storing contacts did."""

    added: int
    changed: int
    unchanged: int
    new_divisions: tuple[str, ...]
    doubts: tuple[str, ...]
    without_role: tuple[str, ...]
    without_address: tuple[str, ...]


def read_entry(values: Mapping[str, str]) -> ContactEntry:
    """A contact from texts by column; InputError names the column and the value that cannot be used."""
    cells = {column: repair(values.get(column) or "").strip() for column in COLUMNS}
    if not cells["name"]:
        raise InputError("column 'name' is empty; every contact needs a name or a post.")
    entry = ContactEntry(
        name=cells["name"],
        divisions=_split(cells["division"]),
        email=_matching("email", cells["email"], _EMAIL, "an address such as office@example.go.th"),
        line_id=_matching("line_id", cells["line_id"], _LINE_ID, "U, C or R and 32 of 0-9 and a-f"),
        phone=to_arabic(cells["phone"]),
        roles=_roles(cells["roles"]),
        rank=_rank(cells["rank"]),
        language=_language(cells["language"]),
        valid_from=_date("valid_from", cells["valid_from"]),
        valid_until=_date("valid_until", cells["valid_until"]),
    )
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        raise InputError("column 'valid_until' lies before 'valid_from'.")
    return entry


def store_contacts(
    session: Session, agency_id: int, entries: Sequence[ContactEntry], book: DivisionBook
) -> ContactsStored:
    """Add the contacts that are new and change those that are known by name and divisions."""
    known = _known(session, agency_id)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    for entry in entries:
        divisions = [book.find_or_add(name) for name in entry.divisions]
        key = (folded_key(entry.name), frozenset(division.id for division in divisions))
        contact = known.get(key)
        if contact is None:
            contact = Contact(agency_id=agency_id, name=entry.name)
            known[key] = contact
            counts["added"] += 1
            session.add(contact)
            _fill(session, contact, entry, divisions)
        else:
            counts["changed" if _fill(session, contact, entry, divisions) else "unchanged"] += 1
    return ContactsStored(
        **counts,
        new_divisions=tuple(book.added),
        doubts=tuple(book.doubts),
        without_role=tuple(entry.name for entry in entries if not entry.roles),
        without_address=tuple(entry.name for entry in entries if not (entry.email or entry.line_id)),
    )


def list_contacts(session: Session, agency_id: int) -> list[StoredContact]:
    """All contacts of an agency, in the order they were added."""
    divisions: dict[int, list[str]] = defaultdict(list)
    for contact_id, name in session.execute(
        select(ContactDivision.contact_id, Division.name)
        .join(Division, Division.id == ContactDivision.division_id)
        .where(Division.agency_id == agency_id)
        .order_by(Division.id)
    ):
        divisions[contact_id].append(name)
    roles: dict[int, list[ContactRole]] = defaultdict(list)
    own = select(Contact.id).where(Contact.agency_id == agency_id)
    for role in session.scalars(select(ContactRole).where(ContactRole.contact_id.in_(own))):
        roles[role.contact_id].append(role)
    contacts = session.scalars(select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.id))
    return [_stored(each, divisions[each.id], roles[each.id]) for each in contacts]


def _stored(contact: Contact, divisions: Iterable[str], roles: Sequence[ContactRole]) -> StoredContact:
    suspended = {"email": contact.email_suspended, "line": contact.line_suspended}
    return StoredContact(
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
        suspended=tuple(channel for channel, reason in suspended.items() if reason),
    )


def _known(session: Session, agency_id: int) -> dict[tuple[str, frozenset[int]], Contact]:
    contacts = session.scalars(
        select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.id)
    ).all()
    divisions: dict[int, set[int]] = defaultdict(set)
    links = select(ContactDivision).join(Contact).where(Contact.agency_id == agency_id)
    for link in session.scalars(links):
        divisions[link.contact_id].add(link.division_id)
    return {(folded_key(each.name), frozenset(divisions[each.id])): each for each in contacts}


def _fill(session: Session, contact: Contact, entry: ContactEntry, divisions: Sequence[Division]) -> bool:
    """Write an entry onto a contact; whether that changed anything. A new address is not suspended."""
    if contact.email != entry.email:
        contact.email_suspended = ""
    if contact.line_id != entry.line_id:
        contact.line_suspended = ""
    for name in ("name", "email", "line_id", "phone", "language", "valid_from", "valid_until"):
        if getattr(contact, name) != getattr(entry, name):
            setattr(contact, name, getattr(entry, name))
    changed = session.is_modified(contact)
    session.flush()
    rank = entry.rank or default_rank(has_division=bool(divisions))
    wanted = {role: rank if role is Role.SUPERVISOR else None for role in entry.roles}
    roles = session.scalars(select(ContactRole).where(ContactRole.contact_id == contact.id))
    if {role.role: role.rank for role in roles} != wanted:
        session.execute(delete(ContactRole).where(ContactRole.contact_id == contact.id))
        session.add_all(
            ContactRole(contact_id=contact.id, role=role, rank=rank) for role, rank in wanted.items()
        )
        changed = True
    own = set(
        session.scalars(select(ContactDivision.division_id).where(ContactDivision.contact_id == contact.id))
    )
    session.add_all(
        ContactDivision(contact_id=contact.id, division_id=each.id)
        for each in dict.fromkeys(divisions)
        if each.id not in own
    )
    session.flush()
    return changed


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _matching(column: str, text: str, pattern: re.Pattern[str], expected: str) -> str:
    if text and not pattern.fullmatch(text):
        raise InputError(f"column '{column}' holds {text!r}; {expected} is expected.")
    return text


def _roles(text: str) -> tuple[Role, ...]:
    names = _split(text.lower().replace(",", ";"))
    for name in names:
        if name not in set(Role):
            raise InputError(f"column 'roles' holds {name!r}; some of {', '.join(Role)} are expected.")
    return tuple(Role(name) for name in names)


def _rank(text: str) -> int | None:
    plain = to_arabic(text).removesuffix(".0")
    if plain and (not plain.isdecimal() or len(plain) > 1 or not 1 <= int(plain) <= DIRECTOR):
        raise InputError(
            f"column 'rank' holds {text!r}; 1 (head of division), 2 or 3 (director) is expected."
        )
    return int(plain) if plain else None


def _language(text: str) -> str:
    if text and text.lower() not in LANGUAGES:
        raise InputError(f"column 'language' holds {text!r}; th or en is expected.")
    return text.lower() or LANGUAGES[0]


def _date(column: str, text: str) -> dt.date | None:
    try:
        return parse_date(text) if text else None
    except UnreadableDate as error:
        raise InputError(f"column '{column}': {error}") from None
