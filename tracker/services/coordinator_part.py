"""The coordinators' list, read from the database: who has not answered, what waits, who cannot be reached."""

import datetime as dt
from collections import defaultdict

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Contact, Division, FollowUp, Plan, QuotaReading
from tracker.domain.contacts import Role
from tracker.domain.fiscal import first_of_month
from tracker.domain.follow_up import Status
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import NOTICE_DAYS
from tracker.reports.digest import CoordinatorPart, Paused, SilentDivision
from tracker.reports.standing import plan_summary
from tracker.services.digest_parts import items


def coordinator_part(
    session: Session, plan: Plan, *, today: dt.date, office: OfficeTime
) -> CoordinatorPart | None:
    """Who has not answered, what waits, who cannot be reached; None when all is well."""
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
        waiting=tuple(items(session, today, FollowUp.plan_id == plan.id, submitted)),
        unreachable=_unreachable(session, plan.agency_id),
        vacant=tuple(
            each.division or "–"
            for each in summary.by_division
            if not owners[each.division] and not everywhere
        ),
        line_left=_line_left(session, today),
        alarms=_alarms(session, office.starts(today - dt.timedelta(days=NOTICE_DAYS - 1))),
        paused=_paused(session, plan.agency_id, today),
    )
    told = (part.silent, part.waiting, part.unreachable, part.vacant, part.alarms)
    return part if any(told) else None


def _line_left(session: Session, today: dt.date) -> tuple[int, int] | None:
    """What the newest reading of the month says: of LINE's own count and ours, the greater is gone."""
    of_month = QuotaReading.month == first_of_month(today)
    reading = session.scalar(select(QuotaReading).where(of_month).order_by(QuotaReading.id.desc()).limit(1))
    if reading is None or reading.quota is None:
        return None
    return max(0, reading.quota - max(reading.used, reading.spent)), reading.quota


def _alarms(session: Session, since: dt.datetime) -> tuple[str, ...]:
    raised = select(QuotaReading.alarm).where(QuotaReading.alarm != "", QuotaReading.at >= since)
    return tuple(dict.fromkeys(session.scalars(raised.order_by(QuotaReading.id))))


def _paused(session: Session, agency_id: int, today: dt.date) -> tuple[Paused, ...]:
    contacts = session.scalars(
        select(Contact)
        .where(Contact.agency_id == agency_id, queries.is_valid(today), queries.is_paused(Contact, today))
        .order_by(Contact.id)
    )
    return tuple(
        Paused(each.name, each.paused_until, each.pause_reason) for each in contacts if each.paused_until
    )


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
