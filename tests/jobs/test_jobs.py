"""Each job by itself: what it writes down, once, also when it is late."""

import datetime as dt
import inspect
from types import ModuleType

import pytest

from jobs import deliver_outbox, monthly_check, overdue_summary, quarterly_check
from tests.jobs.conftest import Clock, messages
from tests.services.delivering import at, reminded
from tracker.app import App
from tracker.domain.reminders import REMINDERS

JOBS = [monthly_check, quarterly_check, overdue_summary, deliver_outbox]
FIRST_OF_MARCH = at("2022-03-01 09:00")  # a Tuesday: a quarter closes, and Friday's date is due soon
FIFTEEN = 15


def kinds(app: App) -> list[str]:
    with app.sessions() as session:
        return sorted({each[1] for each in reminded(session)})


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.__name__)
def test_a_job_is_run_app_now_in_fifteen_lines(job: ModuleType) -> None:
    lines = inspect.getsource(job.run).strip().splitlines()

    assert len(lines) <= FIFTEEN
    assert str(inspect.signature(job.run)).startswith("(app: tracker.app.App, *, now: datetime.datetime)")
    assert job.run.__doc__
    assert job.__doc__


@pytest.mark.parametrize(
    ("job", "written"),
    [
        (monthly_check, ["due-soon", "monthly"]),
        (quarterly_check, ["quarterly"]),
        (overdue_summary, ["coordinator", "escalation", "overdue", "summary"]),
    ],
    ids=["monthly", "quarterly", "overdue"],
)
def test_a_job_writes_what_is_its_own_once_at_its_moment(
    office_app: App, job: ModuleType, written: list[str]
) -> None:
    job.run(office_app, now=FIRST_OF_MARCH)
    before = messages(office_app)

    job.run(office_app, now=FIRST_OF_MARCH)

    assert kinds(office_app) == written
    assert [each.id for each in messages(office_app)] == [each.id for each in before]


def test_the_checks_together_write_every_kind_that_is_owed(office_app: App) -> None:
    """On this day each is."""
    for job in JOBS[:3]:
        job.run(office_app, now=FIRST_OF_MARCH)

    assert kinds(office_app) == sorted(REMINDERS)


@pytest.mark.parametrize("job", JOBS[:3], ids=["monthly", "quarterly", "overdue"])
def test_a_late_job_catches_up_once(office_app: App, job: ModuleType) -> None:
    late = FIRST_OF_MARCH + dt.timedelta(days=2, hours=3)

    job.run(office_app, now=late)
    caught_up = kinds(office_app)
    job.run(office_app, now=late + dt.timedelta(hours=1))

    assert caught_up
    with office_app.sessions() as session:
        written = reminded(session)
    assert len(written) == len(set(written))
    assert kinds(office_app) == caught_up


def test_the_checks_of_one_morning_leave_in_one_message_each(office_app: App, clock: Clock) -> None:
    clock.now = FIRST_OF_MARCH
    for job in JOBS:
        job.run(office_app, now=clock.now)

    found = messages(office_app)
    assert [each.state.value for each in found] == ["sent"] * 3
    assert sorted(each.kind.value for each in found) == ["coordinator", "escalation", "overdue"]
    assert len(list((office_app.folder / "outbox").glob("*.json"))) == 3


def test_delivery_twice_sends_nothing_twice(office_app: App, clock: Clock) -> None:
    monthly_check.run(office_app, now=FIRST_OF_MARCH)
    clock.now = FIRST_OF_MARCH

    deliver_outbox.run(office_app, now=clock.now)
    first = [(each.sent_at, each.attempts) for each in messages(office_app)]
    clock.now += dt.timedelta(minutes=5)
    deliver_outbox.run(office_app, now=clock.now)

    assert first == [(FIRST_OF_MARCH, 1)]
    assert [(each.sent_at, each.attempts) for each in messages(office_app)] == first


def test_delivery_waits_for_the_hours_of_sending_and_then_catches_up(office_app: App, clock: Clock) -> None:
    monthly_check.run(office_app, now=FIRST_OF_MARCH)
    states = []
    for moment in ("2022-03-01 16:30", "2022-03-02 08:29", "2022-03-02 08:30"):
        clock.now = at(moment)
        deliver_outbox.run(office_app, now=clock.now)
        states.append(messages(office_app)[0].state.value)

    assert states == ["queued", "queued", "sent"]


@pytest.mark.parametrize("job", JOBS[:3], ids=["monthly", "quarterly", "overdue"])
def test_a_job_with_nothing_owed_does_nothing(office_app: App, job: ModuleType) -> None:
    job.run(office_app, now=at("2021-09-30 12:00"))

    assert messages(office_app) == []
