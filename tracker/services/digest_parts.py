"""The parts of a message, read from the database: what an owner or a supervisor is told, and whom to ask.

What a coordinator is told is ``coordinator_part``'s.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import (
    Contact,
    Division,
    FollowUp,
    Measure,
    MeasureSupport,
    Message,
    Plan,
    Reminder,
)
from tracker.domain import reminders as due
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import Role
from tracker.domain.fiscal import first_of_month, last_of_month
from tracker.domain.follow_up import Status, days_overdue
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import Kind
from tracker.reports.digest import (
    CalendarDoubt,
    Escalated,
    EscalationPart,
    Item,
    OwnerPart,
    Person,
    QuarterStanding,
    SupervisorPart,
    SupportPart,
)
from tracker.reports.standing import overdue_counts, plan_summary


def owner_part(
    session: Session,
    plan: Plan,
    divisions: Sequence[int],
    kinds: Collection[Kind],
    *,
    today: dt.date,
    soon: dt.date,
    office: OfficeTime,
) -> OwnerPart | None:
    """What the owners of these divisions (none: of all) have to report; None when there is nothing."""
    month_ends = last_of_month(today)
    own = [FollowUp.plan_id == plan.id, queries.is_status(Status.OPEN), queries.tracked()]
    own += [FollowUp.lead_division_id.in_(divisions)] if divisions else []
    near = items(session, today, *own, FollowUp.due_on <= max(month_ends, soon))
    overdue = tuple(item for item in near if item.due_on < today)
    closing: list[Item] = []
    if Kind.QUARTERLY in kinds:
        long = [cadence for cadence in Cadence if due.closes_with_quarter(cadence)]
        closing = items(session, today, *own, FollowUp.scheduled_on == month_ends, FollowUp.cadence.in_(long))
    following = session.execute(
        select(FollowUp.due_on, func.count())
        .where(*own, FollowUp.due_on > month_ends)
        .group_by(FollowUp.due_on)
        .order_by(FollowUp.due_on)
        .limit(1)
    ).first()
    starts = Kind.MONTHLY in kinds and _tracking_starts(plan, office, today)
    part = OwnerPart(
        divisions=_names(session, divisions),
        to_report=tuple(item for item in near if today <= item.due_on <= month_ends),
        overdue=overdue,
        closing=tuple(closing),
        due_soon=tuple(item for item in near if today <= item.due_on <= soon),
        next_on=following[0] if following else None,
        next_count=following[1] if following else 0,
        year_total=session.scalar(select(func.count()).select_from(FollowUp).where(*own)) if starts else None,
        informed=_informed(session, plan, [item.follow_up_id for item in overdue], today),
    )
    return part if any((part.to_report, part.overdue, part.closing, part.due_soon, part.year_total)) else None


def _informed(session: Session, plan: Plan, follow_ups: Sequence[int], today: dt.date) -> bool | None:
    """Whether a message told a supervisor of one of these; None where the agency has no supervisor."""
    told = (
        select(Reminder.id)
        .join(Message, Message.id == Reminder.message_id)
        .where(Reminder.kind == Kind.ESCALATION, Reminder.follow_up_id.in_(follow_ups))
        .where(Reminder.dropped == "", Message.sent_at.is_not(None))
    )
    if session.scalar(told.limit(1)) is not None:
        return True
    supervisors = queries.contacts_with(Role.SUPERVISOR, today).subquery()
    anybody = select(supervisors.c.contact_id).where(supervisors.c.agency_id == plan.agency_id)
    return None if session.scalar(anybody.limit(1)) is None else False


def _tracking_starts(plan: Plan, office: OfficeTime, today: dt.date) -> bool:
    """Whether this month is the one in which the plan's tracking, and its messages, begin."""
    began = max(plan.tracked_from, office.today(plan.sends_from))
    return first_of_month(began) == first_of_month(today)


