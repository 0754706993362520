"""What the commands share: opening the application, the options that many have, and printing."""

import datetime as dt
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from itertools import islice
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import click
from sqlalchemy.orm import Session

from tracker import app as application
from tracker.app import App
from tracker.db.models import Plan
from tracker.domain.fiscal import date_label
from tracker.reports.tables import Column, safe, text_table
from tracker.services.measures import find_plan
from tracker.thai.years import parse_year

Command = Callable[..., None]

LINES_AT_ONCE = 100
"""Lines of a table that are printed together: each printing is one write."""

_OBEYED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Beyond what JSON escapes by itself, the characters that a terminal obeys."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: stable keys, ISO dates, UTF-8."
)
reason_option = click.option(
    "--reason", required=True, metavar="TEXT", help="Why; it is kept in the history."
)
by_option = click.option(
    "--by", metavar="NAME", help="Who does this. [default: TRACKER_ACTOR or the account]"
)


def with_app(*, writes: bool) -> Callable[[Command], Command]:
    """Open the application for a command, check its database, and close it; adds the option --now."""

    def decorate(command: Command) -> Command:
        @click.option(
            "--now", metavar="INSTANT", help="Set the clock, in a rehearsal: 2022-01-04T09:00:00+07:00."
        )
        @wraps(command)
        def run(*args: Any, now: str | None, **kwargs: Any) -> None:
            app = App.open(os.environ, Path.cwd(), now=now)
            try:
                app.check(writes=writes)
                command(app, *args, **kwargs)
            finally:
                app.close()

        return run

    return decorate


def plan_options(command: Command) -> Command:
    """Add --agency and --fiscal-year, for commands that are about one plan."""
    agency = click.option("--agency", metavar="NAME", help="Whose plan, if there are several.")
    year = click.option("--fiscal-year", metavar="YEAR", help="Which year's plan (Buddhist Era), if several.")
    return agency(year(command))


def chosen_plan(app: App, session: Session, agency: str | None, fiscal_year: str | None) -> Plan:
    """The plan that the options name, or the only sensible one."""
    year = parse_year(fiscal_year) if fiscal_year else None
    return find_plan(session, today=app.today, agency=agency, fiscal_year=year)


def actor(by: str | None = None) -> str:
    """Who is written into the history."""
    return by or application.actor(os.environ)


def plural(number: int, noun: str) -> str:
    """A number with its noun: ``1 message``, ``2 messages``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown_date(day: dt.date) -> str:
    """A date as people see it, in the Buddhist era: ``2565-01-31``, which ``parse_date`` reads back."""
    return date_label(day)


def office_clock(app: App, instant: dt.datetime | str) -> str:
    """A recorded instant as the office's calendar and clock showed it: ``2565-01-31 09:00``."""
    moment = dt.datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local = moment.astimezone(app.settings.zone)
    return f"{shown_date(local.date())} {local:%H:%M}"


def echo(text: str = "") -> None:
    """Print one line for a person; control characters in it cannot reach the terminal."""
    click.echo(safe(text))


def echo_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], *, indent: str = "") -> None:
    """Print a table no wider than the terminal; into a file or a pipe nothing is shortened."""
    width = get_terminal_size().columns - len(indent) if sys.stdout and sys.stdout.isatty() else None
    lines = text_table(columns, rows, width=width)
    while some := list(islice(lines, LINES_AT_ONCE)):
        click.echo("\n".join(indent + line for line in some))


def json_text(value: Any, *, indent: int | None = None) -> str:
    """JSON in UTF-8; what a terminal would obey is written as an escape, which means the same."""
    return _OBEYED.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=indent))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def echo_json(value: Any) -> None:
    """Print one JSON value."""
    click.echo(json_text(value, indent=2))


def echo_json_list(values: Iterable[Any]) -> None:
    """Print a JSON list, an element at a time."""
    first = True
    for value in values:
        click.echo("[" if first else ",")
        click.echo(json_text(value), nl=False)
        first = False
    click.echo("[]" if first else "\n]")
