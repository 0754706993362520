"""Planning and delivering everything that is owed, once."""

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, measure, rule, stored
from tests.factories import plan as document
from tests.services.delivering import Post, at, names, outbox
from tracker.db.models import FollowUp, Plan, Reminder
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import Kind
from tracker.errors import DeliveryError
from tracker.services.outbox import Delivered
from tracker.services.reminders import Planned
from tracker.services.tick import Ticked, plan_owed, tick

MONDAY = at("2022-01-31 09:05")


@pytest.fixture
def post(sessions: sessionmaker[Session]) -> Post:
    with sessions.begin() as session:
        plan = stored(
            session, document(measure(rules=[rule("on", dt.date(2022, 1, 31))])), office=OfficeTime()
        )
        for name in ("a", "b"):
            contact(session, plan.agency_id, name, divisions=["ฝ่ายหนึ่ง"], email=f"{name}@x.example")
    return Post(sessions, MONDAY)


def test_tick_twice_does_nothing_the_second_time(post: Post) -> None:
    first, second = tick(post.delivery, post.moment), tick(post.delivery, post.moment)

    assert first == Ticked(Planned(reminders=4, messages=2), Delivered(sent=2), waiting=0)
    assert second == Ticked(Planned(reminders=0, messages=0), Delivered(), waiting=0)


def test_tick_tells_what_waits(post: Post) -> None:
    post.email.fail(DeliveryError("busy"))
    by_day = tick(post.delivery, post.moment)
    post.now = at("2022-01-31 20:00")
    by_night = tick(post.delivery, post.moment)

    assert (by_day.delivered, by_day.waiting) == (Delivered(sent=1, retry=1), 1)
    assert (by_night.delivered, by_night.waiting) == (Delivered(), 1)


@pytest.mark.parametrize("time", ["08:30", "08:59"])
def test_who_looks_once_a_day_before_the_hour_of_reminding_is_served_that_day(post: Post, time: str) -> None:
    sent = [
        (day, post.tick(at(f"2022-02-{day:02} {time}")).sent)
        for day in (7, 8, 9, 10, 11, 12, 13, 14, 15)  # Monday to Tuesday
    ]

    assert sent == [(7, 2), (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 2), (15, 0)]


def test_after_days_without_a_look_messages_leave_as_the_office_opens_with_all_that_the_day_owes(
    post: Post,
) -> None:
    with post.sessions.begin() as session:
        session.execute(update(FollowUp).values(due_on=dt.date(2022, 2, 3)))  # near since Monday, 31 January
    post.tick(at("2022-01-28 09:05"))

    ticks = [post.tick(at(f"2022-02-{day}")).sent for day in ("01 08:30", "01 08:45", "01 09:00", "02 09:00")]

    assert ticks == [2, 0, 0, 0]
    with post.sessions() as session:
        carried = session.execute(select(Reminder.message_id, Reminder.kind)).all()
        assert sorted(carried) == [(each, kind) for each in (1, 2) for kind in (Kind.DUE_SOON, Kind.MONTHLY)]


def test_what_is_of_use_until_nine_only_leaves_as_the_office_opens(post: Post) -> None:
    """The fourth weekly step, of 28 February, is the last, and ends when the fifth would come."""
    for day in ("02-07", "02-14", "02-21"):
        post.tick(at(f"2022-{day} 09:00"))

    opening = post.tick(at("2022-03-07 08:35"))

    assert opening.sent == 2
    with post.sessions() as session:
        last = select(Reminder.message_id).where(Reminder.kind == Kind.OVERDUE, Reminder.step == 4)
        assert len(set(session.scalars(last))) == 2


def test_a_tick_by_night_writes_down_and_what_it_wrote_leaves_at_nine(post: Post) -> None:
    post.now = at("2022-01-28 10:00")
    tick(post.delivery, post.moment, frozenset())  # somebody looked on Friday
    post.now = at("2022-01-30 20:00")  # Sunday
    by_night = tick(post.delivery, post.moment)

    post.now = at("2022-01-31 08:30")
    as_the_office_opens = tick(post.delivery, post.moment)
    post.now = at("2022-01-31 09:00")
    at_nine = tick(post.delivery, post.moment)

    assert by_night.planned.reminders > 0
    assert by_night.planned.messages == as_the_office_opens.delivered.sent == 0
    assert at_nine.delivered.sent == 2


def test_what_a_day_off_owed_leaves_with_what_the_next_working_day_owes(post: Post) -> None:
    """The director is asked 45 days after 31 January: on the last of four days off.

    The week's list waits for the day after, and does not wait for one more because the other went first.
    """
    post.office = OfficeTime(working=WorkingDays(frozenset(dt.date(2022, 3, day) for day in range(14, 18))))
    with post.sessions.begin() as session:
        agency_id = session.scalars(select(Plan.agency_id)).one()
        roles = ["supervisor", "coordinator"]
        contact(session, agency_id, "chief", roles=roles, rank=3, email="chief@x.example")
    post.tick(at("2022-03-11 09:00"))
    before = len(post.writer.digests)

    for instant in ("2022-03-17 10:00", "2022-03-18 08:30", "2022-03-18 09:00"):
        post.tick(at(instant))

    told = {each.recipient: each.kinds for each in post.writer.digests[before:]}
    assert told["chief"] == {Kind.ESCALATION, Kind.COORDINATOR}
    assert {each.today for each in post.writer.digests[before:]} == {dt.date(2022, 3, 18)}


@pytest.mark.parametrize("days", [1, 3, 7])
def test_a_late_tick_sends_what_is_still_of_use_in_one_message(post: Post, days: int) -> None:
    """The list of January and the due-soon end with the 31st; on Monday, 7 February, it is overdue."""
    ticked = tick(post.delivery, lambda: post.moment())
    post.now = MONDAY + dt.timedelta(days=days)

    later = tick(post.delivery, post.moment)

    assert ticked.delivered.sent == 2
    # From Tuesday on February's list, since it is overdue; on the 7th with the first weekly step.
    assert (later.planned.messages, later.delivered.sent) == (2, 2)
    assert tick(post.delivery, post.moment).delivered == Delivered()


def test_only_some_kinds(post: Post) -> None:
    ticked = tick(post.delivery, post.moment, frozenset({Kind.MONTHLY}))

    assert ticked.planned == Planned(reminders=2, messages=2)
    with post.sessions() as session:
        assert names(session, Kind.DUE_SOON) == []


def test_planning_alone_sends_nothing(post: Post) -> None:
    plan_owed(post.delivery, post.moment())

    assert post.email.tried == []
    with post.sessions() as session:
        assert [each[3] for each in outbox(session)] == ["queued", "queued"]
