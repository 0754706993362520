"""The statements that select what has come due, one a kind: the reminders owed by now and not written yet.

They are prepared (``db/prepared.py``): the moment, and the window of the calendar, are parameters. Which are
executed, and for which windows, ``owed_kinds`` says.
"""

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    literal,
    null,
    or_,
    select,
    union,
)

from tracker.db import queries
from tracker.db.base import UtcDateTime, Word
from tracker.db.models import (
    Contact,
    FollowUp,
    Measure,
    MeasureSupport,
    MessageState,
    Plan,
    QuotaReading,
    Reminder,
)
from tracker.db.prepared import NOW, TODAY
from tracker.domain import reminders as due
from tracker.domain.cadence import Cadence
from tracker.domain.contacts import Role
from tracker.domain.follow_up import Status
from tracker.domain.reminders import Kind
from tracker.services.ladder import is_asked, oversees

COLUMNS = (
    "kind", "plan_id", "follow_up_id", "period", "step", "series", "contact_id", "created_at", "useful_until"
)  # fmt: skip
"""What each of the statements selects, in this order: what a reminder is made of."""

KIND, PERIOD = bindparam("of_kind", type_=Word(Kind)), bindparam("of_period", type_=String())
STEP = bindparam("of_step", type_=Integer())
FIRST, LAST = bindparam("first", type_=Date()), bindparam("last", type_=Date())
UNTIL = bindparam("until", type_=UtcDateTime())
"""The window: see ``domain/reminders.py``."""

OLDEST_END = bindparam("oldest_end", type_=Date())
LISTED_ON = bindparam("listed_on", type_=Date())
MONTH_ENDS = bindparam("month_ends", type_=Date())
LOST_SINCE = bindparam("lost_since", type_=Date())
BEGINS, ENDS = bindparam("begins", type_=UtcDateTime()), bindparam("ends", type_=UtcDateTime())
"""The instants between which the window's days lie."""

LOST = (MessageState.FAILED, MessageState.UNKNOWN, MessageState.EXPIRED)
"""A message in such a state is not tried again by itself."""


@cache
def monthly() -> Select[Any]:
    owners = _people(Role.OWNER)
    something_due = _open(_led_by(owners), FollowUp.due_on <= LAST).correlate(Plan, owners)
    tracking_starts = or_(
        and_(Plan.tracked_from.between(FIRST, LAST), Plan.sends_from < UNTIL),
        and_(Plan.sends_from >= BEGINS, Plan.sends_from < UNTIL, Plan.tracked_from <= LAST),
    )
    something_ahead = and_(tracking_starts, _open(_led_by(owners)).correlate(Plan, owners))
    return _by_plan(owners).where(or_(something_due, something_ahead))


@cache
def quarterly() -> Select[Any]:
    owners = _people(Role.OWNER)
    closing = [cadence for cadence in Cadence if due.closes_with_quarter(cadence)]
    ends_now = and_(FollowUp.scheduled_on == LAST, FollowUp.cadence.in_(closing))
    return _by_plan(owners).where(_open(_led_by(owners), ends_now).correlate(Plan, owners))


@cache
def supporting() -> Select[Any]:
    """The quarter's short notice for divisions that support something and lead nothing."""
    owners = _people(Role.OWNER)
    own = owners.c.division_id
    leads = exists().where(queries.in_force(Plan.id), Measure.lead_division_id == own)
    supports = exists().where(MeasureSupport.measure_id == Measure.id, MeasureSupport.division_id == own)
    helps = exists().where(
        queries.in_force(Plan.id), or_(Measure.supports_all, supports.correlate(Measure, owners))
    )
    only_helps = and_(helps.correlate(Plan, owners), ~leads.correlate(Plan, owners), _open())
    return _by_plan(owners).where(own.is_not(None), only_helps)


@cache
def summary() -> Select[Any]:
    supervisors = _people(Role.SUPERVISOR)
    theirs = exists().where(FollowUp.plan_id == Plan.id, queries.tracked(), oversees(supervisors))
    return _by_plan(supervisors).where(theirs.correlate(Plan, supervisors))


@cache
def coordinator() -> Select[Any]:
    """The list of the week's day.

    If none went out, an address that fails, a message that is lost or a post that falls vacant later that
    week makes one.
    """
    owners = _people(Role.OWNER)
    submitted = and_(queries.is_status(Status.SUBMITTED), FollowUp.submitted_on <= LISTED_ON)
    waiting = Plan.id.in_(select(FollowUp.plan_id).where(submitted))
    refused = or_(Contact.email_suspended != "", Contact.line_suspended != "")
    unreachable = Plan.agency_id.in_(select(Contact.agency_id).where(refused))
    nobody = ~exists().where(owners.c.agency_id == Plan.agency_id, _led_by(owners)).correlate(Plan, FollowUp)
    vacant = _open(FollowUp.due_on <= MONTH_ENDS, nobody)
    lost = queries.never_arrived(*LOST, since=LOST_SINCE, today=TODAY)
    not_told = Plan.agency_id.in_(lost.with_only_columns(Contact.agency_id))
    something = or_(_open(FollowUp.due_on < LISTED_ON), waiting, unreachable, vacant, not_told)
    return _by_plan(_people(Role.COORDINATOR)).where(something)


