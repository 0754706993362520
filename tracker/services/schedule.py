"""Making the follow-ups of a plan, all of them in one statement."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Executable,
    Select,
    String,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    values,
)
from sqlalchemy.orm import Session

from tracker.db.models import FollowUp, Measure, MeasureRule, Plan
from tracker.db.upsert import inserting
from tracker.domain.fiscal import FiscalYear
from tracker.domain.office_time import OfficeTime
from tracker.domain.schedule import Slot, slots

COLUMNS = (
    "plan_id",
    "measure_id",
    "lead_division_id",
    "fiscal_year",
    "period",
    "cadence",
    "starts_on",
    "scheduled_on",
    "due_on",
    "before_tracking",
)


def make_follow_ups(
    session: Session,
    plan: Plan,
    *,
    office: OfficeTime,
    report_days: int,
    counts_from: dt.date | None = None,
) -> int:
    """Write the follow-ups that the plan's rules ask for and that are not there yet; how many were made.

    A measure gets the periods that its span touches, and every date that its rules name. What fell due
    before ``plan.tracked_from``, or before ``counts_from`` when that is later, is marked.
    """
    chosen = asked_for(session, plan, office=office, report_days=report_days, counts_from=counts_from)
    before = _number(session, plan.id)
    session.execute(_insert(session, chosen))
    return _number(session, plan.id) - before


def asked_for(
    session: Session,
    plan: Plan,
    *,
    office: OfficeTime,
    report_days: int,
    counts_from: dt.date | None = None,
) -> Select[Any]:
    """The follow-ups that the plan's rules ask for, as rows of the table, whether they are there or not."""
    year = FiscalYear(plan.fiscal_year, office.fiscal_start_month)
    single_days = session.scalars(
        select(MeasureRule.on_date)
        .join(Measure, Measure.id == MeasureRule.measure_id)
        .where(Measure.plan_id == plan.id, MeasureRule.on_date.is_not(None))
        .distinct()
    )
    dates = [day for day in single_days if day]
    wanted = slots(year, dates=dates, working=office.working, report_days=report_days)
    return _chosen(plan, wanted, max(plan.tracked_from, counts_from or plan.tracked_from))


def _chosen(plan: Plan, wanted: Sequence[Slot], counts_from: dt.date) -> Select[Any]:
    slot = (
        values(
            column("cadence", String),
            column("period", String),
            column("starts_on", Date),
            column("scheduled_on", Date),
            column("due_on", Date),
            column("before_tracking", Boolean),
            name="slot_values",
        )
        .data([_row(each, counts_from) for each in wanted])
        .cte("slot")
    )
    on_date = MeasureRule.on_date
    same_rule = and_(
        MeasureRule.cadence == slot.c.cadence, or_(on_date.is_(None), on_date == slot.c.scheduled_on)
    )
    in_span = and_(Measure.starts_on <= slot.c.scheduled_on, Measure.ends_on >= slot.c.starts_on)
    return (
        select(
            literal(plan.id).label("plan_id"),
            Measure.id.label("measure_id"),
            Measure.lead_division_id,
            literal(plan.fiscal_year).label("fiscal_year"),
            *(slot.c[name] for name in COLUMNS[4:]),
        )
        .join(MeasureRule, MeasureRule.measure_id == Measure.id)
        .join(slot, same_rule)
        .where(Measure.plan_id == plan.id, Measure.retired_on.is_(None))
        .where(or_(on_date.is_not(None), in_span))
    )


def _row(slot: Slot, counts_from: dt.date) -> tuple[object, ...]:
    days = (slot.starts_on, slot.scheduled_on, slot.due_on)
    return (slot.cadence.value, slot.period, *days, slot.due_on < counts_from)


def _insert(session: Session, chosen: Select[Any]) -> Executable:
    new = inserting(session.get_bind().dialect.name, FollowUp)
    return new.from_select(COLUMNS, chosen).on_conflict_do_nothing()


def _number(session: Session, plan_id: int) -> int:
    return session.scalar(select(func.count()).select_from(FollowUp).where(FollowUp.plan_id == plan_id)) or 0
