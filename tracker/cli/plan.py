"""tracker plan: the group, and what it says of the plans in the database."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Row, Select, func, select

from tracker.app import App
from tracker.cli.context import (
    chosen_plan,
    echo,
    echo_json,
    echo_table,
    json_option,
    plan_options,
    shown_date,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.db.models import Agency, FollowUp, Measure, Plan
from tracker.plans import model
from tracker.plans.json_format import plan_to_json
from tracker.reports.tables import Column
from tracker.services.pauses import Pause
from tracker.services.stored_plan import stored_plan

COMMANDS = {
    "import": ("tracker.cli.plan_files:import_", "Bring a plan document in, as it is."),
    "diff": ("tracker.cli.plan_files:diff", "Show what a document would change."),
    "export": ("tracker.cli.plan_files:export", "Write a plan out: csv, xlsx, docx, json."),
    "list": ("tracker.cli.plan:list_", "List the plans in the database."),
    "show": ("tracker.cli.plan:show", "Show what a plan consists of."),
    "pause": ("tracker.cli.plan_pause:pause", "Send nothing about a plan for some days."),
    "resume": ("tracker.cli.plan_pause:resume", "End a plan's pause."),
    "rollover": ("tracker.cli.plan_rollover:rollover", "Make next year's plan from this one."),
}
plan = LazyGroup(name="plan", commands_table=COMMANDS, help="Import, export, compare and pause plans.")


@click.command("list")
@json_option
@with_app(writes=False)
def list_(app: App, as_json: bool) -> None:
    """List the plans in the database.

    Example: tracker plan list
    """
    with app.reading() as session:
        rows = session.execute(_plans()).all()
    if as_json:
        echo_json([_as_json(row) for row in rows])
    elif rows:
        _print_plans(app, rows)
    else:
        echo("No plan is loaded yet. Load one with: tracker plan import FILE")


@click.command()
@json_option
@plan_options
@with_app(writes=False)
def show(app: App, as_json: bool, agency: str | None, fiscal_year: str | None) -> None:
    """Show what a plan consists of: its measures, owners and rules.

    Example: tracker plan show
    """
    with app.reading() as session:
        stored = chosen_plan(app, session, agency, fiscal_year)
        document, pause = stored_plan(session, stored.id), Pause.of(stored)
    if as_json:
        echo_json(plan_to_json(document))
        return
    span = f"{shown_date(document.starts_on)} to {shown_date(document.ends_on)}"
    echo(f"{document.agency}, fiscal year {document.fiscal_year} ({span})")
    if pause and not pause.is_over(app.today):
        echo(f"Paused {pause}")
    columns = [Column("Code"), Column("Lead"), Column("Supporting"), Column("Followed up"), Column("Measure")]
    echo_table(columns, [[m.code, m.lead, _support(m), _rules(m), m.title] for m in document.measures])


def _plans() -> Select[Any]:
    return (
        select(
            Agency.name.label("agency"),
            Plan.fiscal_year,
            Plan.starts_on,
            Plan.ends_on,
            Plan.tracked_from,
            Plan.source_name.label("source"),
            select(func.count()).where(Measure.plan_id == Plan.id).scalar_subquery().label("measures"),
            select(func.count()).where(FollowUp.plan_id == Plan.id).scalar_subquery().label("follow_ups"),
            *(Plan.paused_from, Plan.paused_until, Plan.pause_reason),
        )
        .join(Agency, Agency.id == Plan.agency_id)
        .order_by(Agency.name, Plan.fiscal_year)
    )


def _as_json(row: Row[Any]) -> dict[str, Any]:
    pause = Pause.of(row)
    days = {key: getattr(row, key).isoformat() for key in ("starts_on", "ends_on", "tracked_from")}
    return {
        "agency": row.agency,
        "fiscal_year": row.fiscal_year,
        **days,
        "source": row.source,
        "measures": row.measures,
        "follow_ups": row.follow_ups,
        "pause": pause.as_json() if pause else None,
    }


def _print_plans(app: App, rows: Sequence[Row[Any]]) -> None:
    columns = [Column("Agency"), Column("Year")]
    columns += [Column(title, align="right") for title in ("Measures", "Follow-ups")]
    columns += [Column("Tracked from"), Column("Document")]
    counts = ("fiscal_year", "measures", "follow_ups")
    cells = [
        [row.agency, *(str(getattr(row, key)) for key in counts), shown_date(row.tracked_from), row.source]
        for row in rows
    ]
    echo_table(columns, cells)
    for row in rows:
        if (pause := Pause.of(row)) and not pause.is_over(app.today):
            echo(f"{row.agency}, fiscal year {row.fiscal_year}: paused {pause}")


def _support(measure: model.Measure) -> str:
    return "all" if measure.supporting == "all" else ", ".join(measure.supporting)


def _rules(measure: model.Measure) -> str:
    return ", ".join(f"on {shown_date(rule.on)}" if rule.on else rule.cadence.value for rule in measure.rules)
