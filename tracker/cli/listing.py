"""tracker list, overdue, summary: the reading commands of every day.

What only some of them need, reading dates and adding up, is imported where it is used: 15 ms of starting.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import (
    chosen_plan,
    echo,
    echo_json,
    echo_json_list,
    echo_table,
    json_option,
    plan_options,
    plural,
    shown_date,
    with_app,
)
from tracker.db.models import Plan
from tracker.domain.fiscal import BUDDHIST_ERA, last_of_month
from tracker.domain.follow_up import Status
from tracker.reports.listing import ListedFollowUp, ListFilter, as_json, each_follow_up
from tracker.reports.tables import Column
from tracker.services import days_off
from tracker.services.divisions import DivisionBook
from tracker.services.measures import find_measures

if TYPE_CHECKING:
    from tracker.reports.summary import Summary

as_of_option = click.option("--as-of", metavar="DATE", help="As it stood at the end of this day.")
division_option = click.option("--division", metavar="NAME", help="Only what this division leads.")


@click.command("list")
@division_option
@click.option("--status", type=click.Choice([each.value for each in Status]), help="Only with this status.")
@click.option(
    "--due", metavar="WHEN", help="Only what is due in this month (2565-02), or on or before this day."
)
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Only this item; repeatable.")
@click.option(
    "--period", "periods", multiple=True, metavar="PERIOD", help="Only this period: 2565-02, 2565-Q2 …"
)
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@as_of_option
@json_option
@plan_options
@with_app(writes=False)
def list_(
    app: App,
    division: str | None,
    status: str | None,
    due: str | None,
    codes: tuple[str, ...],
    periods: tuple[str, ...],
    overdue: bool,
    as_of: str | None,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """List follow-ups, by due date.

    Example: tracker list --division ฝ่ายการคลัง --due 2565-02
    """
    due_from, due_to = _due(due)
    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        wanted = ListFilter(
            divisions=_divisions(session, plan, division),
            status=Status(status) if status else None,
            codes=tuple(measure.code for measure in find_measures(session, plan, codes)) if codes else (),
            periods=_periods(periods),
            due_from=due_from,
            due_to=due_to,
            overdue=overdue,
        )
        _print_list(app, session, plan, wanted, as_of=as_of, json_wanted=as_json)


@click.command()
@division_option
@as_of_option
@json_option
@plan_options
@with_app(writes=False)
def overdue(
    app: App,
    division: str | None,
    as_of: str | None,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """List what is overdue, the oldest first.

    Example: tracker overdue --as-of 2022-02-15
    """
    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        wanted = ListFilter(divisions=_divisions(session, plan, division), overdue=True)
        _print_list(app, session, plan, wanted, as_of=as_of, json_wanted=as_json)


@click.command()
@division_option
@as_of_option
@json_option
@plan_options
@with_app(writes=False)
def summary(
    app: App,
    division: str | None,
    as_of: str | None,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """Show the supervisors' view of a plan: how much is open, how old, whose, and whether it gets better.

    Example: tracker summary --as-of 2022-02-15
    """
    from tracker.reports.standing import plan_summary  # noqa: PLC0415  slow start, see above

    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        facts = plan_summary(
            session,
            plan.id,
            today=app.today,
            as_of=_day(as_of),
            divisions=_divisions(session, plan, division),
        )
    warnings = days_off.warnings(app.files.find, app.office, today=app.today)
    if as_json:
        echo_json({**facts.as_json(), "warnings": warnings})
        return
    print_summary(facts)
    for warning in warnings:
        echo()
        echo(warning)


def print_summary(facts: "Summary") -> None:
    """The summary as a page for people."""
    echo(f"{facts.agency}, fiscal year {facts.fiscal_year}, on {shown_date(facts.as_of)}")
    echo()
    rate = (
        "nothing was due yet"
        if facts.on_time_rate is None
        else f"{facts.on_time_rate:.0%} of {facts.due} done in time"
    )
    echo(f"Overdue {facts.overdue}, open {facts.open}, submitted {facts.submitted}, done {facts.done}, "
         f"waived {facts.waived}, together {facts.total}; {rate}.")  # fmt: skip
    if facts.overdue:
        echo(
            "Overdue by age in days: "
            + ", ".join(f"{name}: {number}" for name, number in facts.aging.items())
        )
    echo()
    names = ("total", "done", "submitted", "open", "waived", "overdue", "oldest_days")
    titles = ("Total", "Done", "Submitted", "Open", "Waived", "Overdue", "Oldest, days")
    columns = [Column("Division"), *(Column(title, align="right") for title in titles)]
    echo_table(
        columns,
        [
            [each.division or "(none)", *(str(getattr(each, name)) for name in names)]
            for each in facts.by_division
        ],
    )
    if facts.oldest:
        echo()
        echo("The oldest overdue:")
        columns = [
            Column("Code"),
            Column("Period"),
            Column("Due"),
            Column("Days", align="right"),
            Column("Lead"),
            Column("Measure"),
        ]
        rows = [
            [each.code, each.period, shown_date(each.due_on), str(each.days_overdue), each.lead, each.title]
            for each in facts.oldest
        ]
        echo_table(columns, rows)
    if len(facts.trend) > 1:
        echo()
        columns = [Column("At the end of"), Column("Overdue", align="right"), Column("Done", align="right")]
        echo_table(
            columns, [[shown_date(each.as_of), str(each.overdue), str(each.done)] for each in facts.trend]
        )


def print_follow_ups(listed: Iterable[ListedFollowUp]) -> None:
    """Follow-ups as a table, and how many there are; a long list passes through a part at a time."""
    columns = [
        Column("Code"),
        Column("Period"),
        Column("Due"),
        Column("Status"),
        Column("Late", align="right"),
    ]
    columns += [Column("Lead"), Column("Measure")]
    counted: Counter[bool] = Counter()
    echo_table(columns, _rows(listed, counted))
    echo(f"{plural(counted.total(), 'follow-up')}, {counted[True]} overdue.")


def _rows(listed: Iterable[ListedFollowUp], counted: Counter[bool]) -> Iterator[list[str]]:
    """The cells of each follow-up; ``counted`` learns how many are late and how many are not."""
    for each in listed:
        counted[each.days_overdue > 0] += 1
        due_on = shown_date(each.due_on)
        yield [each.code, each.period, due_on, _status(each), _late(each), each.lead, each.title]


def _print_list(
    app: App, session: Session, plan: Plan, wanted: ListFilter, *, as_of: str | None, json_wanted: bool
) -> None:
    listed = each_follow_up(session, plan.id, wanted, today=app.today, as_of=_day(as_of))
    if json_wanted:
        echo_json_list(as_json(session, plan.id, listed))
    elif first := next(listed, None):
        print_follow_ups(chain([first], listed))
    else:
        echo("Nothing is overdue." if wanted.overdue else "Nothing fits.")


def _status(each: ListedFollowUp) -> str:
    return f"{each.status} (before tracking)" if each.before_tracking else each.status.value


def _late(each: ListedFollowUp) -> str:
    return plural(each.days_overdue, "day") if each.days_overdue else ""


def _divisions(session: Session, plan: Plan, name: str | None) -> tuple[int, ...]:
    return (DivisionBook(session, plan.agency_id).find(name).id,) if name else ()


def _day(text: str | None) -> dt.date | None:
    if not text:
        return None
    from tracker.thai.dates import parse_date  # noqa: PLC0415  slow start, see above

    return parse_date(text)


def _periods(texts: Sequence[str]) -> tuple[str, ...]:
    if not texts:
        return ()
    from tracker.thai.periods import parse_period  # noqa: PLC0415  slow start, see above

    return tuple(parse_period(text) for text in texts)


def _due(text: str | None) -> tuple[dt.date | None, dt.date | None]:
    """A month means all of it; a day means everything due up to it."""
    if not text:
        return None, None
    period, *_ = _periods([text])
    parts = period.split("-")
    if len(parts) == 2 and parts[1].isdecimal():
        first = dt.date(int(parts[0]) - BUDDHIST_ERA, int(parts[1]), 1)
        return first, last_of_month(first)
    return None, _day(text)
