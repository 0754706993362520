"""tracker plan: the group, and what it says of the plans in the database."""

import click
from sqlalchemy import func, select

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
from tracker.services.stored_plan import stored_plan

COMMANDS = {
    "import": ("tracker.cli.plan_files:import_", "Bring a plan document in, as it is."),
    "diff": ("tracker.cli.plan_files:diff", "Show what a document would change."),
    "export": ("tracker.cli.plan_files:export", "Write a plan out: csv, xlsx, docx, json."),
    "list": ("tracker.cli.plan:list_", "List the plans in the database."),
    "show": ("tracker.cli.plan:show", "Show what a plan consists of."),
    "rollover": ("tracker.cli.plan_rollover:rollover", "Make next year's plan from this one."),
}
plan = LazyGroup(name="plan", commands_table=COMMANDS, help="Import, export, compare and show plans.")


@click.command("list")
@json_option
@with_app(writes=False)
def list_(app: App, as_json: bool) -> None:
    """List the plans in the database.

    Example: tracker plan list
    """
    query = (
        select(
            Agency.name.label("agency"),
            Plan.fiscal_year,
            Plan.starts_on,
            Plan.ends_on,
            Plan.tracked_from,
            Plan.source_name.label("source"),
            select(func.count()).where(Measure.plan_id == Plan.id).scalar_subquery().label("measures"),
            select(func.count()).where(FollowUp.plan_id == Plan.id).scalar_subquery().label("follow_ups"),
        )
        .join(Agency, Agency.id == Plan.agency_id)
        .order_by(Agency.name, Plan.fiscal_year)
    )
    with app.reading() as session:
        rows = [dict(row) for row in session.execute(query).mappings()]
    if as_json:
        echo_json(
            [
                {key: getattr(value, "isoformat", lambda v=value: v)() for key, value in row.items()}
                for row in rows
            ]
        )
    elif rows:
        columns = [
            Column("Agency"),
            Column("Year"),
            Column("Measures", align="right"),
            Column("Follow-ups", align="right"),
        ]
        columns += [Column("Tracked from"), Column("Document")]
        counts = ("fiscal_year", "measures", "follow_ups")
        cells = [
            [
                row["agency"],
                *(str(row[key]) for key in counts),
                shown_date(row["tracked_from"]),
                row["source"],
            ]
            for row in rows
        ]
        echo_table(columns, cells)
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
        document = stored_plan(session, chosen_plan(app, session, agency, fiscal_year).id)
    if as_json:
        echo_json(plan_to_json(document))
        return
    span = f"{shown_date(document.starts_on)} to {shown_date(document.ends_on)}"
    echo(f"{document.agency}, fiscal year {document.fiscal_year} ({span})")
    columns = [Column("Code"), Column("Lead"), Column("Supporting"), Column("Followed up"), Column("Measure")]
    echo_table(columns, [[m.code, m.lead, _support(m), _rules(m), m.title] for m in document.measures])


def _support(measure: model.Measure) -> str:
    return "all" if measure.supporting == "all" else ", ".join(measure.supporting)


def _rules(measure: model.Measure) -> str:
    return ", ".join(f"on {shown_date(rule.on)}" if rule.on else rule.cadence.value for rule in measure.rules)
