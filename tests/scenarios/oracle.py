"""What the design says is owed on a day, said again in the plainest way: every contact and every follow-up.

For ticks from nine on, on working days. It shares nothing with the program but the calendar of working days
and the tables.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db.models import (
    Contact,
    ContactDivision,
    ContactRole,
    FollowUp,
    Measure,
    MeasureSupport,
    Plan,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.office_time import WorkingDays

Key = tuple[str, int, int | None, str, int, int]
"""Kind, contact, follow-up (None: the plan), period, step, series."""

QUARTERS = {12: "Q1", 3: "Q2", 6: "Q3", 9: "Q4"}
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


@dataclass
class Person:
    """A contact in office with its roles and divisions."""

    id: int
    roles: dict[Role, int | None]
    divisions: set[int]

    def owns(self, division: int | None) -> bool:
        return not self.divisions or division in self.divisions


def owed(session: Session, today: dt.date, working: WorkingDays) -> set[Key]:
    """Every reminder that is owed at five past nine on ``today``, which is a working day."""
    (plan,) = session.scalars(select(Plan))
    if not plan.starts_on <= today <= plan.ends_on + 60 * DAY:
        return set()
    if _is_paused(plan, today):
        return set()
    everyone = _people(session, today)
    columns = (FollowUp.id, FollowUp.period, FollowUp.series, FollowUp.cadence, FollowUp.lead_division_id)
    query = select(*columns, FollowUp.due_on, FollowUp.scheduled_on)
    counts = (FollowUp.status == "open", FollowUp.before_tracking.is_(False))
    still_open = session.execute(query.where(*counts)).all()
    owners = [each for each in everyone if Role.OWNER in each.roles]
    return {
        *_follow_ups(owners, still_open, today, working),
        *_months(plan, owners, still_open, today),
        *_quarters(session, owners, still_open, today),
        *_escalations(everyone, still_open, today),
        *_summaries(everyone, today),
        *_lists(session, everyone, still_open, today, working),
    }


def written(session: Session) -> list[Key]:
    """Every reminder in the database."""
    columns = (Reminder.kind, Reminder.contact_id, Reminder.follow_up_id, Reminder.period, Reminder.step)
    return [(kind.value, *rest) for kind, *rest in session.execute(select(*columns, Reminder.series))]


def _follow_ups(
    owners: list[Person], still_open: Sequence[Any], today: dt.date, working: WorkingDays
) -> Iterator[Key]:
    monday = _monday(today, working)
    for each in still_open:
        steps = []
        if working.before(each.due_on, 3) <= today <= each.due_on:
            steps.append(("due-soon", 1))
        weeks = (monday - each.due_on - DAY) // WEEK + 1
        if 1 <= weeks <= 4:
            steps.append(("overdue", weeks))
        for person in owners:
            if person.owns(each.lead_division_id):
                yield from (
                    (kind, person.id, each.id, each.period, step, each.series) for kind, step in steps
                )


def _months(plan: Plan, owners: list[Person], still_open: Sequence[Any], today: dt.date) -> Iterator[Key]:
    end = _month_end(today)
    begins = (plan.tracked_from.year, plan.tracked_from.month) == (today.year, today.month)
    for person in owners:
        own = [each.due_on for each in still_open if person.owns(each.lead_division_id)]
        if (begins and own) or any(due_on <= end for due_on in own):
            yield "monthly", person.id, None, f"{today.year + 543}-{today.month:02}", 1, 1


def _quarters(
    session: Session, owners: list[Person], still_open: Sequence[Any], today: dt.date
) -> Iterator[Key]:
    if today.month not in QUARTERS or not still_open:
        return
    label = f"{today.year + 543 + (today.month == 12)}-{QUARTERS[today.month]}"
    long = [each for each in still_open if each.cadence in ("quarterly", "half-yearly", "yearly")]
    closing = {each.lead_division_id for each in long if each.scheduled_on == _month_end(today)}
    leading = set(session.scalars(select(Measure.lead_division_id)))
    helping = set(session.scalars(select(MeasureSupport.division_id)))
    for person in owners:
        only_helps = any(each in helping and each not in leading for each in person.divisions)
        if only_helps or any(person.owns(each) for each in closing):
            yield "quarterly", person.id, None, label, 1, 1


def _escalations(everyone: list[Person], still_open: Sequence[Any], today: dt.date) -> Iterator[Key]:
    """At 7, 21 and 45 days overdue the nearest rank from the step's on that somebody holds, for 30 days."""
    for each in still_open:
        for step, days in ((1, 7), (2, 21), (3, 45)):
            if days <= (today - each.due_on).days < days + 30:
                ranks = [_holders(everyone, rank, each.lead_division_id) for rank in range(step, 4)]
                for person in next((holders for holders in ranks if holders), []):
                    yield "escalation", person.id, each.id, each.period, step, each.series


def _holders(everyone: list[Person], rank: int, lead: int | None) -> list[Person]:
    return [
        each
        for each in everyone
        if each.roles.get(Role.SUPERVISOR) == rank and (rank == 3 or each.owns(lead))
    ]


def _summaries(everyone: list[Person], today: dt.date) -> Iterator[Key]:
    for person in everyone:
        if Role.SUPERVISOR in person.roles:  # of divisions that lead something, or of everything
            yield "summary", person.id, None, f"{today.year + 543}-{today.month:02}", 1, 1


def _lists(
    session: Session, everyone: list[Person], still_open: Sequence[Any], today: dt.date, working: WorkingDays
) -> Iterator[Key]:
    monday = _monday(today, working)
    contacts = session.scalars(select(Contact)).all()
    owners = [each for each in everyone if Role.OWNER in each.roles]
    refused = any(each.email_suspended or each.line_suspended for each in contacts)
    late = any(each.due_on < working.on_or_after(monday) for each in still_open)
    vacant = any(
        each.due_on <= _month_end(today) and not any(owner.owns(each.lead_division_id) for owner in owners)
        for each in still_open
    )
    days = {monday} if refused or late or vacant else set()
    for each in contacts:  # told of the day after, when the day is known
        for address, day in (
            (each.email_suspended, each.email_suspended_on), (each.line_suspended, each.line_suspended_on)
        ):  # fmt: skip
            if address and day and today - 6 * DAY <= day <= today:
                days.add(day + DAY)
    for person in everyone:
        if Role.COORDINATOR in person.roles:
            for day in days:
                label = f"{day.year + 543}-{day.month:02}-{day.day:02}"
                yield "coordinator", person.id, None, label, 1, 1


def _people(session: Session, today: dt.date) -> list[Person]:
    roles: dict[int, dict[Role, int | None]] = defaultdict(dict)
    for role in session.scalars(select(ContactRole)):
        roles[role.contact_id][role.role] = role.rank
    divisions: dict[int, set[int]] = defaultdict(set)
    for link in session.scalars(select(ContactDivision)):
        divisions[link.contact_id].add(link.division_id)
    return [
        Person(each.id, roles[each.id], divisions[each.id])
        for each in session.scalars(select(Contact))
        if (each.valid_from or today) <= today <= (each.valid_until or today) and not _is_paused(each, today)
    ]


def _is_paused(each: Contact | Plan, today: dt.date) -> bool:
    return each.paused_until is not None and (each.paused_from or today) <= today <= each.paused_until


def _monday(today: dt.date, working: WorkingDays) -> dt.date:
    """The last Monday that was worked on, or whose next working day has come."""
    monday = today - today.weekday() * DAY
    return monday if working.on_or_after(monday) <= today else monday - WEEK


def _month_end(day: dt.date) -> dt.date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY
