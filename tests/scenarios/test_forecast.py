"""The forecast of the bundled plan, and what the ticks then send: message by message the same.

Five weeks around a quarter's end are played in every run; the whole year, which takes minutes, where
TRACKER_TEST_WHOLE_YEAR is set.
"""

import datetime as dt
import os

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import contact, line_id, stored
from tests.services.delivering import Post
from tracker.config import shipped
from tracker.db.models import Contact, FollowUp, LineAudience, Measure, Message, MessageItem, Reminder
from tracker.domain.cadence import Cadence
from tracker.domain.follow_up import Action
from tracker.domain.office_time import OfficeTime, WorkingDays
from tracker.domain.reminders import WEIGHT
from tracker.plans.reader import read_plan, with_default_cadence
from tracker.reports.forecast import Forecast
from tracker.services.days_off import read_days_off
from tracker.services.follow_ups import Change, apply
from tracker.services.forecast import forecast

OFFICE = OfficeTime(
    working=WorkingDays(read_days_off([shipped() / f"days-off/{year}.csv" for year in (2565, 2566)]))
)
DAY = dt.timedelta(days=1)
HOURS = [dt.time(0, 5), dt.time(8, 35), dt.time(9, 0), dt.time(13, 0)]
"""When the ticks come: at night, as the office opens, at the hour of reminding, and later."""

SPANS = [
    pytest.param("sqlite", dt.date(2021, 12, 20), dt.date(2022, 1, 24), id="five_weeks"),
    pytest.param(
        "sqlite",
        dt.date(2021, 10, 1),
        dt.date(2022, 12, 2),
        id="the_year",
        marks=pytest.mark.skipif(
            "TRACKER_TEST_WHOLE_YEAR" not in os.environ, reason="TRACKER_TEST_WHOLE_YEAR is not set"
        ),
    ),
]

Told = tuple[dt.date, str, str, tuple[str, ...], tuple[str, ...]]


def found(session: Session) -> int:
    """The bundled plan, and people of every kind: who comes and goes, shares an address, reads in a group."""
    plan = with_default_cadence(read_plan(shipped() / "plans" / "huai-khwang-2565.txt"), Cadence.QUARTERLY)
    agency = stored(session, plan, office=OFFICE).agency_id
    leads = sorted({each.lead for each in plan.measures if each.lead})
    for n, lead in enumerate(leads):
        contact(session, agency, f"owner {n}", divisions=[lead], email=f"{n}@x.example")
        contact(session, agency, f"head {n}", divisions=[lead], roles=["supervisor"], line_id=line_id(n))
    contact(session, agency, "group", divisions=[leads[0]], email="g@x.example", line_id=line_id(50, "C"))
    contact(session, agency, "shares", divisions=[leads[-1]], email="0@x.example")
    contact(
        session, agency, "newcomer", divisions=[leads[0]], email="new@x.example",
        valid_from=dt.date(2022, 1, 12),
    )  # fmt: skip
    contact(
        session, agency, "leaves", divisions=[leads[1]], email="old@x.example",
        valid_until=dt.date(2022, 1, 20),
    )  # fmt: skip
    contact(session, agency, "director", roles=["supervisor"], email="d@x.example", line_id=line_id(60))
    contact(session, agency, "clerk", roles=["coordinator"], email="c@x.example")
    session.add(LineAudience(address=line_id(50, "C"), people=7, counted_at=OFFICE.starts(plan.starts_on)))
    return agency


def answer(session: Session, day: dt.date) -> None:
    """Some of what was due before the span is done, some submitted, some moved."""
    rows = select(FollowUp).where(FollowUp.due_on < day + 10 * DAY, FollowUp.before_tracking.is_(False))
    for n, each in enumerate(session.scalars(rows.order_by(FollowUp.id))):
        action = [Action.DONE, Action.SUBMIT, Action.POSTPONE, None][n % 4]
        if action:
            change = Change(action, day, reason="because", due_on=day + (n % 40 + 1) * DAY)
            now = OFFICE.at(day, dt.time(8, 0))
            apply(session, each, change, what="it", verify=False, actor="test", today=day, now=now)


def foreseen(forecast: Forecast) -> list[Told]:
    return sorted(
        (each.on, each.contact, each.channel, tuple(each.kinds), tuple(sorted(each.items)))
        for each in forecast.messages
    )


def sent(sessions: sessionmaker[Session], after: dt.datetime) -> list[Told]:
    """What was really sent from an instant on, read message by message."""
    told = []
    with sessions() as session:
        rows = session.execute(select(Message, Contact.name).join(Contact).where(Message.sent_at >= after))
        for message, name in rows.all():
            kinds = session.scalars(
                select(Reminder.kind).where(Reminder.message_id == message.id, Reminder.dropped == "")
            )
            codes = session.scalars(
                select(Measure.code)
                .join(FollowUp, FollowUp.measure_id == Measure.id)
                .join(MessageItem, MessageItem.follow_up_id == FollowUp.id)
                .where(MessageItem.message_id == message.id)
            )
            weighed = tuple(sorted(set(kinds), key=lambda kind: -WEIGHT[kind]))
            day = OFFICE.today(message.sent_at)
            told.append((day, name, message.channel, weighed, tuple(sorted(set(codes)))))
    return sorted(told)


@pytest.mark.parametrize(("database", "first", "last"), SPANS, indirect=["database"])
def test_the_forecast_is_what_the_ticks_then_send(
    sessions: sessionmaker[Session], first: dt.date, last: dt.date
) -> None:
    begins = OFFICE.at(first, dt.time(7, 0))
    post = Post(sessions, begins, office=OFFICE)
    with sessions.begin() as session:
        agency = found(session)
        answer(session, first)

    seen = forecast(sessions, post.delivery, moment=post.moment(), agency_id=agency, first=first, last=last)
    day = first
    while day <= last:
        for time in HOURS:
            post.tick(OFFICE.at(day, time))
        day += DAY

    assert foreseen(seen) == sent(sessions, begins)
    kinds = {kind.value for each in seen.messages for kind in each.kinds}
    assert kinds >= {"monthly", "quarterly", "due-soon", "overdue", "summary", "coordinator"}
    assert {each.channel for each in seen.messages} == {"line", "email"}
    assert {each.contact for each in seen.messages} >= {"newcomer", "leaves", "group", "director", "clerk"}
    assert len(seen.messages) > 40
