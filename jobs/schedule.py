"""When the scheduler looks. What is owed is in the database; these times only say when to ask it.

Every option is written out, because APScheduler's defaults suit other work: its grace of one second would
drop a late job. The job store is memory, one thread runs the jobs one after the other, and the three checks
come before the delivery of the same minute, so that what is owed on one morning leaves in one message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from jobs import deliver_outbox, monthly_check, overdue_summary, quarterly_check
from tracker.app import App

GRACE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table: ``run(app, *, now)`` and the fields of its cron trigger, in office time.

    What ``plans`` is run by one process of all that share a database.
    """

    name: str
    run: Callable[..., None]
    fields: dict[str, str]
    plans: bool = False


def table(look_every: int) -> tuple[Job, ...]:
    """The jobs; ``look_every`` is in minutes."""
    return (
        Job("monthly_check", monthly_check.run, {"hour": "*", "minute": "0", "second": "0"}, plans=True),
        Job("quarterly_check", quarterly_check.run, {"hour": "*", "minute": "0", "second": "5"}, plans=True),
        Job("overdue_summary", overdue_summary.run, {"hour": "*", "minute": "0", "second": "10"}, plans=True),
        Job("deliver_outbox", deliver_outbox.run, {"minute": f"*/{look_every}", "second": "30"}),
    )


def options(job: Job, app: App) -> dict[str, Any]:
    """All that APScheduler is told about a job."""
    return {
        "id": job.name,
        "name": job.name,
        "trigger": CronTrigger(**job.fields, timezone=app.settings.zone, jitter=None),
        "misfire_grace_time": GRACE_SECONDS,
        "coalesce": True,
        "max_instances": 1,
        "replace_existing": True,
    }
