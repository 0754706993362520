"""tracker plan import, diff, export: plans and the documents they come from and go into."""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy import func, select

from tracker.app import App
from tracker.cli.context import (
    actor,
    chosen_plan,
    echo,
    echo_json,
    json_option,
    json_text,
    office_clock,
    plan_options,
    plural,
    shown_date,
    with_app,
)
from tracker.cli.plan_changes import difference_as_json, difference_lines
from tracker.config import CADENCES
from tracker.db.models import Contact, Division
from tracker.domain.cadence import Cadence
from tracker.errors import InputError, NotAllowed
from tracker.plans import model
from tracker.plans.compare import compare
from tracker.plans.json_format import plan_to_json
from tracker.plans.reader import read_plan, with_default_cadence
from tracker.plans.writer import FORMS, write_plan
from tracker.services.plan_import import Imported, import_plan, loaded_plan
from tracker.services.preview import foreseen_messages, next_moment
from tracker.services.stored_plan import stored_plan
from tracker.thai.dates import parse_date
from tracker.thai.years import parse_year

MANY_ROWS = 1_000


def _document_options(command: Callable[..., None]) -> Callable[..., None]:
    """The file, and what a document may leave unsaid."""
    for option in (
        click.option("--default-cadence", type=click.Choice(CADENCES), help="For measures that name none."),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="MEANING=HEADER",
            help='Which column is what, if it is not recognised: measure="มาตรการ"; repeatable.',
        ),
        click.option("--agency", metavar="NAME", help="The office, if the document does not name it."),
        click.option("--fiscal-year", metavar="YEAR", help="The planned year (BE), if it does not say it."),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.command("import")
