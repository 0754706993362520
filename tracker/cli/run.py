"""tracker run: the scheduler."""

import logging

import click

from tracker.app import App
from tracker.cli.context import with_app


@click.command()
@with_app(writes=True)
def run(app: App) -> None:
    """Run the scheduler until it is stopped (Ctrl-C, or SIGTERM from a service manager).

    It begins by catching up with what was missed. Beside it, 'tracker tick' may run too: nothing is doubled.

    Example: tracker run
    """
    from jobs.runner import run_forever  # noqa: PLC0415  APScheduler is loaded for this command alone

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    run_forever(app)
