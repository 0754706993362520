"""tracker init, tracker rehearse: making the database, and copying a live one to rehearse on."""

import os
from pathlib import Path

import click

from tracker.app import LIVE, App, initialise
from tracker.cli.context import echo, with_app
from tracker.config import example
from tracker.db import migrate
from tracker.errors import NotAllowed
from tracker.services.rehearsal import copy_for_rehearsal


@click.command()
@click.option(
    "--rehearsal", is_flag=True, help="Make a rehearsal: its clock can be set, and it sends into files."
)
def init(rehearsal: bool) -> None:
    """Make the database and config/tracker.toml in this folder; safe to run again.

    The database is tracker.db, or what TRACKER_DB names. Running init again brings an older database up to
    date and changes nothing else.

    Example: tracker init
    """
    folder = Path.cwd()
    app = App.open(os.environ, folder)
    try:
        fresh = initialise(app, rehearsal=rehearsal or app.clock_is_set)
        kind = "Rehearsal database" if app.mode != LIVE else "Database"
        if not fresh and app.mode == LIVE and (rehearsal or app.clock_is_set):
            raise NotAllowed(
                f"{migrate.shown(app.url)} is a live database, and --rehearsal or TRACKER_NOW asks for a "
                "rehearsal. Make a rehearsal copy of it with: tracker rehearse FILE"
            )
        echo(f"{kind} {migrate.shown(app.url)}: {'made' if fresh else 'is up to date'}.")
        if fresh and app.mode != LIVE and not rehearsal:
            echo("It is a rehearsal, for the clock is set (TRACKER_NOW): it sends to nobody by itself.")
            echo("For the office's own database unset TRACKER_NOW and init again in another folder.")
    finally:
        app.close()
    path = folder / "config" / "tracker.toml"
    if "TRACKER_CONFIG" not in os.environ and not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(example(), encoding="utf-8", newline="\n")
        echo(f"Settings {path}: made, with every key explained.")
    if fresh:
        echo("Next: tracker plan import FILE")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_app(writes=False)
def rehearse(app: App, file: Path) -> None:
    """Copy the database into FILE, as a rehearsal that can never send for real by itself.

    In the copy the clock can be set (TRACKER_NOW or --now) and messages go into the folder outbox.

    Example: tracker rehearse try.db
    """
    rows = copy_for_rehearsal(app.reading, file, now=app.clock())
    echo(f"Copied {rows} rows into {file}. Use it with: TRACKER_DB={file}")
