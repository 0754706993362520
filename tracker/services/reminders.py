"""Planning: writing down what is owed now, each thing once, and gathering it in messages.

A reminder is written under its unique key, so that a second run, a second process or a second machine adds
nothing. It then waits until its contact may get a message: one a day, and none while another is under way.
Everything happens in the caller's transaction and in statements over sets; ``services/outbox.py`` sends.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, literal, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.models import (
    Contact,
    FollowUp,
    Measure,
    MeasureSupport,
    Meta,
    Plan,
    Reminder,
)
from tracker.domain import reminders as due
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import DIRECTOR, Role
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import REMINDERS, FollowUpWindow, Kind, PlanWindow, ReminderRules
from tracker.services.message_making import make_messages
from tracker.services.routing import Routing

COLUMNS = (
    "kind", "plan_id", "follow_up_id", "period", "step", "series", "contact_id", "created_at", "useful_until"
)  # fmt: skip
PAST_USE = "past its use before a message could carry it"


@dataclass(frozen=True, slots=True)
class Planned:
    """How many reminders were written and how many messages were made for them."""

    reminders: int
    messages: int


def plan_reminders(
    session: Session,
    *,
    now: dt.datetime,
    office: OfficeTime,
    rules: ReminderRules,
    routing: Routing,
    kinds: Collection[Kind] = REMINDERS,
) -> Planned:
    """Write every reminder of these kinds that is owed at ``now`` and was not written before."""
    _one_planner_at_a_time(session, now)
    reach = _plans_in_reach(now, office, rules)
    written = 0
    for chosen in _owed(now, office, rules, reach, kinds):
        statement = _dialect(session).insert(Reminder).from_select(COLUMNS, chosen).on_conflict_do_nothing()
        done = session.execute(statement, execution_options={"preserve_rowcount": True})
        written += done.rowcount  # type: ignore[attr-defined]
    session.execute(
        update(Reminder)
        .where(Reminder.message_id.is_(None), Reminder.dropped == "", Reminder.useful_until <= now)
        .values(dropped=PAST_USE)
    )
    made = make_messages(session, now=now, office=office, routing=routing, cap=rules.monthly_cap, kinds=kinds)
    return Planned(written, made)


def _owed(
    now: dt.datetime,
    office: OfficeTime,
    rules: ReminderRules,
    reach: ColumnElement[bool],
    kinds: Collection[Kind],
) -> Iterator[Select[Any]]:
    owners = queries.contacts_with(Role.OWNER, office.today(now)).subquery("owners")
    if Kind.MONTHLY in kinds and (window := due.monthly(now, office)):
        yield _monthly(window, now, reach, owners, starts=office.starts(window.first))
    if Kind.QUARTERLY in kinds and (window := due.quarterly(now, office)):
        yield _quarterly(window, now, reach, owners)
        yield _supporting(window, now, reach, owners)
    if Kind.DUE_SOON in kinds:
        for step in due.due_soon(now, office, rules):
            yield _by_follow_up(step, now, reach, owners)
    if Kind.OVERDUE in kinds:
        for step in due.overdue(now, office, rules):
            yield _by_follow_up(step, now, reach, owners)
    if Kind.SUMMARY in kinds and (window := due.monthly(now, office, Kind.SUMMARY)):
        yield _summary(window, now, reach, office.today(now))
    if Kind.COORDINATOR in kinds:
        window, listed_on = due.coordinator(now, office, rules), due.weekly_day(now, office, rules)
        yield _coordinator(window, now, reach, office.today(now), listed_on=listed_on)


def _plans_in_reach(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> ColumnElement[bool]:
    today = office.today(now)
    oldest_end = today - dt.timedelta(days=rules.years_end_days)
    return and_(Plan.starts_on <= today, Plan.ends_on >= oldest_end, Plan.sends_from <= now)


def _open(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a plan has an open follow-up that counts and meets the conditions."""
    is_open = (FollowUp.plan_id == Plan.id, queries.is_status(Status.OPEN), queries.tracked())
    return exists().where(*is_open, *conditions).correlate(Plan)


def _monthly(
    window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], owners: Any, *, starts: dt.datetime
) -> Select[Any]:
    own = _led_by(owners)
    something_due = _open(own, FollowUp.due_on <= window.last).correlate(Plan, owners)
    ends = literal(window.useful_until, UtcDateTime)
    tracking_starts = or_(
        and_(Plan.tracked_from.between(window.first, window.last), Plan.sends_from < ends),
        and_(Plan.sends_from >= starts, Plan.sends_from < ends, Plan.tracked_from <= window.last),
    )
    something_ahead = and_(tracking_starts, _open(own).correlate(Plan, owners))
    return _by_plan(window, now, owners).where(reach, or_(something_due, something_ahead))


