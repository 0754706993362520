"""Running the table until told to stop."""

import datetime as dt
import logging
import signal
import threading
from collections.abc import Callable

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from jobs import runner
from jobs.planner import Planner
from jobs.runner import _guarded, run_forever
from jobs.schedule import Job
from tests.jobs.conftest import Clock, messages
from tests.services.delivering import at
from tracker.app import App
from tracker.services.days_off import DayOff, table_text, write_table


def once_started(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """``act`` happens as soon as the scheduler runs."""

    class Scheduler(BackgroundScheduler):  # type: ignore[misc]
        def start(self, *args: object, **options: object) -> None:
            super().start(*args, **options)
            act()

    monkeypatch.setattr(runner, "BackgroundScheduler", Scheduler)


def test_it_begins_by_catching_up_and_ends_when_told_to(
    office_app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("2022-03-01 09:30")
    once_started(monkeypatch, office_app.stopping.set)

    run_forever(office_app)

    assert [each.state.value for each in messages(office_app)] == ["sent"] * 3
    assert [thread.name for thread in threading.enumerate() if "APScheduler" in thread.name] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_stops_it(office_app: App, number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    once_started(monkeypatch, lambda: signal.raise_signal(number))

    run_forever(office_app)

    assert office_app.stopping.is_set()


def test_each_start_sends_what_came_due_since_the_last(
    office_app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_started(monkeypatch, office_app.stopping.set)
    for moment in ("2022-03-01 09:30", "2022-03-01 10:00", "2022-03-14 12:00"):
        clock.now = at(moment)
        office_app.stopping.clear()
        run_forever(office_app)

    sent = [(each.on_date.isoformat(), each.kind.value) for each in messages(office_app)]
    assert len(sent) == len(set(sent))
    assert {day for day, _ in sent} == {"2022-03-01", "2022-03-14"}


def test_a_job_that_fails_is_logged_and_tried_again_later(
    office_app: App, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[str] = []

    def broken(app: App, *, now: object) -> None:
        calls.append("called")
        raise RuntimeError("no luck")

    caplog.set_level(logging.INFO)
    for _ in range(2):
        _guarded(Job("broken", broken, {}), office_app, Planner(office_app))

    assert calls == ["called", "called"]
    assert "broken: failed; it will be tried again at its next time" in caplog.text


def test_a_job_is_told_the_moment_and_logs_its_start_and_end(
    office_app: App, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[object] = []
    planner = Planner(office_app)
    planner.look(clock.now)
    caplog.clear()
    caplog.set_level(logging.INFO)

    _guarded(Job("fine", lambda app, *, now: told.append(now), {}), office_app, planner)

    assert told == [clock.now]
    assert [record.message for record in caplog.records] == ["fine: start", "fine: end"]


def test_a_job_follows_the_days_off_as_they_are_now(office_app: App) -> None:
    holiday, seen = dt.date(2022, 3, 1), list[bool]()
    look = Job("look", lambda app, *, now: seen.append(app.office.working.includes(holiday)), {})
    path, planner = office_app.files.office / "days-off" / "2565.csv", Planner(office_app)

    _guarded(look, office_app, planner)
    write_table(path, table_text([DayOff(holiday, "granted", confirmed=True)]))
    _guarded(look, office_app, planner)

    assert seen == [True, False]


def test_no_job_begins_once_it_is_to_stop(office_app: App) -> None:
    called: list[object] = []
    office_app.stopping.set()

    _guarded(Job("late", lambda app, *, now: called.append(now), {}), office_app, Planner(office_app))

    assert called == []


def test_what_plans_is_run_by_the_planner_alone_and_the_rest_by_all(office_app: App, clock: Clock) -> None:
    ran: list[str] = []
    jobs = [
        Job(name, lambda app, *, now, name=name: ran.append(name), {}, plans=name == "check")
        for name in ("check", "delivery")
    ]
    first, second = Planner(office_app), Planner(office_app)

    for planner in (first, second):
        for job in jobs:
            _guarded(job, office_app, planner)

    assert ran == ["check", "delivery", "delivery"]


def test_a_stop_gives_the_planning_back_at_once(
    office_app: App, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    once_started(monkeypatch, office_app.stopping.set)

    run_forever(office_app)

    assert Planner(office_app).look(clock.now)
