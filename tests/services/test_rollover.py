"""Next year's plan from this one."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import measure, plan, rule
from tracker.db.models import FollowUp, Measure, Plan
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.errors import InputError, NotAllowed
from tracker.services.plan_import import import_plan
from tracker.services.rollover import RolledOver, roll_over
from tracker.services.stored_plan import stored_plan

BEFORE = dt.datetime(2023, 9, 20, 7, 0, tzinfo=dt.UTC)
OCTOBER = dt.datetime(2024, 10, 1, 3, 0, tzinfo=dt.UTC)


@pytest.fixture
def old(session: Session, office: OfficeTime) -> Plan:
    """FY2567, which holds 29 February 2024: O1 by quarters, O2 on that day."""
    leap_day = measure("O2", rules=[rule("on", dt.date(2024, 2, 29))], fiscal_year=2567)
    document = plan(measure("O1", fiscal_year=2567), leap_day, fiscal_year=2567)
    loaded = import_plan(
        session, document, office=office, report_days=5, catalogue={}, actor="tester", now=BEFORE
    )
    return session.get_one(Plan, loaded.plan_id)


def roll(session: Session, old: Plan, office: OfficeTime, year: int, codes: set[str]) -> RolledOver:
    return roll_over(
        session,
        old,
        year,
        codes=codes,
        office=office,
        report_days=5,
        catalogue={},
        actor="tester",
        now=OCTOBER,
    )


def test_rollover_moves_span_and_dates_by_whole_years(
    session: Session, old: Plan, office: OfficeTime
) -> None:
    result = roll(session, old, office, 2568, set())

    new = stored_plan(session, result.imported.plan_id)
    assert (new.fiscal_year, new.assessed_year) == (2568, old.assessed_year + 1)
    assert {(each.starts_on, each.ends_on) for each in new.measures} == {
        (dt.date(2024, 10, 1), dt.date(2025, 9, 30))
    }
    periods = select(FollowUp.period).where(FollowUp.plan_id == result.imported.plan_id)
    assert session.scalars(periods.order_by(FollowUp.scheduled_on)).all() == [
        "2568-Q1",
        "2568-02-28",
        "2568-Q2",
        "2568-Q3",
        "2568-Q4",
    ]


def test_rollover_links_what_was_left_open_to_its_origin(
    session: Session, old: Plan, office: OfficeTime
) -> None:
    for follow_up in session.scalars(select(FollowUp).where(FollowUp.period != "2567-Q4")):
        follow_up.status, follow_up.closed_on = Status.DONE, dt.date(2024, 9, 1)

    result = roll(session, old, office, 2568, set())

    assert result.carried == {"O1": ("2567-Q4",)}
    rows = session.scalars(select(Measure).where(Measure.plan_id == result.imported.plan_id)).all()
    assert {row.code: row.carried for row in rows} == {"O1": "open in 2567: 2567-Q4", "O2": ""}
    assert all(row.origin_id is not None for row in rows)


def test_rollover_takes_the_chosen_measures_alone(session: Session, old: Plan, office: OfficeTime) -> None:
    result = roll(session, old, office, 2568, {"O2"})

    assert [each.code for each in result.document.measures] == ["O2"]
    assert result.left_behind == ("O1",)


def test_rollover_refuses_a_year_that_is_not_later_or_has_a_plan(
    session: Session, old: Plan, office: OfficeTime
) -> None:
    with pytest.raises(InputError, match="to a later year, not 2567"):
        roll(session, old, office, 2567, set())
    roll(session, old, office, 2568, set())
    with pytest.raises(NotAllowed, match="There is a plan of 2568 already"):
        roll(session, old, office, 2568, set())
