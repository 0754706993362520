"""tracker plan: importing, exporting, listing and showing plans."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import func, select

from tracker.app import App
from tracker.cli.context import (
    actor,
    chosen_plan,
    echo,
    echo_json,
    echo_table,
    json_option,
    json_text,
    office_clock,
    plan_options,
    plural,
    with_app,
)
from tracker.cli.group import LazyGroup
from tracker.config import CADENCES
from tracker.db.models import Agency, Contact, FollowUp, Measure, Plan
from tracker.domain.cadence import Cadence
from tracker.errors import InputError, NotAllowed
from tracker.plans import model
from tracker.plans.json_format import plan_to_json
from tracker.plans.reader import read_plan, with_default_cadence
from tracker.reports.tables import Column
from tracker.services.plan_import import Imported, import_plan
from tracker.services.preview import foreseen_messages, next_moment
from tracker.services.stored_plan import stored_plan
from tracker.thai.dates import parse_date
from tracker.thai.years import parse_year

COMMANDS = {
    "import": ("tracker.cli.plan:import_", "Bring a plan document in, as it is."),
    "export": ("tracker.cli.plan:export", "Write a plan out as JSON."),
    "list": ("tracker.cli.plan:list_", "List the plans in the database."),
    "show": ("tracker.cli.plan:show", "Show what a plan consists of."),
}
plan = LazyGroup(name="plan", commands_table=COMMANDS, help="Import, export, list and show plans.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fiscal-year", metavar="YEAR", help="The planned year (BE), if the document does not say it.")
@click.option("--agency", metavar="NAME", help="The office, if the document does not name it.")
@click.option("--default-cadence", type=click.Choice(CADENCES), help="For measures that name none.")
@click.option(
    "--track-from", metavar="DATE", help="The first day that counts. [default: today, within the year]"
)
@click.option("--dry-run", is_flag=True, help="Show what would come in, and change nothing.")
@json_option
@with_app(writes=True)
def import_(
    app: App,
    file: Path,
    fiscal_year: str | None,
    agency: str | None,
    default_cadence: str | None,
    track_from: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring a plan document in, with its follow-ups for the year; the same file again changes nothing.

    FILE is the plan table as text (as published), or JSON as 'plan export' writes it.

    Example: tracker plan import plan-2565.txt --dry-run
    """
    year = parse_year(fiscal_year) if fiscal_year else None
    cadence = Cadence(default_cadence or app.settings.default_cadence)
    document = with_default_cadence(read_plan(file, fiscal_year=year, agency=agency), cadence)
    start = parse_date(track_from) if track_from else None
    seeded = None if dry_run else app.seed_days_off(document.fiscal_year)
    with app.sessions.begin() as session:
        result = import_plan(
            session,
            document,
            office=app.office,
            report_days=app.settings.report_days,
            catalogue=app.catalogue,
            actor=actor(),
            now=app.clock(),
            track_from=start,
        )
        if dry_run:
            session.rollback()
    if as_json:
        echo_json(_as_json(document, result, dry_run=dry_run))
        return
    _tell(app, document, result, dry_run=dry_run)
    if seeded:
        echo(f"Days off of {document.fiscal_year} are not confirmed yet; please check {seeded}.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["json"]), help="The form. [default: by the file's ending]"
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@plan_options
@with_app(writes=False)
def export(
    app: App, file: Path, form: str | None, force: bool, agency: str | None, fiscal_year: str | None
) -> None:
    """Write a plan into FILE as JSON; '-' writes to standard output.

    Example: tracker plan export plan.json
    """
    if form is None and str(file) != "-" and file.suffix.lower() != ".json":
        raise InputError(
            f"{file}: only JSON can be written so far; name the file .json or give --format json."
        )
    if file.exists() and not force:
        raise NotAllowed(f"{file} exists already. Give --force to write over it.")
    with app.reading() as session:
        document = stored_plan(session, chosen_plan(app, session, agency, fiscal_year).id)
    if str(file) == "-":
        click.echo(json_text(plan_to_json(document), indent=2))
    else:
        text = json.dumps(plan_to_json(document), ensure_ascii=False, indent=2) + "\n"
        file.write_text(text, encoding="utf-8", newline="\n")
        echo(f"Wrote {len(document.measures)} measures to {file}.")


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
        keys = ("agency", "fiscal_year", "measures", "follow_ups", "tracked_from", "source")
        echo_table(columns, [[str(row[key]) for key in keys] for row in rows])
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
    echo(
        f"{document.agency}, fiscal year {document.fiscal_year} ({document.starts_on} to {document.ends_on})"
    )
    columns = [Column("Code"), Column("Lead"), Column("Supporting"), Column("Followed up"), Column("Measure")]
    echo_table(columns, [[m.code, m.lead, _support(m), _rules(m), m.title] for m in document.measures])


def _support(measure: model.Measure) -> str:
    return "all" if measure.supporting == "all" else ", ".join(measure.supporting)


def _rules(measure: model.Measure) -> str:
    return ", ".join(f"on {rule.on}" if rule.on else rule.cadence.value for rule in measure.rules)


def _counts(document: model.Plan) -> dict[str, dict[str, int]]:
    measures = document.measures
    return {
        "instrument": dict(Counter(measure.instrument.value for measure in measures)),
        "division": dict(Counter(measure.lead or "(none)" for measure in measures)),
        "cadence": dict(Counter(rule.cadence.value for measure in measures for rule in measure.rules)),
    }


def _as_json(document: model.Plan, result: Imported, *, dry_run: bool) -> dict[str, object]:
    whole = plan_to_json(document)
    return {
        "agency": document.agency,
        "fiscal_year": document.fiscal_year,
        "dry_run": dry_run,
        "changed": result.changed,
        "measures": result.measures,
        "follow_ups": result.follow_ups,
        "before_tracking": result.before_tracking,
        "counts": _counts(document),
        "new_divisions": list(result.new_divisions),
        "tracked_from": result.tracked_from.isoformat(),
        "sends_from": result.sends_from.isoformat(),
        "absent": whole["absent"],
        "warnings": whole["warnings"],
    }


def _tell(app: App, document: model.Plan, result: Imported, *, dry_run: bool) -> None:
    for warning in document.warnings:
        line = f", line {warning.line}" if warning.line else ""
        echo(f"{document.source.name}{line}: {warning.text}")
    if document.warnings:
        echo()
    name = f"{document.agency}, fiscal year {document.fiscal_year}"
    if not result.changed:
        echo(f"{name}: this plan is loaded already, with {result.measures} measures. Nothing was changed.")
        return
    echo(f"{name}: {result.measures} measures, {result.follow_ups} follow-ups.")
    _tell_details(document, result)
    if dry_run:
        echo("This was a dry run. Nothing was changed.")
        return
    echo(f"Nothing is sent before {office_clock(app, result.sends_from)}. What goes out then, so far:")
    for line in _foreseen(app):
        echo(f"  {line}")


def _tell_details(document: model.Plan, result: Imported) -> None:
    for title, counted in _counts(document).items():
        echo(f"  by {title + ':':<12}{', '.join(f'{name} {number}' for name, number in counted.items())}")
    if document.absent:
        echo(f"  no measure in the plan: {', '.join(item.code for item in document.absent)}")
    if result.before_tracking:
        echo(
            f"  due before tracking starts ({result.tracked_from}), so not counted: {result.before_tracking}"
        )
    if result.new_divisions:
        echo(f"  new divisions: {', '.join(result.new_divisions)}")
    if document.warnings:
        echo(f"  {plural(len(document.warnings), 'doubt')}, named above, each with its line")


def _foreseen(app: App) -> Iterator[str]:
    with app.sessions() as session:
        moment = app.moment(next_moment(session, app.office, app.clock()))
        routing, renderer = app.routing(), app.renderer
        shown = list(foreseen_messages(session, moment, routing=routing, renderer=renderer))
        contacts = session.scalar(select(func.count()).select_from(Contact))
        session.rollback()
    for each in shown:
        yield f"{each.kind} to {each.contact}, by {each.channel}: {each.subject}"
    if not shown:
        yield "nothing; add the people with: tracker contact import FILE" if not contacts else "nothing"
