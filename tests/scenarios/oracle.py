"""What the design says is owed at an instant, said again in the plainest way: every contact and follow-up.

It shares nothing with the program but the calendar of working days and the tables.
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
    Message,
    Plan,
    QuotaReading,
    Reminder,
)
from tracker.domain.contacts import Role
from tracker.domain.office_time import OfficeTime, WorkingDays

Key = tuple[str, int, int | None, str, int, int]
"""Kind, contact, follow-up (None: the plan), period, step, series."""

QUARTERS = {12: "Q1", 3: "Q2", 6: "Q3", 9: "Q4"}
LONG = ("quarterly", "half-yearly", "yearly")
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)
NINE = dt.time(9, 0)


@dataclass(frozen=True)
class Person:
    """A contact, with its roles (and rank) and divisions (none: all of the agency)."""

    row: Any
    roles: dict[Role, int | None]
    divisions: frozenset[int]

    @property
    def id(self) -> int:
        return int(self.row.id)

    def owns(self, division: int | None) -> bool:
        return not self.divisions or division in self.divisions

    def oversees(self, division: int | None) -> bool:
        return self.roles.get(Role.SUPERVISOR) == 3 or self.owns(division)

    def is_in_office(self, today: dt.date) -> bool:
        return (self.row.valid_from or today) <= today <= (self.row.valid_until or today)

    def is_away(self, today: dt.date) -> bool:
        return is_paused(self.row, today)


@dataclass(frozen=True)
class Facts:
    """The tables at one moment: the only plan, everybody, and what is followed up."""

    plan: Any
    people: dict[int, Person]
    follow_ups: dict[int, Any]
    leading: frozenset[int | None]
    helping: frozenset[int]
    all_help: bool
    alarms: frozenset[dt.date]
    messages: dict[int, list[Any]]
    """Of each contact, in order; without greetings."""

    def open(self) -> list[Any]:
        """What is still to be reported, and counts."""
        return [
            each for each in self.follow_ups.values() if each.status == "open" and not each.before_tracking
        ]

    def present(self, role: Role, today: dt.date) -> list[Person]:
        """Who holds a role that day and may be written to."""
        everyone = self.people.values()
        return [
            each
            for each in everyone
            if role in each.roles and each.is_in_office(today) and not each.is_away(today)
        ]


def read_facts(session: Session, office: OfficeTime) -> Facts:
    """The tables as they are now."""
    roles: dict[int, dict[Role, int | None]] = defaultdict(dict)
    for role in session.execute(select(ContactRole.contact_id, ContactRole.role, ContactRole.rank)):
        roles[role.contact_id][role.role] = role.rank
    divisions: dict[int, set[int]] = defaultdict(set)
    for link in session.execute(select(ContactDivision.contact_id, ContactDivision.division_id)):
        divisions[link.contact_id].add(link.division_id)
    contacts = session.execute(select(Contact.__table__).order_by(Contact.id)).all()
    measures = session.execute(
        select(Measure.id, Measure.lead_division_id, Measure.supports_all).where(Measure.retired_on.is_(None))
    ).all()
    in_force = {each.id for each in measures}
    helping = session.execute(select(MeasureSupport.measure_id, MeasureSupport.division_id)).all()
    messages: dict[int, list[Any]] = defaultdict(list)
    columns = (Message.contact_id, Message.state, Message.channel, Message.on_date)
    for each in session.execute(select(*columns).where(Message.kind != "greeting").order_by(Message.id)):
        messages[each.contact_id].append(each)
    alarms = session.scalars(select(QuotaReading.at).where(QuotaReading.alarm != ""))
    return Facts(
        plan=session.execute(select(Plan.__table__)).one(),
        people={each.id: Person(each, roles[each.id], frozenset(divisions[each.id])) for each in contacts},
        follow_ups={each.id: each for each in session.execute(select(FollowUp.__table__))},
        leading=frozenset(each.lead_division_id for each in measures),
        helping=frozenset(each.division_id for each in helping if each.measure_id in in_force),
        all_help=any(each.supports_all for each in measures),
        alarms=frozenset(office.today(each) for each in alarms),
        messages=messages,
    )


def written(session: Session) -> list[Key]:
    """Every reminder in the database."""
    columns = (Reminder.kind, Reminder.contact_id, Reminder.follow_up_id, Reminder.period, Reminder.step)
    return [(kind.value, *rest) for kind, *rest in session.execute(select(*columns, Reminder.series))]


def owed(facts: Facts, now: dt.datetime, office: OfficeTime) -> set[Key]:
    """Every reminder that is owed at ``now``, whether it was written or not."""
    today, plan = office.today(now), facts.plan
    if now < plan.sends_from or is_paused(plan, today):
        return set()
    if not plan.starts_on <= today <= plan.ends_on + 60 * DAY:
        return set()
    struck = today if now.astimezone(office.zone).time() >= NINE else today - DAY
    owners, still_open = facts.present(Role.OWNER, today), facts.open()
    month_began = struck >= office.working.on_or_after(today.replace(day=1))
    return {
        *_follow_ups(owners, still_open, today, struck, office.working),
        *_escalations(facts.present(Role.SUPERVISOR, today), still_open, struck),
        *_lists(facts, owners, still_open, today, struck, office.working),
        *(_months(facts, owners, still_open, today, office) if month_began else ()),
        *(_quarters(facts, owners, still_open, today) if month_began else ()),
        *(_summaries(facts, today) if month_began else ()),
    }


def _follow_ups(
    owners: list[Person], still_open: Sequence[Any], today: dt.date, struck: dt.date, working: WorkingDays
) -> Iterator[Key]:
    monday = _monday(struck, working)
    for each in still_open:
        steps = []
        if working.before(each.due_on, 3) <= struck and today <= each.due_on:
            steps.append(("due-soon", 1))
        weeks = (monday - each.due_on - DAY) // WEEK + 1
        if 1 <= weeks <= 4:
            steps.append(("overdue", weeks))
        for person in owners:
            if person.owns(each.lead_division_id):
                yield from (
                    (kind, person.id, each.id, each.period, step, each.series) for kind, step in steps
                )


def _months(
    facts: Facts, owners: list[Person], still_open: Sequence[Any], today: dt.date, office: OfficeTime
) -> Iterator[Key]:
    end = month_end(today)
    begins = month_end(max(facts.plan.tracked_from, office.today(facts.plan.sends_from))) == end
    for person in owners:
        own = [each.due_on for each in still_open if person.owns(each.lead_division_id)]
        if (begins and own) or any(due_on <= end for due_on in own):
            yield "monthly", person.id, None, _month_label(today), 1, 1


def _quarters(facts: Facts, owners: list[Person], still_open: Sequence[Any], today: dt.date) -> Iterator[Key]:
    if today.month not in QUARTERS or not still_open:
        return
    label = f"{today.year + 543 + (today.month == 12)}-{QUARTERS[today.month]}"
    long = [each for each in still_open if each.cadence in LONG]
    closing = {each.lead_division_id for each in long if each.scheduled_on == month_end(today)}
    for person in owners:
        helping = facts.helping | (person.divisions if facts.all_help else set())
        only_helps = any(each in helping and each not in facts.leading for each in person.divisions)
        if only_helps or any(person.owns(each) for each in closing):
            yield "quarterly", person.id, None, label, 1, 1


def _escalations(supervisors: list[Person], still_open: Sequence[Any], struck: dt.date) -> Iterator[Key]:
    """At 7, 21 and 45 days overdue the nearest rank from the step's on that somebody holds, for 30 days."""
    for each in still_open:
        for step, days in ((1, 7), (2, 21), (3, 45)):
            if days <= (struck - each.due_on).days < days + 30:
                for person in asked(supervisors, step, each.lead_division_id):
                    yield "escalation", person.id, each.id, each.period, step, each.series


