"""tracker run: the scheduler."""

import datetime as dt
import logging
from contextlib import closing
from dataclasses import replace

import click

from tracker.app import App
from tracker.cli.context import with_app
from tracker.cli.sending import really_option


@click.command()
@really_option
@with_app(writes=True)
def run(app: App, really_send: bool) -> None:
    """Run the scheduler until it is stopped (Ctrl-C, or SIGTERM from a service manager).

    It begins by catching up with what was missed. Several may run on one database: one of them plans, all
    deliver. Beside them 'tracker tick' may run too: nothing is doubled.

    Example: tracker run
    """
    from jobs.runner import run_forever  # noqa: PLC0415  APScheduler is loaded for this command alone

    _log_in_office_time(app.settings.zone)
    with closing(replace(app, really_send=really_send)) as own:
        run_forever(own)


def _log_in_office_time(zone: dt.tzinfo) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(OfficeTimeFormatter("%(asctime)s %(levelname)s %(message)s", zone))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


class OfficeTimeFormatter(logging.Formatter):
    """Shows when a line was written by the office's clock, with its offset, whatever the machine's zone."""

    def __init__(self, form: str, zone: dt.tzinfo) -> None:
        super().__init__(form)
        self.zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """As ISO writes it, to the second."""
        local = dt.datetime.fromtimestamp(record.created, self.zone)
        return local.isoformat(sep=" ", timespec="seconds")