def support_part(session: Session, plan: Plan, divisions: Sequence[int]) -> SupportPart | None:
    """For those of the divisions that lead nothing: whom they help, and with how many measures."""
    leading = set(session.scalars(select(Measure.lead_division_id).where(queries.in_force(plan.id))))
    helping = [each for each in divisions if each not in leading]
    if not helping:
        return None
    helped = select(MeasureSupport.measure_id).where(MeasureSupport.division_id.in_(helping))
    rows = session.execute(
        select(Division.name, func.count())
        .join(Measure, Measure.lead_division_id == Division.id)
        .where(queries.in_force(plan.id), or_(Measure.supports_all, Measure.id.in_(helped)))
        .group_by(Division.id, Division.name)
        .order_by(func.count().desc(), Division.id)
    )
    leads = tuple(rows)
    return SupportPart(_names(session, helping), leads) if leads else None


def supervisor_part(
    session: Session,
    plan: Plan,
    divisions: Sequence[int],
    *,
    today: dt.date,
    office: OfficeTime,
    doubts: tuple[CalendarDoubt, ...] = (),
) -> SupervisorPart:
    """How these divisions (none: all) stand, and the quarter's standing in the month after it."""
    summary = plan_summary(session, plan.id, today=today, divisions=divisions)
    day_before = first_of_month(today) - dt.timedelta(days=1)
    quarters = office.fiscal_year(day_before).periods(Cadence.QUARTERLY)
    ended = next((each.label for each in quarters if each.ends_on == day_before), None)
    quarter = None
    if ended and plan.starts_on <= day_before <= plan.ends_on:
        then = plan_summary(session, plan.id, today=today, as_of=day_before, divisions=divisions)
        quarter = QuarterStanding(ended, then.due, then.done, then.overdue)
    return SupervisorPart(_names(session, divisions), summary, quarter, doubts)


def escalation_part(
    session: Session,
    plan: Plan,
    divisions: Sequence[int],
    reminders: Sequence[Reminder],
    *,
    rank: int,
    today: dt.date,
    days: Sequence[int],
) -> EscalationPart:
    """The follow-ups of these reminders, each under the greatest of the ``days`` that it reached.

    ``divisions`` are those the reader answers for (none: all).
    """
    after: dict[int | None, int] = {}
    for each in reminders:
        after[each.follow_up_id] = max(days[each.step - 1], after.get(each.follow_up_id, 0))
    escalated = (
        Escalated(item, after[item.follow_up_id], item.due_on + dt.timedelta(days=after[item.follow_up_id]))
        for item in items(session, today, FollowUp.id.in_(after))
    )
    overdue = sum(row.number for row in overdue_counts(session, plan.id, today, divisions))
    return EscalationPart(rank, _names(session, divisions), tuple(escalated), overdue)


def coordinators(session: Session, agency_id: int, today: dt.date) -> tuple[Person, ...]:
    """Whom a message tells its reader to turn to."""
    holders = queries.contacts_with(Role.COORDINATOR, today).subquery()
    contacts = session.scalars(
        select(Contact)
        .where(Contact.id.in_(select(holders.c.contact_id).where(holders.c.agency_id == agency_id)))
        .order_by(Contact.id)
    )
    return tuple(Person(each.name, each.phone, each.email) for each in contacts)


def items(session: Session, today: dt.date, *conditions: Any) -> list[Item]:
    """The follow-ups that meet the conditions, the first due first."""
    rows = session.execute(
        select(
            FollowUp.id,
            Measure.code,
            Measure.title,
            FollowUp.period,
            FollowUp.due_on,
            FollowUp.status,
            Division.name.label("lead"),
        )
        .join(Measure, Measure.id == FollowUp.measure_id)
        .outerjoin(Division, Division.id == FollowUp.lead_division_id)
        .where(*conditions)
        .order_by(FollowUp.due_on, Measure.position, FollowUp.period)
    )
    return [
        Item(
            follow_up_id=row.id,
            code=row.code,
            title=row.title,
            period=row.period,
            due_on=row.due_on,
            days_overdue=days_overdue(row.due_on, today) if row.status is Status.OPEN else 0,
            lead=row.lead or "",
        )
        for row in rows
    ]


def _names(session: Session, divisions: Sequence[int]) -> tuple[str, ...]:
    if not divisions:
        return ()
    return tuple(
        session.scalars(select(Division.name).where(Division.id.in_(divisions)).order_by(Division.id))
    )
