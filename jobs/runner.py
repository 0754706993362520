"""Running the table of jobs until the process is told to stop."""

import datetime as dt
import logging

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.planner import Planner
from jobs.schedule import Job, options, table
from tracker.app import App
from tracker.services.outbox import deliver_all
from tracker.signals import heeded

log = logging.getLogger(__name__)


def run_forever(app: App) -> None:
    """Catch up, then run the jobs until a signal to stop comes; the message under way is finished first.

    Several processes may do so on one database, on one machine or many: one of them plans, all deliver.
    """
    planner = Planner(app)
    with heeded(app.stopping):
        try:
            planner.start(app.clock())
            log.info("started: %d messages sent", deliver_all(app.delivery(), app.moment).sent)
            _run_jobs(app, planner)
        finally:
            planner.resign()
    log.info("stopped")


def _run_jobs(app: App, planner: Planner) -> None:
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max_workers=1)},
        timezone=app.settings.zone,
    )
    for job in table(app.settings.look_every):
        scheduler.add_job(_guarded, args=[job, app, planner], **options(job, app))
    scheduler.start()
    while not app.stopping.wait(timeout=1):
        pass
    scheduler.shutdown(wait=True)


def _guarded(job: Job, app: App, planner: Planner) -> None:
    """Run one job that is this process's; what it raises is logged, and the next look tries again."""
    if app.stopping.is_set():
        return
    started: dt.datetime = app.clock()
    try:
        app.reread_days_off()
        if planner.look(started) or not job.plans:
            log.info("%s: start", job.name)
            job.run(app, now=started)
            log.info("%s: end", job.name)
    except Exception:
        log.exception("%s: failed; it will be tried again at its next time", job.name)
