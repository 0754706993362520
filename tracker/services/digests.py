"""Building what a message has to say, from the state of things just before its first attempt.

What is done, waived, moved, reassigned or departed by then falls out: its reminder is marked with the reason
and the message carries the rest, or is not needed any more.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import (
    Agency,
    Contact,
    ContactDivision,
    ContactRole,
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
from tracker.domain.contacts import DIRECTOR, Role
from tracker.domain.fiscal import first_of_month, last_of_month
from tracker.domain.follow_up import Status, days_overdue
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import OWNER_KINDS, Kind, ReminderRules
from tracker.reports.digest import (
    CoordinatorPart,
    Digest,
    Item,
    OwnerPart,
    Person,
    PlanDigest,
    SilentDivision,
    SupervisorPart,
    SupportPart,
)
from tracker.reports.standing import plan_summary

ROLE_OF = dict.fromkeys(OWNER_KINDS, Role.OWNER) | {
    Kind.SUMMARY: Role.SUPERVISOR,
    Kind.ESCALATION: Role.SUPERVISOR,
    Kind.COORDINATOR: Role.COORDINATOR,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When a digest is built, and by which calendar."""

    now: dt.datetime
    office: OfficeTime
    rules: ReminderRules

    @property
    def today(self) -> dt.date:
        """The office's day."""
        return self.office.today(self.now)


def build_digest(session: Session, message: Message, moment: Moment) -> Digest | None:
    """What the message says; None when nothing of it is owed any more.

    Reminders that fell out are marked with the reason.
    """
    people = _People(session, message, moment)
    by_plan: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in session.scalars(select(Reminder).where(Reminder.message_id == message.id)):
        reminder.dropped = reminder.dropped or people.objection(reminder)
        if not reminder.dropped:
            by_plan[reminder.plan_id].append(reminder)
    plans = []
    for plan_id, reminders in sorted(by_plan.items()):
        plan = _plan_digest(session, plan_id, reminders, people, moment)
        if plan is None:
            for reminder in reminders:
                reminder.dropped = "nothing left to report"
        else:
            plans.append((plan, reminders))
    if not plans:
        return None
    carrier = session.get_one(Contact, message.contact_id)
    kinds = frozenset(reminder.kind for _, reminders in plans for reminder in reminders)
    return Digest(carrier.name, carrier.language, moment.today, kinds, tuple(plan for plan, _ in plans))


def items_of(digest: Digest) -> list[int]:
    """The follow-ups that a digest names, each once."""
    lists = (
        items
        for plan in digest.plans
        for items in (
            *(
                (plan.owner.overdue, plan.owner.to_report, plan.owner.due_soon, plan.owner.closing)
                if plan.owner
                else ()
            ),
            *((plan.coordinator.waiting,) if plan.coordinator else ()),
        )
    )
    return list(dict.fromkeys(item.follow_up_id for items in lists for item in items))


class _People:
    """The contacts behind a message: whether they are in office, their roles and their divisions."""

    def __init__(self, session: Session, message: Message, moment: Moment) -> None:
        self._session, self._moment = session, moment
        of_message = select(Reminder.contact_id).where(Reminder.message_id == message.id)
        self._in_office = set(
            session.scalars(
                select(Contact.id).where(Contact.id.in_(of_message), queries.is_valid(moment.today))
            )
        )
        self._roles = {
            (row.contact_id, row.role): row.rank
            for row in session.scalars(select(ContactRole).where(ContactRole.contact_id.in_(of_message)))
        }
        self._divisions: dict[int, set[int]] = defaultdict(set)
        for link in session.scalars(
            select(ContactDivision).where(ContactDivision.contact_id.in_(of_message))
        ):
            self._divisions[link.contact_id].add(link.division_id)

    def objection(self, reminder: Reminder) -> str:
        """Why a reminder is not owed any more; "" when it is."""
        if reminder.useful_until <= self._moment.now:
            return "past its use"
        if reminder.contact_id not in self._in_office:
            return "the contact is not in office"
        if (reminder.contact_id, ROLE_OF[reminder.kind]) not in self._roles:
            return "the contact has another role now"
        if reminder.follow_up_id is None:
            return ""
        return self._objection_of_follow_up(reminder)

    def _objection_of_follow_up(self, reminder: Reminder) -> str:
        follow_up = self._session.get_one(FollowUp, reminder.follow_up_id)
        if follow_up.status is not Status.OPEN:
            return f"it is {follow_up.status} by now"
        if follow_up.series != reminder.series:
            return "its due date was moved"
        own = self._divisions[reminder.contact_id]
        if own and follow_up.lead_division_id not in own:
            return "another division leads it now"
        return ""

    def divisions(self, reminders: Sequence[Reminder]) -> list[int]:
        """The divisions these reminders are for; none when one of the contacts has the whole agency."""
        each = [self._divisions[contact_id] for contact_id in {reminder.contact_id for reminder in reminders}]
        return sorted(set().union(*each)) if all(each) else []

    def oversees_all(self, reminders: Sequence[Reminder]) -> bool:
        """Whether one of the supervisors sees the whole agency."""
        contacts = {reminder.contact_id for reminder in reminders}
        return any(
            self._roles[(each, Role.SUPERVISOR)] == DIRECTOR or not self._divisions[each] for each in contacts
        )


