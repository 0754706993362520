"""Planning: writing down what is owed now, each thing once, and gathering it in messages.

A reminder is written under its unique key, so that a second run, a second process or a second machine adds
nothing. It then waits until its contact may get a message: one a day, and none while another is under way.
Everything happens in the caller's transaction and in statements over sets; ``services/outbox.py`` sends.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.orm import Session

from tracker.db.models import Meta
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import REMINDERS, Kind, ReminderRules, allowances
from tracker.services.message_making import bring_forward, make_messages
from tracker.services.owed import drop_tables, make_tables
from tracker.services.owed_kinds import owed
from tracker.services.routing import Routing
from tracker.services.settling import settle
from tracker.services.waiting import add_come_due, anything_waits, collect_waiting, drop_waiting, let_go


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
    """Write every reminder of these kinds that is owed at ``now`` and was not written before.

    It works in temporary tables, which it removes; after an error the transaction must be rolled back.
    """
    _note(session, "planned_at", now)  # one planner at a time holds the row until its transaction ends
    today = office.today(now)
    near = office.working.before(today, rules.due_soon_days)
    gathers = _gathers(session, now, office)
    # A day's messages carry what that day owes, also where they are made before its hour, to make up for
    # the day before: then what ends with the hour goes with what begins.
    instants = sorted({now, max(now, office.reminding(today))}) if gathers else [now]
    let_go(session, now, near)
    collect_waiting(session, kinds, today)
    for instant in instants:
        add_come_due(session, owed(session, now, instant, office, rules, kinds), near)
    bring_forward(session, today)
    allowed = allowances(today, office, rules)
    written = made = 0
    if anything_waits(session):
        make_tables(session)
        made = make_messages(
            session, now=now, office=office, routing=routing, allowances=allowed, gathers=gathers
        )
        written = settle(session)
        drop_tables(session)
    drop_waiting(session)
    session.expire_all()
    return Planned(written, made)


def next_gathering(session: Session, now: dt.datetime, office: OfficeTime) -> dt.datetime:
    """The next instant, in UTC, at which new messages may be made; ``now`` when they may be at once."""
    opening = office.next_sending(now)
    usual = office.next_gathering(now)
    return min(usual, opening) if office.catches_up(opening, gathered=_gathered_at(session)) else usual


def _gathers(session: Session, now: dt.datetime, office: OfficeTime) -> bool:
    """Whether new messages are made now; that they were, or could have been, is written down."""
    gathers = next_gathering(session, now, office) == now
    if gathers:
        _note(session, "gathered_at", now)
    return gathers


def _gathered_at(session: Session) -> dt.datetime | None:
    last = session.scalar(select(Meta.value).where(Meta.key == "gathered_at"))
    return dt.datetime.fromisoformat(last) if last else None


def _note(session: Session, key: str, now: dt.datetime) -> None:
    session.execute(_noted(), {"of_key": key, "instant": now.isoformat()})


@cache
def _noted() -> Update:
    noted = update(Meta).where(Meta.key == bindparam("of_key")).values(value=bindparam("instant"))
    return noted.execution_options(synchronize_session=False)