@cache
def notice() -> Select[Any]:
    """That an address of the agency was refused on the day, or that LINE's quota gave an alarm."""
    by_mail = and_(Contact.email_suspended != "", Contact.email_suspended_on == FIRST)
    by_line = and_(Contact.line_suspended != "", Contact.line_suspended_on == FIRST)
    refused = Plan.agency_id.in_(select(Contact.agency_id).where(or_(by_mail, by_line)))
    that_day = and_(QuotaReading.at >= BEGINS, QuotaReading.at < ENDS)
    alarmed = exists().where(QuotaReading.alarm != "", that_day)
    return _by_plan(_people(Role.COORDINATOR)).where(or_(refused, alarmed))


@cache
def led() -> Select[Any]:
    owners = _people(Role.OWNER)
    return _by_follow_up(owners, _led_by(owners))


@cache
def escalated() -> Select[Any]:
    supervisors = _people(Role.SUPERVISOR)
    return _by_follow_up(supervisors, is_asked(supervisors, STEP, TODAY))


@cache
def open_dates() -> Select[dt.date]:
    """On which days of a span something open is due."""
    late = (queries.is_status(Status.OPEN), queries.tracked(), FollowUp.due_on.between(FIRST, LAST))
    return select(FollowUp.due_on).where(*late).distinct()


@cache
def refusals() -> Any:
    """The days since which an address is suspended."""
    by_mail = select(Contact.email_suspended_on).where(
        Contact.email_suspended != "", Contact.email_suspended_on >= FIRST
    )
    by_line = select(Contact.line_suspended_on).where(
        Contact.line_suspended != "", Contact.line_suspended_on >= FIRST
    )
    return union(by_mail, by_line)


@cache
def alarms() -> Select[dt.datetime]:
    return select(QuotaReading.at).where(QuotaReading.alarm != "", QuotaReading.at >= BEGINS)


def _people(role: Role) -> Any:
    return queries.contacts_with(role, TODAY).subquery(f"{role}s")


def _reach() -> ColumnElement[bool]:
    """The plans that are spoken of now: of this year or the one that just ended, and not paused."""
    spoken_of = and_(Plan.starts_on <= TODAY, Plan.ends_on >= OLDEST_END, Plan.sends_from <= NOW)
    return and_(spoken_of, ~queries.is_paused(Plan, TODAY))


def _open(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a plan has an open follow-up that counts and meets the conditions."""
    is_open = (FollowUp.plan_id == Plan.id, queries.is_status(Status.OPEN), queries.tracked())
    return exists().where(*is_open, *conditions).correlate(Plan)


def _by_plan(people: Any) -> Select[Any]:
    written = (
        Reminder.follow_up_id.is_(None),
        Reminder.plan_id == Plan.id,
        Reminder.kind == KIND,
        Reminder.period == PERIOD,
        Reminder.contact_id == people.c.contact_id,
    )
    return (
        select(
            KIND,
            Plan.id,
            cast(null(), Integer),  # PostgreSQL takes a bare NULL of a DISTINCT for text
            PERIOD,
            literal(1),
            literal(1),
            people.c.contact_id,
            NOW,
            UNTIL,
        )
        .select_from(Plan)
        .join(people, people.c.agency_id == Plan.agency_id)
        .where(_reach(), _is_new(*written))
        .distinct()
    )


def _by_follow_up(people: Any, told: ColumnElement[bool]) -> Select[Any]:
    """The step of each open follow-up due within the window, for those of the people who are ``told``."""
    written = (
        Reminder.follow_up_id == FollowUp.id,
        Reminder.kind == KIND,
        Reminder.step == STEP,
        Reminder.series == FollowUp.series,
        Reminder.contact_id == people.c.contact_id,
    )
    return (
        select(
            KIND, FollowUp.plan_id, FollowUp.id, FollowUp.period, STEP, FollowUp.series,
            people.c.contact_id, NOW, UNTIL,
        )
        .join(Plan, Plan.id == FollowUp.plan_id)
        .join(people, and_(people.c.agency_id == Plan.agency_id, told))
        .where(_reach(), queries.is_status(Status.OPEN), queries.tracked())
        .where(FollowUp.due_on.between(FIRST, LAST), _is_new(*written))
        .distinct()
    )  # fmt: skip


def _is_new(*written: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is no such reminder yet, looked up for each by itself.

    PostgreSQL would make a join of ``NOT EXISTS``, and reckons with the reminders of other months: those of
    this one, which it does not expect, it would go through again and again.
    """
    return select(Reminder.id).where(*written).limit(1).correlate_except(Reminder).scalar_subquery().is_(None)


def _led_by(owners: Any) -> ColumnElement[bool]:
    return or_(owners.c.division_id.is_(None), FollowUp.lead_division_id == owners.c.division_id)
