"""tracker why: which reminders of a measure were or were not sent, and by which rule."""

from collections.abc import Sequence
from dataclasses import replace

import click

from tracker.app import App
from tracker.cli.context import chosen_plan, echo, echo_json, echo_table, json_option, plan_options, with_app
from tracker.domain.reminders import Kind
from tracker.reports.tables import Column
from tracker.reports.when import said_day, said_instant
from tracker.reports.why import Fate, Line, Story
from tracker.services.measures import find_contacts, find_measures
from tracker.services.place import place_of
from tracker.services.why import explain
from tracker.thai.periods import parse_period


@click.command()
@click.argument("code")
@click.option("--period", "periods", multiple=True, metavar="PERIOD", help="Only this period; repeatable.")
@click.option("--contact", metavar="NAME", help="Only what concerns this contact.")
@click.option("--all", "everything", is_flag=True, help="The follow-ups of the whole year.")
@json_option
@plan_options
@with_app(writes=False)
def why(
    app: App,
    code: str,
    periods: tuple[str, ...],
    contact: str | None,
    everything: bool,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """Tell why reminders of a measure were or were not sent, and what comes next.

    By default of the follow-ups that have begun or fall due by the end of next month, and what comes until
    then. As in a forecast it is assumed that nobody answers anything.

    Example: tracker why O24
    """
    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        measure = find_measures(session, plan, [code])[0]
        people = find_contacts(session, plan.agency_id, contact) if contact else []
        places = [place_of(session, measure, each, today=app.today) for each in people]
    stories = explain(
        app.reading, measure.id, moment=app.moment(), delivery=app.delivery(),
        periods=_periods(periods), everything=everything,
    )  # fmt: skip
    if people:
        names = {each.name for each in people}
        stories = [_only(each, names) for each in stories]
    if as_json:
        facts = {"code": measure.code, "title": measure.title, "contacts": places}
        echo_json(facts | {"follow_ups": [each.as_json() for each in stories]})
        return
    echo(f"{measure.code}  {measure.title}")
    for place in places:
        echo(place)
    if not stories:
        echo("None of its follow-ups has begun or falls due by the end of next month; see all: --all")
    for story in stories:
        _print(app, story)
    if any(line.fate is Fate.COMING for story in stories for line in story.lines):
        more = "" if periods or everything else "; shown is what comes by the end of next month (all: --all)"
        echo()
        echo(f"Assumed: nobody answers anything and nothing changes{more}.")


def _periods(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(parse_period(text) for text in texts)


def _only(story: Story, names: set[str]) -> Story:
    """What concerns these people, and what concerned nobody."""
    lines = (line for line in story.lines if not line.contacts or names.intersection(line.contacts))
    return replace(story, lines=tuple(lines))


def _print(app: App, story: Story) -> None:
    late = " (before tracking)" if story.before_tracking else ""
    echo()
    echo(f"{story.period}, due {said_day(story.due_on)}, {story.status}{late}")
    for note in story.notes:
        echo(f"  {note}")
    if story.lines:
        columns = [Column("When"), Column("What"), Column("To"), Column("Outcome")]
        echo_table(columns, (_row(app, line) for line in story.lines), indent="  ")


def _row(app: App, line: Line) -> list[str]:
    return [
        said_instant(line.at, app.office),
        f"{line.kind}{_steps(line)}",
        ", ".join(line.contacts),
        f"{line.fate}: {line.reason}" if line.reason else line.fate.value,
    ]


def _steps(line: Line) -> str:
    """Which of the steps of its kind; there is but one before the due date."""
    if not line.steps or line.kind == Kind.DUE_SOON:
        return ""
    first, last = line.steps[0], line.steps[-1]
    return f" {first}" if first == last else f" {first}–{last}"
