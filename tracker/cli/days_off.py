"""tracker days-off: the days on which the office is closed, a table a fiscal year."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import (
    actor,
    echo,
    echo_json,
    echo_table,
    json_option,
    plural,
    shown_date,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.db import queries
from tracker.db.models import FollowUp, Measure
from tracker.domain.fiscal import BUDDHIST_ERA, FiscalYear
from tracker.domain.follow_up import Status
from tracker.domain.office_time import WEEKEND, WorkingDays
from tracker.errors import InputError, NotAllowed
from tracker.reports.tables import Column
from tracker.services.days_off import DayOff, read_table, seeded_days, table_name, table_text, write_table
from tracker.services.days_off_table import DaysOffTable
from tracker.services.history import record
from tracker.thai.dates import parse_date
from tracker.thai.text import repair
from tracker.thai.years import parse_year

COMMANDS = {
    "list": ("tracker.cli.days_off:list_", "List the days off of a fiscal year."),
    "add": ("tracker.cli.days_off:add", "Add a day, for instance one the Cabinet granted."),
    "remove": ("tracker.cli.days_off:remove", "Take a day out: the office works then."),
    "confirm": ("tracker.cli.days_off:confirm", "Say that days were compared with the Cabinet's list."),
    "seed": ("tracker.cli.days_off:seed", "Make a year's table from what a library knows, unconfirmed."),
}
days_off = LazyGroup(
    name="days-off",
    commands_table=COMMANDS,
    help="List and edit the days on which the office is closed, besides Saturdays and Sundays.\n\n"
    "A change is made in the office's own config/days-off/YEAR.csv. Due dates that are stored stay; "
    "reminders follow the new table at once.",
)

SHOWN = 5
"""So many follow-ups are named; more are counted."""
AT_ONCE = "Reminders follow the new table at once."


@click.command("list")
@click.argument("year", required=False)
@json_option
@with_app(writes=False)
def list_(app: App, year: str | None, as_json: bool) -> None:
    """List the days off of a fiscal year (Buddhist Era); without YEAR, of the present one.

    Example: tracker days-off list 2570
    """
    fiscal_year = _fiscal_year(app, year)
    path = _table_path(app, fiscal_year)
    days = sorted(read_table(path), key=lambda each: each.on)
    if as_json:
        echo_json([_facts(each) for each in days])
        return
    rows = [
        [shown_date(each.on), f"{each.on:%a}", "yes" if each.confirmed else "no", each.name] for each in days
    ]
    echo_table([Column("Date"), Column("Day"), Column("Confirmed"), Column("Name")], rows)
    doubtful = sum(not each.confirmed for each in days)
    echo(
        f"Fiscal year {fiscal_year.year}: {plural(len(days), 'day')}, {doubtful} not confirmed. Table: {path}"
    )


@click.command()
@click.argument("date")
@click.argument("name")
@with_app(writes=True)
def add(app: App, date: str, name: str) -> None:
    """Add a day on which the office is closed. It counts as confirmed.

    DATE is written in any way that the program reads: 2570-04-13, 13/4/2570, "13 เม.ย. 70", 2027-04-13.

    Example: tracker days-off add 2570-06-01 "วันหยุดราชการเพิ่มเป็นกรณีพิเศษ"
    """
    day = DayOff(parse_date(date), repair(name).strip(), confirmed=True)
    if not day.name:
        raise InputError("The day needs a name, as people know it. Nothing was changed.")
    if day.on.weekday() in WEEKEND:
        raise NotAllowed(f"{_in_words(day.on)} is a weekend, off without a table. Nothing was changed.")
    year, table = _opened(app, day.on)
    if known := table.find(day.on):
        raise NotAllowed(f"{_in_words(day.on)} is a day off already: {known.name}. Nothing was changed.")
    table.add(day)
    with app.sessions.begin() as session:
        after = {"date": day.on.isoformat(), "name": day.name}
        path = _save(app, session, table, year, what="day off added", after=after)
        number, some = _open_on(session, day.on)
    echo(f"Added {_in_words(day.on)}, {day.name}, to {path}. {AT_ONCE}")
    if number:
        _tell_how_to_move(app, day.on, number, some)


@click.command()
@click.argument("date")
@with_app(writes=True)
def remove(app: App, date: str) -> None:
    """Take a day out of its table: the office works on it. DATE is written in any way.

    Example: tracker days-off remove 2570-07-19
    """
    on = parse_date(date)
    year, table = _opened(app, on)
    known = _known(table, on, year)
    table.remove(on)
    with app.sessions.begin() as session:
        after = {"date": on.isoformat(), "name": known.name}
        path = _save(app, session, table, year, what="day off removed", after=after)
    echo(f"Removed {_in_words(on)}, {known.name}, from {path}. {AT_ONCE}")
    echo("Due dates that were counted around this day stay as they are; to move one: tracker postpone --help")


@click.command()
@click.argument("year")
@click.argument("dates", nargs=-1, metavar="[DATE]...")
@with_app(writes=True)
def confirm(app: App, year: str, dates: tuple[str, ...]) -> None:
    """Say that the days of a fiscal year, or only those given, were compared with the Cabinet's list.

    Example: tracker days-off confirm 2570
    """
    fiscal_year = _fiscal_year(app, year)
    table = DaysOffTable(_table_path(app, fiscal_year))
    days = [parse_date(text) for text in dates]
    for day in days:
        _known(table, day, fiscal_year)
    number = table.confirm(days)
    if not number:
        echo("They were confirmed before. Nothing was changed.")
        return
    with app.sessions.begin() as session:
        after = {"year": fiscal_year.year, "days": [day.isoformat() for day in days] or "all"}
        path = _save(app, session, table, fiscal_year, what="days off confirmed", after=after)
    echo(f"Confirmed {plural(number, 'day')} of fiscal year {fiscal_year.year} in {path}.")


@click.command()
@click.argument("year")
@click.option("--force", is_flag=True, help="Overwrite the office's own table of that year.")
@with_app(writes=True)
def seed(app: App, year: str, force: bool) -> None:
    """Make the office's own table of a fiscal year from the days that the library 'holidays' knows.

    They are unconfirmed: the library counts some days wrongly and knows no special ones. Compare them with
    the Cabinet's list, add and remove, then confirm.

    Example: tracker days-off seed 2572
    """
    fiscal_year = _fiscal_year(app, year)
    path = app.files.office / table_name(fiscal_year.year)
    if path.exists() and not force:
        raise NotAllowed(f"{path} is there already; --force overwrites it. Nothing was changed.")
    days = seeded_days(fiscal_year)
    if not days:
        raise InputError(
            f"The library knows no days off of fiscal year {fiscal_year.year}. Nothing was written."
        )
    with app.sessions.begin() as session:
        after = {"year": fiscal_year.year}
        _put(app, session, path, table_text(days), what="days off seeded", after=after)
    echo(f"Made {path}: {plural(len(days), 'day')}, none confirmed. {AT_ONCE}")
    echo(f"Compare it with the Cabinet's list, then: tracker days-off confirm {fiscal_year.year}")


def _facts(day: DayOff) -> dict[str, object]:
    return {
        "date": day.on.isoformat(),
        "weekday": f"{day.on:%A}",
        "name": day.name,
        "confirmed": day.confirmed,
    }


def _fiscal_year(app: App, text: str | None) -> FiscalYear:
    if text is None:
        return app.office.fiscal_year(app.today)
    return FiscalYear(parse_year(text), app.settings.fiscal_year_starts)


def _table_path(app: App, year: FiscalYear) -> Path:
    path = app.files.find(table_name(year.year))
    if not path.is_file():
        raise InputError(
            f"There is no table of days off for fiscal year {year.year}. "
            f"Make one with: tracker days-off seed {year.year}"
        )
    return path


def _opened(app: App, day: dt.date) -> tuple[FiscalYear, DaysOffTable]:
    """The fiscal year of a day, and its table."""
    year = app.office.fiscal_year(day)
    return year, DaysOffTable(_table_path(app, year))


def _known(table: DaysOffTable, day: dt.date, year: FiscalYear) -> DayOff:
    if known := table.find(day):
        return known
    raise InputError(
        f"{_in_words(day)} is not in the table of fiscal year {year.year}. Nothing was changed; "
        f"see: tracker days-off list {year.year}"
    )


def _save(
    app: App, session: Session, table: DaysOffTable, year: FiscalYear, *, what: str, after: dict[str, Any]
) -> Path:
    """Write the table as the office's own file; where that is."""
    path = app.files.office / table_name(year.year)
    _put(app, session, path, table.text(), what=what, after=after)
    return path


