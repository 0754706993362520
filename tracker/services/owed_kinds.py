"""What is owed now, one statement a kind: each selects the reminders that its contacts should have by now."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    cast,
    column,
    exists,
    literal,
    null,
    or_,
    select,
    values,
)

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.models import Contact, FollowUp, Measure, MeasureSupport, Plan, QuotaReading
from tracker.domain import reminders as due
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import Role
from tracker.domain.fiscal import last_of_month
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import FollowUpWindow, Kind, PlanWindow, ReminderRules
from tracker.services.ladder import is_asked, oversees

COLUMNS = (
    "kind", "plan_id", "follow_up_id", "period", "step", "series", "contact_id", "created_at", "useful_until"
)  # fmt: skip
"""What each of the statements selects, in this order."""


def owed(
    now: dt.datetime, office: OfficeTime, rules: ReminderRules, kinds: Collection[Kind]
) -> Iterator[Select[Any]]:
    """The statements for these kinds; together they give every reminder that is owed at ``now``."""
    today = office.today(now)
    reach = _plans_in_reach(now, office, rules)
    owners = queries.contacts_with(Role.OWNER, today).subquery("owners")
    if Kind.MONTHLY in kinds and (window := due.monthly(now, office)):
        yield _monthly(window, now, reach, owners, starts=office.starts(window.first))
    if Kind.QUARTERLY in kinds and (window := due.quarterly(now, office)):
        yield _quarterly(window, now, reach, owners)
        yield _supporting(window, now, reach, owners)
    if Kind.DUE_SOON in kinds:
        yield _by_step(_steps(due.due_soon(now, office, rules)), now, reach, owners, _led_by(owners))
    if Kind.OVERDUE in kinds and rules.overdue_weeks:
        yield _by_step(_steps(due.overdue(now, office, rules)), now, reach, owners, _led_by(owners))
    if Kind.ESCALATION in kinds:
        yield _escalation(due.escalation(now, office, rules), now, reach, today)
    if Kind.SUMMARY in kinds and (window := due.monthly(now, office, Kind.SUMMARY)):
        yield _summary(window, now, reach, today)
    if Kind.COORDINATOR in kinds:
        window, listed_on = due.coordinator(now, office, rules), due.weekly_day(now, office, rules)
        yield _coordinator(window, now, reach, owners, today, listed_on=listed_on)
        for notice in due.notices(now, office):
            yield _notice(notice, now, reach, today, office)


def _plans_in_reach(now: dt.datetime, office: OfficeTime, rules: ReminderRules) -> ColumnElement[bool]:
    """The plans that are spoken of now: of this year or the one that just ended, and not paused."""
    today = office.today(now)
    oldest_end = today - dt.timedelta(days=rules.years_end_days)
    spoken_of = and_(Plan.starts_on <= today, Plan.ends_on >= oldest_end, Plan.sends_from <= now)
    return and_(spoken_of, ~queries.is_paused(Plan, today))


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
    theirs = exists().where(FollowUp.plan_id == Plan.id, queries.tracked(), oversees(supervisors))
    return _by_plan(window, now, supervisors).where(reach, theirs.correlate(Plan, supervisors))


def _coordinator(
    window: PlanWindow,
    now: dt.datetime,
    reach: ColumnElement[bool],
    owners: Any,
    today: dt.date,
    *,
    listed_on: dt.date,
) -> Select[Any]:
    """The list of ``listed_on``.

    If none went out, an address that fails or a post that falls vacant later that week makes one.
    """
    coordinators = queries.contacts_with(Role.COORDINATOR, today).subquery("coordinators")
    submitted = and_(queries.is_status(Status.SUBMITTED), FollowUp.submitted_on <= listed_on)
    waiting = exists().where(FollowUp.plan_id == Plan.id, submitted).correlate(Plan)
    refused = or_(Contact.email_suspended != "", Contact.line_suspended != "")
    unreachable = exists().where(Contact.agency_id == Plan.agency_id, refused).correlate(Plan)
    nobody = ~exists().where(owners.c.agency_id == Plan.agency_id, _led_by(owners)).correlate(Plan, FollowUp)
    vacant = _open(FollowUp.due_on <= last_of_month(today), nobody)
    something = or_(_open(FollowUp.due_on < listed_on), waiting, unreachable, vacant)
    return _by_plan(window, now, coordinators).where(reach, something)


def _notice(
    window: PlanWindow, now: dt.datetime, reach: ColumnElement[bool], today: dt.date, office: OfficeTime
) -> Select[Any]:
    """That an address of the agency was refused that day, or that LINE's quota gave an alarm."""
    coordinators = queries.contacts_with(Role.COORDINATOR, today).subquery("coordinators")
    day, ends = window.first, office.starts(window.first + dt.timedelta(days=1))
    refused = or_(
        and_(Contact.email_suspended != "", Contact.email_suspended_on == day),
        and_(Contact.line_suspended != "", Contact.line_suspended_on == day),
    )
    alarmed = exists().where(
        QuotaReading.alarm != "", QuotaReading.at >= office.starts(day), QuotaReading.at < ends
    )
    of_agency = Plan.agency_id.in_(select(Contact.agency_id).where(refused))
    return _by_plan(window, now, coordinators).where(reach, or_(of_agency, alarmed))


def _escalation(
    windows: Iterable[FollowUpWindow], now: dt.datetime, reach: ColumnElement[bool], today: dt.date
) -> Select[Any]:
    steps = _steps(windows)
    supervisors = queries.contacts_with(Role.SUPERVISOR, today).subquery("supervisors")
    return _by_step(steps, now, reach, supervisors, is_asked(supervisors, steps.c.step, today))


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


def _steps(windows: Iterable[FollowUpWindow]) -> CTE:
    """The windows of one kind as rows."""
    columns = (
        column("kind", Word(Kind)), column("step", Integer), column("first_on", Date),
        column("last_on", Date), column("useful_until", UtcDateTime),
    )  # fmt: skip
    rows = [(each.kind, each.step, each.first, each.last, each.useful_until) for each in windows]
    return values(*columns, name="steps").data(rows).cte("steps")


def _by_step(
    steps: CTE, now: dt.datetime, reach: ColumnElement[bool], people: Any, told: ColumnElement[bool]
) -> Select[Any]:
    """Each step for each open follow-up due within it, to those of the people who are ``told``."""
    return (
        select(
            steps.c.kind,
            FollowUp.plan_id,
            FollowUp.id,
            FollowUp.period,
            steps.c.step,
            FollowUp.series,
            people.c.contact_id,
            literal(now, UtcDateTime),
            steps.c.useful_until,
        )
        .select_from(Plan)
        .join(FollowUp, FollowUp.plan_id == Plan.id)
        .join(steps, FollowUp.due_on.between(steps.c.first_on, steps.c.last_on))
        .join(people, and_(people.c.agency_id == Plan.agency_id, told))
        .where(reach, queries.is_status(Status.OPEN), queries.tracked())
        .distinct()
    )


def _led_by(owners: Any) -> ColumnElement[bool]:
    return or_(owners.c.division_id.is_(None), FollowUp.lead_division_id == owners.c.division_id)
