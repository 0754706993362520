"""A task that one process has at a time: taken, renewed, taken over, given back."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.services.delivering import at
from tracker.db.models import Lease
from tracker.services.leases import give_back, holder_name, holder_of, take

NOW = at("2022-01-31 09:00")
LASTS = dt.timedelta(minutes=15)


def taken(session: Session, holder: str, now: dt.datetime = NOW, name: str = "planner") -> bool:
    return take(session, name, holder=holder, now=now, lasts=LASTS)


def test_a_free_lease_is_taken_until_its_end(session: Session) -> None:
    assert taken(session, "one")
    assert session.execute(select(Lease.name, Lease.holder, Lease.until)).all() == [
        ("planner", "one", NOW + LASTS)
    ]


@pytest.mark.parametrize(
    ("holder", "after", "expected"),
    [
        ("one", dt.timedelta(minutes=5), True),
        ("two", dt.timedelta(minutes=5), False),
        ("two", LASTS - dt.timedelta(seconds=1), False),
        ("two", LASTS, True),
        ("two", dt.timedelta(days=90), True),
        ("one", dt.timedelta(days=90), True),
        ("two", -dt.timedelta(minutes=10), False),
        ("two", -dt.timedelta(days=90), True),
    ],
    ids=[
        "renewed", "held", "held_to_the_last", "over", "long_over", "renewed_late", "a_clock_that_is_late",
        "taken_by_a_clock_that_ran_ahead",
    ],
)  # fmt: skip
def test_who_gets_a_lease_that_one_has(
    session: Session, holder: str, after: dt.timedelta, expected: bool
) -> None:
    taken(session, "one")

    assert taken(session, holder, NOW + after) is expected
    assert holder_of(session, "planner") == (holder if expected else "one")


def test_a_renewed_lease_ends_later(session: Session) -> None:
    taken(session, "one")
    taken(session, "one", NOW + dt.timedelta(minutes=10))

    assert not taken(session, "two", NOW + LASTS)
    assert taken(session, "two", NOW + dt.timedelta(minutes=10) + LASTS)


def test_leases_of_other_names_are_apart(session: Session) -> None:
    assert taken(session, "one", name="planner")
    assert taken(session, "two", name="cleaner")


def test_what_is_given_back_is_free_at_once(session: Session) -> None:
    taken(session, "one")

    give_back(session, "planner", holder="one")

    assert holder_of(session, "planner") == ""
    assert taken(session, "two")


def test_nobody_gives_back_what_another_has(session: Session) -> None:
    taken(session, "one")

    give_back(session, "planner", holder="two")

    assert holder_of(session, "planner") == "one"


def test_of_eight_at_once_one_gets_it(sessions: sessionmaker[Session]) -> None:
    """When it is free, and again when it is over."""
    won: list[str] = []

    def try_for_it(holder: str, now: dt.datetime) -> None:
        start.wait()
        with sessions.begin() as session:
            if taken(session, holder, now):
                won.append(holder)

    for now in (NOW, NOW + LASTS):
        start = threading.Barrier(8)
        threads = [threading.Thread(target=try_for_it, args=(f"{now} {n}", now)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [each[:19] for each in won] == ["2022-01-31 02:00:00", "2022-01-31 02:15:00"]


def test_no_two_processes_have_the_same_name() -> None:
    assert len({holder_name() for _ in range(100)}) == 100