def _put(app: App, session: Session, path: Path, text: str, *, what: str, after: dict[str, Any]) -> None:
    """Record the change, then write the file: one that cannot be written leaves no record."""
    record(session, what, actor=actor(), now=app.clock(), after=after)
    session.flush()
    write_table(path, text)


def _open_on(session: Session, day: dt.date) -> tuple[int, Sequence[tuple[str, str]]]:
    """How many open follow-ups are due on a day, and the code and period of the first few."""
    due = (queries.is_status(Status.OPEN), queries.tracked(), FollowUp.due_on == day)
    number = session.scalar(select(func.count()).select_from(FollowUp).where(*due)) or 0
    named = select(Measure.code, FollowUp.period).join(Measure, Measure.id == FollowUp.measure_id).where(*due)
    some = session.execute(named.order_by(FollowUp.id).limit(SHOWN)).all()
    return number, [(code, period) for code, period in some]


def _tell_how_to_move(app: App, day: dt.date, number: int, some: Sequence[tuple[str, str]]) -> None:
    shown = ", ".join(f"{code} {period}" for code, period in some) + (" …" if number > len(some) else "")
    are = "follow-up is" if number == 1 else "follow-ups are"
    stay = "stays" if number == 1 else "stay"
    echo(f"{number} open {are} due on this day and {stay} so: {shown}")
    after = WorkingDays(app.office.working.days_off | {day}).on_or_after(day)
    code, period = some[0]
    echo(f"To move one: tracker postpone {code} --period {period} --until {shown_date(after)} --reason TEXT")


def _in_words(day: dt.date) -> str:
    """A day with its weekday, in the Buddhist era: ``Tue 13 Apr 2570``."""
    return f"{day:%a} {day.day} {day:%b} {day.year + BUDDHIST_ERA}"
