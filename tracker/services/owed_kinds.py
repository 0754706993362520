"""What is owed now, one statement a kind: each selects the reminders that its contacts should have by now."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, exists, literal, null, or_, select, true
from sqlalchemy.orm import Session

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
    session: Session, now: dt.datetime, office: OfficeTime, rules: ReminderRules, kinds: Collection[Kind]
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
        for step in due.due_soon(now, office, rules):
            yield _by_follow_up(step, now, reach, owners, _led_by(owners))
    if Kind.OVERDUE in kinds:
        for step in due.overdue(now, office, rules):
            yield _by_follow_up(step, now, reach, owners, _led_by(owners))
    if Kind.ESCALATION in kinds:
        yield from _escalation(session, list(due.escalation(now, office, rules)), now, reach, today)
    if Kind.SUMMARY in kinds and (window := due.monthly(now, office, Kind.SUMMARY)):
        yield _summary(window, now, reach, today)
    if Kind.COORDINATOR in kinds:
        window, listed_on = due.coordinator(now, office, rules), due.weekly_day(now, office, rules)
        yield _coordinator(window, now, reach, owners, today, listed_on=listed_on)
        yield from _notices(session, list(due.notices(now, office)), now, reach, today, office)


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


def _notices(
    session: Session,
    days: Sequence[PlanWindow],
    now: dt.datetime,
    reach: ColumnElement[bool],
    today: dt.date,
    office: OfficeTime,
) -> Iterator[Select[Any]]:
    """That an address of the agency was refused on one of the days, or that LINE's quota gave an alarm."""
    coordinators = queries.contacts_with(Role.COORDINATOR, today).subquery("coordinators")
    since = days[-1].first
    raised = select(QuotaReading.at).where(QuotaReading.alarm != "", QuotaReading.at >= office.starts(since))
    alarms = {office.today(at) for at in session.scalars(raised)}
    refused = _refused_since(session, since)
    for window in days:
        agencies = refused.get(window.first, set())
        if agencies or window.first in alarms:
            told = true() if window.first in alarms else Plan.agency_id.in_(agencies)
            yield _by_plan(window, now, coordinators).where(reach, told)


def _refused_since(session: Session, since: dt.date) -> dict[dt.date, set[int]]:
    """The agencies of which an address is suspended, by the day since when."""
    found: dict[dt.date, set[int]] = defaultdict(set)
    for reason, day in (
        (Contact.email_suspended, Contact.email_suspended_on),
        (Contact.line_suspended, Contact.line_suspended_on),
    ):
        rows = session.execute(select(day, Contact.agency_id).where(reason != "", day >= since).distinct())
        for suspended_on, agency_id in rows:
            if suspended_on is not None:
                found[suspended_on].add(agency_id)
    return found


def _escalation(
    session: Session,
    steps: Sequence[FollowUpWindow],
    now: dt.datetime,
    reach: ColumnElement[bool],
    today: dt.date,
) -> Iterator[Select[Any]]:
    """A statement a step and due date, of those on which something open was due."""
    supervisors = queries.contacts_with(Role.SUPERVISOR, today).subquery("supervisors")
    first, last = min(step.first for step in steps), max(step.last for step in steps)
    late = (queries.is_status(Status.OPEN), queries.tracked(), FollowUp.due_on.between(first, last))
    dates = set(session.scalars(select(FollowUp.due_on).where(*late).distinct()))
    for step in steps:
        if step.first in dates:
            yield _by_follow_up(step, now, reach, supervisors, is_asked(supervisors, step.step, today))


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
    window: FollowUpWindow,
    now: dt.datetime,
    reach: ColumnElement[bool],
    people: Any,
    told: ColumnElement[bool],
) -> Select[Any]:
    """The step of each open follow-up due within the window, for those of the people who are ``told``."""
    return (
        select(
            literal(window.kind, Word(Kind)),
            FollowUp.plan_id,
            FollowUp.id,
            FollowUp.period,
            literal(window.step),
            FollowUp.series,
            people.c.contact_id,
            literal(now, UtcDateTime),
            literal(window.useful_until, UtcDateTime),
        )
        .join(Plan, Plan.id == FollowUp.plan_id)
        .join(people, and_(people.c.agency_id == Plan.agency_id, told))
        .where(reach, queries.is_status(Status.OPEN), queries.tracked())
        .where(FollowUp.due_on.between(window.first, window.last))
        .distinct()
    )


def _led_by(owners: Any) -> ColumnElement[bool]:
    return or_(owners.c.division_id.is_(None), FollowUp.lead_division_id == owners.c.division_id)
