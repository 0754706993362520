"""The coordinators' list, read from the database: who has not answered, what waits, who is not reached."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Contact, Division, FollowUp, Message, MessageState, Plan
from tracker.db.prepared import PLAN, TODAY
from tracker.domain.contacts import Role
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import LOSS_DAYS, NOTICE_DAYS
from tracker.reports.digest import CoordinatorPart, Paused, SilentDivision, Undelivered
from tracker.reports.standing import plan_summary
from tracker.services.digest_parts import AGENCY, Facts, items, items_where
from tracker.services.line_ledger import alarms, newest_reading, people_left
from tracker.services.owed_statements import LOST, LOST_SINCE

NOT_DELIVERED = (MessageState.RETRY, *LOST)


def coordinator_part(
    session: Session, plan: Plan, *, today: dt.date, office: OfficeTime
) -> CoordinatorPart | None:
    """Who has not answered, what waits, who cannot be reached; None when all is well."""
    since = today - dt.timedelta(days=NOTICE_DAYS - 1)
    lost_since = today - dt.timedelta(days=LOSS_DAYS)
    facts = {"of_plan": plan.id, "of_agency": plan.agency_id, "today": today, "lost_since": lost_since}
    owners = _owner_names(session, facts)
    summary = plan_summary(session, plan.id, today=today)
    everywhere = owners[None]
    silent = tuple(
        SilentDivision(each.division, each.overdue, each.oldest_days, (*owners[each.division], *everywhere))
        for each in summary.by_division
        if each.overdue
    )
    part = CoordinatorPart(
        silent=silent,
        waiting=tuple(items(session, _submitted(), facts)),
        unreachable=_unreachable(session, facts),
        vacant=tuple(
            each.division or "–"
            for each in summary.by_division
            if not owners[each.division] and not everywhere
        ),
        line_left=_line_left(session, today),
        alarms=alarms(session, office.starts(since), office),
        paused=_paused(session, facts),
        undelivered=tuple(_undelivered(session, facts)),
    )
    told = (part.silent, part.waiting, part.unreachable, part.vacant, part.alarms, part.undelivered)
    return part if any(told) else None


@cache
def _submitted() -> Select[*tuple[Any, ...]]:
    return items_where(FollowUp.plan_id == PLAN, queries.is_status(Status.SUBMITTED))


def _line_left(session: Session, today: dt.date) -> tuple[int, int] | None:
    reading, left = newest_reading(session, today), people_left(session, today)
    return None if reading is None or reading.quota is None or left is None else (left, reading.quota)


def _undelivered(session: Session, facts: Facts) -> Iterator[Undelivered]:
    for row in session.execute(_not_delivered(), facts):
        yield Undelivered(row.name, row.id, row.state.value, row.channel, row.on_date, row.error)


@cache
def _not_delivered() -> Select[*tuple[Any, ...]]:
    columns = (Message.id, Message.state, Message.channel, Message.on_date, Message.error, Contact.name)
    return (
        queries.never_arrived(*NOT_DELIVERED, since=LOST_SINCE, today=TODAY)
        .with_only_columns(*columns)
        .where(Contact.agency_id == AGENCY)
        .order_by(Contact.id)
    )


def _paused(session: Session, facts: Facts) -> tuple[Paused, ...]:
    return tuple(
        Paused(each.name, each.paused_until, each.pause_reason)
        for each in session.execute(_resting(), facts)
        if each.paused_until
    )


@cache
def _resting() -> Select[*tuple[Any, ...]]:
    paused = (queries.is_valid(TODAY), queries.is_paused(Contact, TODAY))
    columns = (Contact.name, Contact.paused_until, Contact.pause_reason)
    return select(*columns).where(Contact.agency_id == AGENCY, *paused).order_by(Contact.id)


def _owner_names(session: Session, facts: Facts) -> dict[str | None, list[str]]:
    """The owners in office by the name of their division; None for those of the whole agency."""
    found: dict[str | None, list[str]] = defaultdict(list)
    for row in session.execute(_owners(), facts):
        found[row.division].append(row.owner)
    return found


@cache
def _owners() -> Select[*tuple[Any, ...]]:
    owners = queries.contacts_with(Role.OWNER, TODAY).subquery()
    return (
        select(Division.name.label("division"), Contact.name.label("owner"))
        .select_from(owners)
        .join(Contact, Contact.id == owners.c.contact_id)
        .outerjoin(Division, Division.id == owners.c.division_id)
        .where(owners.c.agency_id == AGENCY)
        .order_by(Contact.id)
    )


def _unreachable(session: Session, facts: Facts) -> tuple[str, ...]:
    rows = session.execute(_refused(), facts)
    return tuple(f"{each.name}: {each.email_suspended or each.line_suspended}" for each in rows)


@cache
def _refused() -> Select[*tuple[Any, ...]]:
    refused = or_(Contact.email_suspended != "", Contact.line_suspended != "")
    columns = (Contact.name, Contact.email_suspended, Contact.line_suspended)
    return select(*columns).where(Contact.agency_id == AGENCY, refused).order_by(Contact.id)
