"""tracker contact: the people and posts that get messages. What is done to one: ``contact_changes``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tracker.app import App
from tracker.cli.context import (
    actor,
    echo,
    echo_json_list,
    echo_table,
    json_option,
    plural,
    shown_date,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.errors import InputError, NotAllowed
from tracker.reports.tables import Column
from tracker.services.contact_files import read_contacts, write_contacts
from tracker.services.contact_listing import StoredContact, list_contacts
from tracker.services.contacts import LANGUAGES, ContactEntry, ContactsStored, read_entry, store_contacts
from tracker.services.divisions import DivisionBook
from tracker.services.history import record
from tracker.services.measures import find_agency

CHANGES = "tracker.cli.contact_changes"
COMMANDS = {
    "list": ("tracker.cli.contact:list_", "List the contacts and what they receive."),
    "add": ("tracker.cli.contact:add", "Add one contact, or change it."),
    "edit": (f"{CHANGES}:edit", "Change a contact, or correct its address."),
    "remove": (f"{CHANGES}:remove", "End a contact's post, or erase a person."),
    "test": ("tracker.cli.contact_test:test", "Send a contact a greeting, to see whether it arrives."),
    "pause": (f"{CHANGES}:pause", "Send a contact nothing for some days."),
    "resume": (f"{CHANGES}:resume", "End a contact's pause."),
    "import": ("tracker.cli.contact:import_", "Add or change the contacts of a CSV or Excel file."),
    "export": ("tracker.cli.contact:export", "Write the contacts into a CSV or Excel file."),
}
contact = LazyGroup(name="contact", commands_table=COMMANDS, help="Look after the people who get messages.")
COLUMN_NAMES = {
    "division": "divisions",
    "email": "e-mail",
    "line_id": "LINE",
    "phone": "telephone",
    "valid_from": "first day",
    "valid_until": "last day",
}
agency_option = click.option(
    "--agency", metavar="NAME", help="Whose contacts, if there are several agencies."
)
channels_option = click.option(
    "--channels", metavar="LIST", help='Its own order, such as email,line; "" is the office\'s.'
)


@click.command("list")
@json_option
@agency_option
@with_app(writes=False)
def list_(app: App, as_json: bool, agency: str | None) -> None:
    """List the contacts and what they receive, and below what keeps messages from them.

    Example: tracker contact list
    """
    with app.reading() as session:
        contacts = list_contacts(session, find_agency(session, agency).id)
    if as_json:
        echo_json_list(map(_as_json, contacts))
        return
    if not contacts:
        echo("There are no contacts yet. Add them with: tracker contact import FILE")
        return
    _echo_contacts(contacts)
    for each in contacts:
        _tell_hindrances(each, app)


@click.command()
@click.argument("name")
@click.option(
    "--division", multiple=True, metavar="NAME", help="What it answers for; none is the whole agency."
)
@click.option("--email", metavar="ADDRESS", default="")
@click.option("--line", "line_id", metavar="ID", default="", help="LINE user, group or room id.")
@click.option("--phone", metavar="NUMBER", default="")
@click.option("--role", "roles", multiple=True, type=click.Choice(["owner", "coordinator", "supervisor"]))
@click.option(
    "--rank", type=click.IntRange(1, 3), help="Of a supervisor: 1 head of division, 2 deputy, 3 director."
)
@click.option("--language", type=click.Choice(["th", "en"]), help="[default: th]")
@click.option("--from", "valid_from", metavar="DATE", default="", help="First day in office.")
@click.option("--until", "valid_until", metavar="DATE", default="", help="Last day in office.")
@channels_option
@agency_option
@with_app(writes=True)
def add(
    app: App,
    division: tuple[str, ...],
    roles: tuple[str, ...],
    rank: int | None,
    agency: str | None,
    channels: str | None,
    **texts: str | None,
) -> None:
    """Add one contact, or change the one of this name and these divisions; what is not given stays.

    Example: tracker contact add "หัวหน้าฝ่ายปกครอง" --division ฝ่ายปกครอง --role owner --email pk@example.go.th
    """
    given = {column: text or "" for column, text in texts.items()}
    values = {**given, "division": ";".join(division), "roles": ";".join(roles), "rank": str(rank or "")}
    if channels is not None:
        values["channels"] = channels
    try:
        entry = read_entry(values)
    except InputError as error:
        raise InputError(f"{error} Nothing was changed.") from None
    _store(app, [entry], agency, only={column for column, text in values.items() if text})


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would come in, and change nothing.")
@agency_option
@with_app(writes=True)
def import_(app: App, file: Path, dry_run: bool, agency: str | None) -> None:
    """Add or change the contacts of a CSV or Excel file.

    Columns: name, division, email, line_id, phone, roles, rank, language, valid_from, valid_until, channels.
    Only name must be there; several divisions, roles or channels are separated by a semicolon. A file without
    the column channels leaves them as they are.

    Example: tracker contact import contacts.csv --dry-run
    """
    _store(app, read_contacts(file), agency, dry_run=dry_run)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@agency_option
@with_app(writes=False)
def export(app: App, file: Path, force: bool, agency: str | None) -> None:
    """Write the contacts into FILE, .csv or .xlsx; 'contact import' reads it back.

    Example: tracker contact export contacts.xlsx
    """
    if file.exists() and not force:
        raise NotAllowed(f"{file} exists already. Give --force to write over it.")
    with app.reading() as session:
        contacts = list_contacts(session, find_agency(session, agency).id)
    write_contacts(contacts, file)
    echo(f"Wrote {plural(len(contacts), 'contact')} to {file}.")


def tell_unused_ranks(names: Sequence[str]) -> None:
    """Those for whom a rank was given in vain."""
    if names:
        echo(f"A rank counts for supervisors only, and was not kept for: {', '.join(names)}.")


def tell_news(book: DivisionBook) -> None:
    """The divisions that a command made, and those that look misspelt."""
    if book.added:
        echo(f"New divisions: {', '.join(book.added)}.")
    for doubt in book.doubts:
        echo(f"  {doubt}")


def _store(
    app: App,
    entries: list[ContactEntry],
    agency: str | None,
    *,
    only: set[str] | None = None,
    dry_run: bool = False,
) -> None:
    with app.sessions.begin() as session:
        owner = find_agency(session, agency)
        book = DivisionBook(session, owner.id, app.catalogue)
        stored = store_contacts(session, owner.id, entries, book, only=only)
        if stored.touched:
            after = {str(number): columns for number, columns in stored.touched.items()}
            record(session, "contacts stored", actor=actor(), now=app.clock(), after={"contacts": after})
        if dry_run:
            everybody = list_contacts(session, owner.id)
            session.rollback()
    _tell(stored, book)
    if dry_run:
        _tell_dry_run(stored, everybody)


def _as_json(contact: StoredContact) -> dict[str, Any]:
    """The keys are stable; a pause that is over is shown as well."""
    plain = asdict(contact)
    for key in ("valid_from", "valid_until"):
        plain[key] = plain[key].isoformat() if plain[key] else None
    for each in plain["suspensions"]:
        each["since"] = each["since"].isoformat() if each["since"] else None
    plain["pause"] = contact.pause.as_json() if contact.pause else None
    return plain


def _echo_contacts(contacts: Sequence[StoredContact]) -> None:
    """What nobody has gets no column; the language is shown of those who read another than most."""
    told: dict[str, Callable[[StoredContact], str]] = {
        "Contact": lambda each: each.name,
        "Divisions": lambda each: ", ".join(each.divisions) or "(all)",
        "Roles": lambda each: ", ".join(each.roles) or "(none)",
        "Rank": lambda each: str(each.rank or ""),
        "E-mail": lambda each: each.email,
        "LINE": lambda each: each.line_id,
        "Telephone": lambda each: each.phone,
        "Language": lambda each: "" if each.language == LANGUAGES[0] else each.language,
        "In office": _in_office,
        "Channels": lambda each: ", ".join(each.channels),
    }
    columns = {title: [tell(each) for each in contacts] for title, tell in told.items()}
    shown = {title: cells for title, cells in columns.items() if any(cells)}
    titles = [Column(title, align="right" if title == "Rank" else "left") for title in shown]
    echo_table(titles, list(zip(*shown.values(), strict=True)))


def _in_office(contact: StoredContact) -> str:
    first = f"from {shown_date(contact.valid_from)}" if contact.valid_from else ""
    last = f"until {shown_date(contact.valid_until)}" if contact.valid_until else ""
    return " ".join(filter(None, (first, last)))


def _tell_hindrances(contact: StoredContact, app: App) -> None:
    for each in contact.suspensions:
        since = f" since {shown_date(each.since)}" if each.since else ""
        echo(f"{contact.name}: nothing goes by {each.channel}{since}: {each.reason}")
    if contact.pause and not contact.pause.is_over(app.today):
        echo(f"{contact.name}: paused {contact.pause}")


def _tell(stored: ContactsStored, book: DivisionBook) -> None:
    echo(f"Contacts: {stored.added} added, {stored.changed} changed, {stored.unchanged} as they were.")
    tell_news(book)
    if stored.without_role:
        echo(f"Without a role, and so without messages: {', '.join(stored.without_role)}.")
    if stored.without_address:
        names = ", ".join(stored.without_address)
        echo(f"Without an address, so their messages go into the folder outbox: {names}.")
    tell_unused_ranks(stored.rank_unused)


def _tell_dry_run(stored: ContactsStored, everybody: Iterable[StoredContact]) -> None:
    for each in everybody:
        if columns := stored.touched.get(each.id):
            what = ", ".join(COLUMN_NAMES.get(column, column) for column in columns)
            echo(f"  {each.name} ({', '.join(each.divisions) or 'all'}): {what}")
    echo("This was a dry run. Nothing was changed.")