@_document_options
@click.option(
    "--track-from", metavar="DATE", help="The first day that counts. [default: today, within the year]"
)
@click.option("--dry-run", is_flag=True, help="Show what would come in, and change nothing.")
@json_option
@with_app(writes=True)
def import_(app: App, track_from: str | None, dry_run: bool, as_json: bool, **said: object) -> None:
    """Bring a plan document in, with its follow-ups for the year; the same file again changes nothing.

    FILE is the plan table as published: text, Word (.docx), Excel (.xlsx), CSV or HTML; or JSON as
    'plan export' writes it. An amended document changes what differs, and keeps what was reported.

    Example: tracker plan import plan-2565.txt --dry-run
    """
    document = _read(app, **said)  # type: ignore[arg-type]
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
@_document_options
@json_option
@with_app(writes=False)
def diff(app: App, as_json: bool, **said: object) -> None:
    """Show what a document would change in the plan that is loaded; nothing is changed.

    Example: tracker plan diff plan-2565-amended.docx
    """
    document = _read(app, **said)  # type: ignore[arg-type]
    with app.reading() as session:
        loaded = loaded_plan(session, document)
        if loaded is None:
            raise InputError(
                f"No plan of {document.agency} for {document.fiscal_year} is loaded to compare with."
            )
        difference = compare(stored_plan(session, loaded.id), document)
    if as_json:
        echo_json(difference_as_json(difference))
        return
    for line in difference_lines(difference):
        echo(line)
    if not difference:
        echo(f"{document.source.name} says what the plan {document.fiscal_year} says; nothing would change.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMS), help="The form. [default: by the file's ending]")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
@plan_options
@with_app(writes=False)
def export(
    app: App, file: Path, form: str | None, force: bool, agency: str | None, fiscal_year: str | None
) -> None:
    """Write a plan into FILE: a form to edit (xlsx, csv), the published table (docx), or JSON.

    '-' writes JSON to standard output. What is written can be imported again.

    Example: tracker plan export plan.xlsx
    """
    wanted = form or ("json" if str(file) == "-" else file.suffix.lower().removeprefix("."))
    if wanted not in FORMS:
        raise InputError(
            f"{file}: the ending says no form; name the file .{', .'.join(FORMS)}, or give --format."
        )
    if file.exists() and not force:
        raise NotAllowed(f"{file} exists already. Give --force to write over it.")
    with app.reading() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        document = stored_plan(session, plan.id)
        query = select(Division.name).where(Division.agency_id == plan.agency_id).order_by(Division.id)
        divisions = session.scalars(query).all()
    if str(file) == "-":
        click.echo(json_text(plan_to_json(document), indent=2))
        return
    write_plan(document, file, wanted, divisions=divisions)
    echo(f"Wrote {plural(len(document.measures), 'measure')} to {file}.")


def _read(
    app: App,
    *,
    file: Path,
    fiscal_year: str | None,
    agency: str | None,
    columns: tuple[str, ...],
    default_cadence: str | None,
) -> model.Plan:
    year = parse_year(fiscal_year) if fiscal_year else None
    cadence = Cadence(default_cadence or app.settings.default_cadence)
    document = read_plan(
        file, fiscal_year=year, agency=agency, columns=_columns(columns), progress=_progress(file)
    )
    return with_default_cadence(document, cadence)


def _progress(file: Path) -> Callable[[int, int], None] | None:
    """A bar on the terminal for a workbook of many rows; nothing where nobody looks."""
    if not sys.stderr.isatty():
        return None
    bars: list[Any] = []

    def tell(done: int, total: int) -> None:
        if not bars and total >= MANY_ROWS:
            bars.append(click.progressbar(length=total, label=f"Reading {file.name}", file=sys.stderr))
            bars[0].__enter__()
        for bar in bars:
            bar.update(done - bar.pos)
            if done >= total:
                bar.__exit__(None, None, None)

    return tell


def _columns(typed: tuple[str, ...]) -> dict[str, str] | None:
    pairs = [text.partition("=") for text in typed]
    for meaning, mark, header in pairs:
        if not (meaning and mark and header):
            raise InputError(f'--column {meaning}{mark}{header}: write it like measure="มาตรการ".')
    return {meaning.strip(): header.strip() for meaning, _, header in pairs} or None


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
        "difference": difference_as_json(result.difference) if result.difference else None,
    }


def _tell(app: App, document: model.Plan, result: Imported, *, dry_run: bool) -> None:
    for warning in document.warnings:
        has_place = warning.line == 0 or warning.text.startswith(("sheet ", "table "))
        line = "" if has_place else f", line {warning.line}"
        echo(f"{document.source.name}{line}: {warning.text}")
    if document.warnings:
        echo()
    name = f"{document.agency}, fiscal year {document.fiscal_year}"
    if not result.changed:
        echo(f"{name}: this plan is loaded already, with {result.measures} measures. Nothing was changed.")
        return
    echo(f"{name}: {result.measures} measures, {result.follow_ups} follow-ups.")
    _tell_details(document, result)
    if not result.follow_ups:
        echo(f"  NOTHING is followed up: no measure runs in {document.fiscal_year}; check --fiscal-year")
    if result.difference is not None:
        _tell_amended(result)
    if dry_run:
        echo("This was a dry run. Nothing was changed.")
        return
    if result.difference is not None:
        return
    if document.ends_on + dt.timedelta(days=app.settings.years_end_days) < app.today:
        echo(
            f"The fiscal year ended on {shown_date(document.ends_on)}: no reminder goes out for it any more."
        )
        return
    _tell_what_goes_out(app)


def _tell_details(document: model.Plan, result: Imported) -> None:
    for title, counted in _counts(document).items():
        echo(f"  by {title + ':':<12}{', '.join(f'{name} {number}' for name, number in counted.items())}")
    if document.absent:
        echo(f"  no measure in the plan: {', '.join(item.code for item in document.absent)}")
    if result.before_tracking:
        echo(f"  due already, so not counted: {result.before_tracking}")
    if result.new_divisions:
        echo(f"  new divisions: {', '.join(result.new_divisions)}")
    for doubt in result.doubts:
        echo(f"  {doubt}")
    if document.warnings:
        echo(f"  {plural(len(document.warnings), 'doubt')}, named above, each with its line")


def _tell_amended(result: Imported) -> None:
    assert result.difference is not None
    assert result.amended is not None
    echo("Against the plan that was loaded:")
    for line in difference_lines(result.difference):
        echo(f"  {line}")
    done = result.amended
    echo(f"  follow-ups: {done.made} made, {done.dropped} dropped untouched, {done.ended} waived")
    if done.retired:
        echo(f"  retired, with their history: {', '.join(done.retired)}")


def _tell_what_goes_out(app: App) -> None:
    with app.sessions() as session:
        moment = app.moment(next_moment(session, app.office, app.clock()))
        routing, renderer = app.routing(), app.renderer
        shown = list(foreseen_messages(session, moment, routing=routing, renderer=renderer))
        contacts = session.scalar(select(func.count()).select_from(Contact))
        session.rollback()
    echo(f"Nothing is sent before {office_clock(app, moment.now)}. What goes out then, so far:")
    for each in shown:
        echo(f"  {each.kind} to {each.contact}, by {each.channel}: {each.subject}")
    if not shown:
        echo("  nothing" if contacts else "  nothing; add the people with: tracker contact import FILE")
