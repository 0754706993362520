"""What is left of LINE's month: the provider's last figures and our own messages since, counted in one place.

``line_quota`` reads the figures and spends by them; what a person is told of them is counted here as well.
"""

import datetime as dt
from functools import cache

from sqlalchemy import Date, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.channels.base import Quota
from tracker.db.base import UtcDateTime
from tracker.db.models import Message, MessageState, QuotaReading
from tracker.db.prepared import TODAY
from tracker.domain.fiscal import first_of_month
from tracker.domain.office_time import OfficeTime
from tracker.reports.digest import QuotaAlarm
from tracker.services.routing import LINE

COSTS = (MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN)


def newest_reading(session: Session, today: dt.date) -> QuotaReading | None:
    """What LINE said last of the month of ``today``."""
    return session.scalar(_newest(), {"month": first_of_month(today)})


@cache
def _newest() -> Select[QuotaReading]:
    of_month = QuotaReading.month == bindparam("month", type_=Date())
    return select(QuotaReading).where(of_month).order_by(QuotaReading.id.desc()).limit(1)


def people_left(session: Session, today: dt.date, *, asked: Quota | None = None) -> int | None:
    """How many people may still be reached in the month of ``today``; None is without limit, or not known.

    LINE's own count runs behind, so what we sent since it was read, or more than it knows of, is taken off;
    and so is what waits for its next try, which may have arrived, or will leave as it is. ``asked`` is what
    LINE says just now, where it was asked without writing that down.
    """
    reading, (spent, promised) = newest_reading(session, today), _costs(session, today)
    limit = asked.limit if asked else reading.quota if reading else None
    if limit is None:
        return None
    known = reading.used + spent - reading.spent if reading else 0
    return max(0, limit - promised - max(known, spent, asked.used if asked else 0))


def spent_in_month(session: Session, today: dt.date) -> int:
    """What our own messages of the month of ``today`` cost."""
    return _costs(session, today)[0]


def _costs(session: Session, today: dt.date) -> tuple[int, int]:
    """What our own messages of the month cost, and what those that wait for their next try will."""
    row = session.execute(_cost(), {"month": first_of_month(today), "today": today}).one()
    return row.spent or 0, row.promised or 0


@cache
def _cost() -> Select[int | None, int | None]:
    cost, waits = func.sum(Message.cost), Message.state == MessageState.RETRY
    days = Message.on_date.between(bindparam("month", type_=Date()), TODAY)
    return select(
        cost.filter(~waits).label("spent"),
        cost.filter(waits).label("promised"),
    ).where(Message.channel == LINE, or_(waits, Message.state.in_(COSTS)), days)


def sent_by_others(before: QuotaReading, now: QuotaReading) -> int:
    """How many messages went from the account between two readings of a month that were not ours."""
    return (now.used - before.used) - (now.spent - before.spent)


def alarms(session: Session, since: dt.datetime, office: OfficeTime) -> tuple[QuotaAlarm, ...]:
    """The alarms raised since an instant, as facts, each once; a reading is judged by the one before it."""
    rows = session.execute(_raised(), {"since": since})
    return tuple(dict.fromkeys(_alarm(before, now, office) for now, before in rows))


@cache
def _raised() -> Select[QuotaReading, QuotaReading]:
    earlier, before = aliased(QuotaReading), aliased(QuotaReading)
    last = select(func.max(earlier.id)).where(earlier.id < QuotaReading.id).scalar_subquery()
    return (
        select(QuotaReading, before)
        .join(before, before.id == last)
        .where(QuotaReading.alarm != "", QuotaReading.at >= bindparam("since", type_=UtcDateTime()))
        .order_by(QuotaReading.id)
    )


def _alarm(before: QuotaReading, now: QuotaReading, office: OfficeTime) -> QuotaAlarm:
    fell = now.quota is not None and (before.quota is None or now.quota < before.quota)
    others = 0 if fell else sent_by_others(before, now)
    return QuotaAlarm(now.quota, before.quota, others, since=office.today(before.at))
