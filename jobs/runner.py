"""Running the table of jobs until the process is told to stop."""

import datetime as dt
import logging
import signal
import threading
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.schedule import Job, options, table
from tracker.app import App
from tracker.services.tick import tick

log = logging.getLogger(__name__)

STOP_SIGNALS = ("SIGTERM", "SIGINT", "SIGBREAK")


def run_forever(app: App) -> None:
    """Catch up, then run the jobs until a signal to stop comes; the message under way is finished first."""
    _stop_on_signals(app.stopping)
    caught_up = tick(app.delivery(), app.moment)
    log.info(
        "started: %d reminders written, %d messages sent",
        caught_up.planned.reminders,
        caught_up.delivered.sent,
    )
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max_workers=1)},
        timezone=app.settings.zone,
    )
    for job in table(app.settings.look_every):
        scheduler.add_job(_guarded, args=[job, app], **options(job, app))
    scheduler.start()
    while not app.stopping.wait(timeout=1):
        pass
    scheduler.shutdown(wait=True)
    log.info("stopped")


def _guarded(job: Job, app: App) -> None:
    """Run one job; whatever it raises is logged, and the next look tries again."""
    if app.stopping.is_set():
        return
    started: dt.datetime = app.clock()
    log.info("%s: start", job.name)
    try:
        app.reread_days_off()
        job.run(app, now=started)
    except Exception:
        log.exception("%s: failed; it will be tried again at its next time", job.name)
    else:
        log.info("%s: end", job.name)


def _stop_on_signals(stopping: threading.Event) -> None:
    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for name in STOP_SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
