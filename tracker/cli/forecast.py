"""tracker forecast: what will be sent, day by day, and what it costs."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import click
from sqlalchemy.orm import Session

from tracker.app import REHEARSAL, App
from tracker.cli.context import echo, echo_json, echo_table, json_option, plan_options, plural, with_app
from tracker.db.models import Agency
from tracker.domain.fiscal import last_of_month, next_month
from tracker.errors import InputError
from tracker.reports.forecast import Forecast, ForeseenMessage, MonthsQuota, Totals
from tracker.reports.tables import Column
from tracker.reports.when import said_day, said_instant, said_month
from tracker.services.forecast import forecast as foresee
from tracker.services.measures import find_agency, find_contacts, find_plan
from tracker.services.reach import why_nothing
from tracker.thai.dates import parse_date
from tracker.thai.years import parse_year

NAMES = {"line": "LINE", "email": "e-mail", "file": "file", "console": "screen"}
MOST_CODES = 5


@click.command()
@click.option("--from", "first", metavar="DATE", help="From this day on. [default: today]")
@click.option("--to", "last", metavar="DATE", help="Up to this day. [default: the end of next month]")
@click.option("--contact", metavar="NAME", help="Only what this contact gets.")
@json_option
@plan_options
@with_app(writes=False)
def forecast(
    app: App,
    first: str | None,
    last: str | None,
    contact: str | None,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """Show what will be sent: when, to whom, by which channel, why, and how many people LINE will count.

    The very code that sends is played forward on a copy in memory, as if nobody answered anything from now
    on; nothing is written or sent.

    Example: tracker forecast --to 2565-03-31
    """
    begins, ends = _span(app, first, last)
    moment = app.moment()
    with app.reading() as session:
        office = find_agency(session, agency)
        plan_id = _plan_id(session, office, fiscal_year, today=app.today)
        names = {each.name for each in find_contacts(session, office.id, contact)} if contact else set()
        reason = why_nothing(session, office.id, plan_id, moment=moment)
    found = foresee(
        app.reading,
        app.delivery(),
        moment=moment,
        agency_id=office.id,
        first=begins,
        last=ends,
        plan_id=plan_id,
    )
    if names:
        theirs = tuple(each for each in found.messages if names.intersection(each.people))
        found = replace(found, messages=theirs)
    if as_json:
        echo_json(_as_json(app, office.name, begins, ends, found, reason))
    else:
        _print(app, office.name, begins, ends, found, reason)


def _span(app: App, first: str | None, last: str | None) -> tuple[dt.date, dt.date]:
    """The days asked for; what lies in the past cannot be foreseen."""
    begins = max(app.today, parse_date(first)) if first else app.today
    ends = parse_date(last) if last else last_of_month(next_month(begins))
    if ends < app.today:
        raise InputError(
            f"{said_day(ends)} is past; what was sent until today is shown by: tracker outbox list"
        )
    if ends < begins:
        raise InputError(
            f"The forecast would end on {said_day(ends)}, before it begins on {said_day(begins)}."
        )
    return begins, ends


def _plan_id(session: Session, agency: Agency, fiscal_year: str | None, *, today: dt.date) -> int | None:
    if fiscal_year is None:
        return None
    year = parse_year(fiscal_year)
    return find_plan(session, today=today, agency=agency.name, fiscal_year=year).id


def _as_json(
    app: App, agency: str, begins: dt.date, ends: dt.date, found: Forecast, reason: str
) -> dict[str, Any]:
    return {
        "agency": agency,
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "seen_at": app.clock().isoformat(),
        **found.as_json(),
        "empty_because": None if found.messages else reason,
    }


def _print(app: App, agency: str, begins: dt.date, ends: dt.date, found: Forecast, reason: str) -> None:
    echo(f"{agency}, {said_day(begins)} to {said_day(ends)}")
    echo()
    if not found.messages:
        echo(f"Nothing will be sent: {reason}.")
        return
    titles = ("Day", "At", "To", "Division", "By")
    echo_table(
        [*map(Column, titles), Column("People", align="right"), Column("Why"), Column("Items")],
        _rows(app, found.messages),
    )
    echo()
    _print_totals(found)
    echo()
    since = said_instant(app.clock(), app.office)
    echo(f"Assumed: from {since} on nobody answers and nothing changes; what is submitted stays so.")
    if app.mode == REHEARSAL:
        echo("This is a rehearsal: everything goes into files. Shown is the channel it is meant for.")


def _rows(app: App, messages: Sequence[ForeseenMessage]) -> Iterator[list[str]]:
    """A line each; the day stands on its first line alone."""
    day = ""
    for each in messages:
        shown = said_day(each.on)
        yield [
            "" if shown == day else shown,
            f"{each.at.astimezone(app.settings.zone):%H:%M}",
            " / ".join(each.people),
            ", ".join(each.divisions) or "(whole agency)",
            _way(each),
            _people(each.cost, known=each.cost_is_known) if each.cost else "",
            ", ".join(each.kinds),
            _codes(each.items),
        ]
        day = shown


def _way(each: ForeseenMessage) -> str:
    """The channel; and where another was meant, why it is not that one."""
    if each.by == each.intended_channel:
        return NAMES[each.by]
    why = each.remark or f"{NAMES[each.intended_channel]} is not set up"
    return f"{NAMES[each.by]} ({why})"


def _people(number: int, *, known: bool) -> str:
    return str(number) if known else f"{number}+"


def _codes(codes: Sequence[str]) -> str:
    if len(codes) <= MOST_CODES:
        return ", ".join(codes)
    return f"{', '.join(codes[:MOST_CODES])} and {len(codes) - MOST_CODES} more"


def _print_totals(found: Forecast) -> None:
    months = found.months()
    for first, totals, quota in months:
        echo(f"{said_month(first)}: {_sum(totals)}{_against(quota, totals)}.")
    if len(months) > 1:
        echo(f"Together: {_sum(Totals.of(found.messages))}.")
    if not all(each.cost_is_known for each in found.messages):
        echo("1+: LINE was not asked yet how many people that group holds; each of them counts.")


def _sum(totals: Totals) -> str:
    """``12 messages, by e-mail 9, by LINE 3 (reaching 3 people)``."""
    reached = _people(totals.people, known=totals.people_are_known)
    cost = {"line": f" (reaching {reached} {'person' if reached == '1' else 'people'})"}
    ways = [f"by {NAMES[name]} {number}{cost.get(name, '')}" for name, number in totals.by_channel.items()]
    return ", ".join([plural(totals.messages, "message"), *ways])


def _against(quota: MonthsQuota | None, totals: Totals) -> str:
    """What LINE's quota of the month says to that, where it was read."""
    if quota is None:
        return ""
    if quota.quota is None or quota.left is None:
        return "; LINE sets no limit"
    lack = totals.people - quota.left
    judged = f", {lack} too few" if lack > 0 else ""
    return f"; of LINE's quota of {quota.quota}, {quota.left} are left{judged}"
