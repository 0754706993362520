"""Why nothing is sent for a plan or to a contact at a moment, in a few words."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import queries
from tracker.db.models import Agency, Contact, FollowUp, Plan
from tracker.domain.follow_up import Status
from tracker.reports.when import said_day, said_instant
from tracker.services.moment import Moment


def obstacle(plan: Plan, moment: Moment) -> str:
    """What keeps a plan from being spoken of at the moment; "" when nothing does."""
    today, year, days = moment.today, plan.fiscal_year, moment.rules.years_end_days
    if plan.starts_on > today:
        return f"fiscal year {year} begins on {said_day(plan.starts_on)}"
    if plan.ends_on + dt.timedelta(days=days) < today:
        ended = said_day(plan.ends_on)
        span = "a day" if days == 1 else f"{days} days"
        return f"fiscal year {year} ended on {ended}, and reminders go on for {span} after"
    if plan.sends_from > moment.now:
        return f"nothing is sent for plan {year} before {said_instant(plan.sends_from, moment.office)}"
    pause = paused(plan, today)
    return f"plan {year} is {pause}" if pause else ""


def paused(row: Contact | Plan, today: dt.date) -> str:
    """Until when a loaded contact or plan is paused, and why; "" when it is not.

    It asks of a row what ``queries.is_paused`` asks of the database.
    """
    until = row.paused_until
    if until is None or until < today or (row.paused_from is not None and row.paused_from > today):
        return ""
    return f"paused until {said_day(until)}" + (f" ({row.pause_reason})" if row.pause_reason else "")


def absence(contact: Contact, day: dt.date) -> str:
    """Why a contact gets nothing on a day, whatever its roles; "" when it may."""
    if contact.valid_until is not None and contact.valid_until < day:
        return f"{contact.name} is in office until {said_day(contact.valid_until)}"
    if contact.valid_from is not None and contact.valid_from > day:
        return f"{contact.name} is in office from {said_day(contact.valid_from)}"
    pause = paused(contact, day)
    return f"{contact.name} is {pause}" if pause else ""


def why_nothing(session: Session, agency_id: int, plan_id: int | None, *, moment: Moment) -> str:
    """Why an agency, or one plan of it, may have nothing coming: the first reason that holds."""
    own = [Plan.agency_id == agency_id, *([Plan.id == plan_id] if plan_id else [])]
    plans = session.scalars(select(Plan).where(*own).order_by(Plan.fiscal_year)).all()
    name = session.get_one(Agency, agency_id).name
    if not plans:
        return f"{name} has no plan yet; load one with: tracker plan import FILE"
    if session.scalar(select(Contact.id).where(Contact.agency_id == agency_id).limit(1)) is None:
        return f"{name} has no contacts yet; load them with: tracker contact import FILE"
    if all(obstacles := [obstacle(plan, moment) for plan in plans]):
        return "; ".join(obstacles)
    awaited = (queries.is_status(Status.OPEN), queries.tracked())
    some = select(FollowUp.id).join(Plan, Plan.id == FollowUp.plan_id).where(*own, *awaited).limit(1)
    if session.scalar(some) is None:
        return "everything that is followed up is reported, done or waived"
    return "nothing comes due in these days"
