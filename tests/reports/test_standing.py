"""The supervisors' summary: added up in SQL, compared with plain Python and with numbers by hand."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from tests.factories import AGENCY, follow_up, measure, plan, rule, stored
from tests.reports.plain_reference import LEADS, TODAY, Life, expected_summary, store_lives
from tests.reports.test_listing import ALL_LIVES, AS_OF, query_plans
from tracker.db.models import Division, Plan
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.reports.standing import plan_summary
from tracker.reports.summary import DivisionStanding, OverdueItem, TrendPoint, age_group


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), all_lives=ALL_LIVES)
def test_summary_is_what_plain_python_would_add_up(
    sessions: sessionmaker[Session], office: OfficeTime, data: st.DataObject, all_lives: list[Life]
) -> None:
    with sessions() as session:
        plan_id, known = store_lives(session, all_lives, office=office)
        divisions = {each.name: each.id for each in session.scalars(select(Division))}
        for _ in range(5):
            as_of = data.draw(AS_OF)
            leads = data.draw(st.sets(st.sampled_from(LEADS[:2])))
            own = [each for each in known if not leads or each.lead in leads]

            summary = plan_summary(
                session, plan_id, today=TODAY, as_of=as_of, divisions=[divisions[lead] for lead in leads]
            )

            assert summary == expected_summary(own, as_of or TODAY)
            assert summary.total == summary.done + summary.submitted + summary.open + summary.waived
            assert sum(summary.aging.values()) == summary.overdue <= summary.open


@pytest.mark.parametrize(
    ("days", "group"),
    [
        (1, "1-7"),
        (7, "1-7"),
        (8, "8-30"),
        (30, "8-30"),
        (31, "31-90"),
        (90, "31-90"),
        (91, "90+"),
        (4000, "90+"),
    ],
)
def test_age_groups_at_their_edges(session: Session, office: OfficeTime, days: int, group: str) -> None:
    plan_id = one_due_on(session, office)

    summary = plan_summary(session, plan_id, today=dt.date(2022, 1, 31) + dt.timedelta(days=days))

    assert age_group(days) == group
    assert {name: number for name, number in summary.aging.items() if number} == {group: 1}


def one_due_on(session: Session, office: OfficeTime) -> int:
    """A plan whose only follow-up was due on 31 January 2022."""
    day = rule("on", dt.date(2022, 1, 31))
    return stored(session, plan(measure("O24", rules=[day])), office=office).id


def test_due_date_itself_is_not_overdue(session: Session, office: OfficeTime) -> None:
    summary = plan_summary(session, one_due_on(session, office), today=dt.date(2022, 1, 31))

    assert (summary.overdue, summary.due, summary.on_time_rate, summary.oldest) == (0, 1, 0.0, ())


@pytest.fixture
def spring(session: Session, office: OfficeTime) -> int:
    """O1 and O2 of two divisions by quarters, tracked from 1 December 2021, seen in spring."""
    document = plan(measure("O1", lead="ฝ่ายหนึ่ง"), measure("O2", lead="ฝ่ายสอง"))
    plan_id = stored(session, document, office=office, track_from=dt.date(2021, 12, 1)).id
    for code, period, status, submitted_on, closed_on in (
        ("O1", "2565-Q1", Status.DONE, None, dt.date(2022, 1, 7)),  # on its due date
        ("O1", "2565-Q2", Status.SUBMITTED, dt.date(2022, 4, 12), None),
        ("O2", "2565-Q1", Status.DONE, None, dt.date(2022, 1, 10)),  # three days late
        ("O2", "2565-Q4", Status.WAIVED, None, dt.date(2022, 4, 1)),
    ):
        row = follow_up(session, code, period)
        row.status, row.submitted_on, row.closed_on = status, submitted_on, closed_on
    session.flush()
    return plan_id


def test_summary_by_hand(session: Session, spring: int) -> None:
    summary = plan_summary(session, spring, today=dt.date(2022, 4, 20))

    assert summary.as_json() == {
        "as_of": "2022-04-20",
        "agency": AGENCY,
        "fiscal_year": 2565,
        "total": 8,
        "done": 2,
        "submitted": 1,
        "open": 4,
        "waived": 1,
        "overdue": 1,
        "due": 4,  # Q1 and Q2 of both
        "on_time_rate": 0.25,  # O1 Q1
        "by_division": [
            {
                "division": "ฝ่ายสอง",
                "total": 4,
                "done": 1,
                "submitted": 0,
                "open": 2,
                "waived": 1,
                "overdue": 1,
                "oldest_days": 13,
            },
            {
                "division": "ฝ่ายหนึ่ง",
                "total": 4,
                "done": 1,
                "submitted": 1,
                "open": 2,
                "waived": 0,
                "overdue": 0,
                "oldest_days": 0,
            },
        ],
        "aging": {"1-7": 0, "8-30": 1, "31-90": 0, "90+": 0},
        "oldest": [
            {
                "code": "O2",
                "title": "มาตรการ O2",
                "period": "2565-Q2",
                "lead": "ฝ่ายสอง",
                "due_on": "2022-04-07",
                "days_overdue": 13,
            }
        ],
        "trend": [
            {"as_of": "2021-12-31", "overdue": 0, "done": 0},
            {"as_of": "2022-01-31", "overdue": 0, "done": 2},
            {"as_of": "2022-02-28", "overdue": 0, "done": 2},
            {"as_of": "2022-03-31", "overdue": 0, "done": 2},
            {"as_of": "2022-04-20", "overdue": 1, "done": 2},
        ],
    }


def test_past_day_counts_what_was_closed_later_as_open(session: Session, spring: int) -> None:
    summary = plan_summary(session, spring, today=dt.date(2022, 4, 20), as_of=dt.date(2022, 1, 9))

    assert (summary.done, summary.submitted, summary.open, summary.waived) == (1, 0, 7, 0)
    assert summary.oldest == (OverdueItem("O2", "มาตรการ O2", "2565-Q1", "ฝ่ายสอง", dt.date(2022, 1, 7), 2),)
    assert (summary.due, summary.on_time_rate) == (2, 0.5)
    assert summary.trend == (TrendPoint(dt.date(2021, 12, 31), 0, 0), TrendPoint(dt.date(2022, 1, 9), 1, 1))


def test_summary_of_a_division_is_of_it_alone(session: Session, spring: int) -> None:
    own = session.scalars(select(Division.id).where(Division.name == "ฝ่ายสอง")).one()

    summary = plan_summary(session, spring, today=dt.date(2022, 4, 20), divisions=[own])

    assert summary.by_division == (DivisionStanding("ฝ่ายสอง", 4, 1, 0, 2, 1, 1, 13),)
    assert (summary.total, summary.due, summary.on_time_rate) == (4, 2, 0.0)
    assert summary.trend[-1] == TrendPoint(dt.date(2022, 4, 20), 1, 1)


def test_what_was_due_before_tracking_counts_nowhere(session: Session, office: OfficeTime) -> None:
    plan_id = stored(session, plan(), office=office, track_from=dt.date(2022, 5, 1)).id
    early = follow_up(session, "O1", "2565-Q1")
    early.status, early.closed_on = Status.DONE, dt.date(2022, 1, 5)
    session.flush()

    summary = plan_summary(session, plan_id, today=TODAY)

    assert (summary.total, summary.done, summary.open, summary.overdue, summary.due) == (2, 0, 2, 0, 0)
    assert summary.on_time_rate is None
    assert [point.done for point in summary.trend] == [0, 0]


def test_plan_without_follow_ups_has_a_summary(session: Session, office: OfficeTime) -> None:
    plan_id = stored(session, plan(measure(rules=[])), office=office).id

    summary = plan_summary(session, plan_id, today=dt.date(2021, 10, 5))

    assert (summary.total, summary.by_division, summary.oldest) == (0, (), ())
    assert summary.trend == (TrendPoint(dt.date(2021, 10, 5), 0, 0),)


@pytest.mark.parametrize(
    ("today", "days"),
    [
        (dt.date(2021, 9, 20), ["2021-09-20"]),
        (dt.date(2021, 10, 31), ["2021-10-31"]),
        (dt.date(2021, 11, 30), ["2021-10-31", "2021-11-30"]),
        (dt.date(2021, 12, 1), ["2021-10-31", "2021-11-30", "2021-12-01"]),
    ],
    ids=["before_the_year", "first_months_end", "months_end_once", "first_of_month"],
)
def test_trend_has_the_months_ends_and_the_day(
    session: Session, office: OfficeTime, today: dt.date, days: list[str]
) -> None:
    plan_id = stored(session, plan(), office=office).id

    summary = plan_summary(session, plan_id, today=today)

    assert [point.as_of.isoformat() for point in summary.trend] == days


def test_trend_ends_with_the_years_last_month_and_the_day(session: Session, office: OfficeTime) -> None:
    plan_id = stored(session, plan(), office=office).id

    trend = plan_summary(session, plan_id, today=dt.date(2022, 12, 15)).trend

    assert len(trend) == 13
    assert [point.as_of for point in trend[-2:]] == [dt.date(2022, 9, 30), dt.date(2022, 12, 15)]


def test_summaries_of_two_plans_do_not_mix(session: Session, office: OfficeTime) -> None:
    first = stored(session, plan(), office=office).id
    second = stored(session, plan(measure(rules=[rule("yearly")]), agency="สำนักงานเขตอื่น"), office=office)

    assert plan_summary(session, first, today=TODAY).total == 4
    assert plan_summary(session, second.id, today=TODAY).total == 1
    assert session.get_one(Plan, second.id).agency_id != session.get_one(Plan, first).agency_id


def test_present_overdue_numbers_come_from_the_index_of_open_rows(
    engine: Engine, session: Session, office: OfficeTime
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    plan_id = stored(session, plan(), office=office).id

    def add_up() -> Any:
        return plan_summary(session, plan_id, today=TODAY)

    ways = query_plans(engine, session, add_up)

    index = "INDEX ix_follow_ups_open (plan_id=? AND lead_division_id=? AND due_on<?)"
    assert any(index in way for way in ways), ways
