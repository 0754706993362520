"""tracker plan pause, plan resume: no reminder of a plan for some days."""

import click
from sqlalchemy.orm import Session

from tracker.app import App
from tracker.cli.context import actor, chosen_plan, echo, plan_options, reason_option, with_app
from tracker.db.models import Agency, Plan
from tracker.services import pauses
from tracker.services.pauses import Pause
from tracker.thai.dates import parse_date


@click.command()
@click.option("--until", required=True, metavar="DATE", help="The last day of the pause.")
@click.option("--from", "first", metavar="DATE", help="Its first day. [default: today]")
@reason_option
@plan_options
@with_app(writes=True)
def pause(
    app: App, until: str, first: str | None, reason: str, agency: str | None, fiscal_year: str | None
) -> None:
    """Send nothing about a plan for some days, the first and the last included.

    Example: tracker plan pause --until "30 เม.ย. 2570" --reason "รอคำสั่งปรับแผน"
    """
    wanted = Pause(parse_date(first) if first else app.today, parse_date(until), reason)
    with app.sessions.begin() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        name = _name(session, plan)
        pauses.pause(session, plan, wanted, actor=actor(), now=app.clock(), today=app.today)
    echo(f"{name}: paused {wanted}")
    echo("What is still of use after that goes out then.")


@click.command()
@plan_options
@with_app(writes=True)
def resume(app: App, agency: str | None, fiscal_year: str | None) -> None:
    """End a plan's pause now.

    Example: tracker plan resume
    """
    with app.sessions.begin() as session:
        plan = chosen_plan(app, session, agency, fiscal_year)
        name = _name(session, plan)
        pauses.resume(session, plan, name, actor=actor(), now=app.clock(), today=app.today)
    echo(f"{name}: not paused any more.")


def _name(session: Session, plan: Plan) -> str:
    return f"{session.get_one(Agency, plan.agency_id).name}, fiscal year {plan.fiscal_year}"
