"""The table of jobs: every option written out, and accepted by a real scheduler."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.schedule import GRACE_SECONDS, options, table
from tests.services.delivering import at
from tracker.app import App

BANGKOK = ZoneInfo("Asia/Bangkok")
NAMES = ["monthly_check", "quarterly_check", "overdue_summary", "deliver_outbox"]


@pytest.fixture
def scheduler() -> Iterator[BackgroundScheduler]:
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max_workers=1)},
        timezone=BANGKOK,
    )
    scheduler.start(paused=True)
    yield scheduler
    scheduler.shutdown()


def test_the_table_has_the_four_jobs() -> None:
    assert [job.name for job in table(5)] == NAMES


@pytest.mark.parametrize("job", table(5), ids=NAMES)
def test_every_option_is_written_out(app: App, job: object) -> None:
    told = options(job, app)  # type: ignore[arg-type]

    assert {name: told[name] for name in told if name != "trigger"} == {
        "id": told["name"],
        "name": told["name"],
        "misfire_grace_time": GRACE_SECONDS,
        "coalesce": True,
        "max_instances": 1,
        "replace_existing": True,
    }
    assert told["trigger"].timezone == BANGKOK
    assert told["trigger"].jitter is None


def test_the_checks_are_the_planners_and_delivery_is_everybodys() -> None:
    assert [job.name for job in table(5) if job.plans] == NAMES[:3]


def test_a_late_run_is_not_dropped() -> None:
    """APScheduler's own grace is one second."""
    assert GRACE_SECONDS >= 3600


def test_a_real_scheduler_takes_the_table(app: App, scheduler: BackgroundScheduler) -> None:
    for job in table(app.settings.look_every):
        scheduler.add_job(job.run, args=[app], kwargs={"now": at("2022-03-01 09:00")}, **options(job, app))

    added = scheduler.get_jobs()
    assert sorted(job.id for job in added) == sorted(NAMES)
    for job in added:
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (GRACE_SECONDS, True, 1)
        assert job.next_run_time.utcoffset() == dt.timedelta(hours=7)


@pytest.mark.parametrize(
    ("after", "times"),
    [
        ("2022-03-01 08:59:50", ["09:00:00", "09:00:05", "09:00:10", "09:00:30"]),
        ("2022-03-01 09:00:31", ["10:00:00", "10:00:05", "10:00:10", "09:05:30"]),
        ("2022-03-01 23:58:00", ["00:00:00", "00:00:05", "00:00:10", "00:00:30"]),
    ],
    ids=["nine_o_clock", "just_after", "midnight"],
)
def test_the_checks_come_before_the_delivery_of_the_same_minute(
    app: App, after: str, times: list[str]
) -> None:
    now = at(after)

    fires = [options(job, app)["trigger"].get_next_fire_time(None, now) for job in table(5)]

    assert [f"{each.astimezone(BANGKOK):%H:%M:%S}" for each in fires] == times


def test_how_often_to_look_is_the_offices(app: App) -> None:
    trigger = options(table(20)[-1], app)["trigger"]
    moment, fires = at("2022-03-01 09:00:00"), []
    for _ in range(3):
        moment = trigger.get_next_fire_time(None, moment + dt.timedelta(seconds=1))
        fires.append(f"{moment.astimezone(BANGKOK):%H:%M:%S}")

    assert fires == ["09:00:30", "09:20:30", "09:40:30"]
