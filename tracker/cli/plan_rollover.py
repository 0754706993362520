"""tracker plan rollover: next year's plan."""

import click

from tracker.app import App
from tracker.cli.context import (
    actor,
    chosen_plan,
    echo,
    echo_json,
    json_option,
    plan_options,
    plural,
    with_app,
)
from tracker.services.measures import find_measures
from tracker.services.rollover import RolledOver, roll_over
from tracker.thai.years import parse_year


@click.command()
@click.argument("year")
@click.option("--code", "codes", multiple=True, metavar="CODE", help="Only this measure; repeatable.")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and change nothing.")
@json_option
@plan_options
@with_app(writes=True)
def rollover(
    app: App,
    year: str,
    codes: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
    agency: str | None,
    fiscal_year: str | None,
) -> None:
    """Make the plan of YEAR (Buddhist Era) from this one: its measures, or the chosen ones, with new periods.

    Measures with something left open are linked to their origin, and keep what was open.

    Example: tracker plan rollover 2566 --dry-run
    """
    wanted = parse_year(year)
    seeded = None if dry_run else app.seed_days_off(wanted)
    with app.sessions.begin() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        chosen = {measure.code for measure in find_measures(session, plan, codes)} if codes else set()
        result = roll_over(
            session,
            plan,
            wanted,
            codes=chosen,
            office=app.office,
            report_days=app.settings.report_days,
            catalogue=app.catalogue,
            actor=actor(),
            now=app.clock(),
        )
        if dry_run:
            session.rollback()
    if as_json:
        echo_json(_as_json(result, wanted, dry_run=dry_run))
        return
    _tell(result, wanted)
    if seeded:
        echo(f"Days off of {wanted} are not confirmed yet; please check {seeded}.")
    if dry_run:
        echo("This was a dry run. Nothing was changed.")


def _tell(result: RolledOver, year: int) -> None:
    made = result.imported
    echo(
        f"Plan {year}: {plural(made.measures, 'measure')}, {plural(made.follow_ups, 'follow-up')}; "
        "scores are left out, they belong to the year before."
    )
    for code, periods in result.carried.items():
        echo(f"  carried  {code}  open: {', '.join(periods)}")
    if result.left_behind:
        echo(f"  not taken along: {', '.join(result.left_behind)}")


def _as_json(result: RolledOver, year: int, *, dry_run: bool) -> dict[str, object]:
    return {
        "fiscal_year": year,
        "dry_run": dry_run,
        "measures": result.imported.measures,
        "follow_ups": result.imported.follow_ups,
        "carried": {code: list(periods) for code, periods in result.carried.items()},
        "left_behind": list(result.left_behind),
    }