def _plan_digest(
    session: Session, plan_id: int, reminders: Sequence[Reminder], people: _People, moment: Moment
) -> PlanDigest | None:
    plan, agency = session.execute(
        select(Plan, Agency).join(Agency, Agency.id == Plan.agency_id).where(Plan.id == plan_id)
    ).one()
    by_role: dict[Role, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        by_role[ROLE_OF[reminder.kind]].append(reminder)
    owner = support = supervisor = coordinator = None
    if of_owner := by_role[Role.OWNER]:
        divisions = people.divisions(of_owner)
        owner = _owner_part(session, plan, divisions, {each.kind for each in of_owner}, moment)
        support = None if owner else _support_part(session, plan, divisions)
    if of_supervisor := by_role[Role.SUPERVISOR]:
        divisions = [] if people.oversees_all(of_supervisor) else people.divisions(of_supervisor)
        supervisor = _supervisor_part(session, plan, divisions, moment)
    if by_role[Role.COORDINATOR]:
        coordinator = _coordinator_part(session, plan, moment)
    if not (owner or support or supervisor or coordinator):
        return None
    ask = _coordinators(session, plan.agency_id, moment.today)
    return PlanDigest(agency.name, plan.fiscal_year, owner, support, supervisor, coordinator, ask)


def _owner_part(
    session: Session, plan: Plan, divisions: Sequence[int], kinds: set[Kind], moment: Moment
) -> OwnerPart | None:
    today, month_ends = moment.today, last_of_month(moment.today)
    soon = moment.office.working.after(today, moment.rules.due_soon_days)
    own = [FollowUp.plan_id == plan.id, queries.is_status(Status.OPEN), queries.tracked()]
    own += [FollowUp.lead_division_id.in_(divisions)] if divisions else []
    near = _items(session, today, *own, FollowUp.due_on <= max(month_ends, soon))
    closing: list[Item] = []
    if Kind.QUARTERLY in kinds:
        long = [cadence for cadence in Cadence if due.closes_with_quarter(cadence)]
        closing = _items(
            session, today, *own, FollowUp.scheduled_on == month_ends, FollowUp.cadence.in_(long)
        )
    following = session.execute(
        select(FollowUp.due_on, func.count())
        .where(*own, FollowUp.due_on > month_ends)
        .group_by(FollowUp.due_on)
        .order_by(FollowUp.due_on)
        .limit(1)
    ).first()
    starts = _tracking_starts(plan, moment) and Kind.MONTHLY in kinds
    part = OwnerPart(
        divisions=_names(session, divisions),
        to_report=tuple(item for item in near if today <= item.due_on <= month_ends),
        overdue=tuple(item for item in near if item.due_on < today),
        closing=tuple(closing),
        due_soon=tuple(item for item in near if today <= item.due_on <= soon),
        next_on=following[0] if following else None,
        next_count=following[1] if following else 0,
        year_total=session.scalar(select(func.count()).select_from(FollowUp).where(*own)) if starts else None,
    )
    return part if any((part.to_report, part.overdue, part.closing, part.due_soon, part.year_total)) else None


def _tracking_starts(plan: Plan, moment: Moment) -> bool:
    """Whether this month is the one in which the plan's tracking, and its messages, begin."""
    began = max(plan.tracked_from, moment.office.today(plan.sends_from))
    return first_of_month(began) == first_of_month(moment.today)


def _support_part(session: Session, plan: Plan, divisions: Sequence[int]) -> SupportPart | None:
    helped = select(MeasureSupport.measure_id).where(MeasureSupport.division_id.in_(divisions))
    rows = session.execute(
        select(Division.name, func.count())
        .join(Measure, Measure.lead_division_id == Division.id)
        .where(Measure.plan_id == plan.id, or_(Measure.supports_all, Measure.id.in_(helped)))
        .group_by(Division.id, Division.name)
        .order_by(func.count().desc(), Division.id)
    )
    leads = tuple(rows)
    return SupportPart(_names(session, divisions), leads) if leads else None


def _supervisor_part(
    session: Session, plan: Plan, divisions: Sequence[int], moment: Moment
) -> SupervisorPart:
    summary = plan_summary(session, plan.id, today=moment.today, divisions=divisions)
    day_before = first_of_month(moment.today) - dt.timedelta(days=1)
    quarters = moment.office.fiscal_year(day_before).periods(Cadence.QUARTERLY)
    ended = [quarter.label for quarter in quarters if quarter.ends_on == day_before]
    inside = plan.starts_on <= day_before <= plan.ends_on
    return SupervisorPart(_names(session, divisions), summary, ended[0] if ended and inside else None)


def _coordinator_part(session: Session, plan: Plan, moment: Moment) -> CoordinatorPart | None:
    today = moment.today
    owners = _owner_names(session, plan, today)
    summary = plan_summary(session, plan.id, today=today)
    everywhere = owners[None]
    silent = tuple(
        SilentDivision(each.division, each.overdue, each.oldest_days, (*owners[each.division], *everywhere))
        for each in summary.by_division
        if each.overdue
    )
    submitted = queries.is_status(Status.SUBMITTED)
    part = CoordinatorPart(
        silent=silent,
        waiting=tuple(_items(session, today, FollowUp.plan_id == plan.id, submitted)),
        unreachable=_unreachable(session, plan.agency_id),
        vacant=tuple(
            each.division or "–"
            for each in summary.by_division
            if not owners[each.division] and not everywhere
        ),
    )
    return part if any((part.silent, part.waiting, part.unreachable, part.vacant)) else None


def _owner_names(session: Session, plan: Plan, today: dt.date) -> dict[str | None, list[str]]:
    """The owners in office by the name of their division; None for those of the whole agency."""
    owners = queries.contacts_with(Role.OWNER, today).subquery()
    rows = session.execute(
        select(Division.name.label("division"), Contact.name.label("owner"))
        .select_from(owners)
        .join(Contact, Contact.id == owners.c.contact_id)
        .outerjoin(Division, Division.id == owners.c.division_id)
        .where(owners.c.agency_id == plan.agency_id)
        .order_by(Contact.id)
    )
    found: dict[str | None, list[str]] = defaultdict(list)
    for row in rows:
        found[row.division].append(row.owner)
    return found


def _unreachable(session: Session, agency_id: int) -> tuple[str, ...]:
    refused = or_(Contact.email_suspended != "", Contact.line_suspended != "")
    contacts = session.scalars(
        select(Contact).where(Contact.agency_id == agency_id, refused).order_by(Contact.id)
    )
    return tuple(f"{each.name}: {each.email_suspended or each.line_suspended}" for each in contacts)


def _coordinators(session: Session, agency_id: int, today: dt.date) -> tuple[Person, ...]:
    holders = queries.contacts_with(Role.COORDINATOR, today).subquery()
    contacts = session.scalars(
        select(Contact)
        .where(Contact.id.in_(select(holders.c.contact_id).where(holders.c.agency_id == agency_id)))
        .order_by(Contact.id)
    )
    return tuple(Person(each.name, each.phone, each.email) for each in contacts)


def _items(session: Session, today: dt.date, *conditions: Any) -> list[Item]:
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