def asked(supervisors: list[Person], step: int, lead: int | None) -> list[Person]:
    """Whom a step of the ladder asks."""
    ranks = [
        [each for each in supervisors if each.roles[Role.SUPERVISOR] == rank and each.oversees(lead)]
        for rank in range(step, 4)
    ]
    return next((holders for holders in ranks if holders), [])


def _summaries(facts: Facts, today: dt.date) -> Iterator[Key]:
    leads = {each.lead_division_id for each in facts.follow_ups.values() if not each.before_tracking}
    for person in facts.present(Role.SUPERVISOR, today):
        if any(person.oversees(lead) for lead in leads):
            yield "summary", person.id, None, _month_label(today), 1, 1


def _lists(
    facts: Facts, owners: list[Person], still_open: Sequence[Any], today: dt.date, struck: dt.date,
    working: WorkingDays,
) -> Iterator[Key]:  # fmt: skip
    monday = _monday(struck, working)
    listed_on = working.on_or_after(monday)
    rows = [each.row for each in facts.people.values()]
    refused = any(each.email_suspended or each.line_suspended for each in rows)
    late = any(each.due_on < listed_on for each in still_open)
    waits = any(
        each.status == "submitted" and each.submitted_on <= listed_on for each in facts.follow_ups.values()
    )
    vacant = any(
        each.due_on <= month_end(today) and not any(owner.owns(each.lead_division_id) for owner in owners)
        for each in still_open
    )
    lost = any(_is_not_reached(each, facts.messages[each.id], today) for each in facts.people.values())
    days = {monday} if refused or late or waits or vacant or lost else set()
    recent = {today - number * DAY for number in range(7)}
    days |= {day + DAY for day in (_refused_on(rows) | facts.alarms) & recent}
    for person in facts.present(Role.COORDINATOR, today):
        for day in days:
            yield "coordinator", person.id, None, f"{_month_label(day)}-{day.day:02}", 1, 1


def _is_not_reached(person: Person, messages: Sequence[Any], today: dt.date) -> bool:
    """Whether the last message of a fortnight that came to an end did not arrive."""
    ended = [each for each in messages if each.state in ("sent", "failed", "unknown", "expired")]
    if not ended or ended[-1].state == "sent" or ended[-1].on_date < today - 2 * WEEK:
        return False
    suspended = {"email": person.row.email_suspended, "line": person.row.line_suspended}
    told_of_address = ended[-1].state == "failed" and suspended.get(ended[-1].channel)
    return person.is_in_office(today) and not told_of_address


def _refused_on(contacts: Sequence[Any]) -> set[dt.date]:
    """The days on which addresses were refused: each is told of the day after."""
    by_mail = {each.email_suspended_on for each in contacts if each.email_suspended}
    return by_mail | {each.line_suspended_on for each in contacts if each.line_suspended}


def is_paused(each: Any, today: dt.date) -> bool:
    """Whether a contact or the plan rests that day."""
    return each.paused_until is not None and (each.paused_from or today) <= today <= each.paused_until


def _monday(struck: dt.date, working: WorkingDays) -> dt.date:
    """The last Monday that was worked on, or whose next working day has come."""
    monday = struck - struck.weekday() * DAY
    return monday if working.on_or_after(monday) <= struck else monday - WEEK


def month_end(day: dt.date) -> dt.date:
    """The last day of a month."""
    return (day.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def _month_label(day: dt.date) -> str:
    return f"{day.year + 543}-{day.month:02}"
