"""What has come due: which statements select it, and for which windows of the calendar."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from tracker.domain import reminders as due
from tracker.domain.fiscal import last_of_month
from tracker.domain.office_time import OfficeTime
from tracker.domain.reminders import FollowUpWindow, Kind, PlanWindow, ReminderRules
from tracker.services import owed_statements as statements

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Owed:
    """A prepared statement, and with which parameters it is to be executed, once for each window."""

    statement: Callable[[], Select[Any]]
    windows: list[Parameters]


def owed(
    session: Session,
    now: dt.datetime,
    as_of: dt.datetime,
    office: OfficeTime,
    rules: ReminderRules,
    kinds: Collection[Kind],
) -> Iterator[Owed]:
    """The statements for these kinds; together they give every reminder owed and not yet written at ``now``.

    The calendar is asked ``as_of`` an instant of the same day, ``now`` or a later one. A reminder may be
    given twice.
    """
    today = office.today(now)
    present = {
        "now": now,
        "today": today,
        "oldest_end": today - dt.timedelta(days=rules.years_end_days),
        "listed_on": due.weekly_day(as_of, office, rules),
        "month_ends": last_of_month(today),
        "lost_since": today - dt.timedelta(days=due.LOSS_DAYS),
    }
    by_plan, by_due_date = (
        _by_plans(session, as_of, office, rules, kinds),
        _by_due_date(session, as_of, office, rules, kinds),
    )
    for statement, windows in chain(by_plan, by_due_date):
        if windows:
            yield Owed(statement, [{**present, **_parameters(each, office)} for each in windows])


Found = Iterator[tuple[Callable[[], Select[Any]], Sequence[PlanWindow | FollowUpWindow]]]


def _by_plans(
    session: Session, now: dt.datetime, office: OfficeTime, rules: ReminderRules, kinds: Collection[Kind]
) -> Found:
    if Kind.MONTHLY in kinds and (window := due.monthly(now, office)):
        yield statements.monthly, [window]
    if Kind.QUARTERLY in kinds and (window := due.quarterly(now, office)):
        yield statements.quarterly, [window]
        yield statements.supporting, [window]
    if Kind.SUMMARY in kinds and (window := due.monthly(now, office, Kind.SUMMARY)):
        yield statements.summary, [window]
    if Kind.COORDINATOR in kinds:
        yield statements.coordinator, [due.coordinator(now, office, rules)]
        yield statements.notice, _notices(session, now, office)


def _by_due_date(
    session: Session, now: dt.datetime, office: OfficeTime, rules: ReminderRules, kinds: Collection[Kind]
) -> Found:
    """The windows in which something open is due; of the others there are many."""
    steps = {kind: list(of_kind(now, office, rules)) for kind, of_kind in due.STEPS.items() if kind in kinds}
    windows = [each for of_kind in steps.values() for each in of_kind]
    if not windows:
        return
    span = {"first": min(each.first for each in windows), "last": max(each.last for each in windows)}
    dates = session.scalars(statements.open_dates(), span).all()
    for kind, of_kind in steps.items():
        told = statements.escalated if kind is Kind.ESCALATION else statements.led
        yield told, [each for each in of_kind if any(each.first <= day <= each.last for day in dates)]


def _notices(session: Session, now: dt.datetime, office: OfficeTime) -> list[PlanWindow]:
    """The windows of the days on which an address was refused, or LINE's quota gave an alarm."""
    windows = list(due.notices(now, office))
    since = {"first": windows[-1].first, "begins": office.starts(windows[-1].first)}
    days = {
        *session.scalars(statements.refusals(), since),
        *map(office.today, session.scalars(statements.alarms(), since)),
    }
    return [each for each in windows if each.first in days]


def _parameters(window: PlanWindow | FollowUpWindow, office: OfficeTime) -> Parameters:
    return {
        "of_kind": window.kind,
        "of_period": window.period if isinstance(window, PlanWindow) else "",
        "of_step": window.step if isinstance(window, FollowUpWindow) else 1,
        "first": window.first,
        "last": window.last,
        "until": window.useful_until,
        "begins": office.starts(window.first),
        "ends": office.starts(window.last + dt.timedelta(days=1)),
    }
