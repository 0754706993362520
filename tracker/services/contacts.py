"""The contacts of an agency: checking what a person typed or a file holds, and storing it.

``contact_listing.py`` reads them, ``contact_changes.py`` changes and removes a single one.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.db.models import Contact, ContactDivision, ContactRole, Division
from tracker.domain.contacts import DIRECTOR, Role, default_rank
from tracker.errors import InputError, UnreadableDate
from tracker.services.divisions import DivisionBook
from tracker.services.routing import EMAIL, FILE, LINE
from tracker.thai.dates import parse_date
from tracker.thai.digits import to_arabic
from tracker.thai.text import folded_key, repair

COLUMNS = (
    "name", "division", "email", "line_id", "phone", "roles", "rank", "language", "valid_from", "valid_until",
    "channels",
)  # fmt: skip
LANGUAGES = ("th", "en")
CHANNELS = (LINE, EMAIL, FILE)
"""What a contact's own order of channels may consist of."""

ContactKey = tuple[str, frozenset[int]]
"""The folded name, and the ids of the divisions: no two contacts of an agency have the same."""

_PLAIN = ("name", "email", "line_id", "phone", "language", "valid_from", "valid_until")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """One contact as it is to be stored, checked. ``divisions`` are names as typed.

    ``channels`` is its own order of channels, () the office's; None leaves what is stored.
    """

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
    channels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ContactsStored:
    """What storing contacts did. ``touched``: the columns that changed, by contact; of a new one "added".

    ``rank_unused`` names those for whom a rank was given although they are no supervisors: it was not kept.
    """

    added: int
    changed: int
    unchanged: int
    new_divisions: tuple[str, ...]
    doubts: tuple[str, ...]
    without_role: tuple[str, ...]
    without_address: tuple[str, ...]
    rank_unused: tuple[str, ...] = ()
    touched: dict[int, list[str]] = field(default_factory=dict, compare=False)


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
        channels=None if values.get("channels") is None else _channels(cells["channels"]),
    )
    if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
        raise InputError("column 'valid_until' lies before 'valid_from'.")
    return entry


def store_contacts(
    session: Session,
    agency_id: int,
    entries: Sequence[ContactEntry],
    book: DivisionBook,
    *,
    only: Collection[str] | None = None,
) -> ContactsStored:
    """Add the contacts that are new and change those that are known by name and divisions.

    With ``only`` no other columns than these are changed of one that is known.
    """
    known = known_contacts(session, agency_id)
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    touched: dict[int, list[str]] = {}
    stored: list[tuple[ContactEntry, Contact]] = []
    for entry in entries:
        divisions = [book.find_or_add(name) for name in entry.divisions]
        key = contact_key(entry, divisions)
        contact = known.get(key)
        is_new = contact is None
        if contact is None:
            contact = known[key] = Contact(agency_id=agency_id, name=entry.name)
            session.add(contact)
        columns = fill(session, contact, entry, divisions, only=None if is_new else only)
        counts["added" if is_new else "changed" if columns else "unchanged"] += 1
        if is_new or columns:
            touched.setdefault(contact.id, ["added"] if is_new else columns)
        stored.append((entry, contact))
    roles = _roles_by_contact(session, agency_id)
    return ContactsStored(
        **counts,
        new_divisions=tuple(book.added),
        doubts=tuple(book.doubts),
        without_role=tuple(each.name for _, each in stored if not roles[each.id]),
        without_address=tuple(each.name for _, each in stored if not (each.email or each.line_id)),
        rank_unused=tuple(
            each.name for entry, each in stored if entry.rank and Role.SUPERVISOR not in roles[each.id]
        ),
        touched=touched,
    )


def contact_key(entry: ContactEntry, divisions: Collection[Division]) -> ContactKey:
    """What a contact is known by."""
    return folded_key(entry.name), frozenset(division.id for division in divisions)


