"""tracker division: the units of the agency."""

from pathlib import Path

import click
from sqlalchemy import select

from tracker.app import App
from tracker.cli.context import actor, echo, echo_json, echo_table, json_option, with_app
from tracker.cli.group import LazyGroup
from tracker.db.models import Division
from tracker.reports.tables import Column
from tracker.services.division_changes import remove_division, rename_division
from tracker.services.divisions import DivisionBook, read_catalogue
from tracker.services.history import record
from tracker.services.measures import find_agency

COMMANDS = {
    "list": ("tracker.cli.division:list_", "List the agency's divisions."),
    "add": ("tracker.cli.division:add", "Add a division."),
    "rename": ("tracker.cli.division:rename", "Give a division another name."),
    "remove": ("tracker.cli.division:remove", "Remove a division that nothing refers to."),
    "import": (
        "tracker.cli.division:import_",
        "Add the divisions of a list; without FILE, a district's ten.",
    ),
}
division = LazyGroup(name="division", commands_table=COMMANDS, help="Look after the agency's divisions.")
agency_option = click.option(
    "--agency", metavar="NAME", help="Whose divisions, if there are several agencies."
)


@click.command("list")
@json_option
@agency_option
@with_app(writes=False)
def list_(app: App, as_json: bool, agency: str | None) -> None:
    """List the agency's divisions, with the other names documents use for them.

    Example: tracker division list
    """
    with app.reading() as session:
        owner = find_agency(session, agency)
        query = select(Division).where(Division.agency_id == owner.id).order_by(Division.id)
        divisions = [{"name": each.name, "aliases": list(each.aliases)} for each in session.scalars(query)]
    if as_json:
        echo_json(divisions)
    else:
        rows = [[str(each["name"]), ", ".join(each["aliases"])] for each in divisions]
        echo_table([Column("Division"), Column("Also written")], rows)


@click.command()
@click.argument("name")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name for it; repeatable.")
@agency_option
@with_app(writes=True)
def add(app: App, name: str, aliases: tuple[str, ...], agency: str | None) -> None:
    """Add a division.

    Example: tracker division add ฝ่ายโยธา --alias โยธา
    """
    with app.sessions.begin() as session:
        book = DivisionBook(session, find_agency(session, agency).id)
        book.add(name, aliases)
        record(session, "division added", actor=actor(), now=app.clock(), after={"name": name})
    echo(f"Added {name}.")


@click.command()
@click.argument("name")
@click.option("--to", "new", required=True, metavar="NEW", help="The name from now on.")
@agency_option
@with_app(writes=True)
def rename(app: App, name: str, new: str, agency: str | None) -> None:
    """Give a division another name; plans and contacts follow, and the old name still means it.

    Example: tracker division rename ฝ่ายโยธา --to ฝ่ายโยธาและผังเมือง
    """
    with app.sessions.begin() as session:
        book = DivisionBook(session, find_agency(session, agency).id)
        before = book.find(name).name
        after = rename_division(session, book, name, new, actor=actor(), now=app.clock()).name
    echo(
        f"{after}: as it was."
        if before == after
        else f"{before} is now {after}; the old name still means it."
    )


@click.command()
@click.argument("name")
@agency_option
@with_app(writes=True)
def remove(app: App, name: str, agency: str | None) -> None:
    """Remove a division that no measure, follow-up or contact refers to, such as a misspelt one.

    Example: tracker division remove ฝ่ายทะเบียณ
    """
    with app.sessions.begin() as session:
        division = DivisionBook(session, find_agency(session, agency).id).find(name)
        removed = division.name
        remove_division(session, division, actor=actor(), now=app.clock())
    echo(f"Removed {removed}.")


@click.command("import")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@agency_option
@with_app(writes=True)
def import_(app: App, file: Path | None, agency: str | None) -> None:
    """Add the divisions of a CSV list (columns name, aliases); without FILE, a district's usual ten.

    Example: tracker division import
    """
    catalogue = read_catalogue(file) if file else app.catalogue
    with app.sessions.begin() as session:
        book = DivisionBook(session, find_agency(session, agency).id, catalogue)
        for name in catalogue:
            book.find_or_add(name)
        if book.added:
            record(session, "divisions added", actor=actor(), now=app.clock(), after={"names": book.added})
    echo(f"{len(book.added)} added, {len(catalogue) - len(book.added)} known before.")
    for name in book.added:
        echo(f"  {name}")
