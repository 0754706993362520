"""An amended document over a plan that is followed up: what differs changes, what was reported stays."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import measure, plan, rule
from tracker.db.models import Division, Event, FollowUp, Measure
from tracker.domain.follow_up import Action, Status
from tracker.domain.office_time import OfficeTime
from tracker.plans import model
from tracker.services.follow_ups import Change, apply
from tracker.services.plan_import import Imported, import_plan
from tracker.services.stored_plan import stored_plan

BEFORE = dt.datetime(2021, 9, 20, 7, 0, tzinfo=dt.UTC)
FEBRUARY = dt.datetime(2022, 2, 15, 3, 0, tzinfo=dt.UTC)


def load(session: Session, document: model.Plan, office: OfficeTime, *, now: dt.datetime) -> Imported:
    return import_plan(session, document, office=office, report_days=5, catalogue={}, actor="tester", now=now)


def follow_ups(session: Session, code: str) -> dict[str, Status]:
    rows = session.execute(
        select(FollowUp.period, FollowUp.status)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(Measure.code == code)
        .order_by(FollowUp.scheduled_on)
    )
    return {row.period: row.status for row in rows}


def mark_done(session: Session, code: str, period: str) -> None:
    follow_up = session.scalars(
        select(FollowUp).join(Measure).where(Measure.code == code, FollowUp.period == period)
    ).one()
    day = dt.date(2022, 1, 5)
    change = Change(Action.DONE, on=day)
    apply(session, follow_up, change, what=code, verify=False, actor="tester", today=day, now=FEBRUARY)


@pytest.fixture(autouse=True)
def loaded(session: Session, office: OfficeTime) -> None:
    load(session, plan(measure("O1"), measure("O2"), measure("O3")), office, now=BEFORE)


def test_the_stored_plan_says_what_the_amended_document_says(session: Session, office: OfficeTime) -> None:
    amended = plan(measure("O3"), measure("O1", title="อีกอย่าง"), measure("O9", lead="ฝ่ายสอง"))

    result = load(session, amended, office, now=FEBRUARY)

    assert result.changed
    assert stored_plan(session, 1) == amended
    assert result.difference is not None
    assert [each.code for each in result.difference.added] == ["O9"]
    assert [each.code for each in result.difference.removed] == ["O2"]
    assert [each.after.code for each in result.difference.changed] == ["O1"]
    assert not load(session, amended, office, now=FEBRUARY).changed


def test_coming_periods_follow_a_changed_rule_and_reported_ones_stay(
    session: Session, office: OfficeTime
) -> None:
    mark_done(session, "O1", "2565-Q1")
    amended = plan(measure("O1", rules=[rule("half-yearly")]), measure("O2"), measure("O3"))

    load(session, amended, office, now=FEBRUARY)

    assert follow_ups(session, "O1") == {
        "2565-Q1": Status.DONE,
        "2565-H1": Status.OPEN,
        "2565-H2": Status.OPEN,
    }
    assert list(follow_ups(session, "O2")) == ["2565-Q1", "2565-Q2", "2565-Q3", "2565-Q4"]


def test_ended_period_that_is_still_open_stays_open(session: Session, office: OfficeTime) -> None:
    amended = plan(measure("O1", rules=[rule("yearly")]), measure("O2"), measure("O3"))

    load(session, amended, office, now=FEBRUARY)

    assert follow_ups(session, "O1") == {"2565-Q1": Status.OPEN, "2565": Status.OPEN}


def test_new_periods_that_are_over_already_count_nowhere(session: Session, office: OfficeTime) -> None:
    amended = plan(measure("O1", rules=[rule("monthly")]), measure("O2"), measure("O3"))

    load(session, amended, office, now=FEBRUARY)

    early = select(FollowUp.period).where(FollowUp.before_tracking).order_by(FollowUp.scheduled_on)
    assert session.scalars(early).all() == ["2564-10", "2564-11", "2564-12", "2565-01"]


def test_measure_without_history_is_deleted_with_its_follow_ups(session: Session, office: OfficeTime) -> None:
    load(session, plan(measure("O1"), measure("O3")), office, now=FEBRUARY)

    assert follow_ups(session, "O2") == {}
    assert session.scalars(select(Measure.code).order_by(Measure.position)).all() == ["O1", "O3"]


def test_measure_with_history_is_retired_and_its_open_follow_ups_end(
    session: Session, office: OfficeTime
) -> None:
    mark_done(session, "O2", "2565-Q1")

    result = load(session, plan(measure("O1"), measure("O3")), office, now=FEBRUARY)

    assert result.amended is not None
    assert result.amended.retired == ("O2",)
    assert follow_ups(session, "O2") == {"2565-Q1": Status.DONE}
    retired = session.scalars(select(Measure).where(Measure.code == "O2")).one()
    assert retired.retired_on == dt.date(2022, 2, 15)
    assert session.scalars(select(Event.what).where(Event.measure_id == retired.id)).all() == ["done"]


def test_retired_measure_comes_back_with_its_history(session: Session, office: OfficeTime) -> None:
    mark_done(session, "O2", "2565-Q1")
    load(session, plan(measure("O1"), measure("O3")), office, now=FEBRUARY)

    load(session, plan(measure("O1"), measure("O2"), measure("O3")), office, now=FEBRUARY)

    assert follow_ups(session, "O2") == {
        "2565-Q1": Status.DONE,
        "2565-Q2": Status.OPEN,
        "2565-Q3": Status.OPEN,
        "2565-Q4": Status.OPEN,
    }


def test_open_follow_ups_go_with_their_measure_to_another_lead(session: Session, office: OfficeTime) -> None:
    mark_done(session, "O1", "2565-Q1")

    load(session, plan(measure("O1", lead="ฝ่ายสอง"), measure("O2"), measure("O3")), office, now=FEBRUARY)

    rows = session.execute(
        select(FollowUp.period, Division.name)
        .join(Division, Division.id == FollowUp.lead_division_id)
        .join(Measure, Measure.id == FollowUp.measure_id)
        .where(Measure.code == "O1")
        .order_by(FollowUp.scheduled_on)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("2565-Q1", "ฝ่ายหนึ่ง"),
        ("2565-Q2", "ฝ่ายสอง"),
        ("2565-Q3", "ฝ่ายสอง"),
        ("2565-Q4", "ฝ่ายสอง"),
    ]


def test_an_amendment_is_one_line_of_history(session: Session, office: OfficeTime) -> None:
    load(session, plan(measure("O1"), measure("O3")), office, now=FEBRUARY)

    event = session.scalars(select(Event).where(Event.what == "plan amended")).one()
    assert event.after["removed"] == ["O2"]
    assert event.actor == "tester"