def _quarterly(window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], owners: Any) -> Select[Any]:
    closing = [cadence for cadence in Cadence if due.closes_with_quarter(cadence)]
    ends_now = and_(FollowUp.scheduled_on == window.last, FollowUp.cadence.in_(closing))
    return _by_plan(window, now, owners).where(
        reach, _open(_led_by(owners), ends_now).correlate(Plan, owners)
    )


def _supporting(window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], owners: Any) -> Select[Any]:
    """The quarter's short notice for divisions that support something and lead nothing."""
    leads = exists().where(queries.in_force(Plan.id), Measure.lead_division_id == owners.c.division_id)
    helps = (
        exists()
        .where(
            queries.in_force(Plan.id),
            or_(
                Measure.supports_all,
                exists()
                .where(
                    MeasureSupport.measure_id == Measure.id,
                    MeasureSupport.division_id == owners.c.division_id,
                )
                .correlate(Measure, owners),
            ),
        )
        .correlate(Plan, owners)
    )
    only_helps = and_(owners.c.division_id.is_not(None), helps, ~leads.correlate(Plan, owners), _open())
    return _by_plan(window, now, owners).where(reach, only_helps)


def _summary(window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], today: dt.date) -> Select[Any]:
    supervisors = queries.contacts_with(Role.SUPERVISOR, today).subquery("supervisors")
    sees = or_(
        supervisors.c.rank == DIRECTOR,
        supervisors.c.division_id.is_(None),
        FollowUp.lead_division_id == supervisors.c.division_id,
    )
    anything = (
        exists().where(FollowUp.plan_id == Plan.id, queries.tracked(), sees).correlate(Plan, supervisors)
    )
    return _by_plan(window, now, supervisors).where(reach, anything)


def _coordinator(
    window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], today: dt.date, *, listed_on: dt.date
) -> Select[Any]:
    """The list of ``listed_on``; later that week only an address that failed makes one, if none went out."""
    coordinators = queries.contacts_with(Role.COORDINATOR, today).subquery("coordinators")
    submitted = and_(queries.is_status(Status.SUBMITTED), FollowUp.submitted_on <= listed_on)
    waiting = exists().where(FollowUp.plan_id == Plan.id, submitted).correlate(Plan)
    refused = or_(Contact.email_suspended != "", Contact.line_suspended != "")
    unreachable = exists().where(Contact.agency_id == Plan.agency_id, refused).correlate(Plan)
    something = or_(_open(FollowUp.due_on < listed_on), waiting, unreachable)
    return _by_plan(window, now, coordinators).where(reach, something)


def _by_plan(window: PlanWindow, now: dt.datetime, people: Any) -> Select[Any]:
    return (
        select(
            literal(window.kind, Word(Kind)),
            Plan.id,
            cast(null(), Integer),  # PostgreSQL takes a bare NULL of a DISTINCT for text
            literal(window.period),
            literal(1),
            literal(1),
            people.c.contact_id,
            literal(now, UtcDateTime),
            literal(window.useful_until, UtcDateTime),
        )
        .select_from(Plan)
        .join(people, people.c.agency_id == Plan.agency_id)
        .distinct()
    )


def _by_follow_up(
    window: FollowUpWindow, now: dt.datetime, reach: ColumnElement[bool], owners: Any
) -> Select[Any]:
    return (
        select(
            literal(window.kind, Word(Kind)),
            FollowUp.plan_id,
            FollowUp.id,
            FollowUp.period,
            literal(window.step),
            FollowUp.series,
            owners.c.contact_id,
            literal(now, UtcDateTime),
            literal(window.useful_until, UtcDateTime),
        )
        .join(Plan, Plan.id == FollowUp.plan_id)
        .join(owners, and_(owners.c.agency_id == Plan.agency_id, _led_by(owners)))
        .where(reach, queries.is_status(Status.OPEN), queries.tracked())
        .where(FollowUp.due_on.between(window.first, window.last))
        .distinct()
    )


def _led_by(owners: Any) -> ColumnElement[bool]:
    return or_(owners.c.division_id.is_(None), FollowUp.lead_division_id == owners.c.division_id)


def _one_planner_at_a_time(session: Session, now: dt.datetime) -> None:
    """Hold the planner's row until the transaction ends; SQLite's writers are alone anyway."""
    session.execute(update(Meta).where(Meta.key == "planned_at").values(value=now.isoformat()))


def _dialect(session: Session) -> Any:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
