"""tracker contact: the people and posts that get messages."""

from dataclasses import asdict
from pathlib import Path

import click

from tracker.app import App
from tracker.cli.context import actor, echo, echo_json_list, echo_table, json_option, shown_date, with_app
from tracker.cli.group import LazyGroup
from tracker.errors import InputError
from tracker.reports.tables import Column
from tracker.services.contact_files import read_contacts
from tracker.services.contacts import (
    ContactEntry,
    ContactsStored,
    StoredContact,
    list_contacts,
    read_entry,
    store_contacts,
)
from tracker.services.divisions import DivisionBook
from tracker.services.history import record
from tracker.services.measures import find_agency

COMMANDS = {
    "list": ("tracker.cli.contact:list_", "List the contacts and what they receive."),
    "add": ("tracker.cli.contact:add", "Add one contact, or change it."),
    "import": ("tracker.cli.contact:import_", "Add or change the contacts of a CSV or Excel file."),
}
contact = LazyGroup(name="contact", commands_table=COMMANDS, help="List, add and import contacts.")
agency_option = click.option(
    "--agency", metavar="NAME", help="Whose contacts, if there are several agencies."
)


@click.command("list")
@json_option
@agency_option
@with_app(writes=False)
def list_(app: App, as_json: bool, agency: str | None) -> None:
    """List the contacts and what they receive.

    Example: tracker contact list
    """
    with app.reading() as session:
        contacts = list_contacts(session, find_agency(session, agency).id)
    if as_json:
        plain = (asdict(each) for each in contacts)
        echo_json_list(
            {key: getattr(value, "isoformat", lambda v=value: v)() for key, value in each.items()}
            for each in plain
        )
        return
    if not contacts:
        echo("There are no contacts yet. Add them with: tracker contact import FILE")
        return
    rows = [
        [
            each.name,
            ", ".join(each.divisions) or "(all)",
            ", ".join(each.roles) or "(none)",
            each.email,
            each.line_id,
            each.phone,
            _in_office(each),
        ]
        for each in contacts
    ]
    titles = ("Contact", "Divisions", "Roles", "E-mail", "LINE", "Telephone", "In office")
    echo_table([Column(title) for title in titles], rows)


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
@click.option("--language", type=click.Choice(["th", "en"]), default="th", show_default=True)
@click.option("--from", "valid_from", metavar="DATE", default="", help="First day in office.")
@click.option("--until", "valid_until", metavar="DATE", default="", help="Last day in office.")
@agency_option
@with_app(writes=True)
def add(
    app: App,
    division: tuple[str, ...],
    roles: tuple[str, ...],
    rank: int | None,
    agency: str | None,
    **texts: str,
) -> None:
    """Add one contact, or change the one of this name and these divisions.

    Example: tracker contact add "หัวหน้าฝ่ายปกครอง" --division ฝ่ายปกครอง --role owner --email pk@example.go.th
    """
    values = {**texts, "division": ";".join(division), "roles": ";".join(roles), "rank": str(rank or "")}
    try:
        entry = read_entry(values)
    except InputError as error:
        raise InputError(f"{error} Nothing was changed.") from None
    _store(app, [entry], agency)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@agency_option
@with_app(writes=True)
def import_(app: App, file: Path, agency: str | None) -> None:
    """Add or change the contacts of a CSV or Excel file.

    Columns: name, division, email, line_id, phone, roles, rank, language, valid_from, valid_until. Only name
    must be there; several divisions or roles are separated by a semicolon.

    Example: tracker contact import contacts.csv
    """
    _store(app, read_contacts(file), agency)


def _store(app: App, entries: list[ContactEntry], agency: str | None) -> None:
    with app.sessions.begin() as session:
        owner = find_agency(session, agency)
        stored = store_contacts(session, owner.id, entries, DivisionBook(session, owner.id, app.catalogue))
        after = {"added": stored.added, "changed": stored.changed}
        record(session, "contacts stored", actor=actor(), now=app.clock(), after=after)
    _tell(stored)


def _in_office(contact: StoredContact) -> str:
    first = f"from {shown_date(contact.valid_from)}" if contact.valid_from else ""
    last = f"until {shown_date(contact.valid_until)}" if contact.valid_until else ""
    return " ".join(filter(None, (first, last)))


def _tell(stored: ContactsStored) -> None:
    echo(f"Contacts: {stored.added} added, {stored.changed} changed, {stored.unchanged} as they were.")
    if stored.new_divisions:
        echo(f"New divisions: {', '.join(stored.new_divisions)}.")
    for doubt in stored.doubts:
        echo(f"  {doubt}")
    if stored.without_role:
        echo(f"Without a role, and so without messages: {', '.join(stored.without_role)}.")
    if stored.without_address:
        names = ", ".join(stored.without_address)
        echo(f"Without an address, so their messages go into the folder outbox: {names}.")
