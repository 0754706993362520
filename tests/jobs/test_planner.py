"""One of several processes plans: it renews its lease, and another follows it when it dies or stops."""

import datetime as dt
import logging

import pytest
from sqlalchemy.exc import OperationalError

from jobs import monthly_check, planner
from jobs.planner import Planner
from tests.jobs.conftest import Clock, messages
from tests.services.delivering import at, reminded
from tracker.app import App
from tracker.domain.reminders import REMINDERS

MONDAY = at("2022-02-28 09:05")
FIRST_OF_MARCH = at("2022-03-01 09:00")
LOOK = dt.timedelta(minutes=5)  # the default of run.look_every_minutes


def test_the_first_to_look_plans_and_the_others_do_not(office_app: App) -> None:
    planners = [Planner(office_app) for _ in range(4)]

    assert [each.look(MONDAY) for each in planners] == [True, False, False, False]


def test_the_planner_keeps_it_by_looking_in_time(office_app: App) -> None:
    first, second = Planner(office_app), Planner(office_app)

    seen = [(first.look(MONDAY + n * LOOK), second.look(MONDAY + n * LOOK)) for n in range(20)]

    assert set(seen) == {(True, False)}


@pytest.mark.parametrize(("looks", "follows"), [(2, False), (3, True)], ids=["lasts", "is_over"])
def test_a_dead_planner_is_followed_when_three_looks_have_passed(
    office_app: App, looks: int, follows: bool
) -> None:
    Planner(office_app).look(MONDAY)

    assert Planner(office_app).look(MONDAY + looks * LOOK) is follows


def test_a_stopped_planner_is_followed_at_once(office_app: App) -> None:
    first, second = Planner(office_app), Planner(office_app)
    first.look(MONDAY)

    first.resign()

    assert second.look(MONDAY)
    assert not first.look(MONDAY)


def test_who_follows_plans_what_a_planner_left_that_died_between_two_checks(office_app: App) -> None:
    dead, next_one = Planner(office_app), Planner(office_app)
    dead.look(at("2021-09-20 14:00"))
    monthly_check.run(office_app, now=FIRST_OF_MARCH)
    with office_app.sessions() as session:
        before = {each[1] for each in reminded(session)}

    next_one.look(FIRST_OF_MARCH + LOOK)

    with office_app.sessions() as session:
        after = {each[1] for each in reminded(session)}
    assert before == {"monthly", "due-soon"}
    assert after == {kind.value for kind in REMINDERS}


def test_a_process_that_starts_plans_though_a_dead_one_has_the_lease(office_app: App) -> None:
    Planner(office_app).look(at("2022-02-28 23:55"))
    restarted = Planner(office_app)

    restarted.start(at("2022-03-01 00:01"))

    with office_app.sessions() as session:
        assert reminded(session)
    assert not restarted.look(at("2022-03-01 00:02"))


def test_planning_that_fails_at_the_start_is_tried_at_the_next_look(
    office_app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    one = Planner(office_app)
    with monkeypatch.context() as patch:
        patch.setattr(planner, "plan_owed", locked)
        with pytest.raises(OperationalError):
            one.look(FIRST_OF_MARCH)

    one.look(FIRST_OF_MARCH + LOOK)

    assert messages(office_app)


def test_who_plans_is_said_once_for_each_change(
    office_app: App, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="jobs")
    first, second = Planner(office_app), Planner(office_app)
    for planner_, moment in ((first, 0), (second, 0), (first, 1), (second, 1), (second, 5), (second, 6)):
        planner_.look(at("2021-09-20 14:00") + moment * LOOK)

    assert [record.message for record in caplog.records] == [
        f"{first.holder} plans from now on",
        "0 reminders written in 0 new messages",
        f"{first.holder} plans; this process delivers",
        f"{second.holder} plans from now on, after {first.holder}",
        "0 reminders written in 0 new messages",
    ]


def test_a_database_that_is_gone_does_not_keep_a_process_from_stopping(
    office_app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("DELETE", {}, Exception("the connection is closed"))

    one = Planner(office_app)
    one.look(MONDAY)
    monkeypatch.setattr("tracker.services.leases.give_back", gone)

    one.resign()

    assert "could not be given back; it ends in 0:15:00 at the latest" in caplog.text
