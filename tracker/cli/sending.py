"""tracker remind, tracker tick: sending what is owed."""

import logging
from dataclasses import asdict

import click
from sqlalchemy import select

from tracker.app import REHEARSAL, App
from tracker.cli.context import echo, echo_json, json_option, office_clock, plural, with_app
from tracker.cli.group import Failure
from tracker.db.models import Plan
from tracker.domain.reminders import REMINDERS, Kind
from tracker.services.moment import Moment
from tracker.services.preview import foreseen_messages, next_moment
from tracker.services.reminders import next_gathering
from tracker.services.tick import Ticked
from tracker.services.tick import tick as tick_once
from tracker.signals import heeded

OUTCOMES = ("sent", "retry", "failed", "unknown", "cancelled")
NO_PLAN = "No plan is loaded yet, so nothing is owed. Load one with: tracker plan import FILE"

really_option = click.option(
    "--really-send", is_flag=True, help="From a rehearsal: send by the real channels, not into files."
)


@click.command()
@really_option
@json_option
@with_app(writes=True)
def tick(app: App, really_send: bool, as_json: bool) -> None:
    """Plan and deliver everything that is owed, once, and exit; for cron or the Windows Task Scheduler.

    Running it twice, late or in two places sends nothing twice. Exit status 0: all was handled, or is queued
    for another try.

    Example: */10 * * * 1-5 cd /srv/tracker && tracker tick
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    _send(app, REMINDERS, really_send=really_send, as_json=as_json)


@click.command()
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([each.value for each in Kind if each in REMINDERS]),
    help="Only this kind; repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Show every message that would go out, and send nothing.")
@really_option
@json_option
@with_app(writes=True)
def remind(app: App, kinds: tuple[str, ...], dry_run: bool, really_send: bool, as_json: bool) -> None:
    """Send the reminders that are owed now; with --dry-run, only show them.

    The dry run of a new plan shows what goes out at its first hour of sending.

    Example: tracker remind --dry-run
    """
    wanted = frozenset(Kind(kind) for kind in kinds) or REMINDERS
    if dry_run:
        _preview(app, wanted, as_json=as_json)
    else:
        _send(app, wanted, really_send=really_send, as_json=as_json)


def _send(app: App, kinds: frozenset[Kind], *, really_send: bool, as_json: bool) -> None:
    with heeded(app.stopping):
        done = tick_once(app.delivery(really_send=really_send), app.moment, kinds)
    _tell(app, done, into_files=not really_send, as_json=as_json)
    if app.stopping.is_set() and done.waiting:
        raise Failure("Stopped before all was sent; what waits goes out with the next 'tracker tick'.")


def _tell(app: App, done: Ticked, *, into_files: bool, as_json: bool) -> None:
    delivered = {name: getattr(done.delivered, name) for name in OUTCOMES}
    planned = {"reminders": done.planned.reminders, "messages": done.planned.messages}
    if as_json:
        echo_json({**planned, **delivered, "waiting": done.waiting})
        return
    if not any((*planned.values(), *delivered.values(), done.waiting)):
        echo("Nothing new is owed." if _has_plan(app) else NO_PLAN)
        return
    moment = app.moment()
    new = f"{plural(planned['reminders'], 'reminder')} in {plural(planned['messages'], 'message')}"
    echo(f"Owed and new: {new}.")
    if planned["reminders"] and not planned["messages"]:
        echo(_when_they_leave(app, moment))
    outcomes = [f"{name} {number}" for name, number in delivered.items() if number]
    echo(f"Delivered: {', '.join(outcomes) or 'nothing'}.")
    for name in ("retry", "failed", "unknown"):
        if delivered[name]:
            echo(f"Why, and where it stands: tracker outbox list --status {name}")
    if done.waiting:
        opens = office_clock(app, moment.office.next_sending(moment.now))
        when = "the next try" if moment.office.may_send(moment.now) else opens
        echo(f"{plural(done.waiting, 'message')} waiting for {when}.")
    if delivered["sent"] and into_files and app.mode == REHEARSAL:
        echo(f"This is a rehearsal: see the folder {app.folder / app.settings.outbox_folder}.")


def _when_they_leave(app: App, moment: Moment) -> str:
    with app.sessions() as session:
        begins = next_gathering(session, moment.now, moment.office)
    if begins > moment.now:
        return f"New messages are made from {office_clock(app, begins)} on."
    return (
        "They go into the next message to their contacts: each gets one a day, and so many a month; see: "
        "tracker forecast"
    )


def _has_plan(app: App) -> bool:
    with app.reading() as session:
        return session.scalar(select(Plan.id).limit(1)) is not None


def _preview(app: App, kinds: frozenset[Kind], *, as_json: bool) -> None:
    with app.sessions() as session:
        moment = app.moment(next_moment(session, app.office, app.clock()))
        routing, renderer = app.routing(), app.renderer
        shown = list(foreseen_messages(session, moment, routing=routing, renderer=renderer, kinds=kinds))
        session.rollback()
    if as_json:
        echo_json([asdict(each) for each in shown])
        return
    for each in shown:
        echo(f"── {each.kind} to {each.contact}, by {each.channel} ({each.address})")
        echo(f"   {each.subject}")
        echo()
        for line in each.text.splitlines():
            echo(f"   {line}" if line else "")
        echo()
    echo(
        f"{plural(len(shown), 'message')} would go out at {office_clock(app, moment.now)}. Nothing was sent."
    )