def known_contacts(session: Session, agency_id: int) -> dict[ContactKey, Contact]:
    """All contacts of an agency by name and divisions, in the order they were added."""
    contacts = session.scalars(
        select(Contact).where(Contact.agency_id == agency_id).order_by(Contact.id)
    ).all()
    divisions: dict[int, set[int]] = defaultdict(set)
    links = select(ContactDivision).join(Contact).where(Contact.agency_id == agency_id)
    for link in session.scalars(links):
        divisions[link.contact_id].add(link.division_id)
    return {(folded_key(each.name), frozenset(divisions[each.id])): each for each in contacts}


def fill(
    session: Session,
    contact: Contact,
    entry: ContactEntry,
    divisions: Sequence[Division],
    *,
    only: Collection[str] | None = None,
) -> list[str]:
    """Write an entry, or ``only`` some of its columns, onto a contact; the columns that this changed.

    A new address is not suspended.
    """
    wanted = {name: getattr(entry, name) for name in _PLAIN if only is None or name in only}
    if entry.channels is not None:
        wanted["channels"] = ";".join(entry.channels)
    changed = [name for name, value in wanted.items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, wanted[name])
        trust(contact, name)
    session.flush()
    if _fill_divisions(session, contact, {division.id for division in divisions}):
        changed.append("division")
    if _fill_roles(session, contact, entry, has_division=bool(divisions), only=only):
        changed.append("roles")
    session.flush()
    return changed


def trust(contact: Contact, column: str) -> None:
    """Use the address in ``email`` or ``line_id`` again, whatever was refused before."""
    if column == "email":
        contact.email_suspended, contact.email_suspended_on = "", None
    elif column == "line_id":
        contact.line_suspended, contact.line_suspended_on = "", None


def _fill_divisions(session: Session, contact: Contact, wanted: set[int]) -> bool:
    own = ContactDivision.contact_id == contact.id
    present = set(session.scalars(select(ContactDivision.division_id).where(own)))
    session.execute(delete(ContactDivision).where(own, ContactDivision.division_id.in_(present - wanted)))
    session.add_all(
        ContactDivision(contact_id=contact.id, division_id=each) for each in sorted(wanted - present)
    )
    return present != wanted


def _fill_roles(
    session: Session,
    contact: Contact,
    entry: ContactEntry,
    *,
    has_division: bool,
    only: Collection[str] | None,
) -> bool:
    own = ContactRole.contact_id == contact.id
    present = {each.role: each.rank for each in session.scalars(select(ContactRole).where(own))}
    roles = entry.roles if only is None or "roles" in only else present
    kept = None if only is None or "rank" in only else present.get(Role.SUPERVISOR)
    rank = entry.rank or kept or default_rank(has_division=has_division)
    wanted = {role: rank if role is Role.SUPERVISOR else None for role in roles}
    if present == wanted:
        return False
    session.execute(delete(ContactRole).where(own))
    session.add_all(ContactRole(contact_id=contact.id, role=role, rank=rank) for role, rank in wanted.items())
    return True


def _roles_by_contact(session: Session, agency_id: int) -> dict[int, set[Role]]:
    roles: dict[int, set[Role]] = defaultdict(set)
    of_agency = select(ContactRole).join(Contact).where(Contact.agency_id == agency_id)
    for each in session.scalars(of_agency):
        roles[each.contact_id].add(each.role)
    return roles


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


def _matching(column: str, text: str, pattern: re.Pattern[str], expected: str) -> str:
    if text and not pattern.fullmatch(text):
        raise InputError(f"column '{column}' holds {text!r}; {expected} is expected.")
    return text


def _roles(text: str) -> tuple[Role, ...]:
    return tuple(Role(name) for name in _some_of("roles", text, list(Role)))


def _channels(text: str) -> tuple[str, ...]:
    return _some_of("channels", text, CHANNELS)


def _some_of(column: str, text: str, words: Sequence[str]) -> tuple[str, ...]:
    names = _split(text.lower().replace(",", ";"))
    for name in names:
        if name not in words:
            raise InputError(f"column '{column}' holds {name!r}; some of {', '.join(words)} are expected.")
    return names


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
