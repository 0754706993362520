"""The parts of a message, read from the database: what an owner or a supervisor is told, and whom to ask.

What a coordinator is told is ``coordinator_part``'s.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, bindparam, func, or_, select
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
from tracker.db.prepared import PLAN, TODAY, any_of
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
from tracker.reports.standing import counts_on, overdue_counts, plan_summary

AGENCY = bindparam("of_agency", type_=Integer())
MONTH_ENDS = bindparam("month_ends", type_=Date())

Facts = Mapping[str, Any]
"""The parameters of prepared statements, by name."""


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
    month_ends, some = last_of_month(today), bool(divisions)
    facts = {
        "of_plan": plan.id, "of_divisions": list(divisions), "today": today,
        "near": max(month_ends, soon), "month_ends": month_ends,
    }  # fmt: skip
    near = items(session, _near(some=some), facts)
    overdue = tuple(item for item in near if item.due_on < today)
    closing = items(session, _closing(some=some), facts) if Kind.QUARTERLY in kinds else []
    following = session.execute(_following(some=some), facts).first()
    starts = Kind.MONTHLY in kinds and _tracking_starts(plan, office, today)
    part = OwnerPart(
        divisions=_names(session, _that_lead(session, facts, divisions)),
        to_report=tuple(item for item in near if today <= item.due_on <= month_ends),
        overdue=overdue,
        closing=tuple(closing),
        due_soon=tuple(item for item in near if today <= item.due_on <= soon),
        next_on=following[0] if following else None,
        next_count=following[1] if following else 0,
        year_total=session.scalar(_total(some=some), facts) if starts else None,
        informed=_informed(session, plan, [item.follow_up_id for item in overdue], today),
    )
    return part if any((part.to_report, part.overdue, part.closing, part.due_soon, part.year_total)) else None


def _that_lead(session: Session, facts: Facts, divisions: Sequence[int]) -> Sequence[int]:
    """Those of the divisions that lead something: of the others nothing is asked. All where none does."""
    leading = set(session.scalars(_leading(), facts))
    return [each for each in divisions if each in leading] or divisions


def _own(*, some: bool) -> list[ColumnElement[bool]]:
    """What a plan's owners have to report: those of ``some`` divisions, or all."""
    own = [FollowUp.plan_id == PLAN, queries.is_status(Status.OPEN), queries.tracked()]
    return [*own, FollowUp.lead_division_id.in_(any_of("of_divisions"))] if some else own


@cache
def _near(*, some: bool) -> Select[*tuple[Any, ...]]:
    return items_where(*_own(some=some), FollowUp.due_on <= bindparam("near", type_=Date()))


@cache
def _closing(*, some: bool) -> Select[*tuple[Any, ...]]:
    long = [cadence for cadence in Cadence if due.closes_with_quarter(cadence)]
    return items_where(*_own(some=some), FollowUp.scheduled_on == MONTH_ENDS, FollowUp.cadence.in_(long))


@cache
def _following(*, some: bool) -> Select[dt.date, int]:
    """The first due date after the month, and how many fall on it."""
    later = select(FollowUp.due_on, func.count()).where(*_own(some=some), FollowUp.due_on > MONTH_ENDS)
    return later.group_by(FollowUp.due_on).order_by(FollowUp.due_on).limit(1)


@cache
def _total(*, some: bool) -> Select[int]:
    return select(func.count()).select_from(FollowUp).where(*_own(some=some))


def _informed(session: Session, plan: Plan, follow_ups: Sequence[int], today: dt.date) -> bool | None:
    """Whether a message told a supervisor of one of these; None where the agency has no supervisor."""
    if follow_ups and session.scalar(_told(), {"follow_ups": list(follow_ups)}) is not None:
        return True
    facts = {"of_agency": plan.agency_id, "today": today}
    return None if session.scalar(_any_supervisor(), facts) is None else False


@cache
def _told() -> Select[int]:
    escalated = (Reminder.kind == Kind.ESCALATION, Reminder.follow_up_id.in_(any_of("follow_ups")))
    told = select(Reminder.id).join(Message, Message.id == Reminder.message_id).where(*escalated)
    return told.where(Reminder.dropped == "", Message.sent_at.is_not(None)).limit(1)


@cache
def _any_supervisor() -> Select[int]:
    supervisors = queries.contacts_with(Role.SUPERVISOR, TODAY).subquery()
    return select(supervisors.c.contact_id).where(supervisors.c.agency_id == AGENCY).limit(1)


def _tracking_starts(plan: Plan, office: OfficeTime, today: dt.date) -> bool:
    """Whether this month is the one in which the plan's tracking, and its messages, begin."""
    began = max(plan.tracked_from, office.today(plan.sends_from))
    return first_of_month(began) == first_of_month(today)


def support_part(session: Session, plan: Plan, divisions: Sequence[int]) -> SupportPart | None:
    """For those of the divisions that lead nothing: whom they help, and with how many measures."""
    facts: Facts = {"of_plan": plan.id}
    leading = set(session.scalars(_leading(), facts))
    helping = [each for each in divisions if each not in leading]
    if not helping:
        return None
    leads = tuple(session.execute(_helped(), {**facts, "helping": helping}))
    return SupportPart(_names(session, helping), leads) if leads else None


@cache
def _leading() -> Select[int | None]:
    return select(Measure.lead_division_id).where(queries.in_force(PLAN))


@cache
def _helped() -> Select[str, int]:
    """The divisions that some are helping, and with how many measures."""
    helped = select(MeasureSupport.measure_id).where(MeasureSupport.division_id.in_(any_of("helping")))
    return (
        select(Division.name, func.count())
        .join(Measure, Measure.lead_division_id == Division.id)
        .where(queries.in_force(PLAN), or_(Measure.supports_all, Measure.id.in_(helped)))
        .group_by(Division.id, Division.name)
        .order_by(func.count().desc(), Division.id)
    )


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
        quarter = QuarterStanding(ended, *counts_on(session, plan.id, day_before, divisions))
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
        for item in items(session, _these(), {"follow_ups": list(after), "today": today})
    )
    overdue = sum(row.number for row in overdue_counts(session, plan.id, today, divisions))
    return EscalationPart(rank, _names(session, divisions), tuple(escalated), overdue)


@cache
def _these() -> Select[*tuple[Any, ...]]:
    return items_where(FollowUp.id.in_(any_of("follow_ups")))


def coordinators(session: Session, agency_id: int, today: dt.date) -> tuple[Person, ...]:
    """Whom a message tells its reader to turn to."""
    rows = session.execute(_coordinators(), {"of_agency": agency_id, "today": today})
    return tuple(Person(each.name, each.phone, each.email) for each in rows)


@cache
def _coordinators() -> Select[*tuple[Any, ...]]:
    holders = queries.contacts_with(Role.COORDINATOR, TODAY).subquery()
    of_agency = select(holders.c.contact_id).where(holders.c.agency_id == AGENCY)
    columns = (Contact.name, Contact.phone, Contact.email)
    return select(*columns).where(Contact.id.in_(of_agency)).order_by(Contact.id)


def items(session: Session, found: Select[*tuple[Any, ...]], facts: Facts) -> list[Item]:
    """The follow-ups that a statement of ``items_where`` finds; the facts hold ``today``."""
    today = facts["today"]
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
        for row in session.execute(found, facts)
    ]


def items_where(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The follow-ups that meet the conditions, the first due first."""
    return (
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


def _names(session: Session, divisions: Sequence[int]) -> tuple[str, ...]:
    return tuple(session.scalars(_named(), {"of_divisions": list(divisions)})) if divisions else ()


@cache
def _named() -> Select[str]:
    return select(Division.name).where(Division.id.in_(any_of("of_divisions"))).order_by(Division.id)
